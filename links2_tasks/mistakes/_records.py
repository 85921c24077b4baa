"""What a wrong answer is called, by a rule or by a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Category = Literal[
    "spatial_alignment", "perception", "temporal", "direction", "scale_and_distance", "reasoning", "format"
]
CATEGORIES: tuple[Category, ...] = get_args(Category)
UNDECIDED = "undecided"
"""What the wrong answers of no category are counted under."""


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

    def share(self, category: str) -> float:
        """Share 0..1 of a category, or of 'undecided'; 0 where nothing is wrong."""
        return self.counts[category] / self.n_wrong if self.n_wrong else 0.0


@dataclass(frozen=True)
class GuessedShares:
    """The categories that the same wrong answers would get had each been drawn by lot from the wrong options."""

    name: str
    n_wrong: int
    shares: Mapping[str, float]
    """Share 0..1 by category, 'undecided' too; replies without a readable answer stay under 'format'."""


@dataclass(frozen=True)
class Label:
    """What one person calls one wrong answer."""

    rater: str
    task: str
    question_id: str
    chosen: str
    """The letter that the answer chose, so that a label is never taken for one of another answer."""
    category: Category | None
    """None where the person cannot tell either."""
    comment: str
