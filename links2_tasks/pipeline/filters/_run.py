"""All filters, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from links2_tasks.errors import DataError
from links2_tasks.pipeline._records import Dropped
from links2_tasks.pipeline.filters import (
    ambiguous_margins,
    clip_caps,
    duplicate_clips,
    duplicate_questions,
    empty_maps,
    language_model,
    letter_balance,
    text_alone,
    unreadable_marks,
    unusable_footage,
    watermarks,
)
from links2_tasks.pipeline.filters._filter import Filter, FilterContext
from links2_tasks.schema import Question

FILTERS: tuple[Filter, ...] = (
    unreadable_marks.FILTER,
    ambiguous_margins.FILTER,
    duplicate_questions.FILTER,
    empty_maps.FILTER,
    unusable_footage.FILTER,
    duplicate_clips.FILTER,
    watermarks.FILTER,
    text_alone.FILTER,
    language_model.FILTER,
    clip_caps.FILTER,
    letter_balance.FILTER,
)
"""In the order in which they run: what is cheap and certain first, what looks at all that is left last."""


@dataclass(frozen=True)
class FilterStep:
    """What one filter did."""

    name: str
    n_in: int
    n_out: int
    n_changed: int
    """Questions that went on in another form, such as with other letters."""
    dropped: tuple[Dropped, ...]

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many were dropped for each reason, the commonest first."""
        return dict(Counter(one.reason for one in self.dropped).most_common())


@dataclass(frozen=True)
class FilterRun:
    """What all filters left, and what each of them did."""

    questions: tuple[Question, ...]
    steps: tuple[FilterStep, ...]
    """Of the filters that ran, in their order."""

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """All that was taken out."""
        return tuple(one for step in self.steps for one in step.dropped)


def run_filters(questions: Sequence[Question], context: FilterContext) -> FilterRun:
    """Take out what should not reach a reviewer; each filter sees what the ones before it left.

    Args:
        questions: Of one split: letters are balanced, and clips capped, over all of them.
        context: Where media lie, the limits, and the seed; its `progress` is told the name of each filter.

    Raises:
        DataError: a filter to skip is unknown, or two questions share an id.
        MissingExtraError: scikit-learn or scipy is not installed, and `text_alone` is not skipped.
    """
    check_names(context.settings.skip)
    _check_ids(questions)
    left = tuple(questions)
    steps: list[FilterStep] = []
    for one in FILTERS:
        if one.name in context.settings.skip or (one.needs_model and context.model is None):
            continue
        context.progress(f"filter {one.name}: {len(left)} questions")
        result = one.apply(left, context)
        steps.append(FilterStep(one.name, len(left), len(result.questions), result.n_changed, result.dropped))
        left = result.questions
    return FilterRun(left, tuple(steps))


def check_names(names: Iterable[str]) -> None:
    """See that names are those of filters.

    Raises:
        DataError: one is not; the message lists those that are.
    """
    known = [one.name for one in FILTERS]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise DataError(f"There is no filter '{unknown[0]}' to skip. The filters are: {', '.join(known)}.")


def _check_ids(questions: Sequence[Question]) -> None:
    twice = [each for each, n in Counter(question.question_id for question in questions).items() if n > 1]
    if twice:
        raise DataError(f"Question '{twice[0]}' comes twice; filter one split at a time, with ids that are unique.")
