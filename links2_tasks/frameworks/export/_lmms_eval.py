"""The export for lmms-eval: a task folder, tests in its style, the catalogue line, and the text of a pull request."""

from __future__ import annotations

from pathlib import Path

from links2_tasks.frameworks.export import _stand_ins as stand_ins
from links2_tasks.frameworks.export._bundle import BundledModule, bundle
from links2_tasks.frameworks.export._format import formatted_for_lmms_eval
from links2_tasks.frameworks.export._lmms_eval_catalogue import catalogue_patch
from links2_tasks.frameworks.export._lmms_eval_figures import read_runs
from links2_tasks.frameworks.export._lmms_eval_pull_request import pull_request
from links2_tasks.frameworks.export._lmms_eval_yaml import TaskFile, exported, roots, task_files
from links2_tasks.frameworks.export._plan import Place, Plan, Replacement, Root
from links2_tasks.frameworks.export._write import (
    ExportedFile,
    ExportReport,
    with_markdown_origin,
    with_origin,
    write_files,
)
from links2_tasks.prompt import strategy_for

TASK_FOLDER = "lmms_eval/tasks/links2"

_TASKS = TASK_FOLDER.replace("/", ".")
_OURS = "links2_tasks.frameworks.lmms_eval"
_TEST = "links2_tasks.frameworks.export._lmms_eval_test"
_BESIDE = {
    f"{_OURS}.hooks": "utils",
    f"{_OURS}.question_files": "question_files",
    f"{_OURS}.variant_docs": "variant_docs",
}
"""Modules that task files name, and their names upstream: `!function utils.f` is looked up in utils.py beside it."""


def export_lmms_eval(dest: Path, results: Path | None = None) -> ExportReport:
    """Write the tasks for a clone of lmms-eval, without any need of this package.

    Args:
        dest: Folder to write, for example a clone.
        results: Folder of results of `lmms-eval --output_path`; its figures go into PULL_REQUEST.md.

    Raises:
        FrameworkError: a file in `dest` is not from an earlier export, the results cannot be used, or the code cannot
            be exported.
        MissingExtraError: a formatter of lmms-eval is not installed.
    """
    runs = read_runs(results) if results is not None else ()
    yamls = task_files(without=stand_ins.VARIANTS_LEFT_OUT)
    modules = bundle(stand_ins.source_package(), _plan(yamls))
    files = [
        *(_yaml_file(file) for file in yamls),
        *(_python_file(module) for module in modules),
        ExportedFile("links2.patch", with_origin(catalogue_patch(), "links2_tasks/frameworks/export")),
        ExportedFile("PULL_REQUEST.md", with_markdown_origin(pull_request(runs))),
    ]
    next_step = "in a clone of lmms-eval: git apply links2.patch; then follow PULL_REQUEST.md"
    return write_files(dest, files, owned=TASK_FOLDER, next_step=next_step)


def _plan(yamls: tuple[TaskFile, ...]) -> Plan:
    return Plan(
        roots=(*roots(yamls, tuple(_BESIDE)), *stand_ins.roots_of_changes(), Root(_TEST)),
        places=(
            Place("links2_tasks", f"{_TASKS}.core"),
            Place("links2_tasks.frameworks", f"{_TASKS}.core.evaluation"),
            Place(_OURS, _TASKS),
            Place(_TEST, "test.eval.test_links2"),
            *(Place(module, f"{_TASKS}.{name}") for module, name in _BESIDE.items()),
        ),
        redirects=stand_ins.REDIRECTS,
        replacements=(*stand_ins.replacements(), *_replacements(yamls)),
        kept_out=stand_ins.KEPT_OUT,
    )


def _replacements(yamls: tuple[TaskFile, ...]) -> tuple[Replacement, ...]:
    names = sorted(file.name.removesuffix(".yaml") for file in yamls if file.name.endswith(".yaml"))
    return (
        Replacement(
            f"{_OURS}._settings.chat_settings",
            _CHAT_SETTINGS.format(strategy=strategy_for("")),
            reason="Upstream tells no hook the model's name; the task files hold a block for each model instead.",
        ),
        Replacement(
            f"{_TEST}.TASKS_AND_GROUPS",
            f"TASKS_AND_GROUPS = {tuple(names)!r}",
            reason="A test upstream names what it expects.",
        ),
    )


_CHAT_SETTINGS = '''
_CHAT_STRATEGY: Strategy = "{strategy}"
"""What every model that takes several images can be given; the task files name those that take a video."""


def chat_settings(specific_kwargs: Mapping[str, Any] | None) -> PromptSettings:
    """Settings for a chat model; `strategy: auto` is frames as images."""
    return _settings(specific_kwargs, auto=_CHAT_STRATEGY)
'''


def _yaml_file(file: TaskFile) -> ExportedFile:
    return ExportedFile(f"{TASK_FOLDER}/{file.name}", with_origin(exported(file, _BESIDE), f"task_yamls/{file.name}"))


def _python_file(module: BundledModule) -> ExportedFile:
    return ExportedFile(module.path, formatted_for_lmms_eval(with_origin(module.text, module.source)))
