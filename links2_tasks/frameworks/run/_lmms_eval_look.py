"""A look at lmms-eval with the arguments of a run, by the host's own parser, models and tasks."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks._checks import Check, check_data
from links2_tasks.frameworks.lmms_eval import doctor
from links2_tasks.frameworks.lmms_eval._docs import VARIANT, line_of
from links2_tasks.frameworks.lmms_eval._settings import chat_settings, simple_settings
from links2_tasks.frameworks.run._look import Look, TaskPlan


def look(arguments: Sequence[str]) -> Look:
    """Look at the installation, then at what the arguments name.

    Raises:
        FrameworkError: the host does not take the arguments, or knows no such model or task.
    """
    checks = (check_data(), *doctor.diagnose())
    if not all(check.ok for check in checks):
        return Look(checks)
    asked = _parsed(arguments)
    if 0 < (asked.limit or 0) < 1:
        # The host turns a share into a number for the first task and takes that number for all others.
        raise FrameworkError(f"--limit {asked.limit} is a share: give a whole number of questions for each task.")
    model = _model_class(asked)
    tasks = _tasks(asked, "simple" if model.is_simple else "chat")
    plans = tuple(_plan(name, task, model.is_simple, asked) for name, task in _leaves(tasks))
    named = Check("the model and the tasks are known", True, f"{model.__module__}.{model.__name__}, {len(plans)} tasks")
    return Look((*checks, named), plans, tuple(_notes(asked)))


def _parsed(arguments: Sequence[str]) -> Any:
    import lmms_eval.__main__ as host

    sys.argv = ["lmms-eval", *arguments]
    try:
        return host.parse_eval_args()[1]
    except SystemExit as left:
        raise FrameworkError("lmms-eval does not take these arguments; what it says of them stands above.") from left


def _model_class(asked: Any) -> Any:
    from lmms_eval.models import get_model

    try:
        return get_model(asked.model, asked.force_simple)
    except Exception as error:
        raise FrameworkError(
            f"lmms-eval cannot load the model '{asked.model}': {error}. `lmms-eval models` lists those it knows."
        ) from error


def _tasks(asked: Any, kind: str) -> Mapping[Any, Any]:
    from lmms_eval.tasks import TaskManager, get_task_dict

    manager = TaskManager(asked.verbosity, include_path=asked.include_path, model_name=asked.model)
    names = asked.tasks.split(",")
    known = manager.match_tasks(names)
    unknown = [name for name in names if name not in known and "*" not in name]
    if unknown or not known:
        raise FrameworkError(
            f"lmms-eval knows no task {', '.join(unknown or names)}. Those of links2 are links2_all, "
            "links2_DIMENSION and links2_TASK; `links2 tasks` lists them."
        )
    return get_task_dict(known, manager, kind)


def _leaves(tasks: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Tasks without the groups around them, each once."""
    found: dict[str, Any] = {}
    for name, task in tasks.items():
        found.update(_leaves(task) if isinstance(task, dict) else {str(name): task})
    yield from found.items()


def _plan(name: str, task: Any, is_simple: bool, asked: Any) -> TaskPlan:
    docs = task.eval_docs
    if VARIANT not in docs.column_names:
        raise FrameworkError(
            f"'{name}' is no task of links2, and `links2 run` looks after these only; lmms-eval itself runs the others."
        )
    end = None if asked.limit in (None, -1) else asked.offset + int(asked.limit)
    lines = [line_of(doc) for doc in itertools.islice(docs, asked.offset, end)]
    kwargs = task.lmms_eval_specific_kwargs
    settings = simple_settings(kwargs) if is_simple else chat_settings(kwargs)
    questions = tuple(line.question for line in lines if line.question is not None)
    return TaskPlan(name, settings, questions, len(lines) - len(questions))


def _notes(asked: Any) -> Iterator[str]:
    if asked.limit not in (None, -1) or asked.offset:
        yield "Only a part of each task is asked, so the figures are no scores of the benchmark."
