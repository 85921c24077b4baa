"""The export for VLMEvalKit: the dataset file, what it needs, both registries as a patch, and a pull request's text."""

from __future__ import annotations

from pathlib import Path

from links2_tasks.frameworks.export import _stand_ins as stand_ins
from links2_tasks.frameworks.export._bundle import BundledModule, bundle
from links2_tasks.frameworks.export._format import formatted_for_vlmevalkit
from links2_tasks.frameworks.export._plan import Place, Plan, Root
from links2_tasks.frameworks.export._relative import with_relative_imports
from links2_tasks.frameworks.export._vlmevalkit_config import example_config
from links2_tasks.frameworks.export._vlmevalkit_figures import read_runs
from links2_tasks.frameworks.export._vlmevalkit_pull_request import pull_request
from links2_tasks.frameworks.export._vlmevalkit_registries import registries_patch
from links2_tasks.frameworks.export._vlmevalkit_stand_ins import PASSAGES, REPLACEMENTS
from links2_tasks.frameworks.export._write import (
    ExportedFile,
    ExportReport,
    with_markdown_origin,
    with_origin,
    write_files,
)

CORE_FOLDER = "vlmeval/dataset/utils/links2"

_DATASETS = "vlmeval.dataset"
_CORE = CORE_FOLDER.replace("/", ".")
_OURS = "links2_tasks.frameworks.vlmeval"
_OF_ANSWERS = ("_evaluate", "_messages", "_names", "_shown", "_table")
"""Modules of the plug-in that stand beside those that all frameworks share."""


def export_vlmevalkit(dest: Path, results: Path | None = None) -> ExportReport:
    """Write the datasets for a clone of VLMEvalKit, without any need of this package.

    Args:
        dest: Folder to write, for example a clone.
        results: A work dir of VLMEvalKit; the figures in it go into PULL_REQUEST.md.

    Raises:
        FrameworkError: a file in `dest` is not from an earlier export, the results cannot be used, or the code cannot
            be exported.
        MissingExtraError: a formatter of VLMEvalKit is not installed.
    """
    runs = read_runs(results) if results is not None else ()
    modules = bundle(stand_ins.source_package(), _plan())
    files = [
        *(_python_file(module) for module in modules),
        ExportedFile("links2.patch", with_origin(registries_patch(), "links2_tasks/frameworks/export")),
        ExportedFile("links2_config.json", example_config()),
        ExportedFile("PULL_REQUEST.md", with_markdown_origin(pull_request(runs))),
    ]
    next_step = "in a clone of VLMEvalKit: git apply links2.patch; then follow PULL_REQUEST.md"
    return write_files(dest, files, owned=CORE_FOLDER, next_step=next_step)


def _plan() -> Plan:
    return Plan(
        roots=(Root(f"{_OURS}.datasets", ("LinkS2", "LinkS2Video")), *stand_ins.roots_of_changes()),
        places=(
            Place("links2_tasks", _CORE),
            Place("links2_tasks.frameworks", f"{_CORE}.evaluation"),
            *(Place(f"{_OURS}.{name}", f"{_CORE}.evaluation.{name}") for name in _OF_ANSWERS),
            Place(f"{_OURS}.datasets", f"{_DATASETS}.links2"),
        ),
        redirects=stand_ins.REDIRECTS,
        replacements=(*stand_ins.replacements(), *REPLACEMENTS),
        passages=PASSAGES,
        kept_out=stand_ins.KEPT_OUT,
    )


def _python_file(module: BundledModule) -> ExportedFile:
    text = with_relative_imports(module, _DATASETS)
    return ExportedFile(module.path, formatted_for_vlmevalkit(with_origin(text, module.source)))
