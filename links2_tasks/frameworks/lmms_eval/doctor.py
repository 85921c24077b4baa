"""What can stand between lmms-eval and the links2 tasks, looked at one by one.

Looking takes as long as starting lmms-eval does, because the real
import and the real task manager are used.
"""

from __future__ import annotations

import importlib
import importlib.util
from importlib.metadata import EntryPoint, entry_points, version

from links2_tasks import taxonomy
from links2_tasks.frameworks._checks import Check, tried

GROUP = "lmms_eval.models"
_OUR_MODULE = "links2_tasks.frameworks.lmms_eval.plugin"
_INSTALL = "python -m pip install 'links2-tasks[lmms-eval]'"
_FALLBACK = 'name the folder yourself: lmms-eval --include_path "$(links2 path)" ...'


def diagnose() -> tuple[Check, ...]:
    """All checks, in the order in which one problem hides the next."""
    host = _check_host()
    always = (_check_entry_point(), *_check_other_plugins())
    if not host.ok:
        return (host, *always)
    return (host, _check_decord(), *always, _check_tasks(), _check_include_path())


def _check_host() -> Check:
    name = "lmms-eval is installed"
    if importlib.util.find_spec("lmms_eval") is None:
        return Check(name, False, "there is no package lmms_eval", _INSTALL)
    return tried(name, lambda: f"version {version('lmms-eval')}", _INSTALL)


def _check_decord() -> Check:
    name = "decord is installed"
    if importlib.util.find_spec("decord") is None:
        return Check(name, False, "most video models of lmms-eval import it", _INSTALL)
    return tried(name, lambda: f"version {importlib.import_module('decord').__version__}", _INSTALL)


def _check_entry_point() -> Check:
    name = "lmms-eval finds links2"
    ours = [point for point in entry_points(group=GROUP) if point.module == _OUR_MODULE]
    if not ours:
        detail = f"no entry point of the group {GROUP} names {_OUR_MODULE}"
        return Check(name, False, detail, f"install links2-tasks again, or {_FALLBACK}")
    return tried(name, lambda: f"{len(_load(ours[0]))} models registered", _FALLBACK)


def _check_other_plugins() -> tuple[Check, ...]:
    """lmms-eval stops reading entry points at the first one that raises, and links2 may come after it."""
    return tuple(_check_plugin(point) for point in entry_points(group=GROUP) if point.module != _OUR_MODULE)


def _check_plugin(point: EntryPoint) -> Check:
    mend = f"repair or uninstall the package that declares {point.value}, or {_FALLBACK}"
    name = f"the plug-in {point.name} does not stop others"
    return tried(name, lambda: f"{point.value} registers {len(_load(point))} models", mend)


def _check_tasks() -> Check:
    def look() -> str:
        importlib.import_module("lmms_eval.models")
        from lmms_eval.tasks import TaskManager

        return _names_in(TaskManager().all_tasks)

    return tried("the tasks are registered", look, _FALLBACK)


def _check_include_path() -> Check:
    def look() -> str:
        from lmms_eval.tasks import TaskManager

        folder = str(taxonomy.task_yaml_dir())
        return _names_in(TaskManager(include_path=folder, include_defaults=False).all_tasks) + f" in {folder}"

    return tried("--include_path works", look, "install links2-tasks again")


def _names_in(known: list[str]) -> str:
    wanted = [
        *(task.lmms_eval_name for task in taxonomy.tasks()),
        *(group.lmms_eval_name for group in taxonomy.groups()),
        *(variant.lmms_eval_name for variant in taxonomy.variants()),
    ]
    missing = [name for name in wanted if name not in known]
    if missing:
        raise LookupError(f"not known to lmms-eval: {', '.join(missing)}")
    return f"{len(wanted)} tasks, groups and variants"


def _load(point: EntryPoint) -> list[object]:
    payload = point.load()
    payload = payload() if callable(payload) else payload
    return list(payload) if isinstance(payload, (list, tuple)) else [payload]
