"""The way from footage to a dataset in numbers: what each step took in, gave out, and took out for which reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from links2_tasks._files import write_text
from links2_tasks.errors import DataError
from links2_tasks.pipeline._funnel_step import FunnelStep

JSON_FILE = "funnel.json"
MARKDOWN_FILE = "funnel.md"
TIMES = "\N{MULTIPLICATION SIGN}"
FIGURE_FILES = ("funnel.png", "funnel.svg")


def write_funnel(folder: Path, steps: Sequence[FunnelStep]) -> tuple[Path, ...]:
    """Write a funnel as data, as a table and as a figure.

    Args:
        folder: Gets `funnel.json`, `funnel.md`, `funnel.png` and `funnel.svg`; is made where it is missing.
        steps: In the order in which they were taken.

    Returns:
        The files.

    Raises:
        DataError: there are no steps, or a file cannot be written.
        MissingExtraError: matplotlib is not installed; the first two files are written before it is looked for.
    """
    if not steps:
        raise DataError("A funnel has no step; name at least one.")
    data, table = folder / JSON_FILE, folder / MARKDOWN_FILE
    content = {"steps": [asdict(step) | {"reasons": dict(step.reasons)} for step in steps]}
    write_text(data, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    write_text(table, funnel_markdown(steps))
    # Imported when figures are wanted: it imports matplotlib.
    from links2_tasks.pipeline._funnel_figure import draw_funnel

    figures = tuple(folder / name for name in FIGURE_FILES)
    draw_funnel(steps, figures)
    return (data, table, *figures)


def funnel_markdown(steps: Sequence[FunnelStep]) -> str:
    """The table of a funnel, a row for each step."""
    return "".join(f"{line}\n" for line in _lines(steps))


def _lines(steps: Sequence[FunnelStep]) -> Iterator[str]:
    yield "| step | of | in | out | dropped | why |"
    yield "|---|---|---|---|---|---|"
    for step in steps:
        why = "; ".join(f"{n:,} {TIMES} {_cell(reason)}" for reason, n in step.told)
        numbers = f"{step.n_in:,} | {step.n_out:,} | {step.n_dropped:,}"
        yield f"| {_cell(step.title)} | {_cell(step.unit)} | {numbers} | {why} |"


def _cell(text: str) -> str:
    """A text that ends neither a cell nor a row, and is no HTML."""
    words = " ".join(text.split())
    for mark, shown in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|")):
        words = words.replace(mark, shown)
    return words
