"""Tests that statsmodels has: McNemar's and Holm's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from links2_tasks._extras import import_extra
from links2_tasks.errors import DataError


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Two-sided exact p-value of McNemar's test.

    Of the questions that only one of two runs has right, half should be the first's if the runs are alike; p is that of
    the binomial distribution. It takes questions for independent, which questions about one clip are not: it is the
    figure that others publish, and `permutation_p` is the one to go by.

    Args:
        only_first: Number of questions that only the first run has right.
        only_second: Number that only the second has right.

    Returns:
        In (0, 1]; 1 where there is no such question.

    Raises:
        DataError: a number is negative.
        MissingExtraError: statsmodels is not installed.
    """
    if only_first < 0 or only_second < 0:
        raise DataError(f"numbers of questions cannot be negative, got {only_first} and {only_second}")
    tables = statsmodels("McNemar's test", "stats.contingency_tables")
    return float(tables.mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P-values corrected for their number after Holm (1979, Scandinavian Journal of Statistics 6).

    Of all tests whose corrected p-value is below 0.05, the chance that even one is a false alarm is below 5 %, however
    the tests depend on each other.

    Args:
        p_values: In any order.

    Returns:
        In the same order; none is smaller than before, none above 1.

    Raises:
        DataError: one is not in 0..1.
        MissingExtraError: statsmodels is not installed.
    """
    if not all(0.0 <= p <= 1.0 for p in p_values):
        raise DataError(f"p-values lie in 0..1, got {', '.join(map(str, p_values))}")
    if not p_values:
        return ()
    corrected = statsmodels("Holm's correction", "stats.multitest").multipletests(list(p_values), method="holm")[1]
    return tuple(float(p) for p in corrected)


def statsmodels(feature: str, module: str) -> Any:
    """A module of statsmodels.

    Raises:
        MissingExtraError: it is not installed.
    """
    return import_extra(f"statsmodels.{module}", "statsmodels", "report", feature)
