"""Pairs of like features: anywhere in the map, or near where a known registration expects them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.baselines.geometric._features import Features, Floats
from links2_tasks.baselines.geometric._plane import apply, local_similarity

_LEAST_LIKENESS = 0.75
_ROUNDING = 2e-3  # of descriptors in half precision: equal twins must not win by it
_SIZE_TOLERANCE = float(np.log(1.7))
_TURN_TOLERANCE_DEG = 30.0


@dataclass(frozen=True)
class Matches:
    """Pairs of features; `first` and `second` have the same length and order."""

    first: Features
    second: Features

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.first)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Matches:
        """The chosen pairs."""
        return Matches(self.first.take(chosen), self.second.take(chosen))


def match(first: Features, second: Features, ratio: float) -> Matches:
    """Pairs whose best partner is clearly better than the second best (Lowe's ratio test on distances)."""
    if len(first) < 1 or len(second) < 2:
        none = np.zeros(0, np.int64)
        return Matches(first.take(none), second.take(none))
    likeness = first.unit_descriptors() @ second.unit_descriptors().T
    rows = np.arange(len(first))
    best = likeness.argmax(axis=1)
    best_likeness = likeness[rows, best].copy()
    likeness[rows, best] = -1.0
    next_likeness = likeness.max(axis=1)
    # Unit vectors: squared distance is 2 - 2 cos, so no square root is needed.
    clear = (1.0 - best_likeness + _ROUNDING) < ratio**2 * (1.0 - next_likeness)
    kept = np.flatnonzero(clear)
    kept = kept[np.argsort(-best_likeness[kept], kind="stable")]
    _, earliest = np.unique(best[kept], return_index=True)  # a map point serves its best partner only
    kept = kept[np.sort(earliest)]
    return Matches(first.take(kept), second.take(best[kept]))


def guided_match(first: Features, second: Features, homography: Floats, radius_px: float) -> Matches:
    """Mutually best pairs among those that a registration allows.

    A pair is allowed when the second point lies within `radius_px` of where `homography` takes the first one, and
    size and orientation agree with the homography there.
    """
    expected = apply(homography, first.xy_px)
    i, j = _near_pairs(expected, second.xy_px, radius_px)
    scale, turn_deg = local_similarity(homography, first.xy_px)
    growth = np.log(second.size_px[j]) - np.log(np.maximum(first.size_px * scale, 1e-6))[i]
    turn = (second.angle_deg[j] - (first.angle_deg + turn_deg)[i] + 180.0) % 360.0 - 180.0
    allowed = (np.abs(growth) < _SIZE_TOLERANCE) & (np.abs(turn) < _TURN_TOLERANCE_DEG)
    i, j = i[allowed], j[allowed]
    likeness = np.einsum("nd,nd->n", first.unit_descriptors()[i], second.unit_descriptors()[j])
    order = np.flatnonzero(likeness > _LEAST_LIKENESS)
    order = order[np.argsort(-likeness[order], kind="stable")]
    mutual = _first_seen(i[order]) & _first_seen(j[order])
    return Matches(first.take(i[order][mutual]), second.take(j[order][mutual]))


def _first_seen(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which entries are the first of their value."""
    mask = np.zeros(len(values), bool)
    mask[np.unique(values, return_index=True)[1]] = True
    return mask


def _near_pairs(first: Floats, second: Floats, radius_px: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of all pairs of points within a radius, found by sorting the second points into cells of that size."""
    known = np.flatnonzero(np.isfinite(first).all(axis=1))
    if not len(known) or not len(second):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    low = second.min(axis=0)
    cells = np.floor((second - low) / radius_px).astype(np.int64)
    columns, rows = cells.max(axis=0) + 1
    keys = cells[:, 1] * columns + cells[:, 0]
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    home = np.floor(np.clip((first[known] - low) / radius_px, -2.0, max(columns, rows) + 2.0)).astype(np.int64)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for row_step in (-1, 0, 1):
        # Three neighbouring cells of a row are neighbours in the sorted keys too, so one slice covers them.
        row = home[:, 1] + row_step
        left, right = np.clip(home[:, 0] - 1, 0, columns), np.clip(home[:, 0] + 2, 0, columns)
        inside = (row >= 0) & (row < rows) & (left < right)
        start = np.searchsorted(keys, row[inside] * columns + left[inside])
        counts = np.searchsorted(keys, row[inside] * columns + right[inside]) - start
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        found.append((np.repeat(known[inside], counts), order[np.repeat(start, counts) + within]))
    i, j = (np.concatenate(side) for side in zip(*found, strict=True))
    near = ((first[i] - second[j]) ** 2).sum(axis=1) <= radius_px**2
    return i[near], j[near]
