from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from links2_tasks.errors import DataError, TaskError
from links2_tasks.scoring import ScoredRow
from links2_tasks.statistics import (
    Comparison,
    PairedDifference,
    compare,
    holm,
    mcnemar_exact,
    permutation_p,
)

Runs = Callable[..., list[ScoredRow]]
Dimensions = Mapping[str, str]


def all_of(comparison: Comparison) -> list[PairedDifference]:
    return [*comparison.tasks, *comparison.dimensions, comparison.overall]


def one(*scores: tuple[float, float]) -> tuple[list[ScoredRow], list[ScoredRow]]:
    """Two runs on questions of one task, each on a clip of its own."""
    rows = [
        (ScoredRow(f"q{n}", "heading", f"c{n}", "r", first, 0.0, "number"), second)
        for n, (first, second) in enumerate(scores)
    ]
    return [row for row, _ in rows], [replace(row, score=second) for row, second in rows]


def test_figures_are_those_of_plain_sums(run: Runs, dimensions: Dimensions) -> None:
    first, second = run(n_clips=30, seed=1), run(n_clips=30, seed=2, shift=0.5)
    by_key = {(row.task, row.question_id): row.score for row in second}
    found = compare(first, second, dimensions, n_resamples=300)
    groups = [[task] for task in dimensions] + [["counting", "change"], ["heading"], list(dimensions)]
    for difference, group in zip(all_of(found), groups, strict=True):
        mine = [row for row in first if row.task in group]
        pairs = [(row.score, by_key[row.task, row.question_id]) for row in mine]
        macro = [
            [np.mean([pair[side] for row, pair in zip(mine, pairs, strict=True) if row.task == task]) for task in group]
            for side in (0, 1)
        ]
        assert difference.n == len(mine)
        assert difference.first == pytest.approx(np.mean(macro[0]))
        assert difference.second == pytest.approx(np.mean(macro[1]))
        assert difference.difference == pytest.approx(np.mean(macro[1]) - np.mean(macro[0]))
        assert difference.only_first == sum(one > other for one, other in pairs)
        assert difference.only_second == sum(one < other for one, other in pairs)
        assert difference.mcnemar_p == mcnemar_exact(difference.only_first, difference.only_second)
        expected = permutation_p(
            [other - one for one, other in pairs],
            [row.clip_id for row in mine],
            tasks=[row.task for row in mine],
            n_resamples=300,
        )
        # Signs are drawn for the clips of all tasks, and not every clip has questions of each.
        assert difference.permutation_p == pytest.approx(expected, abs=0.0 if group == list(dimensions) else 0.12)
    assert [one.holm_p for one in found.tasks] == list(holm([one.permutation_p for one in found.tasks]))
    assert all(one.holm_p is None for one in [*found.dimensions, found.overall])
    assert found.n_only_in_first == found.n_only_in_second == 0


def test_large_tasks_do_not_outweigh_small_ones(dimensions: Dimensions) -> None:
    # Better on each of 40 questions of one task, worse on each of 20 of another: 0 of the macro, 20 of 60 of the micro.
    first = [ScoredRow(f"q{n}", "counting", f"c{n % 20}", "r", 0.0, 0.25, "letter") for n in range(40)]
    first += [ScoredRow(f"q{n}", "heading", f"c{n}", "r", 1.0, 0.25, "letter") for n in range(20)]
    overall = compare(first, [replace(row, score=1.0 - row.score) for row in first], dimensions).overall
    assert overall.difference == 0.0
    assert overall.permutation_p == 1.0
    assert overall.questions_needed is None
    assert overall.mcnemar_p is not None
    assert overall.mcnemar_p < 0.05


def test_swapping_the_runs_turns_signs_and_nothing_else(run: Runs, dimensions: Dimensions) -> None:
    for n_clips in (10, 60):
        first, second = run(n_clips=n_clips, seed=3), run(n_clips=n_clips, seed=4, shift=1.0)
        there = compare(first, second, dimensions, n_resamples=400)
        back = compare(second, first, dimensions, n_resamples=400)
        for one_way, other_way in zip(all_of(there), all_of(back), strict=True):
            assert one_way.difference == -other_way.difference
            assert (one_way.first, one_way.only_first) == (other_way.second, other_way.only_second)
            assert one_way.interval is not None
            assert other_way.interval is not None
            assert one_way.interval.low == pytest.approx(-other_way.interval.high)
            assert one_way.interval.high == pytest.approx(-other_way.interval.low)
            assert one_way.permutation_p == other_way.permutation_p
            assert one_way.mcnemar_p == other_way.mcnemar_p
            assert one_way.holm_p == other_way.holm_p
            assert one_way.questions_needed == other_way.questions_needed


def test_order_of_rows_changes_nothing_and_the_seed_does(run: Runs, dimensions: Dimensions) -> None:
    first, second = run(n_clips=60, seed=5), run(n_clips=60, seed=6)
    found = compare(first, second, dimensions, n_resamples=200)
    for rows in (first, second):
        random.Random(1).shuffle(rows)
    assert compare(first, second, dimensions, n_resamples=200) == found
    assert compare(first, second, dimensions, n_resamples=200, seed=1) != found


def test_fractions_come_out_alike_in_any_order(dimensions: Dimensions) -> None:
    chosen = np.random.default_rng(0).choice([0.1, 0.2, 0.3, 0.7, 1.0], (60, 2))
    first, second = one(*((float(a), float(b)) for a, b in chosen))
    found = compare(first, second, dimensions, n_resamples=200)
    assert compare(first[::-1], second[::-1], dimensions, n_resamples=200) == found
    assert found.overall.mcnemar_p is None
    assert found.overall.only_first == int(np.sum(chosen[:, 0] > chosen[:, 1]))


def test_a_run_does_not_differ_from_itself(run: Runs, dimensions: Dimensions) -> None:
    for n_clips in (10, 60):
        rows = run(n_clips=n_clips)
        for difference in all_of(compare(rows, list(rows), dimensions, n_resamples=200)):
            assert difference.difference == 0.0
            assert difference.permutation_p == 1.0
            assert difference.mcnemar_p == 1.0
            assert difference.holm_p in (1.0, None)
            assert difference.questions_needed is None
            assert (difference.only_first, difference.only_second) == (0, 0)
            # Other clips may still tell the two apart.
            assert difference.interval is not None
            assert difference.interval.low == pytest.approx(-difference.interval.high)
            assert 0.0 < difference.interval.high < 0.6


def test_a_clear_difference_is_found_and_noise_is_not(run: Runs, dimensions: Dimensions) -> None:
    first = run(n_clips=60, seed=7)
    better = compare(first, run(n_clips=60, seed=8, shift=1.5), dimensions, n_resamples=1_000).overall
    alike = compare(first, run(n_clips=60, seed=9), dimensions, n_resamples=1_000).overall
    assert better.interval is not None
    assert better.interval.low > 0.0
    assert better.permutation_p < 0.01
    assert better.questions_needed is not None
    assert better.questions_needed < better.n
    assert alike.interval is not None
    assert alike.interval.low < 0.0 < alike.interval.high
    assert alike.permutation_p > 0.05
    assert alike.questions_needed is not None
    assert alike.questions_needed > alike.n


def test_only_questions_that_both_answered_are_compared(run: Runs, dimensions: Dimensions) -> None:
    rows = run(n_clips=20)
    first = [row for row in rows if row.task != "heading"]
    second = [replace(row, score=1.0) for row in rows if row.question_id not in {"q3-0", "q3-1"}]
    found = compare(first, second, dimensions, n_resamples=100)
    assert [each.name for each in found.tasks] == ["counting", "change"]
    assert [each.name for each in found.dimensions] == ["perception"]
    common = {row.question_id for row in first} & {row.question_id for row in second}
    assert found.overall.n == len(common)
    assert found.n_only_in_first == len(first) - len(common)
    assert found.n_only_in_second == len(second) - len(common)
    # The mean of the first run is that on common questions too.
    kept = [row for row in first if row.question_id in common]
    assert found.overall.first == compare(kept, second, dimensions, n_resamples=100).overall.first


def test_equal_ids_in_different_tasks_are_different_questions(dimensions: Dimensions) -> None:
    rows = [ScoredRow("same", task, f"c{n}", "r", float(n % 2), 0.25, "letter") for n, task in enumerate(dimensions)]
    assert compare(rows, rows, dimensions).overall.n == 3


def test_one_clip_tells_no_interval(run: Runs, dimensions: Dimensions) -> None:
    first = [replace(row, clip_id="only") for row in run(seed=1)]
    second = [replace(row, clip_id="only") for row in run(seed=2, shift=3.0)]
    overall = compare(first, second, dimensions).overall
    assert overall.difference > 0.0
    assert overall.interval is None
    assert overall.questions_needed is None
    assert overall.permutation_p == 1.0


def test_one_question_is_compared() -> None:
    first, second = one((0.0, 1.0))
    overall = compare(first, second, {"heading": "relation"}).overall
    assert (overall.difference, overall.permutation_p, overall.mcnemar_p) == (1.0, 1.0, 1.0)
    assert overall.interval is None


def test_all_right_against_all_wrong(dimensions: Dimensions) -> None:
    overall = compare(*one(*[(0.0, 1.0)] * 20), dimensions).overall
    assert overall.permutation_p == pytest.approx(1 / 10_001)
    assert overall.interval is not None
    assert 0.5 < overall.interval.low < overall.interval.high == 1.0
    assert overall.questions_needed == 6


def test_no_pair_that_differs_leaves_mcnemar_at_1(dimensions: Dimensions) -> None:
    overall = compare(*one((0.0, 0.0), (1.0, 1.0), (1.0, 1.0)), dimensions).overall
    assert (overall.only_first, overall.only_second, overall.mcnemar_p, overall.permutation_p) == (0, 0, 1.0, 1.0)


def test_p_values_lie_above_0_and_up_to_1(run: Runs, dimensions: Dimensions) -> None:
    for seed in range(5):
        first, second = run(n_clips=25, seed=seed), run(n_clips=25, seed=seed + 50, shift=float(seed))
        for difference in all_of(compare(first, second, dimensions, n_resamples=60)):
            for p in (difference.permutation_p, difference.mcnemar_p, difference.holm_p):
                assert p is None or 0.0 < p <= 1.0


def test_what_is_wrong_is_refused(run: Runs, dimensions: Dimensions) -> None:
    rows = run()
    with pytest.raises(DataError, match="no rows"):
        compare(rows, [], dimensions)
    with pytest.raises(DataError, match="twice"):
        compare(rows, [*rows, rows[0]], dimensions)
    with pytest.raises(DataError, match="in common"):
        compare(rows[:5], rows[5:], dimensions)
    with pytest.raises(DataError, match="about clip"):
        compare(rows, [replace(row, clip_id="other") for row in rows], dimensions)
    with pytest.raises(DataError, match="n_resamples"):
        compare(rows, rows, dimensions, n_resamples=0)
    with pytest.raises(TaskError, match="change"):
        compare(rows, rows, {"counting": "perception", "heading": "relation"})
    with pytest.raises(DataError, match="score nan"):
        dataclasses.replace(rows[0], score=math.nan)
