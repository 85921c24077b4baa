"""What stages of a build leave in writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["flight", "clip", "draft", "question"]


@dataclass(frozen=True)
class Dropped:
    """Something that does not go on to the next stage."""

    kind: Kind
    item: str
    """Its id; of drafts, which have none, that of their clip."""
    reason: str
    """One of few, to be counted, without numbers or names in it."""
    detail: str = ""
    """What exactly was found."""
    task: str | None = None
    n: int = 1
    """How many: drafts of one clip that are refused for one reason stand in one line."""


@dataclass(frozen=True)
class StageReport:
    """What one stage read, made and dropped."""

    stage: str
    read: Mapping[str, int]
    """Numbers by what it is, for example {'flights': 3}."""
    made: Mapping[str, int]
    dropped: Mapping[str, int]
    """Numbers by reason; which ones, and why in full, stands in the stage's `dropped.jsonl`."""
    seconds: float
    remarks: tuple[str, ...] = ()
    kept: Mapping[str, int] = field(default_factory=dict)
    """What an earlier build had made of the same, and was not made again."""


@dataclass(frozen=True)
class BuildReport:
    """What a build read, wrote and dropped."""

    n_flights: int
    """Flights that could be used."""
    n_clips: int
    n_drafts: Mapping[str, int]
    """Drafts by task."""
    n_questions: Mapping[str, int]
    """Questions by task, as they stand in the dataset."""
    refusals: Mapping[str, Mapping[str, int]]
    """Refusals of the writers by task and reason."""
    stages: tuple[StageReport, ...]
    """In their order."""
    out: str
    """Folder of the dataset; empty for a dry run."""
    work: str
    """Folder of what the stages made; empty for a dry run."""


def count_reasons(dropped: Iterable[Dropped]) -> dict[str, int]:
    """How many were dropped for each reason, the commonest first."""
    counts: Counter[str] = Counter()
    for one in dropped:
        counts[one.reason] += one.n
    return dict(counts.most_common())


def as_kept(report: StageReport, seconds: float, kept: Mapping[str, int]) -> StageReport:
    """The report of a stage whose result still held."""
    return replace(report, seconds=seconds, kept=kept)
