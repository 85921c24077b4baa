"""Drawing by lot among layouts, so that where the right mark lies among the others says nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.writers._window import Window

Points = NDArray[np.float64]
Layout = TypeVar("Layout")

_GRID = 24


def by_lot(layouts: Iterable[Layout], looks: Callable[[Layout], Hashable], rng: np.random.Generator) -> Layout | None:
    """One of the layouts: first a look is drawn, each with equal chance, then a layout that has it."""
    by_look: dict[Hashable, list[Layout]] = {}
    for layout in layouts:
        by_look.setdefault(looks(layout), []).append(layout)
    if not by_look:
        return None
    chosen = list(by_look.values())[int(rng.integers(len(by_look)))]
    return chosen[int(rng.integers(len(chosen)))]


def ranks_of_first(window: Window, points: Points) -> tuple[int, int]:
    """How many of the other marks (N, 2) lie nearer to the window's middle than the first, and have a larger cell.

    A mark's cell is the part of the window that is nearer to it than to the other marks. Mark after mark, a guesser
    would try these two first.
    """
    centralities = [window.centrality(point) for point in points]
    shares = (np.stack(np.meshgrid(np.arange(_GRID), np.arange(_GRID)), axis=-1).reshape(-1, 2) + 0.5) / _GRID
    places = window.metres(shares * (window.width, window.height))
    nearest = np.linalg.norm(places[:, None] - points[None], axis=2).argmin(axis=1)
    cells = np.bincount(nearest, minlength=len(points))
    return sum(one < centralities[0] for one in centralities), int((cells > cells[0]).sum())
