"""Plane shapes that buildings, lots, bays and lines are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

Points = NDArray[np.float64]


def rectangle(centre: Points, length: float, width: float, direction: float) -> Points:
    """Corners (4, 2), counter-clockwise, of a rectangle whose length runs along `direction` (radians from east)."""
    return placed(
        np.array([(-length, -width), (length, -width), (length, width), (-length, width)]) / 2, centre, direction
    )


def placed(points: Points, centre: Points, direction: float) -> Points:
    """Points (N, 2) turned by `direction` and moved to `centre`."""
    cos, sin = np.cos(direction), np.sin(direction)
    return np.asarray(points, float) @ np.array([[cos, sin], [-sin, cos]]) + np.asarray(centre, float)


def disc(centre: Points, radius: float, n: int = 24) -> Points:
    """Corners (n, 2) of a regular polygon."""
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.asarray(centre) + radius * np.column_stack([np.cos(angles), np.sin(angles)])


def blob(rng: np.random.Generator, centre: Points, length: float, width: float, direction: float) -> Points:
    """A smooth irregular outline (48, 2), such as a pond's."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    radius = np.ones(48)
    for order in (2, 3, 4, 5):
        radius += rng.uniform(0.02, 0.28 / order) * np.cos(order * angles + rng.uniform(0, 2 * np.pi))
    local = np.column_stack([length / 2 * np.cos(angles), width / 2 * np.sin(angles)]) * radius[:, None]
    return placed(local, centre, direction)


def rings_of(shape: BaseGeometry) -> tuple[Points, ...]:
    """Outer and inner rings (N, 2) of a polygon or of several, without the repeated last point."""
    rings: list[Points] = []
    for polygon in polygons_of(shape):
        rings.append(np.asarray(polygon.exterior.coords)[:-1, :2])
        rings.extend(np.asarray(hole.coords)[:-1, :2] for hole in polygon.interiors)
    return tuple(rings)


def polygons_of(shape: BaseGeometry) -> tuple[Polygon, ...]:
    """The polygons of a geometry, largest first; lines and points are left out."""
    if isinstance(shape, Polygon):
        return () if shape.is_empty else (shape,)
    if isinstance(shape, MultiPolygon) or hasattr(shape, "geoms"):
        parts = [part for part in shape.geoms if isinstance(part, Polygon) and not part.is_empty]
        return tuple(sorted(parts, key=lambda part: (-part.area, part.bounds)))
    return ()


def lines_of(shape: BaseGeometry) -> tuple[LineString, ...]:
    """The lines of a geometry, in its order."""
    if isinstance(shape, LineString):
        return () if shape.is_empty else (shape,)
    return tuple(part for part in getattr(shape, "geoms", ()) if isinstance(part, LineString) and not part.is_empty)


def axis_of(polygon: Polygon) -> tuple[Points, float, float, float]:
    """Centre (2,), length, width and direction (radians) of the smallest rectangle around a polygon."""
    corners = np.asarray(polygon.minimum_rotated_rectangle.exterior.coords)[:4]
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    if np.hypot(*first) < np.hypot(*second):
        first, second = second, first
    direction = float(np.arctan2(first[1], first[0])) % np.pi
    return corners.mean(axis=0), float(np.hypot(*first)), float(np.hypot(*second)), direction


def strips(points: Points, width_m: float) -> Points:
    """Quads (N-1, 4, 2) that follow a line (N, 2)."""
    start, end = points[:-1], points[1:]
    along = end - start
    normal = (
        np.column_stack([-along[:, 1], along[:, 0]]) / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    )
    half = normal * width_m / 2
    return np.stack([start - half, end - half, end + half, start + half], axis=1)


def dashes(line: LineString, width_m: float, dash_m: float, gap_m: float) -> Points:
    """Quads (N, 4, 2) of a dashed line."""
    starts = np.arange(gap_m / 2, line.length - dash_m, dash_m + gap_m)
    if not len(starts):
        return np.zeros((0, 4, 2))
    first = points_along(line, starts)
    last = points_along(line, starts + dash_m)
    along = last - first
    normal = (
        np.column_stack([-along[:, 1], along[:, 0]]) / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    )
    half = normal * width_m / 2
    return np.stack([first - half, last - half, last + half, first + half], axis=1)


def points_along(line: LineString, distances_m: Points) -> Points:
    """Points (N, 2) at distances from a line's start; beyond its ends the end points."""
    xy = np.asarray(line.coords)[:, :2]
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    return np.column_stack([np.interp(distances_m, at, xy[:, 0]), np.interp(distances_m, at, xy[:, 1])])


def directions_along(line: LineString, distances_m: Points) -> Points:
    """Directions (N,) of a line in radians from east at distances from its start."""
    step = points_along(line, distances_m + 1.0) - points_along(line, distances_m - 1.0)
    return np.arctan2(step[:, 1], step[:, 0])


def outline_quads(ring: Points, width_m: float) -> Points:
    """Quads (N, 4, 2) that follow a closed ring."""
    return strips(np.vstack([ring, ring[:1]]), width_m)
