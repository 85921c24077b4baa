"""Questions that a language model answers without seeing anything: asked under every rotation of the options.

What counts is which option it means, whatever letter that has at the time. A question is *known* when the same option
is chosen under every rotation and is right. A model that draws letters by lot is right under all four rotations of one
question in 256; but one that likes an option for its words likes it under every rotation, and is then right once in
four on honest questions. So being right under all rotations is no proof by itself. Of the questions that are answered
alike under all rotations, one in four is right by chance, whatever the model likes; only tasks in which clearly more
are right lose questions, and only until the rest is what chance explains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel

from links2_tasks.errors import LanguageModelError
from links2_tasks.language import LanguageModel, Request
from links2_tasks.pipeline.filters._above_chance import LEVEL, Tried, beyond_chance
from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, Progress, without
from links2_tasks.schema import LETTERS, Question
from links2_tasks.variants.circular import rotations

REASON = "a language model knows the answer from the text alone"
SYSTEM = (
    "You take part in a check of a benchmark. Its questions are about a drone video and a satellite image, and you are "
    "shown neither. Choose the option that is most likely to be right, from the words alone. Always choose one."
)


class Guess(BaseModel):
    """What the model answers."""

    letter: Literal["A", "B", "C", "D", "E", "F"]


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """Known questions beyond what chance explains; without a model, none."""
    if context.model is None or not questions:
        return Filtered(tuple(questions), ())
    tried = steady_choices(questions, context.model, context.progress)
    gone = beyond_chance(tried, context.seed)
    faults = {
        one.question.question_id: Fault(
            REASON, f"{context.model.settings.model} is right under all {len(one.question.options)} rotations; {words}"
        )
        for one, words in gone
    }
    return without(questions, faults)


def steady_choices(questions: Sequence[Question], model: LanguageModel, progress: Progress) -> tuple[Tried, ...]:
    """The questions of which one and the same option is chosen under every rotation, and whether it is the right one.

    Raises:
        LanguageModelError: no request at all was answered.
    """
    asked = [(question, one) for question in questions for one in rotations(question)]
    chosen: dict[str, set[str | None]] = {question.question_id: set() for question in questions}
    errors: list[LanguageModelError] = []
    for (question, rotated), answer in zip(
        asked, model.ask_many([_request(one) for _, one in asked], progress), strict=True
    ):
        if isinstance(answer, LanguageModelError):
            errors.append(answer)
            chosen[question.question_id].add(None)
        else:
            place = LETTERS.index(answer.content.letter)
            chosen[question.question_id].add(rotated.options[place] if place < len(rotated.options) else None)
    if len(errors) == len(asked):
        raise errors[0]
    return _steady(questions, chosen)


def _steady(questions: Sequence[Question], chosen: Mapping[str, set[str | None]]) -> tuple[Tried, ...]:
    tried = []
    for question in questions:
        options = chosen[question.question_id]
        # A rotation without an answer, or with a letter that is none of its options, makes the question unsteady.
        if len(options) == 1 and None not in options:
            tried.append(Tried(question, question.answer_text in options))
    return tuple(tried)


def _request(question: Question) -> Request[Guess]:
    lines = [f"{letter}. {text}" for letter, text in zip(question.letters, question.options, strict=True)]
    return Request(
        purpose="text alone",
        system=SYSTEM,
        text="\n".join([question.question, *lines, f"Answer with one letter of {', '.join(question.letters)}."]),
        answer=Guess,
        temperature=0.0,
    )


FILTER = Filter(
    "language_model",
    "With a language model: questions that it has right without pictures under every rotation of the options, in tasks "
    f"where chance (p < {LEVEL}) does not explain how many those are.",
    apply,
    needs_model=True,
)
