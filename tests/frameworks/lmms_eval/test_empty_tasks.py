"""Footage without an annotated change has no question of cross_view_change: its group runs all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import NoQuestionsError


@pytest.fixture
def without_changes(make_dataset: Any, make_question: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    questions = [make_question(task, 0) for task in ("scene_recognition", "object_counting")]
    monkeypatch.setenv("LINKS2_DATA", str(make_dataset(tmp_path / "data", questions)))
    return tmp_path


def test_a_group_leaves_the_task_out(run_host: Any, without_changes: Path) -> None:
    run = run_host("links2_oracle", ["links2_perception"])
    assert set(run["samples"]) == {"links2_scene_recognition", "links2_object_counting"}
    assert run["results"]["links2_perception"]["links2_accuracy,none"] == 1.0


def test_asked_for_by_name_it_is_an_error(run_host: Any, without_changes: Path) -> None:
    with pytest.raises(NoQuestionsError, match="cross_view_change"):
        run_host("links2_oracle", ["links2_cross_view_change"])


def test_a_dimension_without_questions_is_left_out_of_all_tasks(run_host: Any, without_changes: Path) -> None:
    run = run_host("links2_oracle", ["links2_all"])
    assert set(run["samples"]) == {"links2_scene_recognition", "links2_object_counting"}
    assert "links2_relation" not in run["results"]
    assert run["results"]["links2_all"]["links2_accuracy,none"] == 1.0


def test_a_dimension_without_questions_is_an_error_by_name(run_host: Any, without_changes: Path) -> None:
    with pytest.raises(NoQuestionsError, match="links2_relation"):
        run_host("links2_oracle", ["links2_relation"])
