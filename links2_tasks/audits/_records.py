"""What audits find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
class Clue:
    """What a learned classifier goes by."""

    feature: str
    weight: float
    """Above 0 where it speaks for an option; of a forest, the share of its decisions, without a sign."""


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
    """One-sided: chance of an accuracy at least as high from guessing. Corrected by Holm within a classifier.

    None where the classifier likes all options alike, or where there are fewer than two clips.
    """
    above_chance: bool
    """Whether `p_any_look` is below `LEVEL`: with many classifiers, some seem good by chance."""
    p_any_look: float | None = None
    """The same chance, corrected by Holm for every look of the audit: classifiers by tasks, and all tasks at once."""


LEVEL = 0.05
"""Where nothing is to be found, at most this share of audits calls anything above chance."""


@dataclass(frozen=True)
class TextAudit:
    """How far text alone goes."""

    scores: tuple[ShortcutScore, ...]
    bias: Mapping[str, float]
    """Share of classifiers that have each question right, by its id."""
    pruned: tuple[str, ...]
    """Ids of the questions that are left when the most biased are taken out, until no classifier is above chance."""
    grouped_by: str = "region"
    """What was held out together: 'region', or 'clip' where there are fewer than two regions."""
    n_folds: int = 0
    clues: Mapping[tuple[str, str], tuple[Clue, ...]] = field(default_factory=dict)
    """What each learned classifier that is above chance on a task goes by, by (task, classifier)."""

    @property
    def found(self) -> tuple[ShortcutScore, ...]:
        """Scores that are above chance."""
        return tuple(one for one in self.scores if one.above_chance)


@dataclass(frozen=True)
class Duplicate:
    """Two questions that are the same or nearly so."""

    first: str
    second: str
    similarity: float
    what: str
    """'question', 'text and marks', 'answer', 'near' or 'media'; see `audit_duplicates`."""


@dataclass(frozen=True)
class Leak:
    """Something of one split that is seen in another."""

    first_split: str
    second_split: str
    what: str
    """What they share: a clip, a video, an image file, a part of a map."""
    detail: str


@dataclass(frozen=True)
class DatasetAudit:
    """All that is looked for in a dataset."""

    splits: tuple[str, ...]
    n_questions: int
    text: TextAudit
    layout: tuple[ShortcutScore, ...]
    """How far marks, paths and tiles go without any picture."""
    duplicates: tuple[Duplicate, ...]
    leaks: tuple[Leak, ...]
    """Empty also where there is one split only: then there is nothing to compare."""

    @property
    def found(self) -> tuple[ShortcutScore, ...]:
        """Shortcuts that are above chance."""
        return (*self.text.found, *(one for one in self.layout if one.above_chance))


@dataclass(frozen=True)
class RunAudit:
    """All that is looked for in one run."""

    name: str
    positions: PositionAudit
    extraction: ExtractionAudit
