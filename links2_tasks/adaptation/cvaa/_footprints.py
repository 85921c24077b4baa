"""Footprints on the grid of a satellite image's tokens: what the similarity map should look like."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon, affinity

from links2_tasks.adaptation.cvaa._losses import MOST_SHARED

Shares = NDArray[np.float32]
_TRIES = 200


def token_shares(footprint_px: Polygon, size_px: tuple[int, int], rows: int, columns: int) -> Shares:
    """Share of each token's ground that a footprint covers.

    Args:
        footprint_px: Footprint in pixels of the image as shown; may reach over its edges.
        size_px: Width and height of the image.
        rows: Rows of the token grid.
        columns: Columns of the token grid.

    Returns:
        (rows * columns,) 0 to 1, row by row from the top left, float32.
    """
    width_px, height_px = size_px
    right, bottom = np.meshgrid(
        np.arange(1, columns + 1) * width_px / columns, np.arange(1, rows + 1) * height_px / rows
    )
    cells = shapely.box(right - width_px / columns, bottom - height_px / rows, right, bottom)
    shared = shapely.area(shapely.intersection(cells, footprint_px)) / (width_px * height_px / (rows * columns))
    return np.clip(shared.ravel(), 0.0, 1.0).astype(np.float32)


def other_regions(
    footprint_px: Polygon, size_px: tuple[int, int], n_wanted: int, rng: np.random.Generator
) -> Iterator[Polygon]:
    """Regions of the same image that a footprint of this shape could be, and is not: hard negatives.

    Yields:
        At most `n_wanted` polygons within the image that share less than `MOST_SHARED` with the footprint; fewer where
        the image has no room.
    """
    width_px, height_px = size_px
    n_found = 0
    for _ in range(_TRIES):
        if n_found == n_wanted:
            return
        turned = affinity.rotate(footprint_px, float(rng.uniform(0, 360)))
        left, top, right, bottom = turned.bounds
        if right - left >= width_px or bottom - top >= height_px:
            continue
        x, y = rng.uniform(0, width_px - (right - left)), rng.uniform(0, height_px - (bottom - top))
        moved = affinity.translate(turned, float(x) - left, float(y) - top)
        if moved.intersection(footprint_px).area < MOST_SHARED * footprint_px.area:
            n_found += 1
            yield moved
