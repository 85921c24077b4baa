"""Draws the city through any camera: the ground as a plane, tree crowns lifted off it, buildings with walls and roofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.simulate._canopy import Slice
from links2_tasks.construction.simulate._city import Solid
from links2_tasks.construction.simulate._eye import Eye
from links2_tasks.construction.simulate._light import Light
from links2_tasks.construction.simulate._noise import Window

Points = NDArray[np.float64]
Image = NDArray[np.uint8]

_SHIFT = 4
_FAR_PX = 6000.0


class Stage:
    """What is drawn: textures of one window and the solids that stand in it, under one light.

    Frames have four channels, RGB and one unused, because OpenCV warps four channels faster than three.
    """

    def __init__(
        self, window: Window, ground: Image, canopy: Sequence[Slice], solids: Sequence[Solid], light: Light
    ) -> None:
        """Prepare what does not change from frame to frame."""
        self.window = window
        self._ground = np.asarray(cv2.cvtColor(ground, cv2.COLOR_RGB2RGBA), np.uint8)
        # Crowns at the height of the ground cost nothing per frame: they become part of its texture.
        for item in canopy:
            if item.height_m == 0.0:
                _lay_over(self._ground, item.pixels)
        self._canopy = tuple(item for item in canopy if item.height_m > 0.0)
        gsd = window.gsd_m
        self._to_metres = np.array(
            [[gsd, 0, window.west_m + gsd / 2], [0, -gsd, window.north_m - gsd / 2], [0, 0, 1.0]]
        )
        parts: list[Points] = []
        first = 0
        built = []
        for solid in solids:
            built.append(_Built.of(solid, light, first))
            parts.extend([*solid.walls, *(corners for face in built[-1].corners for corners in face)])
            first += sum(len(part) for part in parts[len(parts) - built[-1].n_parts :])
        self._built = tuple(built)
        self._points = np.concatenate(parts) if parts else np.zeros((0, 3))
        self._owners = np.array([item.start for item in built], int)

    def ground(self, eye: Eye) -> Image:
        """A frame (H, W, 4) with the ground alone."""
        return self._warp(self._ground, eye.plane(0, 0, 0), (0, 0, eye.width_px, eye.height_px))

    def add_canopy(self, frame: Image, eye: Eye) -> None:
        """Lay the crowns over a frame."""
        for item in self._canopy:
            crowns = self._warp(item.pixels, eye.plane(0, 0, item.height_m), (0, 0, eye.width_px, eye.height_px))
            _lay_over(frame, crowns)

    def add_solids(self, frame: Image, eye: Eye) -> None:
        """Draw the buildings from far to near."""
        if not self._built:
            return
        pixels = eye.project(self._points)
        low = np.minimum.reduceat(pixels, self._owners, axis=0)
        high = np.maximum.reduceat(pixels, self._owners, axis=0)
        # What is partly behind the eye is far outside the image, too, and has no outline that could be drawn.
        visible = np.all((high > 0) & (low < (eye.width_px, eye.height_px)) & (low > -_FAR_PX), axis=1)
        fixed = _fixed(pixels)
        away = {number: self._built[number].distance_m(eye) for number in np.flatnonzero(visible)}
        for number in sorted(away, key=lambda n: -away[n]):
            self._draw(frame, eye, self._built[number], pixels, fixed)

    def _draw(self, frame: Image, eye: Eye, built: _Built, pixels: Points, fixed: NDArray[np.int32]) -> None:
        """Walls that face the eye, far ones first, then the roof."""
        towards = eye.position_m[:2] - built.feet
        facing = np.flatnonzero((built.normals * towards).sum(axis=1) > 0)
        away = (towards**2).sum(axis=1)
        for number in sorted(facing, key=lambda n: -away[n]):
            start, end = built.wall_spans[number]
            cv2.fillConvexPoly(frame, fixed[start:end], built.wall_colours[number], cv2.LINE_8, _SHIFT)
            openings = built.solid.openings[number]
            if len(openings):
                for quad in _fixed(eye.project(openings)):
                    cv2.fillConvexPoly(frame, quad, built.glass_colours[number], cv2.LINE_8, _SHIFT)
        faces = sorted(
            range(len(built.solid.roof)),
            key=lambda n: -np.hypot(*(built.corners[n][0][:, :2].mean(axis=0) - eye.position_m[:2])),
        )
        for face in faces:
            rings = [(pixels[start:end], fixed[start:end]) for start, end in built.roof_spans[face]]
            self._paste_roof(frame, eye, built.solid.roof[face].plane, rings)

    def _paste_roof(
        self,
        frame: Image,
        eye: Eye,
        plane: tuple[float, float, float],
        rings: Sequence[tuple[Points, NDArray[np.int32]]],
    ) -> None:
        """Put the part of the texture inside `rings` on a frame, lifted to a plane."""
        outer = rings[0][0]
        left, top = np.maximum(np.floor(outer.min(axis=0)), 0).astype(int)
        right, bottom = np.minimum(np.ceil(outer.max(axis=0)) + 1, (eye.width_px, eye.height_px)).astype(int)
        if right <= left or bottom <= top:
            return
        mask = np.zeros((bottom - top, right - left), np.uint8)
        offset = np.array([left, top], np.int32) << _SHIFT
        cv2.fillPoly(mask, [fixed - offset for _, fixed in rings], 255, cv2.LINE_8, _SHIFT)
        roof = self._warp(self._ground, eye.plane(*plane), (int(left), int(top), int(right - left), int(bottom - top)))
        cv2.copyTo(roof, mask, frame[top:bottom, left:right])

    def _warp(self, texture: Image, plane: Points, area: tuple[int, int, int, int]) -> Image:
        """The part of a frame (left, top, width, height) that shows a texture lying on a plane."""
        left, top, width, height = area
        to_pixel_centres = np.array([[1, 0, -0.5 - left], [0, 1, -0.5 - top], [0, 0, 1.0]])
        matrix = to_pixel_centres @ plane @ self._to_metres
        shown = cv2.warpPerspective(
            texture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(shown, np.uint8)


@dataclass(frozen=True)
class _Built:
    """A solid with what drawing needs; spans are rows of the stage's points."""

    solid: Solid
    start: int
    centre_m: Points
    normals: Points
    feet: Points
    wall_spans: tuple[tuple[int, int], ...]
    wall_colours: tuple[tuple[float, ...], ...]
    glass_colours: tuple[tuple[float, ...], ...]
    corners: tuple[tuple[Points, ...], ...]
    """For each face of the roof its rings (N, 3)."""
    roof_spans: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def of(cls, solid: Solid, light: Light, first: int) -> _Built:
        feet = np.array([wall[0, :2] for wall in solid.walls])
        along = np.array([wall[1, :2] for wall in solid.walls]) - feet
        normals = np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(*along.T)[:, None]
        bright = [0.52 + 0.55 * max(0.0, float(light.sun.direction[:2] @ normal)) for normal in normals]
        wall = np.asarray(light.palette_entry(solid.wall_material).colour)
        corners = tuple(
            tuple(np.column_stack([ring, ring @ np.array(face.plane[:2]) + face.plane[2]]) for ring in face.rings)
            for face in solid.roof
        )
        spans = _Spans(first)
        return cls(
            solid,
            first,
            feet.mean(axis=0),
            normals,
            feet,
            tuple(spans.next(len(item)) for item in solid.walls),
            tuple((*(wall * value).tolist(), 255.0) for value in bright),
            tuple((*(wall * 0.35 * value + 22).tolist(), 255.0) for value in bright),
            corners,
            tuple(tuple(spans.next(len(ring)) for ring in face) for face in corners),
        )

    @property
    def n_parts(self) -> int:
        """Number of walls and roof rings."""
        return len(self.solid.walls) + sum(len(face) for face in self.corners)

    def distance_m(self, eye: Eye) -> float:
        """Distance over ground from the eye, by which solids are ordered."""
        return float(np.hypot(*(self.centre_m - eye.position_m[:2])))


class _Spans:
    """Counts rows: each call takes the next ones."""

    def __init__(self, first: int) -> None:
        self._next = first

    def next(self, n: int) -> tuple[int, int]:
        start, self._next = self._next, self._next + n
        return start, self._next


def _lay_over(frame: Image, crowns: Image) -> None:
    """Cover a frame with colours that are already multiplied by their alpha."""
    clear = cv2.cvtColor(255 - crowns[..., 3], cv2.COLOR_GRAY2RGBA)
    cv2.multiply(frame, clear, dst=frame, scale=1 / 255)
    cv2.add(frame, crowns, dst=frame)


def _fixed(pixels: Points) -> NDArray[np.int32]:
    return np.round((np.clip(pixels, -_FAR_PX, _FAR_PX) - 0.5) * (1 << _SHIFT)).astype(np.int32)
