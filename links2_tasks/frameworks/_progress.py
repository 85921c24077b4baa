"""A line of progress for work that may take long, shown from its first step on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from links2_tasks._console import steps


@contextmanager
def progress_of(title: str) -> Iterator[Callable[[str], None]]:
    """Show `title` and the steps that the yielded function is told; nothing at all where it is told none."""
    with ExitStack() as stack:
        shown: list[Callable[[str], None]] = []

        def tell(step: str) -> None:
            if not shown:
                shown.append(stack.enter_context(steps(title)))
            shown[0](step)

        yield tell
