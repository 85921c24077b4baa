"""Figures of runs, from the results that lmms-eval writes."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from links2_tasks import taxonomy
from links2_tasks.errors import FrameworkError

ACCURACY = "links2_accuracy"
_SECRET = ("key", "token", "secret", "password")


@dataclass(frozen=True)
class TaskFigures:
    """Figures of one task or group."""

    name: str
    n: int
    """Questions that were asked."""
    accuracy: float | None
    """Of a group: the mean over its tasks. None when lmms-eval gives no number."""
    micro_accuracy: float | None
    chance_corrected: float | None
    extraction_failure: float | None


@dataclass(frozen=True)
class Run:
    """One run of lmms-eval on links2 tasks."""

    file: Path
    command: str
    n: int
    """Questions that were asked, over all tasks."""
    tasks: tuple[TaskFigures, ...]
    """Tasks that were run, in the order of tables."""
    groups: tuple[TaskFigures, ...]
    """Groups that were run; the one of all tasks last."""

    @property
    def is_complete(self) -> bool:
        """Whether every task was asked something and has an accuracy."""
        return all(task.n > 0 and task.accuracy is not None for task in self.tasks)


def read_runs(folder: Path) -> tuple[Run, ...]:
    """The runs below a folder that asked links2 tasks, in the order of their files' names.

    Raises:
        FrameworkError: there is none, a file cannot be read, or a run is of another version of the benchmark.
    """
    files = sorted(folder.expanduser().rglob("*_results.json"))
    runs = [run for run in map(_read, files) if run is not None]
    if not runs:
        raise FrameworkError(
            f"There are no results of links2 tasks in {folder.absolute()}: looked for *_results.json in it and below. "
            "Make some with: lmms-eval --model MODEL --tasks links2_all --output_path FOLDER"
        )
    return tuple(runs)


def _read(file: Path) -> Run | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return _run(file, content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FrameworkError(
            f"{file} does not read like results of lmms-eval: {type(error).__name__}: {error}"
        ) from error


def _run(file: Path, content: dict[str, Any]) -> Run | None:
    results: dict[str, dict[str, Any]] = content["results"]
    samples: dict[str, dict[str, int]] = content["n-samples"]
    tasks = [task for task in taxonomy.tasks() if task.lmms_eval_name in results]
    if not tasks:
        return None
    for task in tasks:
        _check_version(file, task.lmms_eval_name, content["versions"])
    n_of = {task.lmms_eval_name: samples[task.lmms_eval_name]["effective"] for task in tasks}
    groups = [group for group in taxonomy.groups() if group.lmms_eval_name in results]
    return Run(
        file=file,
        command=_command(content["config"], tuple(n_of)),
        n=sum(n_of.values()),
        tasks=tuple(_figures(name, n, results[name]) for name, n in n_of.items()),
        groups=tuple(
            _figures(
                group.lmms_eval_name,
                sum(n_of.get(task.lmms_eval_name, 0) for task in group.tasks),
                results[group.lmms_eval_name],
            )
            for group in groups
        ),
    )


def _check_version(file: Path, task: str, versions: dict[str, Any]) -> None:
    if versions.get(task) != taxonomy.BENCHMARK_VERSION:
        raise FrameworkError(
            f"{file} holds results of {task} in version {versions.get(task)}; the tasks are in version "
            f"{taxonomy.BENCHMARK_VERSION} now, and scores of two versions are not to be mixed. Run it again."
        )


def _figures(name: str, n: int, results: dict[str, Any]) -> TaskFigures:
    return TaskFigures(
        name=name,
        n=n,
        accuracy=_number(results.get(f"{ACCURACY},none")),
        micro_accuracy=_number(results.get("links2_micro_accuracy,none")),
        chance_corrected=_number(results.get("links2_chance_corrected,none")),
        extraction_failure=_number(results.get("links2_extraction_failure,none")),
    )


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def _command(config: dict[str, Any], tasks: tuple[str, ...]) -> str:
    """The command that makes the run again, as far as the results tell."""
    given = config.get("resolved_cli_args") or {}
    parts = ["lmms-eval", f"--model {config['model']}"]
    if config.get("model_args"):
        parts.append(f"--model_args {_without_secrets(config['model_args'])}")
    parts.append(f"--tasks {given.get('tasks') or ','.join(tasks)}")
    if config.get("limit") is not None:
        parts.append(f"--limit {config['limit']:g}")
    return " ".join(parts)


def _without_secrets(model_args: str | dict[str, Any]) -> str:
    """Arguments of a model as one writes them, without what is nobody else's business."""
    if isinstance(model_args, dict):
        pairs = [(str(key), str(value)) for key, value in model_args.items()]
    else:
        pairs = [(key, value) for key, _, value in (part.partition("=") for part in model_args.split(","))]
    return ",".join(f"{key}={'...' if any(word in key.lower() for word in _SECRET) else value}" for key, value in pairs)
