"""The README's table is the generated one."""

from __future__ import annotations

from pathlib import Path

from links2_tasks.report import task_table
from links2_tasks.taxonomy import tasks

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_holds_the_generated_table() -> None:
    assert task_table() in README.read_text(encoding="utf-8")


def test_the_table_has_one_row_per_task() -> None:
    assert len(task_table().splitlines()) == 2 + len(tasks())
