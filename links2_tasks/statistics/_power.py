"""How many questions a difference needs, and how small a difference so many questions can find."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from links2_tasks.errors import DataError
from links2_tasks.scoring import ScoredRow, cluster_totals
from links2_tasks.statistics._clustered import clustered_mean
from links2_tasks.statistics._groups import rows_by_key
from links2_tasks.statistics._pairs import paired

_NOTHING = 1e-12
"""Differences below this are rounding."""


def questions_needed(
    difference: float,
    standard_error: float,
    n_questions: int,
    n_clusters: int,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
) -> int | None:
    """Number of questions with which a paired comparison finds a difference of this size.

    With k times as many clips, as many questions on each, the standard error falls by sqrt(k). So the number is
    n * ((z(1 - alpha / 2) + z(power)) * standard error / difference)^2; this is the sample size formula of Miller
    (2024, "Adding Error Bars to Evals", arXiv:2411.00640, section 5) with n times the squared clustered error for its
    variance, which holds what questions have in common (design effect) and what the two runs have (pairing). Fewer
    clusters than can ever give a permutation p-value below alpha (6 at 5 %) are never enough.

    Args:
        difference: Mean difference that is to be found.
        standard_error: Of the mean difference on the questions at hand, clustered.
        n_questions: Questions at hand.
        n_clusters: Clips at hand.
        power: Probability with which it is to be found.
        alpha: Level of the two-sided test.

    Returns:
        None for a difference of 0, which no number of questions finds.

    Raises:
        DataError: a number is out of range.
    """
    if n_questions < 1 or n_clusters < 1 or not 0.0 <= standard_error < math.inf or not math.isfinite(difference):
        raise DataError(
            f"a difference ({difference}) must be finite, its standard error ({standard_error}) too, and numbers "
            f"of questions ({n_questions}) and clips ({n_clusters}) 1 or more"
        )
    factor = _factor(power, alpha)
    if abs(difference) < _NOTHING:
        return None
    wanted = n_questions * (factor * standard_error / difference) ** 2
    fewest_clusters = math.floor(1.0 - math.log2(alpha)) + 1
    return max(math.ceil(wanted), math.ceil(fewest_clusters * n_questions / n_clusters))


def minimum_detectable_difference(
    first: Sequence[ScoredRow], second: Sequence[ScoredRow], *, power: float = 0.8, alpha: float = 0.05
) -> float | None:
    """The smallest true difference of macro accuracies that a comparison like that of these two runs finds.

    It is (z(1 - alpha / 2) + z(power)) * standard error of the paired difference, clustered by clip: 2.8 standard
    errors for 80 % at 5 % (Miller 2024, section 5). Only how the two runs vary from clip to clip enters, not how far
    apart they are.

    Args:
        first: Scored questions of one run.
        second: Those of the other.
        power: Probability with which the difference is to be found.
        alpha: Level of the two-sided test.

    Returns:
        None where a task has fewer than two clips.

    Raises:
        DataError: as `compare`, or a number is out of range.
    """
    pairs = paired(rows_by_key(first), rows_by_key(second))
    differences, tasks, clips = zip(
        *((pair.difference, pair.first.task, pair.first.clip_id) for pair in pairs), strict=True
    )
    totals = cluster_totals(differences, tasks, clips)
    found = clustered_mean(totals, range(len(totals.tasks)))
    return _factor(power, alpha) * found.standard_error if found else None


def _factor(power: float, alpha: float) -> float:
    if not (0.0 < power < 1.0 and 0.0 < alpha < 1.0):
        raise DataError(f"power and alpha lie between 0 and 1, got {power} and {alpha}")
    normal = NormalDist()
    return normal.inv_cdf(1.0 - alpha / 2.0) + normal.inv_cdf(power)
