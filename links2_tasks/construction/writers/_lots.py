"""Drawing by lot among layouts, so that where the right mark lies among the others says nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.writers._window import Window

Points = NDArray[np.float64]
Layout = TypeVar("Layout")

_GRID = 24
_RAKES = 12


def by_lot(
    layouts: Iterable[Layout], looks: Callable[[Layout], tuple[Hashable, ...]], rng: np.random.Generator
) -> Layout | None:
    """One of the layouts, drawn so that each value of each look has the same chance, as far as the layouts allow.

    Chances are raked: scaled by turns for each look until all its values are equally likely (Deming and Stephan 1940).
    So no look by itself tells anything, even where there are more combinations of looks than layouts.
    """
    pool = list(layouts)
    if not pool:
        return None
    chances = np.full(len(pool), 1 / len(pool))
    codes = [_codes(values) for values in zip(*(looks(layout) for layout in pool), strict=True)]
    for _ in range(_RAKES):
        for code in codes:
            shares = np.bincount(code, weights=chances)
            chances = chances / (shares[code] * len(shares))
    return pool[int(rng.choice(len(pool), p=chances / chances.sum()))]


def _codes(values: tuple[Hashable, ...]) -> NDArray[np.intp]:
    known = {value: i for i, value in enumerate(dict.fromkeys(values))}
    return np.array([known[value] for value in values], np.intp)


def ranks_of_first(window: Window, points: Points) -> tuple[int, int, int]:
    """Of how many of the other marks (N, 2) a guesser would think before the first, by each of three looks.

    How many lie nearer to the window's middle, how many have a larger cell, and how many lie nearer to all others. A
    mark's cell is the part of the window that is nearer to it than to the other marks. Others are laid around the
    right one, which must not be told by standing amid them.
    """
    centralities = [window.centrality(point) for point in points]
    shares = (np.stack(np.meshgrid(np.arange(_GRID), np.arange(_GRID)), axis=-1).reshape(-1, 2) + 0.5) / _GRID
    places = window.metres(shares * (window.width, window.height))
    nearest = np.linalg.norm(places[:, None] - points[None], axis=2).argmin(axis=1)
    cells = np.bincount(nearest, minlength=len(points))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2).sum(axis=1)
    return (
        sum(one < centralities[0] for one in centralities),
        int((cells > cells[0]).sum()),
        int((apart < apart[0]).sum()),
    )


def as_keys(ranks: Sequence[int]) -> tuple[str, ...]:
    """Ranks as keys of a draft's balance, each of which is spread evenly by itself."""
    return tuple(f"{rank} before it by look {i + 1}" for i, rank in enumerate(ranks))
