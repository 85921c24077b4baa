"""What every benchmark hands out: tables for people, JSON for programs, and the machine that both were measured on.

A benchmark fills a `Report` and calls `publish`. Tables go to the terminal (standard error), the JSON to standard
output or, with `--json FILE`, to a file. `write_page.py` makes docs/performance.md of such files.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table as RichTable

Cell = str | float | int | None

_PACKAGES = (
    "links2-tasks",
    "numpy",
    "av",
    "opencv-python-headless",
    "decord",
    "torchcodec",
    "torch",
    "qwen-vl-utils",
    "lmms-eval",
    "ms-vlmeval",
    "scipy",
)


@dataclass(frozen=True)
class Machine:
    """Where and with what a benchmark ran."""

    processor: str
    n_cores: int
    """Cores that this process may use."""
    memory_gb: float
    system: str
    python: str
    packages: dict[str, str]
    """Installed versions of what the figures depend on."""
    load_at_start: float
    """Runnable processes of the whole machine, averaged over the minute before. Above 0.5, others were at work too."""


@dataclass(frozen=True)
class Table:
    """Figures side by side. Numbers stay numbers; `shown` rounds them for people."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Goal:
    """A figure that was promised, and the one that was measured."""

    what: str
    wanted: str
    measured: str
    met: bool


@dataclass(frozen=True)
class Report:
    """The outcome of one benchmark."""

    name: str
    """Name of its file without the ending."""
    measures: str
    """What it measures, in a sentence or two."""
    command: str
    started: str
    machine: Machine
    repeats: int
    """How often each figure was measured; medians are shown."""
    tables: tuple[Table, ...]
    goals: tuple[Goal, ...] = ()
    notes: tuple[str, ...] = ()
    samples: dict[str, list[float]] = field(default_factory=dict)
    """Every single measurement, by contestant and figure, so that other statistics can be taken later."""


_WHERE_TO = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
_WHERE_TO.add_argument("--json")


def parser(description: str | None, repeats: int = 5) -> argparse.ArgumentParser:
    """A parser with the options that all benchmarks share; the module's docstring teaches the rest."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--json", type=Path, metavar="FILE", help="write the JSON there and not to standard output")
    made.add_argument("--repeats", type=int, default=repeats, metavar="N", help=f"measure N times ({repeats})")
    made.add_argument(
        "--quick", action="store_true", help="tiny input, once: shows that it runs; says nothing of speed"
    )
    return made


def command_line() -> str:
    """The command that was given, as it can be given again; where its JSON went is left out."""
    _, others = _WHERE_TO.parse_known_args(sys.argv[1:])
    return shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *others])


def now() -> str:
    """The time, to the second, with its zone."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def this_machine() -> Machine:
    """The facts of this machine."""
    return Machine(
        processor=_processor(),
        n_cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        packages={name: found for name in _PACKAGES if (found := _version(name))},
        load_at_start=round(os.getloadavg()[0], 2),
    )


def publish(report: Report, target: Path | None) -> None:
    """Show the tables, and write the JSON to `target` or to standard output."""
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 160)
    for table in report.tables:
        console.print(_rich(table))
        if table.note:
            console.print(table.note, style="dim", soft_wrap=True)
    for goal in report.goals:
        console.print(f"{'met   ' if goal.met else 'MISSED'} {goal.what}: {goal.measured} (goal: {goal.wanted})")
    for note in report.notes:
        console.print(f"note: {note}", soft_wrap=True)
    content = TypeAdapter(Report).dump_json(report, indent=1).decode()
    if target is None:
        print(content)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{content}\n", encoding="utf-8")


def read_report(path: Path) -> Report:
    """A report from its JSON file."""
    return TypeAdapter(Report).validate_json(path.read_bytes())


def shown(cell: Cell) -> str:
    """A cell for people: three significant digits are more than a shared machine can repeat."""
    if cell is None:
        return ""
    if isinstance(cell, (str, int)):
        return str(cell) if isinstance(cell, str) else f"{cell:,}"
    if cell == 0 or abs(cell) >= 100:
        return f"{cell:,.0f}"
    return f"{cell:.3g}"


def _rich(table: Table) -> RichTable:
    drawn = RichTable(title=table.title, title_justify="left")
    for place, name in enumerate(table.columns):
        drawn.add_column(name, justify="left" if _is_text(table.rows, place) else "right")
    for row in table.rows:
        drawn.add_row(*map(shown, row))
    return drawn


def _is_text(rows: Sequence[Sequence[Cell]], place: int) -> bool:
    return all(isinstance(row[place], str) for row in rows)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
