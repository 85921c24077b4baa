"""A block while it is being filled: what is still free, and the things and trees that were put there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from links2_tasks.construction.simulate._city import Bays, Markings, Surface, Thing, Trees
from links2_tasks.construction.simulate._shapes import axis_of, placed, polygons_of, rectangle, rings_of

Points = NDArray[np.float64]

LEVEL_BLOCK, LEVEL_LAWN, LEVEL_PATH, LEVEL_THING, LEVEL_DETAIL = 5, 6, 7, 8, 9


@dataclass(frozen=True)
class Site:
    """A rectangle that was found free."""

    centre: Points
    length: float
    width: float
    direction: float

    @property
    def ring(self) -> Points:
        """Corners (4, 2), counter-clockwise."""
        return rectangle(self.centre, self.length, self.width, self.direction)

    def at(self, points: ArrayLike) -> Points:
        """Points (N, 2) given along and across the site, from its centre."""
        return placed(np.asarray(points, float).reshape(-1, 2), self.centre, self.direction)


class Plot:
    """One block of one land use, being filled."""

    def __init__(self, area: Polygon, rng: np.random.Generator) -> None:
        """Start with all of `area` free."""
        self.area = area
        self.rng = rng
        self.free: BaseGeometry = area
        self.centre, self.length, self.width, self.direction = axis_of(area)
        self.surfaces: list[Surface] = []
        self.markings: list[Markings] = []
        self.things: list[Thing] = []
        self.trees: list[Trees] = []
        self.bays: list[Bays] = []

    def cover(
        self, material: str, shape: BaseGeometry | None = None, level: int = LEVEL_BLOCK, tone_spread: float = 0.05
    ) -> None:
        """Lay a ground material over the block, or over `shape` inside it."""
        inside = self.area if shape is None else self.area.intersection(shape)
        for polygon in polygons_of(inside):
            self.surfaces.append(Surface(material, rings_of(polygon), level, self.tone(tone_spread)))

    def tone(self, spread: float) -> float:
        """A random brightness offset."""
        return float(np.clip(self.rng.normal(0, spread), -2.5 * spread, 2.5 * spread))

    def find_site(self, length: float, width: float, margin: float = 1.0, tries: int = 60) -> Site | None:
        """A free rectangle along the block's direction, or None; what is found is taken, with `margin` around it."""
        if self.free.is_empty:
            return None
        west, south, east, north = self.free.bounds
        spots = self.rng.uniform((west, south), (east, north), (tries, 2))
        turns = self.rng.integers(0, 2, tries)
        ways = self.direction + np.array([0.0, np.pi / 2])
        shapes = [rectangle(np.zeros(2), length + 2 * margin, width + 2 * margin, float(way)) for way in ways]
        rings = spots[:, None, :] + np.array(shapes)[turns]
        shapely.prepare(self.free)
        fits = shapely.contains(self.free, shapely.polygons(rings))
        if not fits.any():
            return None
        first = int(np.argmax(fits))
        self.take(Polygon(rings[first]))
        return Site(spots[first], length, width, float(ways[turns[first]]))

    def take(self, shape: BaseGeometry) -> None:
        """Mark `shape` as used."""
        self.free = self.free.difference(shape)

    def add(self, thing: Thing) -> None:
        """Put a thing on the block and take its place."""
        self.things.append(thing)
        self.take(thing.outline.buffer(1.0))

    def plant(
        self,
        n: int,
        radius: tuple[float, float] = (1.8, 4.0),
        within: BaseGeometry | None = None,
        clumps: int = 0,
        kind: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        """Plant up to `n` trees on free ground, in clumps if asked."""
        ground = self.free if within is None else within.intersection(self.free)
        ground = ground.buffer(-radius[0])
        if n <= 0 or ground.is_empty:
            return
        west, south, east, north = ground.bounds
        xy = self.rng.uniform((west, south), (east, north), (n * 2, 2))
        if clumps:
            hearts = self.rng.uniform((west, south), (east, north), (clumps, 2))
            xy = hearts[self.rng.integers(0, clumps, n * 2)] + self.rng.normal(0, 9.0, (n * 2, 2))
        xy = xy[shapely.contains_xy(ground, xy[:, 0], xy[:, 1])][:n]
        self.trees.append(grown(self.rng, xy, radius, kind))

    def plant_row(self, xy: Points, radius: tuple[float, float] = (1.6, 2.8)) -> None:
        """Plant trees at given places (N, 2) that lie in the block."""
        if len(xy):
            inside = shapely.contains_xy(self.area, xy[:, 0], xy[:, 1])
            kind = float(self.rng.uniform(0, 0.8))
            self.trees.append(grown(self.rng, xy[inside], radius, (kind, kind + 0.15)))


def grown(
    rng: np.random.Generator, xy: Points, radius: tuple[float, float], kind: tuple[float, float] = (0.0, 1.0)
) -> Trees:
    """Trees of random size at places (N, 2)."""
    n = len(xy)
    crowns = rng.uniform(radius[0], radius[1], n)
    return Trees(
        np.asarray(xy, float).reshape(-1, 2),
        crowns,
        crowns * rng.uniform(1.7, 2.5, n),
        rng.uniform(kind[0], kind[1], n),
    )


def parking_rows(site: Site, occupancy: float) -> tuple[Markings, Bays]:
    """Bay lines and bays of a parking lot: double rows of 5 m deep, 2.5 m wide bays with 6.5 m aisles."""
    lines: list[Points] = []
    spots: list[tuple[float, float]] = []
    turned: list[float] = []
    y = -site.width / 2 + 0.6
    facing = 1.0
    while y + 5.0 <= site.width / 2:
        for x in np.arange(-site.length / 2 + 2.0, site.length / 2 - 4.0, 2.5):
            lines.append(rectangle(np.array([x, y + 2.5]), 0.13, 5.0, 0.0))
            spots.append((x + 1.25, y + 2.5))
            turned.append(facing * np.pi / 2)
        y += 11.5 if facing > 0 else 5.0
        facing = -facing
    if not lines:
        return Markings(np.zeros((0, 4, 2)), 0.13), Bays(np.zeros((0, 2)), np.zeros(0), 0.0)
    quads = site.at(np.array(lines)).reshape(-1, 4, 2)
    return Markings(quads, 0.13, strength=0.75), Bays(
        site.at(np.array(spots)), site.direction + np.array(turned), occupancy
    )


def parking_lot(site: Site, rng: np.random.Generator, material: str = "asphalt") -> Thing:
    """A marked parking lot with cars."""
    marks, bays = parking_rows(site, float(rng.uniform(0.25, 0.85)))
    surface = Surface(material, (site.ring,), LEVEL_THING, float(rng.normal(0, 0.06)))
    return Thing(
        Polygon(site.ring),
        "parking_lot",
        f"parking lot with {len(bays.xy)} bays",
        0.0,
        (
            Surface("kerb", (Site(site.centre, site.length + 0.6, site.width + 0.6, site.direction).ring,), LEVEL_PATH),
            surface,
        ),
        (marks,) if len(marks.quads) else (),
        bays=(bays,) if len(bays.xy) else (),
    )
