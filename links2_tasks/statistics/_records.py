"""What statistics say of runs. All shares are 0..1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from links2_tasks.scoring import Interval


@dataclass(frozen=True)
class Estimate:
    """An accuracy with its uncertainty: of one task, of one dimension, or of everything."""

    name: str
    n: int
    n_clips: int
    n_regions: int
    accuracy: float
    """Of several tasks: the unweighted mean of their accuracies (macro)."""
    micro_accuracy: float
    chance: float
    """Mean chance level of the questions; of several tasks, the mean over tasks."""
    chance_corrected: float
    by_clip: Interval | None
    """Interval of `accuracy` when clips are what was sampled; None where a task has fewer than two clips."""
    by_region: Interval | None
    """Interval of `accuracy` when whole regions are what was sampled; None where a task has fewer than two regions."""
    failures: Mapping[str, int]
    """Rows without a readable answer, by reason."""


@dataclass(frozen=True)
class RunEstimates:
    """All estimates of one run."""

    tasks: tuple[Estimate, ...]
    dimensions: tuple[Estimate, ...]
    overall: Estimate
    confidence: float
    n_resamples: int


@dataclass(frozen=True)
class PairedDifference:
    """How two runs differ on the same questions: second run less first run."""

    name: str
    n: int
    """Questions that both runs answered."""
    first: float
    second: float
    difference: float
    interval: Interval | None
    """95 %, clustered by clip; None where a task has fewer than two clips."""
    only_first: int
    """Questions that the first run alone has right; of open answers, those it has a higher score for."""
    only_second: int
    permutation_p: float
    """Two-sided; signs are swapped for whole clips."""
    mcnemar_p: float | None
    """Exact, two-sided; takes questions for independent. None where scores are not all 0 or 1."""
    holm_p: float | None
    """`permutation_p` corrected for the number of tasks compared; None for dimensions and overall."""
    questions_needed: int | None
    """Questions of this kind that a difference of this size needs to be found (80 % power at 5 %).

    None for no difference, and where a task has fewer than two clips."""


@dataclass(frozen=True)
class Comparison:
    """A paired comparison of two runs."""

    tasks: tuple[PairedDifference, ...]
    dimensions: tuple[PairedDifference, ...]
    overall: PairedDifference
    n_only_in_first: int
    """Questions left out because the other run has no row of them."""
    n_only_in_second: int


@dataclass(frozen=True)
class Kappa:
    """Agreement of two raters beyond chance."""

    value: float | None
    """-1..1; None where both used one and the same category throughout, which leaves nothing beyond chance."""
    standard_error: float | None
    """For many cases. None for full agreement, and for a rater with one category throughout: it cannot be estimated."""
    interval: Interval | None
    """None where there is no standard error."""
    n: int
    """Cases that both rated."""
    agreement: float
    """Share of cases with the same category."""
