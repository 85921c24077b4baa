"""Rotations of one question become one row."""

from __future__ import annotations

from links2_tasks.scoring import ScoredRow
from links2_tasks.variants import joined_rotations


def rotation(question_id: str, score: float, reason: str = "letter") -> ScoredRow:
    return ScoredRow(question_id, "heading_estimation", "clip", "town", score, 0.25, reason, "A", "A")


def test_a_question_is_right_when_all_rotations_are() -> None:
    rows = [rotation(f"q1#{i}", 1.0) for i in range(4)] + [rotation(f"q2#{i}", float(i != 2)) for i in range(4)]
    joined = joined_rotations(rows)
    assert [(one.row.question_id, one.row.score, one.is_complete) for one in joined] == [
        ("q1", 1.0, True),
        ("q2", 0.0, True),
    ]
    assert joined[0].row.chance == 0.25**4


def test_a_rotation_that_was_not_read_is_not_hidden_by_one_that_is_wrong() -> None:
    rows = [rotation("q#0", 1.0), rotation("q#1", 0.0), rotation("q#2", 0.0, "refused"), rotation("q#3", 1.0)]
    assert joined_rotations(rows)[0].row.reason == "refused"


def test_a_question_that_lacks_a_rotation_is_not_complete() -> None:
    assert [one.is_complete for one in joined_rotations([rotation(f"q#{i}", 1.0) for i in (0, 1, 3)])] == [False]


def test_the_same_id_in_two_tasks_is_two_questions() -> None:
    other = ScoredRow("q#0", "object_counting", "clip", "town", 0.0, 0.25, "letter", "A", "B")
    assert len(joined_rotations([rotation("q#0", 1.0), other])) == 2
