"""Means of questions that are not independent: their standard errors, and Student's t for few clusters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from links2_tasks.scoring import ClusterTotals


@dataclass(frozen=True)
class ClusteredMean:
    """The unweighted mean of some tasks' means, with its uncertainty when clusters are what was sampled."""

    mean: float
    standard_error: float
    degrees_of_freedom: float
    """Number of clusters less one when all have the same share of the questions, and less when shares differ."""
    n_clusters: int


def clustered_mean(totals: ClusterTotals, tasks: Sequence[int]) -> ClusteredMean | None:
    """Mean and cluster-robust standard error of the macro mean of some tasks.

    The macro mean is a contrast of a regression of the values on the tasks, so its variance is the sum over clusters
    of the square of the cluster's summed residuals, each weighted by 1 / (tasks * questions of its task). Residuals of
    large clusters are too small, since such a cluster draws the mean to itself; with few clusters that matters. Each is
    therefore divided by sqrt(1 - share of the cluster in its task): the estimator CR2 of Bell and McCaffrey (2002,
    "Bias Reduction in Standard Errors for Linear Regression with Multi-Stage Samples", Survey Methodology 28), which
    for task means has this closed form. With G equal clusters it is the usual variance times G / (G - 1).

    Args:
        totals: Sums by cluster and task.
        tasks: Places of the tasks in `totals.tasks`.

    Returns:
        None where a task lies in fewer than two clusters: nothing tells how another cluster would differ.
    """
    counts, sums = totals.counts[:, tasks], totals.sums[:, tasks]
    there = counts.any(axis=1)
    counts, sums = counts[there], sums[there]
    if (np.count_nonzero(counts, axis=0) < 2).any():
        return None
    n_questions = counts.sum(axis=0)
    means = sums.sum(axis=0) / n_questions
    weights = 1.0 / (len(tasks) * n_questions)
    residuals = (sums - counts * means) * weights / np.sqrt(1.0 - counts / n_questions)
    variance = float((residuals.sum(axis=1) ** 2).sum())
    return ClusteredMean(
        mean=float(means.mean()),
        standard_error=0.0 if variance < 1e-24 else math.sqrt(variance),
        degrees_of_freedom=_degrees_of_freedom((counts * weights).sum(axis=1)),
        n_clusters=len(counts),
    )


def _degrees_of_freedom(shares: np.ndarray) -> float:
    """Satterthwaite's degrees of freedom of the standard error, after Bell and McCaffrey (2002).

    They are tr(B)^2 / tr(B^2), B being the covariance of the clusters' residuals. Bell and McCaffrey take questions for
    independent there; Imbens and Kolesar (2016, "Robust Standard Errors in Small Samples", Review of Economics and
    Statistics 98) let them share what their cluster has in common. Here that is taken to outweigh the rest, which errs
    on the side of wide intervals: means of clusters vary alike, whatever their size. With share w of each cluster,
    B_cd = b_c b_d (1[c = d] - w_c - w_d + sum of w^2), b = w / sqrt(1 - w). The sums are written out, so that
    thousands of clusters need no matrix.

    Args:
        shares: (clusters,) share of each cluster in the macro mean; they add up to 1.
    """
    squares = shares**2 / (1.0 - shares)
    common = float((shares**2).sum())
    p, q, r = (float((squares * shares**power).sum()) for power in range(3))
    trace = p - 2.0 * q + common * p
    own = float((squares**2 * (1.0 + 2.0 * (common - 2.0 * shares))).sum())
    return trace**2 / (own + common**2 * p**2 + 2.0 * p * r - 4.0 * common * p * q + 2.0 * q**2)


@lru_cache(maxsize=256)
def t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """The value that a variable of Student's t distribution stays below with this probability, at least 0.5.

    With t = sqrt(df) tan(angle) the density becomes a power of the cosine; its integral is found by Gauss and
    Legendre's rule and the angle by halving. Here and not from SciPy, so that intervals need nothing but NumPy.
    """
    nodes, weights = _gauss_legendre()
    scale = math.exp(math.lgamma((degrees_of_freedom + 1) / 2) - math.lgamma(degrees_of_freedom / 2)) / math.sqrt(
        math.pi
    )

    def above_centre(angle: float) -> float:
        density = np.cos(angle / 2 * (nodes + 1)) ** (degrees_of_freedom - 1)
        return scale * angle / 2 * float(weights @ density)

    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if above_centre(middle) < probability - 0.5 else (low, middle)
    return math.sqrt(degrees_of_freedom) * math.tan((low + high) / 2)


@cache
def _gauss_legendre() -> tuple[np.ndarray, np.ndarray]:
    """Nodes in -1..1 and their weights."""
    nodes, weights = np.polynomial.legendre.leggauss(96)
    return nodes, weights
