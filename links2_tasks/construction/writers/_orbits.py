"""Distractors that are images of the truth under a symmetry.

When the four options are each other's images under rotations, mirrors or reversal, nothing in the drawing tells which
of them was the original. The odd one out does not exist, so a guess from the map alone stays a guess.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Family = tuple[Points, ...]


def rotated(points: Points, pivot: Points, quarter_turns: int) -> Points:
    """Points (N, 2) turned clockwise about a pivot by multiples of 90 degrees."""
    angle = np.radians(-90.0 * quarter_turns)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (points - pivot) @ turn.T + pivot


def mirrored(points: Points, pivot: Points, axis: int) -> Points:
    """Points (N, 2) mirrored at a line through the pivot, along which coordinate `axis` changes sign."""
    flipped = points.copy()
    flipped[:, axis] = 2 * pivot[axis] - flipped[:, axis]
    return flipped


def turned_family(path: Points, pivot: Points) -> Family:
    """The path and its turns by 90, 180 and 270 degrees."""
    return tuple(rotated(path, pivot, quarter) for quarter in range(4))


def mirrored_family(path: Points, pivot: Points) -> Family:
    """The path, its two mirror images and the half turn that joins them."""
    return path, mirrored(path, pivot, 0), mirrored(path, pivot, 1), rotated(path, pivot, 2)


def reversed_mirror_family(path: Points, pivot: Points, axis: int) -> Family:
    """The path and its mirror image, each flown both ways."""
    image = mirrored(path, pivot, axis)
    return path, path[::-1], image, image[::-1]


def reversed_shift_family(path: Points, shift_m: Points) -> Family:
    """The path and a shifted copy, each flown both ways."""
    copy = path + shift_m
    return path, path[::-1], copy, copy[::-1]


def beside(path: Points, offset_m: float) -> Points:
    """The path (N, 2) moved to the right of its own direction, so that a path and its reversal are both seen."""
    ahead = np.gradient(path, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    return path + offset_m * np.column_stack([ahead[:, 1], -ahead[:, 0]])


def least_gap_m(family: Family) -> float:
    """Smallest mean distance, at equal progress, between any two paths of a family."""
    return min(float(np.linalg.norm(a - b, axis=1).mean()) for a, b in combinations(family, 2))
