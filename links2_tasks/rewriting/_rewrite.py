"""Paraphrases by a language model, each checked by code and by a second look of the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from links2_tasks.errors import LanguageModelError
from links2_tasks.language import Answer, LanguageModel
from links2_tasks.rewriting._check import faults
from links2_tasks.rewriting._prompts import (
    BackCheck,
    Paraphrase,
    ParaphraseWithOptions,
    back_check_request,
    paraphrase_request,
)
from links2_tasks.rewriting._records import Reworded, RewriteRefusal
from links2_tasks.rewriting._reword import reword
from links2_tasks.schema import Question, Wording

Progress = Callable[[str], None]
Paraphrased = Answer[Paraphrase] | LanguageModelError

NO_ANSWER = "the language model gave no answer"
SAME_WORDS = "the words are the same"
BACK_CHECK = "the back-check found a difference"
LONGEST_DETAIL = 300
"""Characters of what a language model says of a difference."""


@dataclass(frozen=True)
class _Rewrite:
    """A rewrite that the code has passed."""

    place: int
    after: Question
    answer: Answer[Paraphrase]


def rewrite(
    questions: Sequence[Question], model: LanguageModel, seed: int, progress: Progress = lambda step: None
) -> Reworded:
    """Questions in the words of a language model, where these pass all checks.

    First the templates draw each question's words; the model paraphrases those. A rewrite is refused when
    `check_rewrite` finds something, or when the model, asked at temperature 0, says that old and new words do not ask
    the same. A question whose rewrite is refused keeps the template's words. Options are put into other words where
    they are sentences, all of a question together.

    Args:
        questions: As the writers left them.
        model: Who writes and checks.
        seed: Draws the templates, the styles, and which version a back-check shows first.
        progress: Called with a few words at every answer.

    Raises:
        LanguageModelError: the model cannot be asked at all; a single question without an answer is refused instead.
        MissingExtraError: the client is not installed.
        DataError: the cache cannot be written.
    """
    usage = model.usage
    base = reword(questions, seed).questions
    found = list(base)
    refused: dict[int, RewriteRefusal] = {}
    waiting: list[_Rewrite] = []
    answers = model.ask_many([paraphrase_request(one, seed) for one in base], progress)
    for place, (before, answer) in enumerate(zip(base, answers, strict=True)):
        outcome = _checked(place, before, answer)
        if isinstance(outcome, _Rewrite):
            waiting.append(outcome)
        else:
            refused[place] = outcome
    requests = [back_check_request(base[one.place], one.after, seed) for one in waiting]
    for one, second in zip(waiting, model.ask_many(requests, progress), strict=True):
        refusal = _refused_by(second, one)
        if refusal is None and not isinstance(second, LanguageModelError):
            found[one.place] = _with_wording(one, second)
        elif refusal is not None:
            refused[one.place] = refusal
    changed = sum(one.question != other.question for one, other in zip(found, questions, strict=True))
    in_order = tuple(refused[place] for place in sorted(refused))
    return Reworded(tuple(found), changed, in_order, model.usage.since(usage))


def _checked(place: int, before: Question, answer: Paraphrased) -> _Rewrite | RewriteRefusal:
    if isinstance(answer, LanguageModelError):
        return _no_answer(before, answer)
    content = answer.content
    options = content.options if isinstance(content, ParaphraseWithOptions) else before.options
    # Line breaks and blanks are layout, not words.
    texts = {"question": _one_line(content.question), "options": tuple(map(_one_line, options))}
    after = before.model_copy(update=texts)
    if after == before:
        return RewriteRefusal(before.question_id, before.task, SAME_WORDS, "", after.question)
    wrong = faults(before, after)
    if wrong:
        detail = "; ".join(f"{fault.reason}: {fault.detail}" for fault in wrong)
        return RewriteRefusal(before.question_id, before.task, wrong[0].reason, detail, _all_words(after))
    return _Rewrite(place, after, answer)


def _refused_by(second: Answer[BackCheck] | LanguageModelError, one: _Rewrite) -> RewriteRefusal | None:
    if isinstance(second, LanguageModelError):
        return _no_answer(one.after, second)
    if second.content.same:
        return None
    said = _one_line(second.content.differences)[:LONGEST_DETAIL]
    told = "".join(sign if sign.isprintable() else "?" for sign in said)
    return RewriteRefusal(one.after.question_id, one.after.task, BACK_CHECK, told, _all_words(one.after))


def _no_answer(question: Question, error: LanguageModelError) -> RewriteRefusal:
    """A refusal.

    Raises:
        LanguageModelError: nobody can be asked.
    """
    if error.hopeless:
        raise error
    return RewriteRefusal(question.question_id, question.task, NO_ANSWER, str(error), "")


def _with_wording(one: _Rewrite, second: Answer[BackCheck]) -> Question:
    costs = (one.answer.cost_usd, second.cost_usd)
    wording = Wording(
        by=one.answer.model,
        temperature=one.answer.temperature,
        prompt_sha256=one.answer.prompt_sha256,
        cost_usd=None if None in costs else round(sum(cost for cost in costs if cost is not None), 9),
    )
    provenance = one.after.provenance.model_copy(update={"wording": wording})
    return one.after.model_copy(update={"provenance": provenance})


def _all_words(question: Question) -> str:
    return "\n".join((question.question, *question.options))


def _one_line(text: str) -> str:
    return " ".join(text.split())
