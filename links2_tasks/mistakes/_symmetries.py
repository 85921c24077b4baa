"""Where places and directions come to lie when the map is mirrored or turned about its middle."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
WindowPx = tuple[int, int, int, int]
Matrix = tuple[tuple[int, int], tuple[int, int]]

CHANGES: Mapping[str, Matrix] = {
    "mirrored east-west": ((-1, 0), (0, 1)),
    "mirrored north-south": ((1, 0), (0, -1)),
    "turned by 180 deg": ((-1, 0), (0, -1)),
    "turned by 90 deg clockwise": ((0, -1), (1, 0)),
    "turned by 270 deg clockwise": ((0, 1), (-1, 0)),
}
"""What can be done to a map, as matrices on (x, y) with y down.

A quarter turn clockwise brings what lies north of the middle to the east of it.
"""
SQUARE_SHARE = 0.02
"""Quarter turns are looked at only on maps whose sides differ by no more than this share."""


def changed_places(points: Points, window_px: WindowPx, change: str) -> Points | None:
    """Where points (N, 2) of the map file lie after a change of the map that is shown; None for one that cannot be."""
    left, top, width, height = window_px
    matrix = np.array(CHANGES[change])
    if matrix[0, 0] == 0 and abs(width - height) > SQUARE_SHARE * max(width, height):
        return None
    middle = np.array([left + width / 2, top + height / 2])
    return np.asarray((points - middle) @ matrix.T + middle, float)


def symmetric_images(point: Points, window_px: WindowPx) -> Mapping[str, Points]:
    """Images of a point (2,) of the map file, by what was done to the map that is shown."""
    images = {change: changed_places(point[None], window_px, change) for change in CHANGES}
    return {change: image[0] for change, image in images.items() if image is not None}


def changed_bearing_deg(bearing_deg: float, change: str) -> float:
    """The compass direction that a direction on the ground seems to have on a changed map."""
    angle = np.radians(bearing_deg)
    x, y = np.array(CHANGES[change]) @ (np.sin(angle), -np.cos(angle))
    return float(np.degrees(np.arctan2(x, -y)) % 360)


def turned_about(point: Points, pivot: Points, quarter_turns: int) -> Points:
    """A point (2,) turned clockwise about a pivot (2,) by multiples of 90 degrees; y points down."""
    x, y = (float(v) for v in point - pivot)
    for _ in range(quarter_turns % 4):
        x, y = -y, x
    return pivot + np.array([x, y])
