"""Moving cars that keep to their lanes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import LineString

from links2_tasks.construction.simulate._cars import car_body, car_parts, part_colour
from links2_tasks.construction.simulate._city import City, Road, Roundabout
from links2_tasks.construction.simulate._eye import Eye
from links2_tasks.construction.simulate._light import Sun
from links2_tasks.construction.simulate._shapes import points_along

Points = NDArray[np.float64]
Image = NDArray[np.uint8]

_SHIFT = 4
_SHADOW_COLOUR = (62.0, 64.0, 69.0, 255.0)


class Traffic:
    """All cars that drive through a city during one flight."""

    def __init__(self, city: City, rng: np.random.Generator) -> None:
        """Put cars on every lane."""
        lanes = [lane for road in city.roads for lane in _lanes(road, city.roundabouts, rng)]
        self._table = np.concatenate([path for path, _, _ in lanes]) if lanes else np.zeros((0, 2))
        firsts = np.cumsum([0, *(len(path) for path, _, _ in lanes)])
        count = [len(starts) for _, starts, _ in lanes]
        self._first = np.repeat(firsts[:-1], count)
        self._length = np.repeat([len(path) - 1 for path, _, _ in lanes], count)
        self._start_m = np.concatenate([starts for _, starts, _ in lanes]) if lanes else np.zeros(0)
        self._speed_mps = np.repeat([speed for _, _, speed in lanes], count)
        bodies = [car_body(rng) for _ in range(len(self._start_m))]
        self._colours = [
            [(*part_colour(colour, part), 255.0) for _, _, part in car_parts(1, 1)] for _, _, colour in bodies
        ]
        self._parts = np.array(
            [
                [np.column_stack([outline, np.full(4, height)]) for outline, height, _ in car_parts(length, width)]
                for length, width, _ in bodies
            ]
        ).reshape(len(bodies), len(car_parts(1, 1)), 4, 3)

    def places(self, t_s: float) -> tuple[Points, Points]:
        """Positions (N, 2) and directions (N,) in radians of all cars at a time."""
        at = (self._start_m + self._speed_mps * t_s) % self._length
        whole = np.minimum(at.astype(int), self._length - 1)
        here, after = self._table[self._first + whole], self._table[self._first + whole + 1]
        ahead = (
            self._table[self._first + np.minimum(whole + 2, self._length)]
            - self._table[self._first + np.maximum(whole - 1, 0)]
        )
        return here + (after - here) * (at - whole)[:, None], np.arctan2(ahead[:, 1], ahead[:, 0])

    def draw(self, frame: Image, eye: Eye, t_s: float, sun: Sun) -> None:
        """Draw the cars that are in view of an RGBA frame, each with its shadow."""
        if not len(self._start_m):
            return
        xy, directions = self.places(t_s)
        pixels = eye.project(np.column_stack([xy, np.zeros(len(xy))]))
        inside = np.flatnonzero(
            np.all((pixels > -30) & (pixels < np.array([eye.width_px, eye.height_px]) + 30), axis=1)
        )
        cos, sin = np.cos(directions[inside]), np.sin(directions[inside])
        turn = np.zeros((len(inside), 1, 3, 3))
        turn[:, 0, 0, 0], turn[:, 0, 0, 1], turn[:, 0, 1, 0], turn[:, 0, 1, 1], turn[:, 0, 2, 2] = (
            cos,
            sin,
            -sin,
            cos,
            1.0,
        )
        parts = self._parts[inside] @ turn
        parts[..., :2] += xy[inside][:, None, None, :]
        shadows = parts[:, 0] * (1, 1, 0) + np.array([*sun.shadow_per_m * 0.8, 0.0])
        shown, shaded = _fixed(eye.project(parts)), _fixed(eye.project(shadows))
        for number, car, shadow in zip(inside, shown, shaded, strict=True):
            cv2.fillConvexPoly(frame, shadow, _SHADOW_COLOUR, cv2.LINE_AA, _SHIFT)
            for part, colour in zip(car, self._colours[number], strict=True):
                cv2.fillConvexPoly(frame, part, colour, cv2.LINE_AA, _SHIFT)


def _fixed(pixels: Points) -> NDArray[np.int32]:
    return np.round((pixels - 0.5) * (1 << _SHIFT)).astype(np.int32)


def _lanes(
    road: Road, roundabouts: tuple[Roundabout, ...], rng: np.random.Generator
) -> list[tuple[Points, Points, float]]:
    """Lanes of both directions on the right-hand side of the road: points a metre apart, places of cars, speed."""
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
            starts = np.cumsum(rng.uniform(0.45, 1.6, int(len(path) / gap) + 1) * gap)
            lanes.append((path, starts[starts < len(path) - 8.0], float(speed * (1.0 - 0.12 * number))))
    return lanes


def _beside(line: LineString, offset_m: float, roundabouts: tuple[Roundabout, ...]) -> Points:
    """Points (N, 2), a metre apart, to the right of a line; at a roundabout they bend out to the ring."""
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
    bent = LineString(path)
    return points_along(bent, np.arange(0.0, bent.length, 1.0))
