"""The score of one answer, 0 to 1, and the level that guessing reaches."""

from __future__ import annotations

from links2_tasks.errors import DataError
from links2_tasks.schema import AnswerValue
from links2_tasks.scoring._number import NumberExtraction, PointExtraction
from links2_tasks.scoring._value import Extraction
from links2_tasks.terms import angle_between_deg

POINT_THRESHOLDS_M = (5.0, 10.0, 25.0, 50.0, 100.0)
"""Distances within which a point counts as found; the score is the share of them that is met."""

_MRA_STEPS = 10


def choice_score(extraction: Extraction, answer: str) -> float:
    """1.0 for the right letter, else 0.0; a reply without a readable letter is wrong."""
    return 1.0 if extraction.letter == answer else 0.0


def chance_level(n_options: int) -> float:
    """Expected score of a guess among `n_options` options.

    Raises:
        DataError: fewer than two options.
    """
    if n_options < 2:
        raise DataError(
            f"a question needs at least 2 options to have a chance level, got {n_options}; check its options"
        )
    return 1.0 / n_options


def mean_relative_accuracy(prediction: float | None, truth: float) -> float:
    """Share of ten tolerances within which a number is right, as VSI-Bench defines it.

    MRA = 1/10 * sum over t in {0.50, 0.55, .., 0.95} of [|prediction - truth| / |truth| < 1 - t]
    (Yang et al. 2024, "Thinking in Space", arXiv:2412.14171, section 3). The comparison is strict, as in the paper, and
    made without division, so rounding decides nothing. For a truth of 0 the relative error has no meaning: only 0 is
    right.
    """
    if prediction is None:
        return 0.0
    if truth == 0:
        return float(prediction == 0)
    # 1 - t runs over 0.05, 0.10, .., 0.50, which are k / 20 for k = 1 .. 10.
    error = 20.0 * abs(prediction - truth)
    return sum(error < step * abs(truth) for step in range(1, _MRA_STEPS + 1)) / _MRA_STEPS


def angular_error_deg(prediction_deg: float, truth_deg: float) -> float:
    """Angle 0..180 between two headings on the circle: 359 and 1 are 2 apart."""
    return angle_between_deg(prediction_deg, truth_deg)


def angular_score(prediction_deg: float | None, truth_deg: float) -> float:
    """1 for the right heading, falling evenly to 0 for the opposite one; random headings reach 0.5 on average."""
    return 0.0 if prediction_deg is None else 1.0 - angular_error_deg(prediction_deg, truth_deg) / 180.0


def point_error_m(prediction_px: tuple[float, float], truth_px: tuple[float, float], gsd_m: float) -> float:
    """Distance on the ground between two points (x, y) of one satellite image with `gsd_m` metres per pixel."""
    return gsd_m * ((prediction_px[0] - truth_px[0]) ** 2 + (prediction_px[1] - truth_px[1]) ** 2) ** 0.5


def point_score(prediction_px: tuple[float, float] | None, truth_px: tuple[float, float], gsd_m: float) -> float:
    """Share of `POINT_THRESHOLDS_M` within which a point is right."""
    if prediction_px is None:
        return 0.0
    error_m = point_error_m(prediction_px, truth_px, gsd_m)
    return sum(error_m <= threshold_m for threshold_m in POINT_THRESHOLDS_M) / len(POINT_THRESHOLDS_M)


def open_score(extraction: NumberExtraction | PointExtraction, value: AnswerValue, gsd_m: float | None = None) -> float:
    """Score of an open answer by the kind of its truth.

    Args:
        extraction: What was read from the reply; in the unit of `value`.
        value: The truth. Counts, metres and seconds are scored by mean relative accuracy, degrees on the circle.
        gsd_m: Metres per pixel of the image that a point lies in; only needed for points.

    Raises:
        DataError: a point without `gsd_m`, or a point read where a number is asked, or the other way round.
    """
    if isinstance(extraction, PointExtraction):
        if value.kind != "point" or gsd_m is None:
            raise DataError(
                f"a point was read for a value of kind '{value.kind}' with gsd_m {gsd_m}; points need kind 'point' and "
                "a gsd_m"
            )
        return point_score(extraction.point, (value.number[0], value.number[1]), gsd_m)
    if value.kind == "point":
        raise DataError("a number was read for a value of kind 'point'; read it with extract_point")
    if value.kind == "degrees":
        return angular_score(extraction.number, value.number[0])
    return mean_relative_accuracy(extraction.number, value.number[0])
