"""What the rules make of readers with one error throughout, and of one that guesses."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from readers import ERRORS, rows_of

from links2_tasks.mistakes import CATEGORIES, UNDECIDED, categorise, guessed_shares, mistake_shares

MIRRORED, TURNED, REVERSED = ERRORS


def _studied(asked: Any, error: Any) -> tuple[Any, Any, Any]:
    questions = {(one.task, one.question_id): one for one in asked.questions}
    rows = rows_of(asked.questions, error)
    mistakes = categorise(rows, questions)
    return mistakes, mistake_shares(mistakes)[-1], guessed_shares(rows, questions)[-1]


def test_who_reads_time_backwards_makes_temporal_mistakes_far_beyond_what_guessing_gives(asked: Any) -> None:
    mistakes, shares, by_lot = _studied(asked, REVERSED)
    assert shares.n_wrong >= 20
    assert shares.share("temporal") >= 1.5 * by_lot.shares["temporal"]
    assert shares.counts["direction"] == shares.counts["perception"] == 0
    of_paths = Counter(one.category for one in mistakes if one.task == "trajectory_matching")
    assert of_paths["temporal"] == max(of_paths.values())


@pytest.mark.parametrize("error", [MIRRORED, TURNED], ids=lambda error: error.name)
def test_who_mirrors_or_turns_the_map_makes_mistakes_of_alignment_and_direction(asked: Any, error: Any) -> None:
    mistakes, shares, _ = _studied(asked, error)
    assert shares.counts["spatial_alignment"] >= 5
    assert shares.counts["direction"] >= 10
    assert shares.counts["temporal"] <= 0.1 * shares.n_wrong
    assert {one.category for one in mistakes if one.task == "route_planning"} == {"direction"}


def test_what_is_said_of_guessing_is_the_mean_of_many_guessers(asked: Any) -> None:
    questions = {(one.task, one.question_id): one for one in asked.questions}
    tasks = ("heading_estimation", "trajectory_matching", "uav_localization")
    some = [one for one in asked.questions if one.task in tasks]
    total: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for seed in range(12):
        rows = rows_of(some, None, seed)
        total.update(mistake_shares(categorise(rows, questions))[-1].counts)
        by_lot = guessed_shares(rows, questions)[-1]
        expected.update({name: share * by_lot.n_wrong for name, share in by_lot.shares.items()})  # type: ignore[arg-type]
    for name in (*CATEGORIES, UNDECIDED):
        assert total[name] == pytest.approx(expected[name], abs=0.03 * sum(total.values()) + 3)
