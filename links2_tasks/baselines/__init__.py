"""Models without weights: what a score means is seen against them.

`oracle` reads the answer, `random` guesses, `prior` always says the same letter, and `geometric` registers the video to
the satellite image by classical computer vision.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from links2_tasks.errors import Links2Error
from links2_tasks.schema import Question

__all__ = ["BASELINES", "Baseline", "make_baseline"]

BASELINES = MappingProxyType(
    {
        "oracle": ("links2_tasks.baselines.oracle", "OracleBaseline"),
        "random": ("links2_tasks.baselines.random", "RandomBaseline"),
        "prior": ("links2_tasks.baselines.prior", "PriorBaseline"),
        "geometric": ("links2_tasks.baselines.geometric", "GeometricBaseline"),
    }
)
"""Module and class of each baseline by name; modules are imported when asked for, as OpenCV is slow to import."""


class Baseline(Protocol):
    """Answers multiple-choice questions one by one."""

    def answer(self, question: Question, root: Path) -> str:
        """Letter of the chosen option of a question whose media lie below `root`."""


def make_baseline(name: str) -> Baseline:
    """A fresh baseline by name.

    Raises:
        Links2Error: there is no baseline of that name.
    """
    if name not in BASELINES:
        raise Links2Error(f"There is no baseline '{name}'. The baselines are: {', '.join(BASELINES)}.")
    module, class_name = BASELINES[name]
    return cast(Callable[[], Baseline], getattr(import_module(module), class_name))()
