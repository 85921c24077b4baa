"""How long work reports its steps: one changing line on stderr, so that stdout stays for results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


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
