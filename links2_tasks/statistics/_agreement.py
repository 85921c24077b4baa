"""How far two people agree beyond what guessing gives: `cohens_kappa`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from links2_tasks.errors import DataError
from links2_tasks.scoring import Interval
from links2_tasks.statistics._records import Kappa
from links2_tasks.statistics._textbook import statsmodels

_NOTHING = 1e-12


def cohens_kappa(first: Sequence[str], second: Sequence[str], *, confidence: float = 0.95) -> Kappa:
    """Cohen's kappa of two raters' categories, which have no order (Cohen 1960).

    Its standard error is that of Fleiss, Cohen and Everitt (1969, Psychological Bulletin 72): for many cases, and cases
    that are independent. For full agreement, and for a rater who used one category only, their formula gives 0 however
    few the cases are; that is no certainty, so there is neither error nor interval then.

    Args:
        first: One category for each case.
        second: Those of the other rater, in the same order.
        confidence: What the interval promises, 0..1.

    Raises:
        DataError: there are no cases, or the raters have not the same number.
        MissingExtraError: statsmodels is not installed.
    """
    if not first or len(first) != len(second) or not 0.0 < confidence < 1.0:
        raise DataError(
            f"kappa needs the same cases from both raters, got {len(first)} and {len(second)}, and a confidence "
            f"between 0 and 1, got {confidence}"
        )
    names = sorted({*first, *second})
    agreement = sum(one == other for one, other in zip(first, second, strict=True)) / len(first)
    if len(names) == 1:
        return Kappa(None, None, None, len(first), agreement)
    place = {name: number for number, name in enumerate(names)}
    table = np.zeros((len(names), len(names)))
    for one, other in zip(first, second, strict=True):
        table[place[one], place[other]] += 1
    ratings = statsmodels("Cohen's kappa", "stats.inter_rater")
    with np.errstate(invalid="ignore", divide="ignore"):  # Of its test of kappa = 0, which is not used here.
        found = ratings.cohens_kappa(table)
    value, variance = float(found.kappa), float(found.var_kappa)
    # What should be 0 comes out as a little more or less.
    if variance < _NOTHING:
        return Kappa(value, None, None, len(first), agreement)
    error = math.sqrt(variance)
    half = NormalDist().inv_cdf((1.0 + confidence) / 2.0) * error
    return Kappa(value, error, Interval(max(-1.0, value - half), min(1.0, value + half)), len(first), agreement)
