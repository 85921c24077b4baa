"""Homographies of a plane: applying, inverting, their local scale and turn, and whether a camera could make them."""

from __future__ import annotations

import cv2
import numpy as np

from links2_tasks.baselines.geometric._features import Floats

_STEP_PX = 1.0


def apply(homography: Floats, points: Floats) -> Floats:
    """Points (N, 2) taken through a homography; points beyond the horizon become NaN."""
    points = np.asarray(points, float).reshape(-1, 2)
    lifted = np.column_stack([points, np.ones(len(points))]) @ homography.T
    depth = np.where(lifted[:, 2] > 1e-9, lifted[:, 2], np.nan)
    return lifted[:, :2] / depth[:, None]


def inverse(homography: Floats) -> Floats:
    """The way back; a homography that has none becomes NaN."""
    try:
        return scaled(np.asarray(np.linalg.inv(homography), float))
    except np.linalg.LinAlgError:
        return np.full((3, 3), np.nan)


def scaled(homography: Floats) -> Floats:
    """The same homography with its last entry 1."""
    return homography / homography[2, 2]


def local_similarity(homography: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Scale (N,) and clockwise turn (N,) in degrees that a homography gives a small patch around each point."""
    here = apply(homography, points)
    right = (apply(homography, points + np.array([_STEP_PX, 0.0])) - here) / _STEP_PX
    down = (apply(homography, points + np.array([0.0, _STEP_PX])) - here) / _STEP_PX
    area = right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0]
    turn = np.degrees(np.arctan2(right[:, 1] - down[:, 0], right[:, 0] + down[:, 1]))
    return np.sqrt(np.abs(area)), turn


def corners(width_px: float, height_px: float) -> Floats:
    """Corners (4, 2) of an image, clockwise from the top left."""
    return np.array([(0.0, 0.0), (width_px, 0.0), (width_px, height_px), (0.0, height_px)])


def plausible(homography: Floats | None, width_px: float, height_px: float, map_size_px: tuple[float, float]) -> bool:
    """Whether a camera above flat ground could have taken such a frame of such a map.

    The outline of the frame stays convex and keeps its sense of rotation, no corner sees the horizon, the frame is
    neither a speck nor far larger than the map, its sides are not stretched out of proportion, and it lies on or
    beside the map.
    """
    if homography is None or not np.all(np.isfinite(homography)):
        return False
    outline = apply(homography, corners(width_px, height_px))
    if not np.all(np.isfinite(outline)):
        return False
    sides = np.roll(outline, -1, axis=0) - outline
    turns = sides[:, 0] * np.roll(sides, -1, axis=0)[:, 1] - sides[:, 1] * np.roll(sides, -1, axis=0)[:, 0]
    if not np.all(turns > 0):
        return False
    area = float(cv2.contourArea(outline.astype(np.float32)))
    map_width, map_height = map_size_px
    if not 0.0015 * map_width * map_height < area < 9.0 * map_width * map_height:
        return False
    lengths = np.hypot(*sides.T)
    across = max(lengths[0], lengths[2]) / max(min(lengths[0], lengths[2]), 1e-9)
    along = max(lengths[1], lengths[3]) / max(min(lengths[1], lengths[3]), 1e-9)
    stretch = (lengths[0] + lengths[2]) / (lengths[1] + lengths[3]) * height_px / width_px
    if max(across, along) > 5.0 or not 0.3 < stretch < 2.5:
        return False
    x, y = apply(homography, np.array([(width_px / 2, height_px / 2)]))[0]
    reach = float(np.sqrt(area))
    return -reach < x < map_width + reach and -reach < y < map_height + reach
