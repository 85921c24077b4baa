from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.errors import DataError
from links2_tasks.statistics import permutation_p
from links2_tasks.statistics._permutation import permutation_ps

FUZZ = settings(deadline=None, max_examples=60)
ROWS = st.lists(
    st.tuples(st.sampled_from([-1.0, -0.5, 0.0, 0.1, 0.2, 1.0]), st.sampled_from("tu"), st.sampled_from("abcdefg")),
    min_size=1,
    max_size=25,
)

DARWIN = (49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48)
"""Heights of crossed less self-fertilised plants, in eighths of an inch: Fisher 1935, The Design of Experiments."""


def by_swapping(rows: list[tuple[float, str, str]]) -> float:
    """Every way to swap the two runs on whole clusters, row by row."""
    clusters = sorted({cluster for _, _, cluster in rows})
    tasks = sorted({task for _, task, _ in rows})

    def macro(turned: set[str]) -> float:
        means = []
        for task in tasks:
            values = [-d if cluster in turned else d for d, name, cluster in rows if name == task]
            means.append(math.fsum(values) / len(values))
        return abs(math.fsum(means))

    ways = [set(each) for n in range(len(clusters) + 1) for each in itertools.combinations(clusters, n)]
    return sum(macro(turned) >= macro(set()) - 1e-9 for turned in ways) / len(ways)


def test_it_is_what_fisher_found_for_darwins_plants() -> None:
    # Section 21: 1,726 of 32,768 ways give a sum of 314 or more in absolute value, p = 5.267 %.
    assert permutation_p(DARWIN, [f"pair{number}" for number in range(15)]) == 1726 / 32768


@FUZZ
@given(ROWS)
def test_it_is_what_swapping_runs_on_every_set_of_clips_gives(rows: list[tuple[float, str, str]]) -> None:
    differences, tasks, clusters = (list(column) for column in zip(*rows, strict=True))
    assert permutation_p(differences, clusters, tasks=tasks) == pytest.approx(by_swapping(rows))
    one_task = [(difference, "t", cluster) for difference, _, cluster in rows]
    assert permutation_p(differences, clusters) == pytest.approx(by_swapping(one_task))


def test_it_is_scipys_on_the_sums_of_clusters() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(2)
    clusters = np.repeat(np.arange(12), 4)
    differences = random.integers(-1, 2, 48) + 0.2
    sums = np.bincount(clusters, differences)
    theirs = stats.permutation_test(
        (sums, np.zeros(12)),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        n_resamples=np.inf,
    )
    assert permutation_p(differences.tolist(), [f"c{each}" for each in clusters]) == pytest.approx(theirs.pvalue)


def test_drawn_signs_come_close_to_all_signs() -> None:
    random = np.random.default_rng(6)
    parts = random.normal(0.25, 1.0, (18, 2))
    bits = (np.arange(2**18)[:, None] >> np.arange(18)) & 1
    exact = np.mean(np.abs((1 - 2 * bits) @ parts) >= np.abs(parts.sum(axis=0)) - 1e-9, axis=0)
    drawn = permutation_ps(parts, 40_000, seed=1)
    assert drawn == pytest.approx(exact, abs=4 * math.sqrt(0.25 / 40_000))
    assert drawn != pytest.approx(exact, abs=1e-9)


def test_draws_that_are_as_extreme_count_as_much_as_those_that_are_more() -> None:
    # 14 of 20 clips are better by as much as the others are worse: the sign test, in which ties are common.
    exact = pytest.importorskip("scipy.stats").binomtest(14, 20).pvalue
    drawn = permutation_p([1.0] * 14 + [-1.0] * 6, [f"c{number}" for number in range(20)], n_resamples=20_000)
    assert drawn == pytest.approx(exact, abs=4 * math.sqrt(exact / 20_000))


def test_a_drawn_p_is_never_0() -> None:
    assert permutation_p([1.0] * 40, [f"c{number}" for number in range(40)], n_resamples=99) == 1 / 100


def test_statistics_that_draw_share_the_draws_and_leave_others_exact() -> None:
    parts = np.random.default_rng(8).normal(0.2, 1.0, (30, 3))
    parts[5:, 1] = 0.0
    together = permutation_ps(parts, 2_000, seed=3)
    assert together == [permutation_ps(parts[:, [place]], 2_000, seed=3)[0] for place in range(3)]
    assert together[1] * 16 == round(together[1] * 16)


@FUZZ
@given(ROWS, st.randoms(use_true_random=False))
def test_neither_order_nor_direction_matters(rows: list[tuple[float, str, str]], random: object) -> None:
    differences, tasks, clusters = (list(column) for column in zip(*rows, strict=True))
    p = permutation_p(differences, clusters, tasks=tasks)
    assert 0.0 < p <= 1.0
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again, of_tasks, of_clusters = (list(column) for column in zip(*shuffled, strict=True))
    assert permutation_p([-each for each in again], of_clusters, tasks=of_tasks) == p


def test_order_does_not_matter_where_signs_are_drawn() -> None:
    random = np.random.default_rng(9)
    differences = random.normal(0.2, 1.0, 60)
    clusters = [f"c{number % 25}" for number in range(60)]
    order = random.permutation(60)
    shuffled = permutation_p([-float(differences[place]) for place in order], [clusters[place] for place in order])
    assert permutation_p(differences.tolist(), clusters) == shuffled < 1.0


def test_alike_runs_are_found_to_differ_no_oftener_than_promised() -> None:
    random = np.random.default_rng(5)
    clusters = [f"c{number // 6}" for number in range(60)]
    found, naive = 0, 0
    for _ in range(400):
        # Both runs are alike, but questions of one clip turn out alike too.
        of_clip = np.repeat(random.normal(0.0, 1.0, 10), 6)
        differences = (of_clip + random.normal(0.0, 0.5, 60)).tolist()
        found += permutation_p(differences, clusters) <= 0.05
        naive += permutation_p(differences, [str(number) for number in range(60)], n_resamples=200) <= 0.05
    assert 0.02 <= found / 400 <= 0.08
    assert naive / 400 > 0.3


def test_nothing_to_swap_gives_1() -> None:
    assert permutation_p([0.0, 0.0, 0.0], ["a", "b", "c"]) == 1.0
    assert permutation_p([1.0, 1.0], ["a", "a"]) == 1.0
    # 0.1 + 0.2 - 0.3 is not quite 0.
    assert permutation_p([0.1, 0.2, -0.3] * 2, list("aaabbb")) == 1.0


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_what_is_no_number_is_refused(wrong: float) -> None:
    with pytest.raises(DataError, match="finite"):
        permutation_p([0.0, wrong], ["a", "b"])


def test_nothing_to_test_is_refused() -> None:
    with pytest.raises(DataError, match="needs differences"):
        permutation_p([], [])
    with pytest.raises(DataError, match="at least one draw"):
        permutation_p([1.0], ["a"], n_resamples=0)
