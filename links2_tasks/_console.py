"""How commands speak: results to stdout, and the steps of long work in one changing line on stderr."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_WIDTH = 160
"""Columns where stdout is no terminal and has no width of its own."""


def results_console() -> Console:
    """Where results go; nothing is cut off, and lines that are too long for a terminal are wrapped by it."""
    out = Console(soft_wrap=True, highlight=False)
    return out if out.is_terminal or "COLUMNS" in os.environ else Console(soft_wrap=True, highlight=False, width=_WIDTH)


@contextmanager
def steps(title: str, n_steps: int | None = None) -> Iterator[Callable[[str], None]]:
    """Show `title`, the elapsed time, and whatever step the yielded function is told.

    With `n_steps` a bar fills up, one part with each step told. Where stderr is no terminal, the title is printed once
    and the steps are not.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(escape(title), soft_wrap=True)
        yield lambda step: None
        return
    counts = () if n_steps is None else (BarColumn(bar_width=24), MofNCompleteColumn())
    columns = (SpinnerColumn(), *counts, TimeElapsedColumn(), TextColumn("{task.description}"))
    console.print(escape(title), soft_wrap=True)
    with Progress(*columns, console=console, transient=True) as progress:
        line = progress.add_task("", total=n_steps)

        def show(step: str) -> None:
            progress.update(line, advance=1, description=escape(step))

        yield show
