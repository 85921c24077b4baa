"""Paths on the map: as they were flown, and which turn, mirror, shift or reversal makes one of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.schema import Question

Points = NDArray[np.float64]

BESIDE_SHARE = 0.008
"""trajectory_matching draws paths this share of the map's side to the right of where they run; see its writer."""


@dataclass(frozen=True)
class Fit:
    """The turn, size and shift that bring one path nearest to another."""

    turn_deg: float
    """Clockwise, -180..180; after the mirror where there is one."""
    scale: float
    mirrored: bool
    """Whether east and west are swapped first."""
    shift_px: Points
    """From the middle of one path to that of the other (2,)."""
    residual_px: float
    """Root mean square distance, at equal progress, that is left."""


def fit(source: Points, target: Points, *, mirrored: bool) -> Fit:
    """The similarity transform that fits a path (N, 2) to another (N, 2), by least squares.

    In complex numbers it is w = a z + b: the modulus of a is the scale and its angle the turn. With y pointing down, a
    positive angle turns clockwise.
    """
    middle, goal = source.mean(axis=0), target.mean(axis=0)
    z = _complex((source - middle) * ((-1, 1) if mirrored else (1, 1)))
    w = _complex(target - goal)
    size = float(np.vdot(z, z).real)
    a = complex(np.vdot(z, w)) / size if size > 0 else 1 + 0j
    left = float(np.sqrt(np.mean(np.abs(w - a * z) ** 2)))
    return Fit(float(np.degrees(np.angle(a))), abs(a), mirrored, goal - middle, left)


def _complex(points: Points) -> NDArray[np.complex128]:
    return points[:, 0] + 1j * points[:, 1]


def even(path: Points, number: int) -> Points:
    """A path as so many points at equal steps of progress, (number, 2)."""
    wanted = np.linspace(0, len(path) - 1, number)
    return np.column_stack([np.interp(wanted, np.arange(len(path)), path[:, axis]) for axis in range(2)])


def extent_px(path: Points) -> float:
    """Length of the diagonal of the box around a path."""
    return float(np.linalg.norm(np.ptp(path, axis=0)))


def straightness(path: Points) -> float:
    """Distance from start to end as a share of the path's length; 1 for a straight line."""
    length = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    return float(np.linalg.norm(path[-1] - path[0])) / length if length > 0 else 0.0


def beside_undone(path: Points, question: Question) -> Points:
    """A drawn path (N, 2) moved back to where it runs; as it is where the map's size is not known."""
    window = question.satellite[0].window_px
    if window is None or len(path) < 3:
        return path
    ahead = np.gradient(path, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    # With y pointing down, the right of (x, y) is (-y, x).
    return path - BESIDE_SHARE * window[2] * np.column_stack([-ahead[:, 1], ahead[:, 0]])
