"""Make docs/performance.md from the JSON files of benchmarks.

    mkdir -p results
    for name in input_preparation decoding framework_overhead startup scoring growth
    do python benchmarks/$name.py --json results/$name.json; done
    python benchmarks/write_page.py results/*.json

Nothing on the page is written by hand: what each benchmark measures and how is the text at the head of its file.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from _report import Cell, Machine, Report, Table, read_report, shown

PAGE = Path(__file__).parent.parent / "docs/performance.md"

_ORDER = ("input_preparation", "decoding", "framework_overhead", "startup", "scoring", "growth")
_TITLES = {
    "input_preparation": "Input preparation: 12 questions on one clip",
    "decoding": "Decoding one plan",
    "framework_overhead": "A question inside the frameworks",
    "startup": "Start-up",
    "scoring": "Scoring",
    "growth": "Growth",
}
_HEAD = """\
# Performance

What this package costs, measured side by side with its peers' public code. Made by `benchmarks/write_page.py`; do not
edit.

Medians of repeated runs. Contestants take turns, each in a process of its own, and another one is first in each round; so
ratios hold better than seconds where others work on the machine too. "x" columns are medians of the ratios round by round.
Figures that miss their goal are marked.
"""
_REPEAT = """\
## How to repeat this

Install the package with its frameworks, and SciPy as a peer of the bootstrap; name the folder of a real flight if there is
one ([what it holds](flights.md)). Each command prints tables, and JSON with every single measurement.

```
pip install '.[all,test]' scipy
export LINKS2_REAL_FLIGHT=my_flight
mkdir -p results
for name in input_preparation decoding framework_overhead startup scoring growth
do python benchmarks/$name.py --json results/$name.json; done
python benchmarks/write_page.py results/*.json
```

`--help` of each says what it measures, and how to measure less. `--quick` shows that it runs.
"""


def page(reports: Sequence[Report]) -> str:
    """The page of some reports, in the usual order."""
    ordered = sorted(reports, key=_place)
    parts = [_HEAD, *_goals(ordered), *_machines(ordered)]
    for report in ordered:
        parts += _section(report)
    return "\n".join([*parts, _REPEAT])


def _place(report: Report) -> tuple[int, str]:
    return (_ORDER.index(report.name) if report.name in _ORDER else len(_ORDER), report.name)


def _goals(reports: Sequence[Report]) -> Iterator[str]:
    rows = [
        (goal.what, goal.wanted, goal.measured, "met" if goal.met else "**missed**")
        for report in reports
        for goal in report.goals
    ]
    yield "## Goals\n"
    yield _markdown(Table("", ("what", "goal", "measured", ""), tuple(rows)))


def _machines(reports: Sequence[Report]) -> Iterator[str]:
    """One row for each benchmark, as they may have run on different days and machines."""
    yield "## Machine\n"
    rows = [
        (
            _TITLES.get(report.name, report.name),
            report.started,
            _hardware(report.machine),
            report.machine.load_at_start,
            report.repeats,
        )
        for report in reports
    ]
    yield _markdown(Table("", ("benchmark", "started", "machine", "load before", "repeats"), tuple(rows)))
    packages = {f"{name} {found}": None for report in reports for name, found in report.machine.packages.items()}
    pythons = {f"Python {report.machine.python}": None for report in reports}
    yield f"{', '.join([*pythons, *packages])}.\n"
    yield "A load before the start means that others were at work on the machine.\n"


def _hardware(machine: Machine) -> str:
    return f"{machine.processor}, {machine.n_cores} cores, {machine.memory_gb:g} GB, {machine.system}"


def _section(report: Report) -> Iterator[str]:
    yield f"## {_TITLES.get(report.name, report.name)}\n"
    yield f"`{report.command}`\n"
    yield _method(report.name)
    for table in report.tables:
        yield f"**{table.title}**\n"
        yield _markdown(table)
        if table.note:
            yield f"{table.note}\n"
    for note in report.notes:
        yield f"* {note}"
    if report.notes:
        yield ""


def _method(name: str) -> str:
    """The text at the head of a benchmark's file, lists as code, without its commands and options."""
    file = Path(__file__).with_name(f"{name}.py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) if file.is_file() else None
    blocks = [block for block in (text or "").split("\n\n") if not block.lstrip().startswith(("python ", "--"))]
    return "\n\n".join(f"```\n{block}\n```" if block.startswith("    ") else block for block in blocks) + "\n"


def _markdown(table: Table) -> str:
    lines = [table.columns, tuple("---" if _is_text(table, place) else "---:" for place in range(len(table.columns)))]
    lines += [tuple(map(_cell, row)) for row in table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _is_text(table: Table, place: int) -> bool:
    return all(isinstance(row[place], str) for row in table.rows)


def _cell(cell: Cell) -> str:
    return shown(cell).replace("|", "\\|")


def main() -> None:
    """Read the files and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="JSON files of benchmarks")
    parser.add_argument("--out", type=Path, default=PAGE, metavar="FILE", help="the page (docs/performance.md)")
    chosen = parser.parse_args()
    chosen.out.write_text(page([read_report(file) for file in chosen.files]), encoding="utf-8")


if __name__ == "__main__":
    main()
