"""Doing one thing in another process: what goes wrong there comes back as words, with the thing's name.

Errors themselves do not travel well: some cannot be made again from what another process sends of them.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from links2_tasks.errors import DataError, Links2Error

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Failure:
    """What went wrong."""

    message: str
    trace: str
    """Empty for errors that are raised on purpose."""


class WorkerBug(RuntimeError):  # noqa: N818 - told apart from what is raised on purpose
    """An error that nobody foresaw, in another process; its message holds that process's traceback."""


def attempt(function: Callable[[Item], Result], item: Item) -> Result | Failure:
    """The result, or what went wrong."""
    try:
        return function(item)
    except Links2Error as error:
        return Failure(str(error), "")
    except Exception as error:  # noqa: BLE001 - it is raised again where the item's name is known
        return Failure(f"{type(error).__name__}: {error}", traceback.format_exc())


def result_of(done: Result | Failure, item: object) -> Result:
    """The result.

    Raises:
        DataError: it failed with an error of this package; the message names the item.
        WorkerBug: it failed with another error.
    """
    if not isinstance(done, Failure):
        return done
    if done.trace:
        raise WorkerBug(f"{item}: {done.message}\n{done.trace}")
    raise DataError(f"{item}: {done.message}")
