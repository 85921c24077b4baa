from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace

import pytest

from links2_tasks.errors import DataError, TaskError
from links2_tasks.scoring import ScoredRow, aggregate, clustered_standard_error, summarise

DIMENSIONS = {"counting": "perception", "retrieval": "localization", "heading": "relation", "distance": "relation"}


def row(
    number: int, task: str, score: float, clip: str = "", chance: float = 0.25, reason: str = "letter"
) -> ScoredRow:
    return ScoredRow(f"q{number}", task, clip or f"clip{number}", "delta", score, chance, reason)


ROWS = (
    *(row(number, "heading", float(number < 9), clip=f"clip{number % 4}") for number in range(12)),
    *(row(number, "distance", float(number < 1), clip=f"clip{number % 3}", chance=0.5) for number in range(4)),
    *(row(number, "counting", float(number % 2), reason="letter" if number % 2 else "refused") for number in range(6)),
)


def test_micro_and_macro_are_different_things() -> None:
    relation = next(summary for summary in aggregate(ROWS, DIMENSIONS).dimensions if summary.name == "relation")
    assert relation.n == 16
    assert relation.n_tasks == 2
    assert relation.n_clusters == 4
    assert relation.micro_accuracy == pytest.approx(10 / 16)
    assert relation.macro_accuracy == pytest.approx((9 / 12 + 1 / 4) / 2)
    assert relation.mean_chance == pytest.approx((12 * 0.25 + 4 * 0.5) / 16)
    assert relation.chance_corrected_accuracy == pytest.approx(((0.75 - 0.25) / 0.75 + (0.25 - 0.5) / 0.5) / 2)


def test_one_task_has_one_accuracy_and_one_error() -> None:
    heading = summarise("heading", ROWS[:12])
    assert heading.micro_accuracy == heading.macro_accuracy == 0.75
    assert heading.micro_standard_error == pytest.approx(heading.macro_standard_error)
    assert heading.micro_standard_error == clustered_standard_error(
        [r.score for r in ROWS[:12]], [r.clip_id for r in ROWS[:12]]
    )


def test_guessing_is_zero_after_correction_and_all_right_is_one() -> None:
    guessed = [row(number, "heading", float(number % 4 == 0)) for number in range(40)]
    assert summarise("heading", guessed).chance_corrected_accuracy == pytest.approx(0.0)
    assert summarise("heading", [replace(one, score=1.0) for one in guessed]).chance_corrected_accuracy == 1.0
    assert summarise(
        "heading", [replace(one, score=0.0) for one in guessed]
    ).chance_corrected_accuracy == pytest.approx(-1 / 3)


def test_failures_are_wrong_and_counted_by_reason() -> None:
    overall = aggregate(ROWS, DIMENSIONS).overall
    assert overall.extraction_failures == {"refused": 3}
    assert overall.n_failures == 3
    assert overall.n == len(ROWS)


def test_tables_follow_the_order_of_the_mapping_and_skip_tasks_without_rows() -> None:
    board = aggregate(ROWS, DIMENSIONS)
    assert [summary.name for summary in board.tasks] == ["counting", "heading", "distance"]
    assert [summary.name for summary in board.dimensions] == ["perception", "relation"]
    assert board.overall.n == sum(summary.n for summary in board.tasks)


def test_order_of_rows_changes_no_bit() -> None:
    shuffled = list(ROWS)
    for seed in range(10):
        random.Random(seed).shuffle(shuffled)
        assert aggregate(shuffled, DIMENSIONS) == aggregate(ROWS, DIMENSIONS)


def test_metric_names_do_not_contain_one_another() -> None:
    names = [
        name for name in vars(aggregate(ROWS, DIMENSIONS).overall) if name.endswith(("accuracy", "error", "chance"))
    ]
    assert not [(one, other) for one in names for other in names if one != other and one in other]


def test_repeated_rows_of_a_padded_batch_are_refused() -> None:
    with pytest.raises(DataError, match="scored twice"):
        aggregate([*ROWS, ROWS[0]], DIMENSIONS)


def test_what_cannot_be_aggregated_is_named() -> None:
    with pytest.raises(TaskError, match="unheard"):
        aggregate([row(1, "unheard", 1.0)], DIMENSIONS)
    with pytest.raises(DataError, match="no rows"):
        aggregate([], DIMENSIONS)
    with pytest.raises(DataError, match="score 51"):
        row(1, "heading", 51.1)
    with pytest.raises(DataError, match="chance"):
        row(1, "heading", 1.0, chance=1.0)
    with pytest.raises(DataError, match="score nan"):
        row(1, "heading", float("nan"))


def test_scoring_imports_nothing_heavy() -> None:
    code = "import sys, links2_tasks.scoring; print([m for m in ('torch', 'cv2', 'av', 'lmms_eval', 'rasterio', 'numpy') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
