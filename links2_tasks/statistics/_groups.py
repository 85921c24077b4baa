"""What figures are given for: each task, each dimension, and everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from links2_tasks.errors import DataError, TaskError
from links2_tasks.scoring import ScoredRow

Key = tuple[str, str]
"""Task and question: question ids alone may repeat between tasks."""

OVERALL = "overall"


@dataclass(frozen=True)
class Groups:
    """Tasks by what they belong to, as places in the alphabetical order of the tasks, which is that of totals."""

    tasks: Mapping[str, list[int]]
    dimensions: Mapping[str, list[int]]
    overall: list[int]


def rows_by_key(rows: Iterable[ScoredRow]) -> dict[Key, ScoredRow]:
    """Rows by task and question, in the order of their keys.

    Raises:
        DataError: there are no rows, or a question of a task comes twice.
    """
    found: dict[Key, ScoredRow] = {}
    for row in rows:
        key = (row.task, row.question_id)
        if key in found:
            raise DataError(
                f"question '{row.question_id}' of task '{row.task}' is scored twice; drop the repeated rows (batches "
                "that were padded, or two runs in one list) first"
            )
        found[key] = row
    if not found:
        raise DataError("there are no rows; was the run finished, and were its result files the right ones?")
    return dict(sorted(found.items()))


def groups_of(tasks: Iterable[str], dimension_of_task: Mapping[str, str]) -> Groups:
    """The groups that some tasks form, in the order of `dimension_of_task`.

    Raises:
        TaskError: a task has no dimension.
    """
    places = {task: place for place, task in enumerate(sorted(set(tasks)))}
    if unknown := [task for task in places if task not in dimension_of_task]:
        raise TaskError(
            f"no dimension is given for task(s) {', '.join(unknown)}; known are {', '.join(dimension_of_task)}"
        )
    by_task: dict[str, list[int]] = {}
    by_dimension: dict[str, list[int]] = {}
    for task, dimension in dimension_of_task.items():
        if task in places:
            by_task[task] = [places[task]]
            by_dimension.setdefault(dimension, []).append(places[task])
    return Groups(by_task, by_dimension, list(places.values()))
