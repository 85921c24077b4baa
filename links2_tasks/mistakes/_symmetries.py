"""Where a place comes to lie when the map is mirrored or turned about its middle."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
WindowPx = tuple[int, int, int, int]

SQUARE_SHARE = 0.02
"""Quarter turns are looked at only on maps whose sides differ by no more than this share."""


def symmetric_images(point: Points, window_px: WindowPx) -> Mapping[str, Points]:
    """Images of a point (2,) of the map file, by what was done to the map that is shown.

    A quarter turn clockwise brings what lies north of the middle to the east of it.
    """
    left, top, width, height = window_px
    middle = np.array([left + width / 2, top + height / 2])
    x, y = (float(v) for v in point - middle)
    images = {
        "mirrored east-west": middle + (-x, y),
        "mirrored north-south": middle + (x, -y),
        "turned by 180 deg": middle + (-x, -y),
    }
    if abs(width - height) <= SQUARE_SHARE * max(width, height):
        images["turned by 90 deg clockwise"] = middle + (-y, x)
        images["turned by 270 deg clockwise"] = middle + (y, -x)
    return images


def turned_about(point: Points, pivot: Points, quarter_turns: int) -> Points:
    """A point (2,) turned clockwise about a pivot (2,) by multiples of 90 degrees; y points down."""
    x, y = (float(v) for v in point - pivot)
    for _ in range(quarter_turns % 4):
        x, y = -y, x
    return pivot + np.array([x, y])
