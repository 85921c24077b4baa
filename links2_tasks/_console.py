"""How long work reports its steps: one changing line on stderr, so that stdout stays for results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Show `title`, the elapsed time, and whatever step the yielded function is told.

    Where stderr is no terminal, the title is printed once and the steps are not.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(escape(title), soft_wrap=True)
        yield lambda step: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        line = progress.add_task(escape(title), total=None)

        def show(step: str) -> None:
            progress.update(line, description=escape(f"{title}: {step}"))

        yield show
