"""Whether a spot of the map looks changed in the registered frames."""

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
