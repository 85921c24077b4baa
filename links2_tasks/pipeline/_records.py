"""What stages of a build leave in writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["flight", "clip", "draft", "question"]


@dataclass(frozen=True)
class Dropped:
    """Something that does not go on to the next stage."""

    kind: Kind
    item: str
    """Its id."""
    reason: str
    """One of few, to be counted, without numbers or names in it."""
    detail: str = ""
    """What exactly was found."""
    task: str | None = None


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
