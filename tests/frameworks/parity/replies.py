"""Replies as models give them, the plain and the awkward: what both frameworks must carry and score alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from links2_tasks.schema import LETTERS, Question

LONG = "I look at the frames again and again, one after the other, and compare them with the map. " * 500
"""Longer than a cell of a spreadsheet (32,767 characters) holds."""


def kinds_of_replies(question: Question) -> Mapping[str, str]:
    """A reply of each kind to a question, by the kind's name."""
    right, text = question.answer, question.answer_text
    wrong = LETTERS[(LETTERS.index(right) + 1) % len(question.options)]
    return {
        "letter": right,
        "sentence": f"The answer is ({right}).",
        "wrong letter": f"Answer: {wrong}",
        "text of an option": text,
        "letter and text": f"{right}. {text}",
        "closed <think>": f"<think>It could be {wrong}, surely {wrong}.</think>\n\nAnswer: {right}",
        "unclosed <think>": f"<think>It could be {wrong}, and the answer is {wrong}",
        "closing </think> only": f"It is {wrong}, is it not?</think>{right}",
        "closed <analysis>": f"<analysis>The answer is {wrong}.</analysis>\n{right}",
        "box": f"The final answer is $\\boxed{{{right}}}$",
        "refusal": "I'm sorry, but I can't determine that from the images.",
        "two letters": f"The answer is {right} or {wrong}.",
        "letter that is no option": "Z",
        "nothing": "",
        "NA": "NA",
        "None": "None",
        "nan": "nan",
        "Chinese": f"答案是 {right}。",
        "tabs, quotes, empty lines": f'\t{right}\tsays the "table"\n\nwith a quote \'"\' and an end\n',
        "line ends of Windows": f"first line\r\nAnswer: {right}\r\n",
        "control characters": f"first\x00part\u2028\x1b[1mAnswer: {right}",
        "formula": f'="{right}"',
        "minus": f"-{right}",
        "bold between blanks": f"  **{right}**  ",
        "45,000 characters": f"{LONG}The answer is {right}.",
        "failure as VLMEvalKit writes it": "Failed to obtain answer via API. The wrapper raised ValueError: option A",
        "failure as lmms-eval writes it": "[LMMS_EVAL_REQUEST_FAILED after 5 retries] option A is overloaded",
    }


def kinds_for(questions: Iterable[Question], shift: int = 0) -> dict[str, str]:
    """The kind of reply that each question gets, in turn; another `shift` deals them out otherwise."""
    ordered = sorted(questions, key=lambda each: each.question_id)
    names = list(kinds_of_replies(ordered[0]))
    return {each.question_id: names[place % len(names)] for place, each in enumerate(ordered, start=shift)}


def replies_to(questions: Iterable[Question], shift: int = 0) -> dict[str, str]:
    """The reply to each question, of the kind that `kinds_for` names."""
    questions = list(questions)
    kinds = kinds_for(questions, shift)
    return {each.question_id: kinds_of_replies(each)[kinds[each.question_id]] for each in questions}
