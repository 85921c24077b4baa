"""What audits find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from links2_tasks.scoring import Interval


@dataclass(frozen=True)
class LetterUse:
    """How often one letter was right and how often a model chose it."""

    letter: str
    n_right: int
    n_chosen: int
    accuracy: float | None
    """Share of right answers where this letter is right; None where it never is."""


@dataclass(frozen=True)
class PositionAudit:
    """Whether a model prefers places of options."""

    letters: tuple[LetterUse, ...]
    n: int
    """Rows with a readable letter."""
    p_value: float | None
    """Chance of choices at least as uneven, given how often each letter is right; None for too few rows."""
    recall_spread: float | None
    """Standard deviation of the letters' accuracies (RStd of Zheng et al. 2024, arXiv:2309.03882)."""


@dataclass(frozen=True)
class ExtractionAudit:
    """Replies without a readable answer."""

    n: int
    reasons: Mapping[str, int]
    examples: Mapping[str, tuple[str, ...]]
    """Beginnings of some replies, by reason."""
    n_truncated_thinking: int
    warning: str
    """What to do about thinking that was cut off, with the limit of tokens; empty where there is little of it."""


@dataclass(frozen=True)
class ShortcutScore:
    """How far one way of answering without looking gets on one task, or on all."""

    task: str
    """'all' for all tasks."""
    classifier: str
    n: int
    accuracy: float
    chance: float
    interval: Interval | None
    """Of the accuracy, clustered by clip."""
    p_value: float | None
    """One-sided: chance of an accuracy at least as high from guessing. Corrected by Holm within a classifier."""
    above_chance: bool


@dataclass(frozen=True)
class TextAudit:
    """How far text alone goes."""

    scores: tuple[ShortcutScore, ...]
    bias: Mapping[str, float]
    """Share of classifiers that have each question right, by its id."""
    pruned: tuple[str, ...]
    """Ids of the questions that are left when the most biased are taken out, until no classifier is above chance."""


@dataclass(frozen=True)
class Duplicate:
    """Two questions that are the same or nearly so."""

    first: str
    second: str
    similarity: float
    what: str
    """'text', 'answer', 'media' and so on."""


@dataclass(frozen=True)
class Leak:
    """Something of one split that is seen in another."""

    first_split: str
    second_split: str
    what: str
    """What they share: a clip, a video, an image file, a part of a map."""
    detail: str
