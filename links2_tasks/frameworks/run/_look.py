"""What is known of a run before it starts: whether the framework is in order, and what will be asked."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from links2_tasks.errors import FrameworkError, Links2Error
from links2_tasks.frameworks._checks import Check
from links2_tasks.prompt import PromptSettings
from links2_tasks.schema import Question


@dataclass(frozen=True)
class TaskPlan:
    """What one task of the framework will ask."""

    name: str
    """As the framework calls it."""
    settings: PromptSettings
    questions: tuple[Question, ...]
    n_faulty: int = 0
    """Lines that are no valid question; they get a row, and score 0."""

    @property
    def n_rows(self) -> int:
        """Rows that the results must hold."""
        return len(self.questions) + self.n_faulty


@dataclass(frozen=True)
class Look:
    """What was found."""

    checks: tuple[Check, ...]
    plans: tuple[TaskPlan, ...] = ()
    notes: tuple[str, ...] = ()
    """What a person should know, each a sentence."""


def look_elsewhere(look: Callable[..., Look], *arguments: object) -> Look:
    """Look in a process of its own: frameworks take memory, change global settings, and print.

    Args:
        look: A function of a module.
        arguments: Its arguments.

    Raises:
        FrameworkError: the arguments for the framework are wrong, or the process died.
        Links2Error: as `look`.
    """
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(1, mp_context=context, initializer=_print_to_stderr) as pool:
            return pool.submit(_guarded, look, arguments).result()
    except BrokenProcessPool as error:
        raise FrameworkError(
            "The process that looked at the framework died; it may have printed why above. `links2 doctor` looks again."
        ) from error


def _guarded(look: Callable[..., Look], arguments: Sequence[object]) -> Look:
    try:
        return look(*arguments)
    except Links2Error as error:
        # Some errors of ours take other arguments than their message, and would not arrive as what they are.
        raise FrameworkError(str(error)) from None


def _print_to_stderr() -> None:
    os.dup2(2, 1)


def label_of(dataset: str, task: str) -> str:
    """What a task of a dataset is called in tables."""
    return f"{dataset}/{task}"
