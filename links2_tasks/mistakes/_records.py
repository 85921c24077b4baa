"""What a wrong answer is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Category = Literal[
    "spatial_alignment", "perception", "temporal", "direction", "scale_and_distance", "reasoning", "format"
]
CATEGORIES: tuple[Category, ...] = get_args(Category)


@dataclass(frozen=True)
class Mistake:
    """One wrong answer."""

    question_id: str
    task: str
    category: Category | None
    """None where the question's data prove none: a person has to look."""
    rule: str
    """Short name of the rule that assigned the category; empty for None."""
    evidence: str
    """What the rule found, in words with numbers."""


@dataclass(frozen=True)
class MistakeShares:
    """Categories of the wrong answers of one task, or of all."""

    name: str
    n_wrong: int
    counts: Mapping[str, int]
    """Number by category; those of no category under 'undecided'."""
