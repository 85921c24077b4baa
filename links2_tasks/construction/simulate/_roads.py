"""A street network: a bent, irregular grid of arterials and local streets with roundabouts and, maybe, a river."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from shapely import LineString, MultiPoint, Point, Polygon, box, unary_union
from shapely.geometry.base import BaseGeometry

from links2_tasks.construction.simulate._city import Markings, Road, Roundabout, Surface
from links2_tasks.construction.simulate._road_markings import lane_markings, worn_asphalt
from links2_tasks.construction.simulate._shapes import (
    lines_of,
    polygons_of,
    rings_of,
)
from links2_tasks.construction.simulate._spec import RegionSpec

Points = NDArray[np.float64]

ARTERIAL_WIDTH_M = 15.0
DUAL_WIDTH_M = 21.0
LOCAL_WIDTH_M = 7.4
SIDEWALK_M = 2.4
LEVEL_SIDEWALK, LEVEL_ROAD, LEVEL_ISLAND = 20, 21, 22


@dataclass(frozen=True)
class Network:
    """Streets, their junctions, the blocks between them and the water."""

    roads: tuple[Road, ...]
    roundabouts: tuple[Roundabout, ...]
    junctions: Points
    blocks: tuple[Polygon, ...]
    river: Polygon | None
    surfaces: tuple[Surface, ...]
    markings: tuple[Markings, ...]


@dataclass(frozen=True)
class _GridLine:
    axis: int
    index: int
    arterial: bool


class _Grid:
    """A grid in its own turned and bent coordinates, wide enough to cover the region whatever its direction."""

    def __init__(self, spec: RegionSpec, rng: np.random.Generator) -> None:
        style = spec.style
        self.size_m = spec.size_m
        self.direction = np.radians(-style.street_azimuth_deg)
        self.bend_m = style.curviness_m
        self.waves = rng.uniform(0.6, 1.5, (2, 3, 2)) * 2 * np.pi / max(600.0, spec.size_m * 0.7)
        self.phases = rng.uniform(0, 2 * np.pi, (2, 3))
        half = (
            spec.size_m * 0.5 * (abs(np.cos(self.direction)) + abs(np.sin(self.direction))) + 2 * style.curviness_m + 40
        )
        self.ticks = tuple(_ticks(rng, half, style.block_length_m * scale) for scale in (1.0, 0.86))
        self.arterial = tuple(_arterial_indices(ticks) for ticks in self.ticks)

    def to_world(self, uv: Points) -> Points:
        """Region coordinates (N, 2) of grid coordinates (N, 2)."""
        bend = np.zeros_like(uv)
        for axis in (0, 1):
            for wave, phase in zip(self.waves[axis], self.phases[axis], strict=True):
                bend[:, axis] += np.sin(uv @ wave + phase)
        bent = uv + self.bend_m / 2 * bend
        cos, sin = np.cos(self.direction), np.sin(self.direction)
        return bent @ np.array([[cos, sin], [-sin, cos]]) + self.size_m / 2

    def span(self, line: _GridLine, start: int, end: int) -> LineString:
        """Centre line of one grid line between two of its crossings."""
        along = self.ticks[1 - line.axis]
        n = max(2, int((along[end] - along[start]) / 8.0))
        uv = np.empty((n, 2))
        uv[:, line.axis] = self.ticks[line.axis][line.index]
        uv[:, 1 - line.axis] = np.linspace(along[start], along[end], n)
        return LineString(self.to_world(uv))


def build_network(spec: RegionSpec, rng: np.random.Generator) -> Network:
    """The streets, blocks and river of a region."""
    grid = _Grid(spec, rng)
    region = box(0, 0, spec.size_m, spec.size_m)
    river = _river(spec, rng)
    roads = tuple(_clipped(_streets(grid, spec, rng, river), region))
    crossings = _crossings(roads)
    junctions = np.array([xy for xy, _ in crossings]).reshape(-1, 2)
    roundabouts = _roundabouts(crossings, spec, rng, river)
    carriageway = _carriageway(roads, roundabouts)
    blocks = _blocks(region, carriageway, river)
    surfaces = _surfaces(roads, roundabouts, carriageway, junctions, river)
    markings = (*worn_asphalt(roads, rng), *lane_markings(roads, junctions, roundabouts))
    return Network(roads, roundabouts, junctions, blocks, river, surfaces, markings)


def _ticks(rng: np.random.Generator, half: float, step: float) -> Points:
    ticks = [-half + rng.uniform(0, step)]
    while ticks[-1] < half:
        ticks.append(ticks[-1] + step * rng.uniform(0.72, 1.34))
    return np.array(ticks)


def _arterial_indices(ticks: Points) -> frozenset[int]:
    """Every third or so line, and always the one nearest to the middle."""
    middle = int(np.argmin(np.abs(ticks)))
    return frozenset(range(middle % 3, len(ticks), 3))


def _streets(grid: _Grid, spec: RegionSpec, rng: np.random.Generator, river: Polygon | None) -> list[Road]:
    graph = nx.Graph()
    for axis in (0, 1):
        for index in range(len(grid.ticks[axis])):
            line = _GridLine(axis, index, index in grid.arterial[axis])
            for step in range(len(grid.ticks[1 - axis]) - 1):
                wanted = line.arterial or rng.random() > spec.style.missing_streets
                dry = river is None or line.arterial or not grid.span(line, step, step + 1).intersects(river)
                if wanted and dry:
                    graph.add_edge(_node(axis, index, step), _node(axis, index, step + 1), line=line, step=step)
    _drop_dead_ends(graph, grid)
    dual = {axis: sorted(grid.arterial[axis])[len(grid.arterial[axis]) // 2] for axis in (0, 1)}
    roads = []
    for line, start, end in _runs(graph):
        median = 3.0 if line.arterial and line.index == dual[line.axis] and line.axis == spec.seed % 2 else 0.0
        width = DUAL_WIDTH_M if median else ARTERIAL_WIDTH_M if line.arterial else LOCAL_WIDTH_M
        roads.append(Road(grid.span(line, start, end), "arterial" if line.arterial else "local", width, median))
    return roads


def _node(axis: int, index: int, step: int) -> tuple[int, int]:
    return (index, step) if axis == 0 else (step, index)


def _drop_dead_ends(graph: nx.Graph, grid: _Grid) -> None:
    """Streets that lead nowhere are taken away, but for those that leave the grid."""
    last = tuple(len(ticks) - 1 for ticks in grid.ticks)
    while True:
        ends = [n for n, degree in graph.degree() if degree == 1 and 0 < n[0] < last[0] and 0 < n[1] < last[1]]
        if not ends:
            return
        graph.remove_nodes_from(ends)


def _runs(graph: nx.Graph) -> list[tuple[_GridLine, int, int]]:
    """Grid lines cut into runs of joined segments."""
    steps: dict[tuple[int, int], list[int]] = {}
    lines: dict[tuple[int, int], _GridLine] = {}
    for _, _, data in graph.edges(data=True):
        key = (data["line"].axis, data["line"].index)
        lines[key] = data["line"]
        steps.setdefault(key, []).append(data["step"])
    runs = []
    for key in sorted(steps):
        held = sorted(steps[key])
        start = held[0]
        for here, after in zip(held, [*held[1:], None], strict=True):
            if after != here + 1:
                runs.append((lines[key], start, here + 1))
                start = after if after is not None else 0
    return runs


def _clipped(roads: list[Road], region: Polygon) -> list[Road]:
    return [
        Road(part, road.kind, road.width_m, road.median_m)
        for road in roads
        for part in lines_of(road.centre.intersection(region))
        if part.length > 15.0
    ]


def _crossings(roads: tuple[Road, ...]) -> list[tuple[tuple[float, float], bool]]:
    """Where streets meet, and whether both are arterials."""
    found: list[tuple[tuple[float, float], bool]] = []
    for number, road in enumerate(roads):
        for other in roads[number + 1 :]:
            shared = road.centre.intersection(other.centre)
            points = (
                [shared] if isinstance(shared, Point) else list(shared.geoms) if isinstance(shared, MultiPoint) else []
            )
            found.extend(((p.x, p.y), road.kind == other.kind == "arterial") for p in points if not p.is_empty)
    return found


def _roundabouts(
    crossings: list[tuple[tuple[float, float], bool]], spec: RegionSpec, rng: np.random.Generator, river: Polygon | None
) -> tuple[Roundabout, ...]:
    low, high = 0.12 * spec.size_m, 0.88 * spec.size_m
    major = [xy for xy, arterial in crossings if arterial and low < min(xy) and max(xy) < high]
    dry = [xy for xy in major if river is None or river.distance(Point(xy)) > 40.0]
    order = rng.permutation(len(dry))[:3]
    return tuple(Roundabout(dry[i], float(rng.uniform(9, 14)), float(rng.uniform(21, 26))) for i in order)


def _river(spec: RegionSpec, rng: np.random.Generator) -> Polygon | None:
    width = spec.style.river_width_m
    if width <= 0:
        return None
    size = spec.size_m
    t = np.linspace(-0.1, 1.1, 90)
    across = 0.5 + rng.choice([-1, 1]) * rng.uniform(0.08, 0.2)
    offset = (
        across
        + 0.07 * np.sin(2 * np.pi * t * rng.uniform(0.7, 1.1) + rng.uniform(0, 6))
        + 0.02 * np.sin(9 * t + rng.uniform(0, 6))
    )
    angle = rng.uniform(-0.35, 0.35) + (np.pi / 2 if rng.random() < 0.5 else 0.0)
    cos, sin = np.cos(angle), np.sin(angle)
    line = (np.column_stack([t, offset]) - 0.5) * size * 1.25 @ np.array([[cos, sin], [-sin, cos]]) + size / 2
    widths = width / 2 * (1 + 0.22 * np.sin(7 * t + rng.uniform(0, 6)) + 0.1 * np.sin(23 * t))
    parts = [LineString(line[i : i + 2]).buffer(float(widths[i])) for i in range(len(line) - 1)]
    river = unary_union(parts).buffer(2.0).simplify(0.5)
    return polygons_of(river)[0]


def _carriageway(roads: tuple[Road, ...], roundabouts: tuple[Roundabout, ...]) -> BaseGeometry:
    """All asphalt; the corners of junctions are rounded as kerbs are."""
    parts: list[BaseGeometry] = [road.centre.buffer(road.width_m / 2, cap_style="flat") for road in roads]
    parts += [Point(ring.xy).buffer(ring.outer_m) for ring in roundabouts]
    return unary_union(parts).buffer(7.0, quad_segs=4).buffer(-7.0, quad_segs=4)


def _blocks(region: Polygon, carriageway: BaseGeometry, river: Polygon | None) -> tuple[Polygon, ...]:
    land = region.difference(carriageway.buffer(SIDEWALK_M))
    if river is not None:
        land = land.difference(river.buffer(9.0))
    blocks = [block.buffer(-1.0).buffer(1.0) for block in polygons_of(land)]
    return tuple(part for block in blocks for part in polygons_of(block) if part.area > 500.0)


def _surfaces(
    roads: tuple[Road, ...],
    roundabouts: tuple[Roundabout, ...],
    carriageway: BaseGeometry,
    junctions: Points,
    river: Polygon | None,
) -> tuple[Surface, ...]:
    surfaces = []
    if river is not None:
        surfaces.append(Surface("bank", rings_of(river.buffer(9.0)), 1))
        surfaces.append(Surface("silt", rings_of(river.buffer(2.2)), 2))
        surfaces.append(Surface("water", rings_of(river), 3))
    surfaces += _covering("paving", carriageway.buffer(SIDEWALK_M, quad_segs=4), LEVEL_SIDEWALK)
    surfaces += _covering("kerb", carriageway.buffer(0.25, quad_segs=4), LEVEL_SIDEWALK)
    surfaces += _covering("asphalt", carriageway, LEVEL_ROAD)
    for road in roads:
        if road.kind == "arterial":
            body = road.centre.buffer(road.width_m / 2 - 0.3, cap_style="flat")
            surfaces.append(Surface("asphalt_main", rings_of(body), LEVEL_ROAD))
        if road.median_m:
            green = road.centre.buffer(road.median_m / 2, cap_style="flat").difference(_around(junctions, 16.0))
            for polygon in polygons_of(
                green.difference(unary_union([Point(r.xy).buffer(r.outer_m + 8) for r in roundabouts]))
            ):
                surfaces.append(Surface("kerb", rings_of(polygon.buffer(0.3)), LEVEL_ISLAND))
                surfaces.append(Surface("lawn", rings_of(polygon), LEVEL_ISLAND))
    for ring in roundabouts:
        centre = Point(ring.xy)
        surfaces.append(Surface("asphalt_main", rings_of(centre.buffer(ring.outer_m - 0.4)), LEVEL_ROAD))
        surfaces.append(Surface("kerb", rings_of(centre.buffer(ring.island_m)), LEVEL_ISLAND))
        surfaces.append(Surface("paving", rings_of(centre.buffer(ring.island_m - 0.4)), LEVEL_ISLAND))
        surfaces.append(Surface("lawn", rings_of(centre.buffer(ring.island_m - 1.8)), LEVEL_ISLAND))
    return tuple(surfaces)


def _covering(material: str, shape: BaseGeometry, level: int) -> list[Surface]:
    return [Surface(material, rings_of(polygon), level) for polygon in polygons_of(shape)]


def _around(points: Points, radius_m: float) -> BaseGeometry:
    return MultiPoint(points).buffer(radius_m) if len(points) else Polygon()
