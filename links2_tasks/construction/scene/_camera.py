"""A pinhole camera above flat ground: where a ground point is seen, and which ground point a pixel sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.errors import SceneError

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """Intrinsics that do not change during a flight."""

    width_px: int
    height_px: int
    focal_px: float

    @classmethod
    def from_hfov(cls, width_px: int, height_px: int, hfov_deg: float) -> Camera:
        """Camera whose image is `hfov_deg` wide."""
        if not 1.0 <= hfov_deg <= 170.0:
            raise SceneError(f"horizontal field of view must be 1 to 170 degrees, got {hfov_deg}")
        return cls(width_px, height_px, width_px / 2 / float(np.tan(np.radians(hfov_deg) / 2)))

    @property
    def centre_px(self) -> tuple[float, float]:
        """Principal point: the middle of the image."""
        return self.width_px / 2, self.height_px / 2

    @property
    def corners_px(self) -> Points:
        """Image corners (4, 2), clockwise from the top left."""
        w, h = float(self.width_px), float(self.height_px)
        return np.array([(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)])


@dataclass(frozen=True)
class Pose:
    """Where the camera is at one moment and where it looks.

    `heading_deg` is the compass direction of the image's up direction; `pitch_deg` is -90 looking straight down and
    rises towards the horizon (-45: oblique). There is no roll: the horizon stays level.
    """

    t_s: float
    east_m: float
    north_m: float
    altitude_m: float
    heading_deg: float
    pitch_deg: float = -90.0

    def axes(self) -> Points:
        """Camera axes right, down, forward as rows (3, 3) in east, north, up."""
        heading, pitch = np.radians(self.heading_deg), np.radians(self.pitch_deg)
        ahead = np.array([np.sin(heading), np.cos(heading), 0.0])
        right = np.array([np.cos(heading), -np.sin(heading), 0.0])
        up = np.array([0.0, 0.0, 1.0])
        forward = np.cos(pitch) * ahead + np.sin(pitch) * up
        down = np.sin(pitch) * ahead - np.cos(pitch) * up
        return np.stack([right, down, forward])

    @property
    def position(self) -> Points:
        """East, north and height above ground (3,) in metres."""
        return np.array([self.east_m, self.north_m, self.altitude_m])


def project(camera: Camera, pose: Pose, points_m: Points, height_m: float | Points = 0.0) -> Points:
    """Pixels (N, 2) at which points (N, 2) east, north at `height_m` above ground are seen.

    Points behind the camera give NaN. Pixels outside the image are returned as they are.
    """
    points_m = np.asarray(points_m, float).reshape(-1, 2)
    heights = np.broadcast_to(np.asarray(height_m, float), (len(points_m),))
    seen = (np.column_stack([points_m, heights]) - pose.position) @ pose.axes().T
    depth = np.where(seen[:, 2] > 1e-6, seen[:, 2], np.nan)
    return np.asarray(camera.centre_px) + camera.focal_px * seen[:, :2] / depth[:, None]


def ground_points(camera: Camera, pose: Pose, pixels: Points, height_m: float = 0.0) -> Points:
    """East, north (N, 2) of the ground (or the plane at `height_m`) at pixels (N, 2).

    Raises:
        SceneError: a pixel looks at or above the horizon.
    """
    pixels = np.asarray(pixels, float).reshape(-1, 2)
    rays = np.column_stack([(pixels - camera.centre_px) / camera.focal_px, np.ones(len(pixels))]) @ pose.axes()
    if np.any(rays[:, 2] > -1e-3):
        raise SceneError(
            f"at {pose.t_s:.2f} s the camera (pitch {pose.pitch_deg:.1f} deg) sees the horizon, so it has no footprint"
        )
    reach = (height_m - pose.altitude_m) / rays[:, 2]
    return pose.position[:2] + reach[:, None] * rays[:, :2]


def ground_homography(camera: Camera, pose: Pose, height_m: float = 0.0) -> Points:
    """Homography (3, 3) that takes (east, north, 1) on the plane at `height_m` to image pixels."""
    right, down, forward = pose.axes()
    rotation = np.stack([right, down, forward])
    intrinsics = np.array(
        [[camera.focal_px, 0, camera.width_px / 2], [0, camera.focal_px, camera.height_px / 2], [0, 0, 1.0]]
    )
    origin = rotation @ (np.array([0.0, 0.0, height_m]) - pose.position)
    return intrinsics @ np.column_stack([rotation[:, 0], rotation[:, 1], origin])
