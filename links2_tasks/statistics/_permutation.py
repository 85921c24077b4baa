"""Sign-swap permutation test of paired differences, by cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from links2_tasks.errors import DataError
from links2_tasks.scoring import ClusterTotals, cluster_totals

_ALL_SIGNS_UP_TO = 16
"""Clusters whose signs are all tried: 2^15 ways, since turning every sign changes no absolute value."""
_AT_ONCE = 500
_ROUNDING = 1e-9
"""Of the largest possible value: sums of the same numbers in another order are the same value."""
_DUST = 1e-12


def permutation_p(
    differences: Sequence[float],
    clusters: Sequence[str],
    *,
    tasks: Sequence[str] | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
) -> float:
    """Two-sided p-value of "the two runs are alike": would swapping them on whole clusters do as much?

    If nothing but a name tells the runs apart, then each cluster's differences could as well have had the other sign
    (Fisher 1935, The Design of Experiments, section 21). Signs turn for whole clusters, because questions of one clip
    are not independent. The statistic is the absolute mean difference. Up to 16 clusters that differ at all, every sign
    is tried and p is exact; above, `n_resamples` are drawn and p = (1 + as extreme) / (1 + drawn), which is never 0
    (Phipson and Smyth 2010, Statistical Applications in Genetics and Molecular Biology 9).

    Args:
        differences: Of one question each.
        clusters: The cluster of each question.
        tasks: The task of each question; the statistic is then the unweighted mean of the tasks' mean differences. None
            takes all questions for one task.
        n_resamples: Number of draws where they are drawn.
        seed: The same seed gives the same p-value.

    Returns:
        In (0, 1].

    Raises:
        DataError: there are no differences, one is not finite, or `n_resamples` is below 1.
    """
    if not differences or n_resamples < 1:
        raise DataError(
            f"a permutation test needs differences and at least one draw, got {len(differences)} and {n_resamples}"
        )
    if not all(math.isfinite(difference) for difference in differences):
        raise DataError("a difference is not a finite number; leave out questions that one run has no score for")
    totals = cluster_totals(differences, tasks or ["all"] * len(differences), clusters)
    return permutation_ps(cluster_parts(totals, [list(range(len(totals.tasks)))]), n_resamples, seed)[0]


def cluster_parts(totals: ClusterTotals, groups: Sequence[Sequence[int]]) -> np.ndarray:
    """(clusters, groups) what each cluster adds to the macro mean of each group of tasks."""
    by_task = totals.sums / totals.counts.sum(axis=0)
    parts = np.column_stack([by_task[:, places].mean(axis=1) for places in groups])
    # Fractions that cancel leave dust, and dust has a sign.
    return np.where(np.abs(parts) < _DUST, 0.0, parts)


def permutation_ps(parts: np.ndarray, n_resamples: int, seed: int) -> list[float]:
    """P-values of several statistics; those that need draws share them.

    Args:
        parts: (clusters, statistics) what each cluster adds to each statistic.
        n_resamples: Number of draws.
        seed: Seed of the draws.
    """
    exact = [_exact_p(column[column != 0.0]) if _few(column) else None for column in parts.T]
    drawn = [place for place, p in enumerate(exact) if p is None]
    found = iter(_drawn_ps(parts[:, drawn], n_resamples, seed) if drawn else ())
    return [next(found) if p is None else p for p in exact]


def _few(column: np.ndarray) -> bool:
    return int(np.count_nonzero(column)) <= _ALL_SIGNS_UP_TO


def _exact_p(parts: np.ndarray) -> float:
    """Over all signs of clusters that differ; the first one's stays, since its turn mirrors all others."""
    if len(parts) < 2:
        return 1.0
    others = len(parts) - 1
    bits = (np.arange(2**others)[:, None] >> np.arange(others)) & 1
    sums = parts[0] + (1.0 - 2.0 * bits) @ parts[1:]
    return float(np.mean(np.abs(sums) >= _threshold(parts)))


def _drawn_ps(parts: np.ndarray, n_resamples: int, seed: int) -> list[float]:
    random = np.random.default_rng(seed)
    thresholds = _threshold(parts)
    extreme = np.zeros(parts.shape[1], dtype=int)
    for start in range(0, n_resamples, _AT_ONCE):
        shape = (min(_AT_ONCE, n_resamples - start), len(parts))
        bits = np.unpackbits(random.integers(256, size=(shape[0], -(-shape[1] // 8)), dtype=np.uint8), axis=1)
        signs = 1.0 - 2.0 * bits[:, : shape[1]]
        extreme += np.count_nonzero(np.abs(signs @ parts) >= thresholds, axis=0)
    return [float(p) for p in (1 + extreme) / (1 + n_resamples)]


def _threshold(parts: np.ndarray) -> np.ndarray:
    """What counts as at least as extreme as what was seen."""
    return np.abs(parts.sum(axis=0)) - _ROUNDING * np.abs(parts).sum(axis=0)
