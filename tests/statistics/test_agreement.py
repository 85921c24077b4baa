from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.errors import DataError
from links2_tasks.statistics import cohens_kappa

FUZZ = settings(deadline=None, max_examples=60)


def raters(table: dict[str, int]) -> tuple[list[str], list[str]]:
    """Two raters' categories from counts of pairs such as 'ab'."""
    pairs = [pair for pair, count in table.items() for _ in range(count)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def test_it_is_as_in_the_textbook() -> None:
    # Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, section 18.1: 100 subjects, psychotic,
    # neurotic or organic; kappa 0.68, standard error 0.087.
    first, second = raters({"pp": 75, "pn": 1, "po": 4, "np": 5, "nn": 4, "no": 1, "oo": 10})
    found = cohens_kappa(first, second)
    assert found.value == pytest.approx(0.23 / 0.34)
    assert found.standard_error == pytest.approx(0.087, abs=1e-3)
    assert found.n == 100
    assert found.agreement == pytest.approx(0.89)


def test_two_categories_are_as_by_hand() -> None:
    # 35 of 50 agree; chance is 0.5 * 0.6 + 0.5 * 0.4 = 0.5; kappa = (0.7 - 0.5) / 0.5.
    found = cohens_kappa(*raters({"yy": 20, "yn": 5, "ny": 10, "nn": 15}))
    assert found.value == pytest.approx(0.4)


@FUZZ
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=2, max_size=60))
def test_it_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    found = cohens_kappa(first, second)
    if len({*first, *second}) == 1:
        assert (found.value, found.standard_error, found.interval) == (None, None, None)
        return
    theirs = pytest.importorskip("sklearn.metrics").cohen_kappa_score(first, second)
    assert found.value == pytest.approx(theirs)
    if len(set(first)) == 1 or len(set(second)) == 1 or first == second:
        assert (found.standard_error, found.interval) == (None, None)
    if found.interval is not None:
        assert found.interval.low <= theirs <= found.interval.high
    mirrored = cohens_kappa(second[::-1], first[::-1])
    assert mirrored.value == pytest.approx(found.value)
    assert mirrored.standard_error == pytest.approx(found.standard_error)


def test_its_error_is_that_of_resampled_cases() -> None:
    random = np.random.default_rng(0)
    first = random.integers(3, size=400)
    second = np.where(random.random(400) < 0.6, first, random.integers(3, size=400))
    score = pytest.importorskip("sklearn.metrics").cohen_kappa_score
    drawn = (random.integers(400, size=400) for _ in range(150))
    resampled = np.std([score(first[places], second[places]) for places in drawn])
    found = cohens_kappa([str(each) for each in first], [str(each) for each in second])
    assert found.standard_error == pytest.approx(resampled, rel=0.2)


def test_a_wider_promise_gives_a_wider_interval() -> None:
    first, second = raters({"aa": 30, "ab": 6, "ba": 8, "bb": 20})
    wide, narrow = (cohens_kappa(first, second, confidence=confidence).interval for confidence in (0.99, 0.9))
    assert wide is not None
    assert narrow is not None
    assert wide.low < narrow.low < narrow.high < wide.high


def test_full_agreement_is_1() -> None:
    found = cohens_kappa(list("aabbc"), list("aabbc"))
    assert found.value == pytest.approx(1.0)
    assert found.agreement == 1.0
    assert (found.standard_error, found.interval) == (None, None)


def test_raters_of_different_cases_are_refused() -> None:
    with pytest.raises(DataError, match="same cases"):
        cohens_kappa(["a"], ["a", "b"])
    with pytest.raises(DataError, match="same cases"):
        cohens_kappa([], [])
