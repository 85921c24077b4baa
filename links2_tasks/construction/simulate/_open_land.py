"""Blocks without houses: parks, fields and waste ground."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon

from links2_tasks.construction.simulate._buildings import flat_block, gabled_house
from links2_tasks.construction.simulate._city import Surface, Thing
from links2_tasks.construction.simulate._housing import playground
from links2_tasks.construction.simulate._plot import (
    LEVEL_DETAIL,
    LEVEL_LAWN,
    LEVEL_PATH,
    LEVEL_THING,
    Plot,
    Site,
    parking_lot,
)
from links2_tasks.construction.simulate._shapes import (
    blob,
    directions_along,
    disc,
    placed,
    points_along,
    polygons_of,
    rectangle,
    rings_of,
)
from links2_tasks.construction.simulate._spec import RegionStyle

Points = NDArray[np.float64]


def fill_park(plot: Plot, style: RegionStyle) -> None:
    """Lawns, winding paths, a pond, a plaza with a fountain, and trees in groups."""
    rng = plot.rng
    plot.cover("lawn")
    inner = plot.area.buffer(-4.0)
    plot.free = inner
    size = float(np.sqrt(plot.area.area))
    site = plot.find_site(size * float(rng.uniform(0.26, 0.36)), size * float(rng.uniform(0.2, 0.26)), 3.0, 120)
    if site is not None:
        plot.add(pond(rng, site))
    _park_paths(plot)
    for maker in (_fountain, _play):
        site = plot.find_site(19.0, 16.0, 1.0)
        if site is not None:
            plot.add(maker(rng, site))
    for _ in range(5):
        spot = rng.uniform(plot.area.bounds[:2], plot.area.bounds[2:])
        patch = Polygon(blob(rng, spot, float(rng.uniform(14, 36)), float(rng.uniform(10, 24)), 0.0)).buffer(0)
        plot.cover(str(rng.choice(["dry_grass", "grass", "grass"])), patch.intersection(plot.free), LEVEL_LAWN, 0.06)
    n = int(plot.area.area / 90)
    plot.plant(n * 2 // 3, (1.8, 5.0), clumps=max(3, n // 16))
    plot.plant(n // 3, (1.6, 4.5))


def pond(rng: np.random.Generator, site: Site) -> Thing:
    """A pond with a reedy rim."""
    ring = blob(rng, site.centre, site.length * 0.86, site.width * 0.86, site.direction)
    shape = Polygon(ring).buffer(0)
    surfaces = (
        Surface("bank", rings_of(shape.buffer(2.0)), LEVEL_PATH),
        Surface("silt", rings_of(shape.buffer(0.7)), LEVEL_THING),
        Surface("water", (ring,), LEVEL_THING, float(rng.normal(0, 0.06))),
    )
    return Thing(shape, "pond", "pond with a green rim", 0.0, surfaces)


def _fountain(rng: np.random.Generator, site: Site) -> Thing:
    surfaces = (
        Surface("paving", (disc(site.centre, 8.0, 32),), LEVEL_THING, 0.06),
        Surface("kerb", (disc(site.centre, 3.6),), LEVEL_DETAIL),
        Surface("pool", (disc(site.centre, 3.2),), LEVEL_DETAIL, -0.1),
    )
    basin = flat_block([disc(site.centre, 0.8, 10)], 1.6, "concrete_wall", "concrete_wall", windows="none")
    return Thing(
        Polygon(disc(site.centre, 8.0, 32)), "fountain", "round plaza with a fountain", 1.6, surfaces, solids=(basin,)
    )


def _play(rng: np.random.Generator, site: Site) -> Thing:
    return playground(rng, site.centre, site.length, site.width, site.direction)


def _park_paths(plot: Plot) -> None:
    """Bent paths across the park and one around it."""
    rng = plot.rng
    material = str(rng.choice(["paving", "gravel", "sand"]))
    around = plot.area.buffer(-7.0)
    lines = [LineString(part.exterior.coords) for part in polygons_of(around)]
    lines = [line for line in lines if line.length > 60]
    for line in list(lines):
        for _ in range(3):
            start, end = points_along(line, rng.uniform(0, line.length, 2))
            bend = (start + end) / 2 + rng.normal(0, 0.18, 2) * np.hypot(*(end - start))
            t = np.linspace(0, 1, 24)[:, None]
            lines.append(LineString((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end))
    water = [thing.outline.buffer(2.5) for thing in plot.things]
    for line in lines:
        path = line.buffer(1.3, cap_style="flat")
        for shape in water:
            path = path.difference(shape)
        plot.cover(material, path, LEVEL_PATH, 0.02)
        plot.take(path.buffer(0.8))
        if rng.random() < 0.6:
            at = np.arange(4.0, line.length, float(rng.uniform(8, 12)))
            along = directions_along(line, at)
            plot.plant_row(points_along(line, at) + 3.4 * np.column_stack([-np.sin(along), np.cos(along)]))


CROPS = ("crop_green", "crop_gold", "crop_olive", "soil", "crop_green", "stubble")


def fill_farmland(plot: Plot, style: RegionStyle) -> None:
    """Fields with plough lines, hedges, a track, greenhouses and a farmstead."""
    rng = plot.rng
    plot.cover("grass")
    n = max(2, int(plot.length // 42))
    cuts = np.sort(rng.uniform(0.12, 0.88, n - 1)) if n > 1 else np.zeros(0)
    edges = np.concatenate([[0.0], cuts, [1.0]]) * plot.length * 1.1 - plot.length * 0.55
    for low, high in pairwise(edges):
        if high - low < 8:
            continue
        strip = Polygon(
            placed(
                rectangle(np.array([(low + high) / 2, 0.0]), high - low - 2.5, plot.width * 1.2, 0.0),
                plot.centre,
                plot.direction,
            )
        )
        along = float(np.degrees(np.pi / 2 - plot.direction)) + (90.0 if rng.random() < 0.7 else 0.0)
        for field in polygons_of(plot.area.buffer(-2.5).intersection(strip)):
            plot.surfaces.append(Surface(str(rng.choice(CROPS)), rings_of(field), LEVEL_LAWN, plot.tone(0.08), along))
    plot.free = plot.area.buffer(-4.0)
    if rng.random() < 0.7:
        site = plot.find_site(30.0, 24.0, 1.5)
        if site is not None:
            plot.add(_greenhouses(rng, site))
    site = plot.find_site(28.0, 20.0, 1.5)
    if site is not None:
        plot.add(_farmstead(rng, site))
    hedge = plot.area.difference(plot.area.buffer(-3.0))
    plot.free = hedge
    plot.plant(int(plot.area.length / 9), (1.2, 3.2), hedge)


def _greenhouses(rng: np.random.Generator, site: Site) -> Thing:
    solids = tuple(
        gabled_house(site.at([(0.0, y)])[0], site.length - 2, 5.4, site.direction, 2.4, 1.3, "greenhouse", "greenhouse")
        for y in np.arange(-site.width / 2 + 3.2, site.width / 2 - 2, 6.6)
    )
    return Thing(
        Polygon(site.ring),
        "greenhouse",
        f"{len(solids)} greenhouses in a row",
        3.7,
        (Surface("gravel", (site.ring,), LEVEL_THING),),
        solids=solids,
    )


def _farmstead(rng: np.random.Generator, site: Site) -> Thing:
    barn = gabled_house(
        site.at([(-5.0, 0.0)])[0], 18.0, 10.0, site.direction + np.pi / 2, 4.5, 3.0, "metal_rust", "wood"
    )
    home = gabled_house(site.at([(8.0, -3.0)])[0], 11.0, 8.0, site.direction, 4.5, 2.6, "tile_brown", "brick")
    yard = Surface("gravel", (site.ring,), LEVEL_THING, -0.04)
    return Thing(
        Polygon(site.ring), "farmstead", "farm house and barn around a yard", 7.5, (yard,), solids=(barn, home)
    )


def fill_vacant(plot: Plot, style: RegionStyle) -> None:
    """Waste ground: patchy grass, bare soil, wheel tracks, heaps and shrubs."""
    rng = plot.rng
    plot.cover("dry_grass")
    west, south, east, north = plot.area.bounds
    for _ in range(int(plot.area.area / 420)):
        spot = rng.uniform((west, south), (east, north))
        patch = Polygon(
            blob(rng, spot, float(rng.uniform(5, 26)), float(rng.uniform(4, 15)), float(rng.uniform(0, 3)))
        ).buffer(0)
        plot.cover(str(rng.choice(["soil", "sand", "grass", "gravel", "soil"])), patch, LEVEL_LAWN, 0.09)
    for _ in range(3):
        start, end = rng.uniform((west, south), (east, north), (2, 2))
        bend = (start + end) / 2 + rng.normal(0, 12, 2)
        t = np.linspace(0, 1, 20)[:, None]
        line = LineString((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end)
        for offset in (-0.8, 0.8):
            plot.cover("sand", line.offset_curve(offset).buffer(0.32), LEVEL_PATH, 0.03)
    plot.free = plot.area.buffer(-2.0)
    if rng.random() < 0.6:
        site = plot.find_site(26.0, 17.0, 1.0)
        if site is not None:
            plot.add(parking_lot(site, rng, "gravel"))
    plot.plant(int(plot.area.area / 130), (0.7, 2.2), clumps=int(plot.area.area / 900) + 1)
    plot.take(Point(plot.centre).buffer(1.0))
