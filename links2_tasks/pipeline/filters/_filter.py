"""What a filter is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from links2_tasks.pipeline._records import Dropped
from links2_tasks.schema import Question

if TYPE_CHECKING:
    from links2_tasks.pipeline.filters._settings import FilterSettings


@dataclass(frozen=True)
class FilterContext:
    """What filters may look at beside the questions."""

    root: Path
    """Folder that the media paths of the questions are relative to."""
    settings: FilterSettings
    seed: int = 0
    progress: Callable[[str], None] = lambda step: None


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
