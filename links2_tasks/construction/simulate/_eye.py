"""A camera as a matrix, be it of a UAV or of a satellite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import Camera, Pose, ground_homography
from links2_tasks.construction.simulate._noise import Window

Points = NDArray[np.float64]

_NEAREST = 1e-3
_NOWHERE_PX = -1e6


@dataclass(frozen=True)
class Eye:
    """A camera as a matrix (3, 4) from east, north, up to pixels, and where it stands."""

    matrix: Points
    position_m: Points
    width_px: int
    height_px: int

    @classmethod
    def of_pose(cls, camera: Camera, pose: Pose) -> Eye:
        """The eye of a perspective camera."""
        ground = ground_homography(camera, pose)
        upright = ground_homography(camera, pose, 1.0)[:, 2] - ground[:, 2]
        matrix = np.column_stack([ground[:, 0], ground[:, 1], upright, ground[:, 2]])
        return cls(matrix, pose.position, camera.width_px, camera.height_px)

    @classmethod
    def of_map(cls, window: Window, lean: tuple[float, float]) -> Eye:
        """The eye of a satellite so far away that rays are parallel; roofs lean by `lean` metres per metre of height."""
        scale = 1 / window.gsd_m
        matrix = np.array(
            [
                [scale, 0.0, lean[0] * scale, -window.west_m * scale],
                [0.0, -scale, -lean[1] * scale, window.north_m * scale],
                [0.0, 0.0, 0.0, 1.0],
            ]
        )
        # Large enough that rays are parallel, small enough that differences of metres survive in it.
        position = np.array([-lean[0], -lean[1], 1.0]) * 1e7
        return cls(matrix, position, window.width_px, window.height_px)

    def project(self, points: Points) -> Points:
        """Pixels (..., 2) of points (..., 3); far outside the image for points that are not before the eye."""
        seen = points @ self.matrix[:, :3].T + self.matrix[:, 3]
        depth = seen[..., 2:]
        return np.asarray(np.where(depth > _NEAREST, seen[..., :2] / np.maximum(depth, _NEAREST), _NOWHERE_PX))

    def plane(self, a: float, b: float, c: float) -> Points:
        """Homography (3, 3) from east, north on the plane of height a * east + b * north + c to pixels."""
        upright = self.matrix[:, 2]
        return np.column_stack(
            [self.matrix[:, 0] + a * upright, self.matrix[:, 1] + b * upright, self.matrix[:, 3] + c * upright]
        )
