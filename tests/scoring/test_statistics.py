from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.scoring import clustered_standard_error, stratified_standard_error

FUZZ = settings(deadline=None)
ROWS = st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from("pqrs")), min_size=2, max_size=30)


def by_all_pairs(scores: list[float], clusters: list[str]) -> float:
    """The formula of Miller 2024 as it is written: the usual error, and every pair of rows of one cluster."""
    n, mean = len(scores), sum(scores) / len(scores)
    usual = sum((score - mean) ** 2 for score in scores) / (n - 1) / n
    pairs = sum(
        (scores[i] - mean) * (scores[j] - mean)
        for i in range(n)
        for j in range(n)
        if i != j and clusters[i] == clusters[j]
    )
    return math.sqrt(max(0.0, usual + pairs / n**2))


@FUZZ
@given(ROWS)
def test_clustered_error_agrees_with_the_sum_over_all_pairs(rows: list[tuple[float, str]]) -> None:
    scores, clusters = [score for score, _ in rows], [cluster for _, cluster in rows]
    found = clustered_standard_error(scores, clusters)
    if len(set(clusters)) < 2:
        assert found is None
    else:
        assert found == pytest.approx(by_all_pairs(scores, clusters), abs=1e-7)


@FUZZ
@given(st.lists(st.floats(0, 1), min_size=2, max_size=40))
def test_clusters_of_one_row_give_the_usual_error(scores: list[float]) -> None:
    usual = np.std(scores, ddof=1) / math.sqrt(len(scores))
    assert clustered_standard_error(scores, range(len(scores))) == pytest.approx(usual, abs=1e-7)


@FUZZ
@given(ROWS, st.randoms())
def test_order_of_rows_changes_nothing(rows: list[tuple[float, str]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = clustered_standard_error(*zip(*rows, strict=True))
    second = clustered_standard_error(*zip(*shuffled, strict=True))
    assert first == pytest.approx(second, abs=1e-12)


def test_repeating_every_row_of_a_clip_brings_no_certainty() -> None:
    scores, clips = [1.0, 0.0, 1.0, 1.0, 0.0], list("abcde")
    once = clustered_standard_error(scores, clips)
    ten = clustered_standard_error(scores * 10, clips * 10)
    naive = clustered_standard_error(scores * 10, range(50))
    assert once is not None
    assert ten is not None
    assert naive is not None
    # Up to the small-sample factor n/(n-1) of the 5 independent rows.
    assert ten == pytest.approx(once * math.sqrt(4 / 5), rel=0.02)
    assert naive < 0.5 * ten


def test_errors_agree_with_a_bootstrap_of_clips() -> None:
    rng = np.random.default_rng(7)
    n_clips, tasks = 150, ("t1", "t2", "t3")
    level = rng.uniform(0.2, 0.9, n_clips)
    rows = [
        (clip, task, float(rng.uniform() < level[clip]))
        for clip in range(n_clips)
        for task in tasks[: 1 + clip % 3]
        for _ in range(3)
    ]
    clips, strata, scores = (list(column) for column in zip(*rows, strict=True))
    clip_of, task_of, score_of = np.array(clips), np.array(strata), np.array(scores)
    rows_of_clip = [np.flatnonzero(clip_of == clip) for clip in range(n_clips)]
    micro, macro = [], []
    for _ in range(600):
        drawn = np.concatenate([rows_of_clip[clip] for clip in rng.integers(0, n_clips, n_clips)])
        micro.append(score_of[drawn].mean())
        macro.append(np.mean([score_of[drawn][task_of[drawn] == task].mean() for task in tasks]))
    assert clustered_standard_error(scores, clips) == pytest.approx(np.std(micro), rel=0.12)
    assert stratified_standard_error(scores, strata, clips) == pytest.approx(np.std(macro), rel=0.12)


def test_what_cannot_be_estimated_is_none() -> None:
    assert clustered_standard_error([1.0, 0.0], ["a", "a"]) is None
    assert clustered_standard_error([1.0], ["a"]) is None
    assert stratified_standard_error([1.0, 0.0, 1.0], ["t", "t", "u"], ["a", "b", "c"]) is None
