"""How far open answers are from the truth: the error of one, and figures of many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from links2_tasks.errors import DataError
from links2_tasks.schema import AnswerValue
from links2_tasks.scoring._quantities import unit_base
from links2_tasks.scoring._scores import angular_error_deg

ERROR_UNITS = {"point": "m", "metres": "m", "degrees": "deg", "seconds": "s", "count": "count"}
"""Unit of the error by kind of the truth; points are told by pixel and judged on the ground."""

WITHIN_M = (5, 10, 25, 50)
"""Distances in metres for which figures say what share of answers lies within."""


def number_error(number: float | None, value: AnswerValue) -> float | None:
    """Absolute error of a number in the unit of `ERROR_UNITS`; None when none was read.

    Degrees are compared on the circle.

    Raises:
        DataError: the truth is a point.
    """
    if value.kind == "point":
        raise DataError("the error of a point needs the scale of its image; use point_error_m")
    if number is None:
        return None
    truth = value.number[0]
    if value.kind == "degrees":
        return angular_error_deg(number, truth)
    base = unit_base(value.unit)
    return abs(number - truth) * (base[1] if base else 1.0)


def median_error(errors: Sequence[float | None]) -> float | None:
    """Median of absolute errors, an answer that could not be read being farther off than any other.

    None when there is no such figure: half of the answers or more could not be read, or there are none.
    """
    if not errors:
        return None
    middle = median(math.inf if error is None else error for error in errors)
    return middle if math.isfinite(middle) else None


def share_within(errors: Sequence[float | None], limit: float) -> float:
    """Share of all answers whose error is at most `limit`; 0 when there are none."""
    return sum(error is not None and error <= limit for error in errors) / len(errors) if errors else 0.0
