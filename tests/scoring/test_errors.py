"""Errors of open answers, and figures of many."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.errors import DataError
from links2_tasks.schema import AnswerValue
from links2_tasks.scoring import ERROR_UNITS, median_error, number_error, share_within

SOME_ERRORS = st.lists(st.none() | st.floats(0, 1e6), max_size=20)


def test_an_error_is_absolute_and_on_the_circle_for_degrees() -> None:
    assert number_error(5.0, AnswerValue(kind="count", number=(7.0,), unit="cars")) == 2.0
    assert number_error(350.0, AnswerValue(kind="degrees", number=(10.0,), unit="deg")) == pytest.approx(20.0)
    assert number_error(None, AnswerValue(kind="metres", number=(10.0,), unit="m")) is None


def test_an_error_is_in_its_base_unit_whatever_the_question_asks_in() -> None:
    assert number_error(1.2, AnswerValue(kind="metres", number=(1.0,), unit="km")) == pytest.approx(200.0)
    assert number_error(3.0, AnswerValue(kind="seconds", number=(1.0,), unit="min")) == pytest.approx(120.0)


def test_a_point_has_no_error_without_the_scale_of_its_image() -> None:
    with pytest.raises(DataError, match="scale"):
        number_error(3.0, AnswerValue(kind="point", number=(1.0, 2.0), unit="px"))


def test_every_kind_of_value_has_a_unit() -> None:
    kinds = AnswerValue.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
    assert set(ERROR_UNITS) == set(kinds)


def test_what_cannot_be_read_is_farther_off_than_anything_that_can() -> None:
    assert median_error([1.0, 2.0, None]) == 2.0
    assert median_error([1.0, None]) is None
    assert median_error([]) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20))
def test_the_median_of_errors_that_are_all_known_is_the_median(errors: list[float]) -> None:
    assert median_error(errors) == statistics.median(errors)


@given(SOME_ERRORS)
def test_shares_grow_with_the_limit_and_never_count_what_cannot_be_read(errors: list[float | None]) -> None:
    shares = [share_within(errors, limit) for limit in (5, 10, 25, 50, 1e7)]
    assert shares == sorted(shares)
    n_known = sum(error is not None for error in errors)
    assert shares[-1] == (n_known / len(errors) if errors else 0.0)
