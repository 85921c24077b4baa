"""Which marked area of a map the ground in view looks like.

The ground is looked at on the map, under the footprints, where season and light are those of the marked areas. A kind of
land use is a mixture (roofs, lawn, cars), so what is compared is which looks occur how often within half an area's size.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.baselines.geometric._features import Floats, Pixels
from links2_tasks.baselines.geometric._flight import Flight

_CELL_M = 8.0
_LEAST_CELL_PX = 4
_N_LOOKS = 12
_NEIGHBOURHOOD = 0.5
_UNLIKE = 1.2
"""Histograms that differ by this much of at most 2 have little in common; such ground votes for no area."""
_FAR_PX = 30_000

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


def votes_for_areas(outlines: Sequence[Floats], flight: Flight, map_pixels: Pixels, gsd_m: float) -> list[float]:
    """How much of the ground in view looks most like each marked area.

    Args:
        outlines: Outline (N, 2) of each area in map pixels.
        flight: The registered clip.
        map_pixels: The map as shown (H, W, 3).
        gsd_m: Metres per pixel of the map.

    Returns:
        Votes per area, one for each cell of the ground; all minus infinity when no footprint lies on the map.
    """
    cell_px = max(round(_CELL_M / gsd_m), _LEAST_CELL_PX)
    looks = _looks(map_pixels, cell_px)
    shape = (looks.shape[0], looks.shape[1])
    in_view = np.zeros(shape, bool)
    for outline in flight.footprints():
        in_view |= _cells_inside(outline, shape, cell_px)
    areas = [_cells_inside(outline, shape, cell_px) for outline in outlines]
    if not in_view.any() or not all(area.any() for area in areas):
        return [-np.inf] * len(outlines)
    kinds = np.eye(_N_LOOKS, dtype=np.float32)[_sorted_looks(looks)]
    side = max(round(_NEIGHBOURHOOD * float(np.sqrt(np.mean([area.sum() for area in areas])))), 1)
    ground = np.dstack([cv2.blur(np.ascontiguousarray(kind), (side, side)) for kind in np.moveaxis(kinds, 2, 0)])[
        in_view
    ]
    difference = np.stack([np.abs(ground - kinds[area].mean(axis=0)).sum(axis=1) for area in areas])
    like = difference.min(axis=0) < _UNLIKE
    return [float(votes) for votes in np.bincount(difference.argmin(axis=0)[like], minlength=len(outlines))]


def _looks(map_pixels: Pixels, cell_px: int) -> Image:
    """Colour, contrast and fineness (rows, columns, 7) of square cells of the map, each of unit spread."""
    lab = cv2.cvtColor(map_pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    light = np.ascontiguousarray(lab[..., 0])
    edges = cv2.magnitude(cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1))
    rows, columns = (max(side // cell_px, 1) for side in map_pixels.shape[:2])

    def mean(values: Image) -> Image:
        cut = np.ascontiguousarray(values[: rows * cell_px, : columns * cell_px])
        return np.asarray(cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)

    colour = mean(lab)
    contrast = np.sqrt(np.maximum(mean(lab**2) - colour**2, 0.0))
    looks = np.dstack([colour, contrast, mean(np.sqrt(edges))])
    return np.asarray(looks / (looks.std(axis=(0, 1)) + 1e-6), np.float32)


def _cells_inside(outline: Floats, shape: tuple[int, int], cell_px: int) -> Mask:
    """Cells (rows, columns) that an outline in map pixels covers."""
    mask = np.zeros(shape, np.uint8)
    if np.isfinite(outline).all():
        cells = np.clip(outline / cell_px, -_FAR_PX, _FAR_PX)
        low, high = np.round(cells.min(axis=0)).astype(int), np.round(cells.max(axis=0)).astype(int)
        cv2.fillPoly(mask, [np.round(cells - 0.5).astype(np.int32)], 1)
        # fillPoly draws its edge too, so a far edge would add a row of cells that lie outside.
        mask[: max(low[1], 0)], mask[max(high[1], 0) :] = 0, 0
        mask[:, : max(low[0], 0)], mask[:, max(high[0], 0) :] = 0, 0
    return mask > 0


def _sorted_looks(looks: Image) -> NDArray[np.int64]:
    """Which of some typical looks each cell (rows, columns) has."""
    cells = looks.reshape(-1, looks.shape[2])
    n_looks = min(_N_LOOKS, len(np.unique(cells, axis=0)))
    cv2.setRNGSeed(0)  # the clusters start at random cells; the same map must give the same answer
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 15, 0.01)
    _, labels, _ = cv2.kmeans(cells, n_looks, np.empty(0, np.int32), stop, 1, cv2.KMEANS_PP_CENTERS)
    return np.asarray(labels, np.int64).reshape(looks.shape[:2])
