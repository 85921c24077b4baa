"""A comparison of two runs: printed, as CSV, and as JSON."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from links2_tasks._console import results_console
from links2_tasks._files import write_text
from links2_tasks.results import Run, RunComparison
from links2_tasks.scoring import Interval
from links2_tasks.statistics import PairedDifference

_SMALLEST_P = 0.001
_SIGNIFICANT = 0.05

CSV_COLUMNS = (
    "level",
    "name",
    "n",
    "first",
    "second",
    "difference",
    "low",
    "high",
    "only_first",
    "only_second",
    "permutation_p",
    "holm_p",
    "mcnemar_p",
    "questions_needed",
)
"""Shares are 0 to 1; an empty cell is a figure that cannot be had."""


def print_comparison(found: RunComparison) -> None:
    """Print which runs were compared, what differs between them besides their answers, and the figures."""
    out = results_console()
    for title, run in (("first", found.first), ("second", found.second)):
        out.print(f"[bold]{title}[/]: {escape(_described(run))}")
    for each in found.sameness:
        unknown = f", not known of {each.n_unknown}" if each.n_unknown else ""
        known = f"{each.n_same} of {each.n} questions{unknown}" if each.n_unknown < each.n else "not known"
        out.print(f"same {each.what}: {known}")
    out.print(_table(found))
    out.print(
        "Difference: second less first, with its 95 % interval, clustered by clip; dimensions and overall are means of "
        "tasks. won, lost: questions that the second run alone, or the first alone, has right (or nearer). p: "
        "permutation of whole clips; Holm: corrected for the number of tasks. needed: questions for a difference of "
        "this size to be found (80 % power at 5 %)."
    )
    for warning in found.warnings:
        out.print(f"[yellow]Warning: {escape(warning)}[/]")
    for note in found.notes:
        out.print(f"[dim]Note: {escape(note)}[/]")


def write_comparison_csv(found: RunComparison, path: Path) -> None:
    """Write the figures as CSV, with the columns `CSV_COLUMNS`.

    Raises:
        DataError: the file cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, CSV_COLUMNS)
    table.writeheader()
    for level, each in _differences(found):
        interval = {"low": "", "high": ""} if each.interval is None else dataclasses.asdict(each.interval)
        cells: dict[str, Any] = {"level": level, **dataclasses.asdict(each), **interval}
        table.writerow({name: "" if cells[name] is None else cells[name] for name in CSV_COLUMNS})
    write_text(path, text.getvalue())


def write_comparison_json(found: RunComparison, path: Path) -> None:
    """Write the runs, the figures and the warnings as JSON.

    Raises:
        DataError: the file cannot be written.
    """
    content = {
        "first": _facts(found.first),
        "second": _facts(found.second),
        "same": [dataclasses.asdict(each) for each in found.sameness],
        **dataclasses.asdict(found.statistics),
        "warnings": found.warnings,
        "notes": found.notes,
    }
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _described(run: Run) -> str:
    parts = [run.framework, f"variant {run.variant}", f"version {run.version}", f"{len(run.rows)} rows"]
    if run.model_args:
        parts.append(run.model_args)
    if run.started_at is not None:
        parts.append(run.started_at)
    return f"{run.name} ({', '.join(parts)}) in {run.folder}"


def _facts(run: Run) -> dict[str, Any]:
    names = ("name", "framework", "model", "model_args", "variant", "version", "started_at", "seconds")
    return {**{name: getattr(run, name) for name in names}, "folder": str(run.folder), "n_rows": len(run.rows)}


def _differences(found: RunComparison) -> Iterator[tuple[str, PairedDifference]]:
    yield from (("task", each) for each in found.statistics.tasks)
    yield from (("dimension", each) for each in found.statistics.dimensions)
    yield "overall", found.statistics.overall


def _table(found: RunComparison) -> Table:
    table = Table("", title=escape(f"{found.second.name} against {found.first.name}"))
    for column in ("n", "first", "second", "difference", "won", "lost", "p", "Holm", "needed"):
        table.add_column(column, justify="right", no_wrap=True)
    last = "task"
    for level, each in _differences(found):
        if level != last:
            table.add_section()
        last = level
        table.add_row(escape(each.name), *_cells(each), style="bold" if _is_found(each) else None)
    return table


def _is_found(each: PairedDifference) -> bool:
    """Whether the difference is more than chance would give, with the correction where there is one."""
    return (each.permutation_p if each.holm_p is None else each.holm_p) < _SIGNIFICANT


def _cells(each: PairedDifference) -> tuple[str, ...]:
    return (
        str(each.n),
        f"{each.first:.3f}",
        f"{each.second:.3f}",
        f"{each.difference:+.3f}{_interval(each.interval)}",
        str(each.only_second),
        str(each.only_first),
        _p(each.permutation_p),
        _p(each.holm_p),
        "-" if each.questions_needed is None else f"{each.questions_needed:,}",
    )


def _interval(interval: Interval | None) -> str:
    return "" if interval is None else f" ({interval.low:+.3f} to {interval.high:+.3f})"


def _p(value: float | None) -> str:
    if value is None:
        return "-"
    return f"< {_SMALLEST_P}" if value < _SMALLEST_P else f"{value:.3f}"
