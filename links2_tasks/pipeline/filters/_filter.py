"""What a filter is, and how it tells what it takes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from links2_tasks.pipeline._records import Dropped
from links2_tasks.schema import Question

if TYPE_CHECKING:
    from links2_tasks.language import LanguageModel
    from links2_tasks.pipeline.filters._settings import FilterSettings

Progress = Callable[[str], None]


@dataclass(frozen=True)
class FilterContext:
    """What filters may look at beside the questions."""

    root: Path
    """Folder that the media paths of the questions are relative to."""
    settings: FilterSettings
    seed: int = 0
    progress: Progress = lambda step: None
    model: LanguageModel | None = None
    """Is asked the questions without pictures; without it the filter `language_model` is left out."""


@dataclass(frozen=True)
class Filtered:
    """What a filter leaves, perhaps changed, as when letters are dealt anew; and what it takes out."""

    questions: tuple[Question, ...]
    dropped: tuple[Dropped, ...]
    n_changed: int = 0


@dataclass(frozen=True)
class Filter:
    """One filter, by the name that settings and the funnel call it."""

    name: str
    summary: str
    """What it takes out, for people."""
    apply: Callable[[Sequence[Question], FilterContext], Filtered]
    needs_model: bool = False
    """Whether it is left out where there is no language model: nothing found would be nothing looked at."""

    @property
    def title(self) -> str:
        """The name as words, for tables and figures."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Fault:
    """Why one question should go."""

    reason: str
    """One of few, to be counted, without numbers or names in it."""
    detail: str
    """What exactly was found, with figures."""


def without(questions: Iterable[Question], faults: Mapping[str, Fault]) -> Filtered:
    """The questions that have no fault, in their order, and the others with theirs.

    Args:
        questions: All questions.
        faults: By id of the question.
    """
    kept: list[Question] = []
    dropped: list[Dropped] = []
    for question in questions:
        fault = faults.get(question.question_id)
        if fault is None:
            kept.append(question)
        else:
            dropped.append(Dropped("question", question.question_id, fault.reason, fault.detail, question.task))
    return Filtered(tuple(kept), tuple(dropped))


def one_by_one(questions: Iterable[Question], fault_of: Callable[[Question], Fault | None]) -> Filtered:
    """What a filter leaves that looks at one question at a time."""
    known = tuple(questions)
    faults = {question.question_id: fault for question in known if (fault := fault_of(question)) is not None}
    return without(known, faults)
