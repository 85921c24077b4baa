"""Moving cars that keep to their lanes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.simulate._cars import car_body, car_parts, part_colour
from links2_tasks.construction.simulate._city import City, Road, Roundabout
from links2_tasks.construction.simulate._light import Sun
from links2_tasks.construction.simulate._shapes import points_along
from links2_tasks.construction.simulate._view import Eye

from shapely import LineString  # isort: skip

Points = NDArray[np.float64]
Image = NDArray[np.uint8]

_SHIFT = 4


@dataclass(frozen=True)
class _Lane:
    path: LineString
    starts_m: Points
    speed_mps: float


class Traffic:
    """All cars that drive through a city during one flight."""

    def __init__(self, city: City, rng: np.random.Generator) -> None:
        """Put cars on every lane."""
        self._lanes = tuple(lane for road in city.roads for lane in _lanes(road, city.roundabouts, rng))
        bodies = [car_body(rng) for lane in self._lanes for _ in lane.starts_m]
        self._parts = tuple(
            tuple(
                (np.column_stack([outline, np.full(4, height)]), part_colour(colour, part))
                for outline, height, part in car_parts(length, width)
            )
            for length, width, colour in bodies
        )

    def places(self, t_s: float) -> tuple[Points, Points]:
        """Positions (N, 2) and directions (N,) in radians of all cars at a time."""
        spots, ahead = [], []
        for lane in self._lanes:
            at = (lane.starts_m + lane.speed_mps * t_s) % lane.path.length
            spots.append(points_along(lane.path, at))
            ahead.append(
                points_along(lane.path, np.minimum(at + 1.5, lane.path.length))
                - points_along(lane.path, np.maximum(at - 1.5, 0.0))
            )
        if not spots:
            return np.zeros((0, 2)), np.zeros(0)
        step = np.concatenate(ahead)
        return np.concatenate(spots), np.arctan2(step[:, 1], step[:, 0])

    def draw(self, frame: Image, eye: Eye, t_s: float, sun: Sun) -> None:
        """Draw the cars that are in view, each with its shadow."""
        xy, directions = self.places(t_s)
        pixels = eye.project(np.column_stack([xy, np.zeros(len(xy))]))
        inside = np.all((pixels > -30) & (pixels < np.array([eye.width_px, eye.height_px]) + 30), axis=1)
        for number in np.flatnonzero(inside):
            cos, sin = np.cos(directions[number]), np.sin(directions[number])
            turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1.0]])
            place = np.array([*xy[number], 0.0])
            parts = [(corners @ turn + place, colour) for corners, colour in self._parts[number]]
            foot = parts[0][0] * (1, 1, 0)
            _fill(frame, eye.project(foot + np.array([*sun.shadow_per_m * 0.8, 0.0])), (52.0, 53.0, 57.0))
            for corners, colour in parts:
                _fill(frame, eye.project(corners), colour)


def _fill(frame: Image, pixels: Points, colour: tuple[float, float, float]) -> None:
    fixed = np.round((pixels - 0.5) * (1 << _SHIFT)).astype(np.int32)
    cv2.fillConvexPoly(frame, fixed, colour, cv2.LINE_AA, _SHIFT)


def _lanes(road: Road, roundabouts: tuple[Roundabout, ...], rng: np.random.Generator) -> list[_Lane]:
    """Lanes of both directions; on the right-hand side of the road."""
    if road.kind == "arterial":
        lane = (road.width_m - road.median_m - 1.2) / 4
        offsets = [road.median_m / 2 + 0.35 + lane * (k + 0.5) for k in (0, 1)]
        gap, speed = rng.uniform(35, 75), rng.uniform(9, 14)
    else:
        offsets, gap, speed = [road.width_m / 4 - 0.3], rng.uniform(90, 220), rng.uniform(6, 9)
    lanes = []
    for backward in (False, True):
        line = LineString(np.asarray(road.centre.coords)[::-1]) if backward else road.centre
        for number, offset in enumerate(offsets):
            path = _beside(line, offset, roundabouts)
            starts = np.cumsum(rng.uniform(0.45, 1.6, int(path.length / gap) + 1) * gap)
            lanes.append(_Lane(path, starts[starts < path.length - 8.0], float(speed * (1.0 - 0.12 * number))))
    return lanes


def _beside(line: LineString, offset_m: float, roundabouts: tuple[Roundabout, ...]) -> LineString:
    """Path to the right of a line; at a roundabout it bends out to the ring."""
    at = np.arange(0.0, line.length, 3.0)
    xy, ahead = points_along(line, at), points_along(line, at + 1.0) - points_along(line, at - 1.0)
    right = np.column_stack([ahead[:, 1], -ahead[:, 0]]) / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    path = xy + right * offset_m
    for ring in roundabouts:
        away = path - np.asarray(ring.xy)
        distance = np.hypot(*away.T)
        radius = (ring.island_m + ring.outer_m) / 2
        path = np.where(
            (distance < radius)[:, None],
            np.asarray(ring.xy) + away / np.maximum(distance, 1e-6)[:, None] * radius,
            path,
        )
    return LineString(path)
