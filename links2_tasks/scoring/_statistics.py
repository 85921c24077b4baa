"""Means and clustered standard errors that do not depend on the order of the rows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence


def mean(values: Sequence[float]) -> float:
    """Mean with an exactly rounded sum, so the order of the rows changes nothing."""
    return math.fsum(values) / len(values)


def clustered_standard_error(scores: Sequence[float], clusters: Sequence[Hashable]) -> float | None:
    r"""Standard error of the mean of `scores` when rows of one cluster are alike.

    SE = sqrt( SE_CLT^2 + 1/n^2 * sum over clusters c, rows i != j of c, of (s_i - mean) (s_j - mean) ), with
    SE_CLT^2 = 1/n * 1/(n-1) * sum of (s_i - mean)^2  (Miller 2024, "Adding Error Bars to Evals", arXiv:2411.00640,
    section 2.2). Where every row is a cluster of its own this is the usual standard error.

    Returns:
        The standard error in the unit of the scores, or None for fewer than two clusters, which say nothing of it.
    """
    return stratified_standard_error(scores, ["all"] * len(scores), clusters)


def stratified_standard_error(
    scores: Sequence[float], strata: Sequence[Hashable], clusters: Sequence[Hashable]
) -> float | None:
    """Standard error of the unweighted mean of the strata's means, with clusters that may cross strata.

    The formula of `clustered_standard_error`, with each row's deviation taken from the mean of its stratum and weighted
    by 1 / (number of strata * rows in its stratum): the macro mean is linear in the rows. With one stratum both agree.

    Returns:
        The standard error, or None for fewer than two clusters or for a stratum of one row.
    """
    members: dict[Hashable, list[float]] = defaultdict(list)
    for score, stratum in zip(scores, strata, strict=True):
        members[stratum].append(score)
    if len(set(clusters)) < 2 or any(len(rows) < 2 for rows in members.values()):
        return None
    means = {stratum: mean(rows) for stratum, rows in members.items()}
    weighted: dict[Hashable, list[float]] = defaultdict(list)
    independent: list[float] = []
    for score, stratum, cluster in zip(scores, strata, clusters, strict=True):
        n = len(members[stratum])
        deviation = (score - means[stratum]) / (len(members) * n)
        weighted[cluster].append(deviation)
        independent.append(deviation**2 * n / (n - 1))
    # Over pairs i != j: the square of a cluster's sum less its own squares.
    pairs = [math.fsum(rows) ** 2 - math.fsum(one**2 for one in rows) for rows in weighted.values()]
    return math.sqrt(max(0.0, math.fsum(independent) + math.fsum(pairs)))
