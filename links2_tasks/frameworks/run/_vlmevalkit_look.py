"""A look at VLMEvalKit with the arguments of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from links2_tasks.construction.mini import data_root
from links2_tasks.frameworks._checks import Check, check_data
from links2_tasks.frameworks._lines import QuestionLine
from links2_tasks.frameworks.run._look import Look, TaskPlan, label_of
from links2_tasks.frameworks.vlmeval import doctor
from links2_tasks.frameworks.vlmeval._arguments import read_arguments
from links2_tasks.frameworks.vlmeval._host import find_host
from links2_tasks.frameworks.vlmeval._names import DatasetName


def look(arguments: Sequence[str], checkout: Path | None) -> Look:
    """Look at the installation, then at what the arguments name.

    Raises:
        FrameworkError: a model is unknown, or its wrapper would lose one of the views.
    """
    checks = (check_data(), *_diagnose(checkout))
    if not all(check.ok for check in checks):
        return Look(checks)
    from links2_tasks.frameworks.vlmeval._preflight import check

    request = read_arguments(arguments)
    notes = check(request, find_host(checkout))
    plans = tuple(plan for name in request.ours for plan in _plans(name))
    return Look(checks, plans, notes)


def _diagnose(checkout: Path | None) -> tuple[Check, ...]:
    if checkout is None:
        return doctor.diagnose()
    before = Path.cwd()
    # There the diagnosis finds it by itself.
    os.chdir(checkout)
    try:
        return doctor.diagnose()
    finally:
        os.chdir(before)


def _plans(name: DatasetName) -> Iterator[TaskPlan]:
    from links2_tasks.frameworks.vlmeval._table import line_in, question_table

    lines: dict[str, list[QuestionLine]] = {task: [] for task in name.tasks}
    for _, row in question_table(data_root(), name.tasks, name.sampling.change).iterrows():
        line = line_in(row)
        lines[line.shown.task].append(line)
    for task, found in lines.items():
        questions = tuple(line.question for line in found if line.question is not None)
        if found:
            yield TaskPlan(label_of(name.name, task), name.sampling.settings, questions, len(found) - len(questions))
