from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from links2_tasks.errors import DataError
from links2_tasks.schema import AnswerValue
from links2_tasks.scoring import (
    NumberExtraction,
    PointExtraction,
    angular_error_deg,
    angular_score,
    chance_level,
    choice_score,
    extract_choice,
    mean_relative_accuracy,
    open_score,
    point_error_m,
    point_score,
)

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


def test_choice_score_is_one_for_the_right_letter_only() -> None:
    options = ("north", "west")
    assert choice_score(extract_choice("B", options), "B") == 1.0
    assert choice_score(extract_choice("A", options), "B") == 0.0
    assert choice_score(extract_choice("A or B", options), "B") == 0.0


def test_chance_level() -> None:
    assert chance_level(4) == 0.25
    with pytest.raises(DataError, match="at least 2"):
        chance_level(1)


@pytest.mark.parametrize(
    ("prediction", "truth", "score"),
    [(100, 100, 1.0), (100.1, 100, 1.0), (105, 100, 0.9), (110, 100, 0.8), (90, 100, 0.8), (149, 100, 0.1), (150, 100, 0.0), (200, 100, 0.0),
     (None, 100, 0.0), (0, 0, 1.0), (1, 0, 0.0), (-100, 100, 0.0), (-100, -100, 1.0), (3, 4, 0.5), (4, 3, 0.4)],
)  # fmt: skip
def test_mean_relative_accuracy_by_hand(prediction: float | None, truth: float, score: float) -> None:
    assert mean_relative_accuracy(prediction, truth) == pytest.approx(score)


@given(NUMBERS, NUMBERS)
def test_mean_relative_accuracy_agrees_with_the_written_formula(prediction: float, truth: float) -> None:
    assume(truth != 0)
    relative = abs(prediction - truth) / abs(truth)
    # Where the error lies on a tolerance, rounding decides in the naive form; those are checked by hand above.
    assume(all(abs(relative - step / 20) > 1e-9 for step in range(1, 11)))
    naive = sum(relative < 1 - (0.5 + 0.05 * step) for step in range(10)) / 10
    assert mean_relative_accuracy(prediction, truth) == pytest.approx(naive)


@given(st.floats(-720, 720), st.floats(-720, 720), st.integers(-3, 3))
def test_angles_are_compared_on_the_circle(first: float, second: float, turns: int) -> None:
    error = angular_error_deg(first, second)
    assert 0 <= error <= 180
    assert angular_error_deg(second, first) == pytest.approx(error, abs=1e-6)
    assert angular_error_deg(first + 360 * turns, second) == pytest.approx(error, abs=1e-6)


def test_angular_score() -> None:
    assert angular_error_deg(359, 1) == pytest.approx(2)
    assert angular_score(10, 10) == 1.0
    assert angular_score(190, 10) == 0.0
    assert angular_score(None, 10) == 0.0


def test_point_scores_are_metres_on_the_ground() -> None:
    assert point_error_m((3, 4), (0, 0), gsd_m=0.5) == pytest.approx(2.5)
    assert point_score((0, 0), (0, 0), 1.0) == 1.0
    assert point_score((30, 0), (0, 0), 1.0) == pytest.approx(0.4)
    assert point_score((500, 0), (0, 0), 1.0) == 0.0
    assert point_score(None, (0, 0), 1.0) == 0.0


def test_open_score_goes_by_the_kind_of_the_truth() -> None:
    degrees = AnswerValue(kind="degrees", number=(350.0,), unit="degrees")
    count = AnswerValue(kind="count", number=(4.0,), unit="count")
    point = AnswerValue(kind="point", number=(10.0, 10.0), unit="px")
    assert open_score(NumberExtraction(10.0, "number"), degrees) == pytest.approx(1 - 20 / 180)
    assert open_score(NumberExtraction(4.0, "number"), count) == 1.0
    assert open_score(NumberExtraction(None, "refused"), count) == 0.0
    assert open_score(PointExtraction((10.0, 10.0), "number"), point, gsd_m=0.3) == 1.0
    with pytest.raises(DataError, match="gsd_m"):
        open_score(PointExtraction((10.0, 10.0), "number"), point)
    with pytest.raises(DataError, match="extract_point"):
        open_score(NumberExtraction(4.0, "number"), point)
    with pytest.raises(DataError, match="kind 'count'"):
        open_score(PointExtraction((1.0, 1.0), "number"), count, gsd_m=0.3)
