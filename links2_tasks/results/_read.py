"""All runs below a folder: `read_runs`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from links2_tasks.errors import DataError
from links2_tasks.results import _lmms_eval, _run_folder, _vlmevalkit
from links2_tasks.results._merge import merge
from links2_tasks.results._names import named
from links2_tasks.results._records import Run
from links2_tasks.results._source import Problem
from links2_tasks.results._tree import Tree, look_below

_MOST_LISTED = 5


def read_runs(folder: Path) -> tuple[Run, ...]:
    """Every run at or below a folder, whichever framework it was run with.

    A run is what one framework has of one model with one set of arguments on one variant of the questions. Of each task
    the newest complete results count, so a run may be put together from several calls of the framework. What was amiss
    and passed over stands in `Run.remarks`. Links below the folder are not followed, and pickles are not read.

    Args:
        folder: What was given to lmms-eval as --output_path, to VLMEvalKit as --work-dir or to `links2 run` as --out;
            or any folder that holds some of these.

    Returns:
        The runs in the order of their names.

    Raises:
        DataError: there is no run, or a file is damaged and no older one is complete; names file and line.
        MissingExtraError: results are workbooks, and openpyxl is not installed.
    """
    tree = look_below(Path(folder))
    runs = _run_folder.find(tree)
    rest = tree.without(runs.folders)
    found = [runs.found, _lmms_eval.find(rest), _vlmevalkit.find(rest)]
    problems = [*(problem for each in found for problem in each.problems), *_links_out_of(tree)]
    merged = merge([source for each in found for source in each.sources])
    if not merged:
        raise DataError(_nothing_in(tree, problems))
    runs_found = _with_problems(named(merged, tree.root), problems)
    return tuple(sorted(runs_found, key=lambda run: run.name))


def _with_problems(runs: Sequence[Run], problems: Sequence[Problem]) -> list[Run]:
    """Each problem as a remark on the runs in whose folder it lies, else on all."""
    remarks: dict[str, list[str]] = {run.name: list(run.remarks) for run in runs}
    for problem in problems:
        near = [run for run in runs if run.folder in (problem.path, *problem.path.parents)]
        for run in near or runs:
            remarks[run.name].append(problem.text)
    return [replace(run, remarks=tuple(remarks[run.name])) for run in runs]


def _links_out_of(tree: Tree) -> list[Problem]:
    """Links that lead to somewhere else; those within the tree lead to what is read anyway."""
    root = os.path.realpath(tree.root)
    out = [link for link in tree.links if not _lies_in(root, os.path.realpath(link))]
    if not out:
        return []
    text = f"{len(out)} links that lead out of {tree.root} are not followed, as {out[0]}; name the folder they lead to"
    return [Problem(tree.root, text)]


def _lies_in(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _nothing_in(tree: Tree, problems: Sequence[Problem]) -> str:
    said = [
        f"There are no results of links2 tasks in {tree.root}: looked in {len(tree.files)} files for lmms-eval's "
        "*_results.json with *_samples_*.jsonl (it writes them with --output_path and --log_samples), and for "
        "VLMEvalKit's *_LinkS2*_score files.",
        *(f"But: {problem.text.rstrip('.')}." for problem in problems[:_MOST_LISTED]),
    ]
    if len(problems) > _MOST_LISTED:
        said.append(f"And {len(problems) - _MOST_LISTED} more files that cannot be read.")
    return " ".join(said)
