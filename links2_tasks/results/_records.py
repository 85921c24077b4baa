"""What a run of either framework left, in one form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from links2_tasks.prompt import FrameManifest
from links2_tasks.scoring import UNASKABLE_REASONS, ScoredRow

Framework = Literal["lmms-eval", "VLMEvalKit"]

LOST_REASONS = ("request_failed", *UNASKABLE_REASONS)
"""Reasons of rows that say something of the run or the dataset and nothing of the model: it was not asked as it should
be, or its reply was lost."""


@dataclass(frozen=True)
class ResultRow:
    """One answered question."""

    scored: ScoredRow
    """Its `task` is the short name of the task, its `question_id` that of the question as it was asked."""
    variant: str
    """Name of the variant, or `schema.DEFAULT_VARIANT`."""
    raw: str
    """The reply, or as much of it as was kept."""
    note: str
    """Why there is no answer, or what else there is to know, in words."""
    question_sha256: str | None
    """Digest of the question as it was asked; None in rows of older versions."""
    manifest: FrameManifest | None
    """What was shown; None where the framework did not keep it."""
    output_tokens: int | None
    """Length of the reply, where the framework says so."""
    error: float | None = None
    """How far an open answer is off; None for letters, and where no number was read."""
    error_unit: str = ""
    """Unit of `error`."""


@dataclass(frozen=True)
class Run:
    """One model on the questions of one variant."""

    name: str
    """What tables call it: the model, with the variant where there is one; no two runs of a folder share it."""
    folder: Path
    """Where its files lie."""
    framework: Framework
    model: str
    """What the framework calls the model; lmms-eval's names are those of wrappers, and the weights are an argument."""
    model_args: str
    """As the framework was given them, with `***` in place of secrets."""
    variant: str
    version: str
    """Version of the benchmark, `N-X`; scores of different N are not comparable."""
    started_at: str | None
    """ISO 8601; None where the framework does not say."""
    seconds: float | None
    """How long the run took, where the framework says so."""
    max_new_tokens: int | None
    """Limit of a reply's length, where the framework says so."""
    rows: tuple[ResultRow, ...]
    """Ordered by task and question."""
    remarks: tuple[str, ...] = ()
    """What was amiss in its files and was passed over, counted and named."""

    @property
    def scored(self) -> tuple[ScoredRow, ...]:
        """What statistics work on."""
        return tuple(row.scored for row in self.rows)

    @property
    def is_open(self) -> bool:
        """Whether answers are numbers, which have no level of chance; rows of damaged lines have none in any run."""
        return not any(row.scored.chance for row in self.rows)
