from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from links2_tasks.scoring import ClusterTotals, Interval, ScoredRow, cluster_totals, clustered_bootstrap
from links2_tasks.statistics._intervals import Intervals


def intervals(totals: ClusterTotals, low: float = 0.0, n_resamples: int = 500, confidence: float = 0.95) -> Intervals:
    return Intervals(totals, (low, 1.0), confidence, n_resamples, 0)


def totals_of(rows: list[ScoredRow]) -> ClusterTotals:
    return cluster_totals([row.score for row in rows], [row.task for row in rows], [row.clip_id for row in rows])


def edges(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return interval.low, interval.high


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_few_equal_clusters_give_the_t_interval_of_their_means(confidence: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    scores = np.random.default_rng(1).uniform(0.3, 0.7, (6, 5))
    totals = cluster_totals(scores.ravel().tolist(), ["t"] * 30, [f"c{number // 5}" for number in range(30)])
    theirs = stats.ttest_1samp(scores.mean(axis=1), 0.0).confidence_interval(confidence)
    assert edges(intervals(totals, confidence=confidence).of([0])) == pytest.approx((theirs.low, theirs.high))


def test_many_clusters_give_the_percentiles_of_the_bootstrap(run: Callable[..., list[ScoredRow]]) -> None:
    rows = run(n_clips=80, per_clip=6)
    bootstrap = clustered_bootstrap(rows, 500)
    mine = intervals(totals_of(rows))
    assert edges(mine.of([0, 1, 2])) == pytest.approx((bootstrap.macro.low, bootstrap.macro.high))
    for place, task in enumerate(mine.totals.tasks):
        assert edges(mine.of([place])) == pytest.approx((bootstrap.tasks[task].low, bootstrap.tasks[task].high))


def test_both_ways_agree_where_they_meet(run: Callable[..., list[ScoredRow]], monkeypatch: pytest.MonkeyPatch) -> None:
    totals = totals_of(run(n_clips=60, per_clip=6))
    resampled = edges(intervals(totals, n_resamples=4_000).of([0, 1, 2]))
    monkeypatch.setattr("links2_tasks.statistics._intervals._FEW", 1e9)
    by_t = edges(intervals(totals).of([0, 1, 2]))
    assert resampled != by_t
    assert resampled == pytest.approx(by_t, abs=0.015)


@pytest.mark.parametrize("n_clusters", [2, 4, 24])
def test_all_right_gives_the_limit_of_clopper_and_pearson(n_clusters: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    clusters = [f"c{number % n_clusters}" for number in range(3 * n_clusters)]
    theirs = stats.binomtest(n_clusters, n_clusters).proportion_ci(method="exact")
    for score, expected in ((1.0, (theirs.low, 1.0)), (0.0, (0.0, 1.0 - theirs.low))):
        totals = cluster_totals([score] * len(clusters), ["t"] * len(clusters), clusters)
        assert edges(intervals(totals).of([0])) == pytest.approx(expected)


def test_no_difference_at_all_leaves_room_on_both_sides() -> None:
    totals = cluster_totals([0.0] * 20, ["t"] * 20, [f"c{number}" for number in range(20)])
    alike = 0.025 ** (1 / 20)
    assert edges(intervals(totals, low=-1.0).of([0])) == pytest.approx((alike - 1.0, 1.0 - alike))


def test_intervals_stay_within_their_limits() -> None:
    scores = [1.0, 1.0, 1.0, 0.0]
    totals = cluster_totals(scores, ["t"] * 4, list("abcd"))
    low, high = edges(intervals(totals).of([0]))
    assert 0.0 <= low < 0.75 < high == 1.0


def test_a_task_in_one_cluster_has_no_interval() -> None:
    totals = cluster_totals([1.0, 0.0, 1.0, 0.0], ["t", "t", "u", "u"], ["a", "b", "b", "b"])
    assert intervals(totals).of([0]) is not None
    assert intervals(totals).of([1]) is None
    assert intervals(totals).of([0, 1]) is None


def _covers(sizes: list[int], n_rounds: int, seed: int) -> tuple[float, float]:
    """Share of simulated benchmarks whose true macro accuracy lies in the interval, and in the plain percentiles.

    Three tasks of different difficulty; the log-odds of being right differ between clusters with standard deviation 0.8.
    """
    random = np.random.default_rng(seed)
    offsets = np.array([-0.5, 0.0, 0.5])

    def share(levels: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-(levels[:, None] + offsets)))

    truth = float(share(0.8 * np.random.default_rng(0).standard_normal(400_000)).mean())
    hits, plain_hits = 0, 0
    for _ in range(n_rounds):
        counts = 1.0 + random.poisson(np.array(sizes)[:, None], (len(sizes), 3))
        right = random.binomial(counts.astype(int), share(0.8 * random.standard_normal(len(sizes)))).astype(float)
        made = intervals(ClusterTotals(("t", "u", "v"), right, counts), n_resamples=400)
        low, high = edges(made.of([0, 1, 2]))
        hits += low <= truth <= high
        low, high = edges(made._by_resamples([0, 1, 2]))
        plain_hits += low <= truth <= high
    return hits / n_rounds, plain_hits / n_rounds


@pytest.mark.parametrize(
    ("sizes", "promised"),
    [([6] * 4, 0.93), ([20, 6, 2, 2], 0.93), ([6] * 8, 0.93), ([2] * 20, 0.93), ([2] * 60, 0.92)],
    ids=["4 equal", "4 unequal", "8 equal", "20 equal", "60 equal"],
)
def test_intervals_hold_what_they_promise(sizes: list[int], promised: float) -> None:
    covered, plain = _covers(sizes, 1_500, seed=len(sizes))
    print(f"\n{len(sizes)} clusters of {sizes}: {covered:.3f} covered, {plain:.3f} by plain percentiles")
    assert covered >= promised
    # Why few clusters are not resampled.
    assert (plain < 0.85) == (len(sizes) == 4)
