from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.errors import DataError
from links2_tasks.scoring import ScoredRow, cluster_totals
from links2_tasks.statistics import compare, minimum_detectable_difference, permutation_p, questions_needed
from links2_tasks.statistics._clustered import clustered_mean

FUZZ = settings(deadline=None, max_examples=40)


def test_it_is_as_by_hand() -> None:
    # Miller's formula with variance 1/9 of the paired differences and 3 points: (1.960 + 0.842)^2 / 9 / 0.03^2 = 969.
    assert questions_needed(0.03, math.sqrt(1 / 9 / 500), 500, 500) == 969


@FUZZ
@given(st.floats(0.01, 0.2), st.floats(0.1, 1.0), st.floats(0.5, 0.95), st.floats(0.001, 0.1))
def test_independent_questions_have_the_power_that_statsmodels_finds(
    difference: float, deviation: float, power: float, alpha: float
) -> None:
    found = questions_needed(difference, deviation / math.sqrt(1_000), 1_000, 1_000, power=power, alpha=alpha)
    assert found is not None
    theirs = pytest.importorskip("statsmodels.stats.power").NormalIndPower()
    enough, too_few = (theirs.power(difference / deviation, n, alpha, ratio=0) for n in (found, found - 1))
    # statsmodels also counts the power to find the opposite, which is next to nothing.
    assert enough >= power - 1e-9
    if found > math.floor(1 - math.log2(alpha)) + 1:
        assert too_few < power + 0.001


def pilot(random: np.random.Generator, n_clips: int, per_clip: int, difference: float) -> tuple[list[float], list[str]]:
    """Paired differences that go together within a clip."""
    of_clip = np.repeat(random.normal(0.0, 0.3, n_clips), per_clip)
    values = difference + of_clip + random.normal(0.0, 0.5, n_clips * per_clip)
    return values.tolist(), [f"c{number // per_clip:05d}" for number in range(n_clips * per_clip)]


def test_so_many_questions_find_the_difference_four_times_in_five() -> None:
    random = np.random.default_rng(11)
    values, clips = pilot(random, 2_000, 5, 0.1)
    found = clustered_mean(cluster_totals(values, ["t"] * len(values), clips), [0])
    assert found is not None
    needed = questions_needed(0.1, found.standard_error, len(values), found.n_clusters)
    assert needed is not None
    ps = [permutation_p(*pilot(random, round(needed / 5), 5, 0.1), n_resamples=400) for _ in range(500)]
    assert np.mean([p <= 0.05 for p in ps]) == pytest.approx(0.8, abs=0.06)
    # Taking questions for independent would ask for too few.
    plain = questions_needed(0.1, float(np.std(values)) / math.sqrt(len(values)), len(values), len(values))
    assert plain is not None
    assert plain < 0.6 * needed


def test_no_difference_can_be_found_by_no_number() -> None:
    assert questions_needed(0.0, 0.1, 100, 20) is None
    assert questions_needed(0.1 + 0.2 - 0.3, 0.1, 100, 20) is None


def test_direction_does_not_matter() -> None:
    assert questions_needed(-0.07, 0.02, 300, 50) == questions_needed(0.07, 0.02, 300, 50)


def test_six_clips_are_the_least_that_can_show_anything() -> None:
    # With 5 clips, all one way, p is 2 / 2^5 = 0.0625.
    assert permutation_p([1.0] * 5, list("abcde")) > 0.05 > permutation_p([1.0] * 6, list("abcdef"))
    assert questions_needed(1.0, 0.0, 40, 10) == 24


@pytest.mark.parametrize(
    ("difference", "error", "n", "clips"),
    [(math.nan, 0.1, 10, 5), (0.1, math.nan, 10, 5), (0.1, -0.1, 10, 5), (0.1, 0.1, 0, 5), (0.1, math.inf, 10, 5)],
)
def test_what_makes_no_sense_is_refused(difference: float, error: float, n: int, clips: int) -> None:
    with pytest.raises(DataError, match="finite"):
        questions_needed(difference, error, n, clips)


@pytest.mark.parametrize(("power", "alpha"), [(1.0, 0.05), (0.8, 0.0)])
def test_certainty_is_refused(power: float, alpha: float) -> None:
    with pytest.raises(DataError, match="power and alpha"):
        questions_needed(0.1, 0.1, 10, 5, power=power, alpha=alpha)


def test_the_smallest_difference_to_be_found_needs_the_questions_at_hand(run: Callable[..., list[ScoredRow]]) -> None:
    first, second = run(n_clips=40, seed=1), run(n_clips=40, seed=2)
    smallest = minimum_detectable_difference(first, second)
    assert smallest is not None
    error = smallest / (1.959964 + 0.841621)
    needed = questions_needed(smallest, error, len(first), 40)
    assert needed == pytest.approx(len(first), abs=1)
    overall = compare(first, second, {"counting": "p", "change": "p", "heading": "r"}, n_resamples=10).overall
    expected = questions_needed(overall.difference, error, len(first), 40)
    assert overall.questions_needed == pytest.approx(expected, abs=1)


def test_one_clip_tells_no_smallest_difference(run: Callable[..., list[ScoredRow]]) -> None:
    rows = [replace(row, clip_id="only") for row in run()]
    assert minimum_detectable_difference(rows, rows) is None
