"""What is no matter of place: whether a spot looks changed, and which marked area the ground looks like."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.baselines.geometric._features import Floats, Pixels
from links2_tasks.baselines.geometric._flight import Flight
from links2_tasks.baselines.geometric._plane import apply, inverse, local_similarity
from links2_tasks.baselines.geometric._register import Registration
from links2_tasks.baselines.geometric._views import Frame, shrunk

_SPOT_M = 5.0
_WORKING_GSD_M = 0.8
_EDGE_SHARE = 0.06
_CELL_PX = 16

Image = NDArray[np.float32]


def change_at(spots: Sequence[tuple[float, float]], flight: Flight, map_pixels: Pixels, gsd_m: float) -> list[float]:
    """How much the colour around each spot differs between the frames and the map.

    What was built or removed changes the colour of the ground for good. Shadows, vehicles, leaning walls and small
    errors of registration change edges and brightness far more than the mean colour, so those are not compared.

    Args:
        spots: Map points.
        flight: The registered clip.
        map_pixels: The map as shown (H, W, 3).
        gsd_m: Metres per pixel of the map.

    Returns:
        A difference per spot, the median over the frames that show it; minus infinity for a spot that no frame shows.
    """
    shrink = max(round(_WORKING_GSD_M / gsd_m), 1)
    small_map = shrunk(map_pixels, 1 / shrink)
    to_small = np.diag([small_map.shape[1] / map_pixels.shape[1], small_map.shape[0] / map_pixels.shape[0], 1.0])
    places = apply(to_small, np.array(spots))
    reach = max(round(_SPOT_M / gsd_m / shrink), 1)
    seen: list[list[float]] = [[] for _ in spots]
    for registration in flight.registrations:
        shown = [index for index, spot in enumerate(spots) if _shows(registration, spot)]
        if not shown:
            continue
        warped, known = _on_map(registration.frame, to_small @ registration.homography, small_map.shape)
        frame, ground = _colour_balance(warped, known), _colour_balance(small_map, known)
        for index in shown:
            around = _around(places[index], reach)
            if known[around].all() and known[around].size:
                difference = frame[around].mean(axis=(0, 1)) - ground[around].mean(axis=(0, 1))
                seen[index].append(float(np.abs(difference).sum()))
    return [float(np.median(differences)) if differences else -np.inf for differences in seen]


def votes_for_areas(outlines: Sequence[Floats], flight: Flight, map_pixels: Pixels) -> list[float]:
    """How much of the ground in view looks most like each marked area, in cells of the map.

    The ground is looked at on the map, under the footprints, where season and light are those of the marked areas.
    """
    looks = _cell_looks(map_pixels)
    view = np.zeros(map_pixels.shape[:2], np.uint8)
    for outline in flight.footprints():
        if np.isfinite(outline).all():
            cv2.fillConvexPoly(view, np.clip(outline, -30_000, 30_000).astype(np.int32), 1)
    rows, columns = looks.shape[:2]
    middle = slice(_CELL_PX // 2, None, _CELL_PX)
    in_view = view[middle, middle][:rows, :columns] > 0
    samples = [_inside(looks, outline) for outline in outlines]
    if not in_view.any() or any(len(sample) == 0 for sample in samples):
        return [-np.inf] * len(outlines)
    spread = np.concatenate([*samples, looks[in_view]]).std(axis=0) + 1e-6
    # The distance to an area is that to the third nearest of its cells: one odd cell does not make an area alike.
    distances = np.stack([_third_nearest(looks[in_view] / spread, sample / spread) for sample in samples])
    return [float(count) for count in np.bincount(distances.argmin(axis=0), minlength=len(outlines))]


def _shows(registration: Registration, spot: tuple[float, float]) -> bool:
    """Whether a spot lies inside a frame, away from its edges."""
    x, y = apply(inverse(registration.homography), np.array([spot]))[0]
    x_share, y_share = x / registration.frame.width_px, y / registration.frame.height_px
    return bool(_EDGE_SHARE < x_share < 1 - _EDGE_SHARE and _EDGE_SHARE < y_share < 1 - _EDGE_SHARE)


def _on_map(frame: Frame, homography: Floats, shape: tuple[int, ...]) -> tuple[Pixels, NDArray[np.bool_]]:
    """A frame laid on a map of a shape (H, W, ...), and which map pixels it covers."""
    grow = np.diag([frame.width_px / frame.small.shape[1], frame.height_px / frame.small.shape[0], 1.0])
    scale = local_similarity(homography @ grow, np.array(frame.small.shape[1::-1]).reshape(1, 2) / 2)[0][0]
    small = shrunk(frame.small, float(np.clip(scale, 0.05, 1.0)))
    grow = np.diag([frame.width_px / small.shape[1], frame.height_px / small.shape[0], 1.0])
    half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])  # OpenCV counts from pixel centres
    matrix = inverse(half) @ homography @ grow @ half
    size = (shape[1], shape[0])
    warped = cv2.warpPerspective(small, matrix, size)
    known = cv2.warpPerspective(np.ones(small.shape[:2], np.uint8), matrix, size, flags=cv2.INTER_NEAREST) > 0
    return np.asarray(warped, np.uint8), known


def _colour_balance(pixels: Pixels, known: NDArray[np.bool_]) -> Image:
    """Red, green and blue, each of zero mean and unit spread over the known ground, less their common part.

    Standardised over the same ground, two seasons and two suns become alike; what all three share is mostly light.
    """
    ground = pixels[known].astype(np.float32)
    standard = (pixels - ground.mean(axis=0)) / (ground.std(axis=0) + 3.0)
    return np.asarray(standard - standard.mean(axis=2, keepdims=True), np.float32)


def _around(spot: Floats, reach: int) -> tuple[slice, slice]:
    """The square of map pixels around a spot, as far as it lies on the map."""
    x, y = int(spot[0]), int(spot[1])
    return slice(max(y - reach, 0), max(y + reach + 1, 0)), slice(max(x - reach, 0), max(x + reach + 1, 0))


def _cell_looks(map_pixels: Pixels) -> Image:
    """Colour, contrast and fineness of square cells of the map (rows, columns, 7)."""
    lab = cv2.cvtColor(map_pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    edges = cv2.magnitude(cv2.Sobel(lab[..., 0], cv2.CV_32F, 1, 0), cv2.Sobel(lab[..., 0], cv2.CV_32F, 0, 1))
    rows, columns = (max(side // _CELL_PX, 1) for side in map_pixels.shape[:2])

    def mean(values: Image) -> Image:
        cut = np.ascontiguousarray(values[: rows * _CELL_PX, : columns * _CELL_PX])
        return np.asarray(cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)

    colour = mean(lab)
    contrast = np.sqrt(np.maximum(mean(lab**2) - colour**2, 0.0))
    return np.dstack([colour, contrast, mean(np.sqrt(edges))])


def _inside(looks: Image, outline: Floats) -> Image:
    """Looks (N, 7) of the cells whose middle lies in an area."""
    rows, columns = looks.shape[:2]
    mask = np.zeros((rows, columns), np.uint8)
    cv2.fillPoly(mask, [np.round(outline / _CELL_PX - 0.5).astype(np.int32)], 1)
    return np.asarray(looks[mask > 0])


def _third_nearest(looks: Image, sample: Image) -> Floats:
    """Distance (N,) from each of N looks to the third nearest of a sample, or to the last of fewer."""
    squares = (looks**2).sum(axis=1)[:, None] + (sample**2).sum(axis=1)[None, :] - 2.0 * looks @ sample.T
    rank = min(2, len(sample) - 1)
    return np.asarray(np.partition(squares, rank, axis=1)[:, rank], float)
