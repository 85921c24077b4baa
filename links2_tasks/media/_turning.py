"""Images, sizes and points turned clockwise by quarters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from links2_tasks.schema import QuarterTurn

Floats = NDArray[np.float64]

_TURNED: dict[int, Callable[[Floats, Floats, float, float], tuple[Floats, Floats]]] = {
    0: lambda x, y, width, height: (x, y),
    90: lambda x, y, width, height: (height - y, x),
    180: lambda x, y, width, height: (width - x, height - y),
    270: lambda x, y, width, height: (y, width - x),
}


def turned_pixels(pixels: np.ndarray, turn_deg: QuarterTurn) -> np.ndarray:
    """An image (H, W, ...) turned clockwise; a view of the same pixels."""
    return np.rot90(pixels, k=-turn_deg // 90)


def turned_size(size_px: tuple[int, int], turn_deg: QuarterTurn) -> tuple[int, int]:
    """Width and height of an image after it is turned."""
    return size_px if turn_deg in (0, 180) else size_px[::-1]


def turned_points(points: Floats, size_px: tuple[int, int], turn_deg: QuarterTurn) -> Floats:
    """Where points of an image come to lie when it is turned clockwise.

    Args:
        points: (N, 2) in pixels of the image before it is turned.
        size_px: Width and height of the image before it is turned.
        turn_deg: The turn.
    """
    x, y = np.asarray(points, float).reshape(-1, 2).T
    return np.column_stack(_TURNED[turn_deg](x, y, *size_px))
