from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.errors import DataError, TaskError
from links2_tasks.scoring import Interval, ScoredRow, aggregate, clustered_bootstrap
from links2_tasks.statistics import estimates

FUZZ = settings(deadline=None, max_examples=40)
Runs = Callable[..., list[ScoredRow]]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["counting", "change", "heading"]),
        st.sampled_from("abcde"),
        st.sampled_from([0.0, 0.1, 0.3, 1.0]),
        st.sampled_from([0.0, 0.25, 0.5]),
        st.sampled_from(["letter", "refused", "empty"]),
    ),
    min_size=1,
    max_size=30,
)
DIMENSIONS = {"counting": "perception", "change": "perception", "heading": "relation"}


def scored(rows: list[tuple[str, str, float, float, str]]) -> list[ScoredRow]:
    return [
        ScoredRow(f"q{number}", task, clip, "east" if clip < "c" else "west", score, chance, reason)
        for number, (task, clip, score, chance, reason) in enumerate(rows)
    ]


@FUZZ
@given(ROWS)
def test_figures_are_those_of_plain_sums(rows: list[tuple[str, str, float, float, str]]) -> None:
    every = scored(rows)
    found = estimates(every, DIMENSIONS, n_resamples=20)
    tasks = [task for task in DIMENSIONS if any(row.task == task for row in every)]
    groups = [[task] for task in tasks]
    groups += [[task for task in tasks if DIMENSIONS[task] == name] for name in ("perception", "relation")]
    names = [*tasks, "perception", "relation", "overall"]
    expected = [
        (name, group) for name, group in zip(names[len(tasks) :], [*groups[len(tasks) :], tasks], strict=True) if group
    ]
    expected = [*zip(tasks, groups[: len(tasks)], strict=True), *expected]
    for estimate, (name, group) in zip([*found.tasks, *found.dimensions, found.overall], expected, strict=True):
        mine = [row for row in every if row.task in group]
        of_tasks = [[row for row in mine if row.task == task] for task in group]
        accuracies = [sum(row.score for row in of_task) / len(of_task) for of_task in of_tasks]
        chances = [sum(row.chance for row in of_task) / len(of_task) for of_task in of_tasks]
        corrected = [(a - c) / (1 - c) for a, c in zip(accuracies, chances, strict=True)]
        assert (estimate.name, estimate.n) == (name, len(mine))
        assert estimate.n_clips == len({row.clip_id for row in mine})
        assert estimate.n_regions == len({row.region for row in mine})
        assert estimate.accuracy == pytest.approx(sum(accuracies) / len(group))
        assert estimate.micro_accuracy == pytest.approx(sum(row.score for row in mine) / len(mine))
        assert estimate.chance == pytest.approx(sum(chances) / len(group))
        assert estimate.chance_corrected == pytest.approx(sum(corrected) / len(group))
        for reason in ("refused", "empty"):
            assert estimate.failures.get(reason, 0) == sum(row.reason == reason for row in mine)
        assert "letter" not in estimate.failures
        for interval in (estimate.by_clip, estimate.by_region):
            if interval is not None:
                assert 0.0 <= interval.low <= estimate.accuracy + 1e-12
                assert estimate.accuracy - 1e-12 <= interval.high <= 1.0


def test_they_agree_with_the_scoreboard_of_the_frameworks(run: Runs, dimensions: Mapping[str, str]) -> None:
    rows = run()
    found, board = estimates(rows, dimensions, n_resamples=20), aggregate(rows, dimensions)
    assert found.overall.accuracy == board.overall.macro_accuracy
    assert [one.accuracy for one in found.tasks] == [one.micro_accuracy for one in board.tasks]
    assert [one.name for one in found.dimensions] == ["perception", "relation"]


def test_many_clips_are_resampled(run: Runs, dimensions: Mapping[str, str]) -> None:
    rows = run(n_clips=70, per_clip=6)
    found, bootstrap = estimates(rows, dimensions, n_resamples=300, seed=4), clustered_bootstrap(rows, 300, seed=4)
    by_clip = found.overall.by_clip
    assert by_clip is not None
    assert (by_clip.low, by_clip.high) == pytest.approx((bootstrap.macro.low, bootstrap.macro.high))
    assert (found.n_resamples, found.confidence) == (300, 0.95)


def test_few_regions_say_less_than_many_clips(run: Runs, dimensions: Mapping[str, str]) -> None:
    def width(interval: Interval | None) -> float:
        assert interval is not None
        return interval.high - interval.low

    rows = run(n_clips=80, n_regions=4)
    overall = estimates(rows, dimensions, n_resamples=200).overall
    two = estimates([replace(row, region=f"{int(row.clip_id[4:]) % 2}") for row in rows], dimensions).overall
    assert overall.n_regions == 4
    assert width(overall.by_region) > width(overall.by_clip)
    assert width(two.by_region) > width(overall.by_region)


@FUZZ
@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(rows: list[tuple[str, str, float, float, str]], order: random.Random) -> None:
    every = scored(rows)
    shuffled = list(every)
    order.shuffle(shuffled)
    assert estimates(every, DIMENSIONS, n_resamples=20) == estimates(shuffled, DIMENSIONS, n_resamples=20)


def test_order_changes_nothing_and_the_seed_does_where_clips_are_resampled(
    run: Runs, dimensions: Mapping[str, str]
) -> None:
    rows = run(n_clips=70)
    assert estimates(rows, dimensions, n_resamples=200) == estimates(rows[::-1], dimensions, n_resamples=200)
    assert estimates(rows, dimensions, n_resamples=200) != estimates(rows, dimensions, n_resamples=200, seed=1)


def test_a_wider_promise_gives_wider_intervals(run: Runs, dimensions: Mapping[str, str]) -> None:
    for n_clips in (10, 70):
        rows = run(n_clips=n_clips)
        wide, narrow = (
            estimates(rows, dimensions, n_resamples=300, confidence=confidence).overall for confidence in (0.99, 0.9)
        )
        for one, other in ((wide.by_clip, narrow.by_clip), (wide.by_region, narrow.by_region)):
            assert one is not None
            assert other is not None
            assert one.low < other.low < other.high < one.high


def test_all_right_is_not_taken_for_certainty(run: Runs, dimensions: Mapping[str, str]) -> None:
    overall = estimates([replace(row, score=1.0) for row in run()], dimensions, n_resamples=20).overall
    assert overall.accuracy == overall.chance_corrected == 1.0
    # 12 clips and 4 regions: 0.025^(1/12) and 0.025^(1/4).
    assert overall.by_clip == Interval(pytest.approx(0.7354, abs=1e-4), 1.0)  # type: ignore[arg-type]
    assert overall.by_region == Interval(pytest.approx(0.3976, abs=1e-4), 1.0)  # type: ignore[arg-type]


def test_one_question_has_an_accuracy_and_no_interval() -> None:
    found = estimates([ScoredRow("q", "heading", "clip", "region", 1.0, 0.25, "letter")], DIMENSIONS)
    assert found.overall.accuracy == 1.0
    assert found.overall.by_clip is found.overall.by_region is None
    assert [one.name for one in found.tasks] == ["heading"]


def test_one_region_has_no_interval_by_region(run: Runs, dimensions: Mapping[str, str]) -> None:
    overall = estimates(run(n_regions=1), dimensions).overall
    assert overall.by_clip is not None
    assert overall.by_region is None


def test_what_is_wrong_is_refused(run: Runs, dimensions: Mapping[str, str]) -> None:
    rows = run()
    with pytest.raises(DataError, match="no rows"):
        estimates([], dimensions)
    with pytest.raises(DataError, match="twice"):
        estimates([*rows, rows[0]], dimensions)
    with pytest.raises(TaskError, match="heading"):
        estimates(rows, {"counting": "perception", "change": "perception"})
    for wrong in ({"n_resamples": 0}, {"confidence": 0.0}, {"confidence": 1.0}):
        with pytest.raises(DataError, match="n_resamples"):
            estimates(rows, dimensions, **wrong)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="score nan"):
        replace(rows[0], score=math.nan)


def test_numpy_is_all_it_needs() -> None:
    code = (
        "import sys\n"
        "for name in ('scipy', 'statsmodels', 'sklearn', 'pandas'): sys.modules[name] = None\n"
        "from links2_tasks.scoring import ScoredRow\n"
        "from links2_tasks.statistics import estimates\n"
        "rows = [ScoredRow(str(n), 't', f'c{n % 40}', f'r{n % 3}', float(n % 7 < 4), 0.25, 'letter') for n in range(90)]\n"
        "print(estimates(rows, {'t': 'd'}, n_resamples=50).overall.by_region.low)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert 0.0 < float(done.stdout) < 0.6
