"""Looks that a process of its own can import."""

from __future__ import annotations

import os

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks._checks import Check
from links2_tasks.frameworks.run._look import Look

GOOD = Check("all is well", True, "seen")


def wrong(what: str) -> Look:
    raise FrameworkError(f"no such {what}")


def dead() -> Look:
    os._exit(3)


def shouting() -> Look:
    print("noise of a framework")
    return Look((GOOD,))
