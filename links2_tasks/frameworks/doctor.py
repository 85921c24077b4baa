"""What can stand between the links2 tasks and the frameworks that are installed, looked at one by one."""

from __future__ import annotations

import importlib.util
from importlib import import_module

from links2_tasks.frameworks._checks import Check, check_data

_FRAMEWORKS = {
    "lmms_eval": "links2_tasks.frameworks.lmms_eval.doctor",
    "vlmeval": "links2_tasks.frameworks.vlmeval.doctor",
}
"""The module that looks at each framework, by the package that the framework is imported as."""


def diagnose() -> tuple[Check, ...]:
    """The checks of the data, then of every framework that is installed; of all of them when none is.

    Looking takes as long as starting the frameworks does, because their real look-ups are used.
    """
    installed = [package for package in _FRAMEWORKS if importlib.util.find_spec(package) is not None]
    checks = [check_data()]
    for package in installed or _FRAMEWORKS:
        checks += import_module(_FRAMEWORKS[package]).diagnose()
    return tuple(checks)
