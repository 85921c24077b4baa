"""Draws the city through any camera: the ground as a plane, tree crowns lifted off it, buildings with walls and roofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import Camera, Pose, ground_homography
from links2_tasks.construction.simulate._canopy import Slice
from links2_tasks.construction.simulate._city import Solid
from links2_tasks.construction.simulate._light import Light
from links2_tasks.construction.simulate._noise import Window

Points = NDArray[np.float64]
Image = NDArray[np.uint8]

_SHIFT = 4


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
        position = np.array([-lean[0], -lean[1], 1.0]) * 1e7
        return cls(matrix, position, window.width_px, window.height_px)

    def project(self, points: Points) -> Points:
        """Pixels (..., 2) of points (..., 3)."""
        seen = points @ self.matrix[:, :3].T + self.matrix[:, 3]
        depth = seen[..., 2:]
        return seen[..., :2] / np.where(np.abs(depth) < 1e-6, 1e-6, depth)

    def plane(self, a: float, b: float, c: float) -> Points:
        """Homography (3, 3) from east, north on the plane of height a * east + b * north + c to pixels."""
        upright = self.matrix[:, 2]
        return np.column_stack(
            [self.matrix[:, 0] + a * upright, self.matrix[:, 1] + b * upright, self.matrix[:, 3] + c * upright]
        )


class Stage:
    """What is drawn: textures of one window and the solids that stand in it, under one light."""

    def __init__(
        self, window: Window, ground: Image, canopy: Sequence[Slice], solids: Sequence[Solid], light: Light
    ) -> None:
        """Prepare what does not change from frame to frame."""
        self.window = window
        self._ground = cv2.cvtColor(ground, cv2.COLOR_RGB2RGBA)
        self._canopy = tuple(canopy)
        self._solids = tuple(_Built.of(solid, light) for solid in solids)
        self._centres = np.array([item.centre for item in self._solids]).reshape(-1, 3)
        self._reach_m = np.array([item.reach_m for item in self._solids])
        gsd = window.gsd_m
        self._to_metres = np.array(
            [[gsd, 0, window.west_m + gsd / 2], [0, -gsd, window.north_m - gsd / 2], [0, 0, 1.0]]
        )

    def ground(self, eye: Eye) -> Image:
        """The ground alone: RGB (H, W, 3)."""
        return cv2.cvtColor(
            self._warp(self._ground, eye.plane(0, 0, 0), eye.width_px, eye.height_px), cv2.COLOR_RGBA2RGB
        )

    def add_canopy(self, frame: Image, eye: Eye) -> None:
        """Lay the crowns over a frame."""
        for item in self._canopy:
            crowns = self._warp(item.pixels, eye.plane(0, 0, item.height_m), eye.width_px, eye.height_px)
            clear = cv2.cvtColor(255 - crowns[..., 3], cv2.COLOR_GRAY2RGB)
            cv2.multiply(frame, clear, dst=frame, scale=1 / 255)
            cv2.add(frame, cv2.cvtColor(crowns, cv2.COLOR_RGBA2RGB), dst=frame)

    def add_solids(self, frame: Image, eye: Eye) -> None:
        """Draw the buildings from far to near."""
        if not self._solids:
            return
        spots = eye.project(self._centres)
        sides = eye.project(self._centres + np.array([[0, 0, 1.0]]) * 0 + np.array([1.0, 0, 0]))
        scale = np.maximum(np.hypot(*(sides - spots).T) * 1.6, 0.5)
        reach = (self._reach_m * scale)[:, None]
        inside = np.all((spots > -reach) & (spots < np.array([eye.width_px, eye.height_px]) + reach), axis=1)
        away = np.hypot(*(self._centres[:, :2] - eye.position_m[:2]).T)
        for number in sorted(np.flatnonzero(inside), key=lambda n: -away[n]):
            self._solids[number].draw(frame, eye, self)

    def _warp(self, texture: Image, plane: Points, width: int, height: int, left: int = 0, top: int = 0) -> Image:
        to_pixel_centres = np.array([[1, 0, -0.5 - left], [0, 1, -0.5 - top], [0, 0, 1.0]])
        matrix = to_pixel_centres @ plane @ self._to_metres
        return cv2.warpPerspective(
            texture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )

    def paste_roof(self, frame: Image, eye: Eye, plane: tuple[float, float, float], rings: Sequence[Points]) -> None:
        """Put the part of the texture inside `rings` (pixels) on a frame, lifted to a plane."""
        outer = np.concatenate(rings)
        left, top = np.maximum(np.floor(outer.min(axis=0)).astype(int), 0)
        right, bottom = np.minimum(np.ceil(outer.max(axis=0)).astype(int) + 1, (eye.width_px, eye.height_px))
        if right <= left or bottom <= top:
            return
        width, height = int(right - left), int(bottom - top)
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [_fixed(ring - (left, top)) for ring in rings], 255, cv2.LINE_8, _SHIFT)
        roof = self._warp(self._ground, eye.plane(*plane), width, height, left, top)
        part = frame[top:bottom, left:right]
        cv2.copyTo(cv2.cvtColor(roof, cv2.COLOR_RGBA2RGB), mask, part)


@dataclass(frozen=True)
class _Built:
    """A solid with what drawing needs: normals, colours of walls, roof corners in space."""

    solid: Solid
    centre: Points
    reach_m: float
    normals: Points
    feet: Points
    colours: tuple[tuple[float, float, float], ...]
    glass: tuple[tuple[float, float, float], ...]
    roof: tuple[tuple[Points, ...], ...]

    @classmethod
    def of(cls, solid: Solid, light: Light) -> _Built:
        corners = np.concatenate([wall[:2, :2] for wall in solid.walls])
        low, high = corners.min(axis=0), corners.max(axis=0)
        along = np.array([wall[1, :2] - wall[0, :2] for wall in solid.walls])
        normals = np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(*along.T)[:, None]
        material = np.asarray(light.palette_entry(solid.wall_material).colour)
        bright = [0.5 + 0.55 * max(0.0, float(light.sun.direction[:2] @ normal)) for normal in normals]
        colours = tuple(tuple((material * value).tolist()) for value in bright)
        glass = tuple(tuple((np.array([58.0, 66.0, 76.0]) * (0.7 + 0.5 * value)).tolist()) for value in bright)
        roof = tuple(
            tuple(np.column_stack([ring, ring @ np.array(face.plane[:2]) + face.plane[2]]) for ring in face.rings)
            for face in solid.roof
        )
        centre = np.array([*(low + high) / 2, solid.height_m / 2])
        reach = float(np.hypot(*(high - low)) / 2 + solid.height_m)
        return cls(solid, centre, reach, normals, np.array([wall[0, :2] for wall in solid.walls]), colours, glass, roof)

    def draw(self, frame: Image, eye: Eye, stage: Stage) -> None:
        """Walls that face the eye, far ones first, then the roof."""
        towards = eye.position_m[:2] - self.feet
        facing = np.flatnonzero(np.sum(self.normals * towards, axis=1) > 0)
        away = np.hypot(*towards.T)
        for number in sorted(facing, key=lambda n: -away[n]):
            wall = eye.project(self.solid.walls[number])
            cv2.fillPoly(frame, [_fixed(wall)], self.colours[number], cv2.LINE_AA, _SHIFT)
            openings = self.solid.openings[number]
            if len(openings):
                cv2.fillPoly(frame, list(_fixed(eye.project(openings))), self.glass[number], cv2.LINE_AA, _SHIFT)
        faces = zip(self.solid.roof, self.roof, strict=True)
        for face, corners in sorted(
            faces, key=lambda pair: -float(np.hypot(*(pair[1][0][:, :2].mean(axis=0) - eye.position_m[:2])))
        ):
            stage.paste_roof(frame, eye, face.plane, [eye.project(ring) for ring in corners])


def _fixed(pixels: Points) -> NDArray[np.int32]:
    return np.round((np.clip(pixels, -4000, 8000) - 0.5) * (1 << _SHIFT)).astype(np.int32)
