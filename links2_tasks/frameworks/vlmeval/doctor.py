"""What can stand between VLMEvalKit and the links2 tasks, looked at one by one."""

from __future__ import annotations

import importlib.util

from links2_tasks.frameworks._checks import Check, tried
from links2_tasks.frameworks.vlmeval import _environment
from links2_tasks.frameworks.vlmeval._host import find_host, import_runner
from links2_tasks.frameworks.vlmeval._names import dataset_names

_INSTALL = "python -m pip install 'links2-tasks[vlmeval]'"


def diagnose() -> tuple[Check, ...]:
    """All checks, in the order in which one problem hides the next; the import alone takes some 10 s."""
    host = tried("VLMEvalKit is found", lambda: find_host().version, _INSTALL)
    if not host.ok:
        return (host,)
    return (host, _check_decord(), _check_environment(), _check_datasets())


def _check_decord() -> Check:
    name = "decord is installed"
    if importlib.util.find_spec("decord") is None:
        return Check(name, False, "VLMEvalKit imports it for every video dataset", _INSTALL)
    return Check(name, True, "found")


def _check_environment() -> Check:
    def look() -> str:
        _environment.set_up(has_ours=True)
        return "PRED_FORMAT and LMUData fit"

    return tried("its environment fits", look, "unset the variable that is named, or set it as is said")


def _check_datasets() -> Check:
    def look() -> str:
        import_runner(find_host())
        from links2_tasks.frameworks.vlmeval.registry import register

        register()
        from vlmeval.dataset import SUPPORTED_DATASETS

        missing = [each.name for each in dataset_names() if each.name not in SUPPORTED_DATASETS]
        if missing:
            raise LookupError(f"not known to VLMEvalKit: {', '.join(missing)}")
        return f"{len(dataset_names())} datasets"

    return tried("links2's datasets are registered with VLMEvalKit", look, _INSTALL)
