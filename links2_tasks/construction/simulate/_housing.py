"""Blocks where people live: houses with gardens, and slabs of flats on lawns."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

from links2_tasks.construction.simulate._buildings import (
    flat_block,
    gabled_house,
    l_shape,
    pitched_fixtures,
    roof_fixtures,
)
from links2_tasks.construction.simulate._city import Bays, Solid, Surface, Thing
from links2_tasks.construction.simulate._plot import (
    LEVEL_DETAIL,
    LEVEL_LAWN,
    LEVEL_PATH,
    LEVEL_THING,
    Plot,
    parking_lot,
)
from links2_tasks.construction.simulate._shapes import (
    blob,
    directions_along,
    points_along,
    polygons_of,
    rectangle,
    rings_of,
    strips,
)
from links2_tasks.construction.simulate._spec import RegionStyle

Points = NDArray[np.float64]

TILES = {
    "terracotta": ("tile_red", "tile_red", "tile_orange", "tile_brown"),
    "slate": ("tile_grey", "tile_grey", "tile_brown", "tile_dark"),
    "mixed": ("tile_red", "tile_brown", "tile_grey", "tile_dark", "tile_orange"),
    "flat": ("flat_sand", "flat_white", "tile_orange", "flat_grey"),
}
PLASTER = ("plaster_white", "plaster_cream", "brick", "plaster_sand")


def fill_residential(plot: Plot, style: RegionStyle) -> None:
    """Detached houses along the streets, each on its own lot with drive, garden, trees and now and then a pool."""
    plot.cover("grass")
    lot = float(plot.rng.uniform(15, 21))
    roofs = TILES[style.roofs]
    for setback in (11.0, 40.0):
        for ring in polygons_of(plot.area.buffer(-setback, quad_segs=2)):
            if ring.area > 150:
                _houses_along(plot, LineString(ring.exterior.coords), lot, roofs, setback)
    _middle_of_block(plot)
    plot.plant(int(plot.area.area / 150), (1.0, 4.2))


def _houses_along(plot: Plot, line: LineString, lot: float, roofs: tuple[str, ...], setback: float) -> None:
    rng = plot.rng
    for at in np.arange(lot / 2, line.length - lot / 2, lot):
        spot = points_along(line, np.array([at]))[0] + rng.normal(0, 0.6, 2)
        direction = float(directions_along(line, np.array([at]))[0])
        length, width = rng.uniform(9.5, 14), rng.uniform(8, 10.5)
        house = Polygon(rectangle(spot, length, width, direction))
        if rng.random() < 0.05 or not plot.free.contains(house.buffer(1.2)):
            continue
        _garden(plot, spot, direction, lot, min(setback, 14.0))
        turn = np.pi / 2 if rng.random() < 0.3 and width > 9 else 0.0
        solids = _house(rng, spot, length, width, direction, turn, roofs)
        plot.add(Thing(house, "house", "detached house with a garden", max(s.height_m for s in solids), solids=solids))
        if setback < 20:
            _drive(plot, spot, direction, length, width, setback)
        if rng.random() < 0.13:
            _pool(plot, spot + _inwards(plot, spot, direction, min(setback, 14.0)) * (width / 2 + 6.5), direction)


def _house(
    rng: np.random.Generator,
    spot: Points,
    length: float,
    width: float,
    direction: float,
    turn: float,
    roofs: tuple[str, ...],
) -> tuple[Solid, ...]:
    roof = roofs[rng.integers(len(roofs))]
    wall = PLASTER[rng.integers(len(PLASTER))]
    tone = float(rng.normal(0, 0.1))
    eaves = float(rng.choice([3.0, 5.6, 5.6, 6.2]))
    if turn:
        length, width = width, length
    if roof.startswith("flat"):
        ring = rectangle(spot, length, width, direction + turn)
        fixtures = roof_fixtures(rng, ring, spot, direction, 0.8)
        return (flat_block([ring], eaves + 0.8, roof, wall, tone, fixtures, "holes"),)
    rise = min(length, width) * rng.uniform(0.26, 0.4)
    hip = float(width * 0.45) if rng.random() < 0.45 and length > width else 0.0
    fixtures = pitched_fixtures(rng, spot, length, width, direction + turn)
    main = gabled_house(spot, length, width, direction + turn, eaves, rise, roof, wall, tone, hip, fixtures)
    if rng.random() < 0.4:
        side = np.array([-np.sin(direction + turn), np.cos(direction + turn)]) * rng.choice([-1, 1])
        along = np.array([np.cos(direction + turn), np.sin(direction + turn)]) * length * rng.uniform(-0.25, 0.25)
        wing = gabled_house(
            spot + along + side * width * 0.45,
            width * 0.8,
            length * 0.42,
            direction + turn + np.pi / 2,
            eaves - 0.3,
            rise * 0.62,
            roof,
            wall,
            tone,
        )
        return (wing, main)
    return (main,)


def _garden(plot: Plot, spot: Points, direction: float, lot: float, setback: float) -> None:
    """A lot with its own ground, fences to its neighbours, beds, a terrace and a shed."""
    rng = plot.rng
    side = np.array([np.cos(direction), np.sin(direction)])
    back = _inwards(plot, spot, direction, setback)
    depth = setback + 15.0
    middle = spot + back * (depth / 2 - setback)
    lot_area = Polygon(rectangle(middle, lot - 0.3, depth, direction)).intersection(plot.area)
    material = str(rng.choice(["lawn", "grass", "dry_grass", "gravel", "paving"], p=[0.36, 0.36, 0.18, 0.06, 0.04]))
    plot.cover(material, lot_area, LEVEL_LAWN, 0.13)
    fences = [(middle + side * lot / 2 - back * depth / 2, middle + side * lot / 2 + back * depth / 2)]
    fences.append((middle - side * lot / 2 + back * depth / 2, middle + side * lot / 2 + back * depth / 2))
    for ends in fences:
        if rng.random() < 0.85:
            line = Polygon(strips(np.array(ends), float(rng.uniform(0.3, 1.1)))[0])
            plot.cover("hedge" if rng.random() < 0.65 else "wood", line, LEVEL_PATH, 0.1)
    terrace = Polygon(rectangle(spot + back * 6.0, float(rng.uniform(4, 8)), float(rng.uniform(3, 5)), direction))
    plot.cover(str(rng.choice(["paving", "wood", "concrete"])), terrace, LEVEL_PATH, 0.1)
    for _ in range(rng.integers(1, 5)):
        heart = spot + back * rng.uniform(8, 14) + side * rng.uniform(-0.45, 0.45) * lot
        bed = Polygon(blob(rng, heart, rng.uniform(1.5, 6), rng.uniform(1, 2.8), rng.uniform(0, 3))).buffer(0)
        plot.cover(str(rng.choice(["hedge", "hedge", "soil", "gravel", "dry_grass"])), bed, LEVEL_PATH, 0.12)
    if rng.random() < 0.5:
        _shed(plot, spot + back * 12.5 + side * (lot / 2 - 3.0) * rng.choice([-1, 1]), direction)


def _inwards(plot: Plot, spot: Points, direction: float, setback: float) -> Points:
    """Unit vector (2,) from the street towards the middle of the block."""
    normal = np.array([-np.sin(direction), np.cos(direction)])
    ahead, behind = (
        plot.area.exterior.distance(shapely.Point(spot + sign * normal * setback * 0.8)) for sign in (1, -1)
    )
    inside = plot.area.contains(shapely.Point(spot + normal * setback * 0.8))
    return normal if inside and ahead >= behind else -normal


def _shed(plot: Plot, spot: Points, direction: float) -> None:
    rng = plot.rng
    length, width = float(rng.uniform(2.4, 4.5)), float(rng.uniform(2.0, 3.2))
    shape = Polygon(rectangle(spot, length, width, direction))
    if plot.free.contains(shape):
        material = str(rng.choice(["wood", "metal_green", "tile_dark", "metal_grey"]))
        solid = gabled_house(spot, length, width, direction, 2.0, 0.7, material, "wood")
        plot.add(Thing(shape, None, "", 2.7, solids=(solid,)))


def _drive(plot: Plot, spot: Points, direction: float, length: float, width: float, setback: float) -> None:
    rng = plot.rng
    side = np.array([np.cos(direction), np.sin(direction)])
    out = -_inwards(plot, spot, direction, setback)
    start = spot + side * (length / 2 - 1.8)
    ring = rectangle(
        start + out * (setback / 2), setback + 4, float(rng.uniform(2.8, 5.0)), float(np.arctan2(out[1], out[0]))
    )
    for polygon in polygons_of(Polygon(ring).intersection(plot.area)):
        plot.surfaces.append(
            Surface(
                str(rng.choice(["concrete", "paving", "gravel", "asphalt"])),
                rings_of(polygon),
                LEVEL_PATH,
                plot.tone(0.08),
            )
        )
    parked = start + out * (width / 2 + 3.2)
    plot.bays.append(Bays(parked[None], np.array([np.arctan2(out[1], out[0])]), 0.55))


def _pool(plot: Plot, centre: Points, direction: float) -> None:
    rng = plot.rng
    length, breadth = float(rng.uniform(6.5, 10)), float(rng.uniform(3.4, 5))
    deck = Polygon(rectangle(centre, length + 3, breadth + 3, direction))
    if plot.free.contains(deck):
        plot.add(pool(rng, centre, length, breadth, direction))


def pool(rng: np.random.Generator, centre: Points, length: float, width: float, direction: float) -> Thing:
    """A swimming pool with a paved rim."""
    ring = (
        rectangle(centre, length, width, direction)
        if rng.random() < 0.65
        else blob(rng, centre, length, width, direction)
    )
    deck = rectangle(centre, length + 3, width + 3, direction)
    surfaces = (
        Surface("paving", (deck,), LEVEL_THING, float(rng.normal(0.05, 0.08))),
        Surface("kerb", rings_of(Polygon(ring).buffer(0.3)), LEVEL_THING),
        Surface("pool", (ring,), LEVEL_DETAIL, float(rng.normal(0, 0.05))),
    )
    return Thing(Polygon(ring), "pool", "swimming pool with a paved rim", 0.0, surfaces)


def _middle_of_block(plot: Plot) -> None:
    """A playground or a lane of garages where the gardens leave room."""
    if plot.rng.random() < 0.45:
        site = plot.find_site(22, 15, 1.0)
        if site is not None:
            plot.add(playground(plot.rng, site.centre, 22, 15, site.direction))


def playground(rng: np.random.Generator, centre: Points, length: float, width: float, direction: float) -> Thing:
    """A playground: a sandy field with coloured fall pads and frames."""
    ring = blob(rng, centre, length, width, direction)
    surfaces = [Surface("sand", (ring,), LEVEL_THING, float(rng.normal(0, 0.05)))]
    solids = []
    for _ in range(4):
        spot = centre + rng.uniform(-0.26, 0.26, 2) * (length, width)
        material = str(rng.choice(["court_red", "court_blue", "court_green"]))
        surfaces.append(
            Surface(material, (blob(rng, spot, 4.5, 3.5, direction),), LEVEL_DETAIL, float(rng.normal(0, 0.1)))
        )
        solids.append(
            flat_block(
                [rectangle(spot, 1.8, 1.4, direction)],
                2.2,
                str(rng.choice(["metal_red", "metal_blue", "wood"])),
                "wood",
                windows="none",
            )
        )
    return Thing(
        Polygon(ring).buffer(0), "playground", "playground on sand", 2.2, tuple(surfaces), solids=tuple(solids)
    )


def fill_apartments(plot: Plot, style: RegionStyle) -> None:
    """Slabs and blocks of flats on lawns, with parking, footpaths and playgrounds."""
    rng = plot.rng
    plot.cover("grass")
    plot.free = plot.area.buffer(-7.0)
    roof = str(rng.choice(["flat_grey", "flat_bitumen", "flat_sand", "flat_white"]))
    wall = str(rng.choice(PLASTER))
    floors = int(np.clip(rng.normal(6, 2) * style.height_scale, 3, 13))
    for _ in range(2 if plot.area.area > 9000 else 1):
        site = plot.find_site(float(rng.uniform(34, 56)), 17.0, 1.0)
        if site is not None:
            plot.add(parking_lot(site, rng))
    length = float(rng.uniform(34, 58))
    for _ in range(int(plot.area.area / 1500)):
        site = plot.find_site(length if rng.random() < 0.75 else 26.0, 14.0, 7.0, 90)
        if site is None:
            continue
        outline = site.ring
        if rng.random() < 0.25:
            outline = site.at(l_shape(site.length, 13.8, 7.0))
        plot.things.append(_slab(rng, outline, site.centre, site.direction, floors, roof, wall))
        path = site.at(
            strips(np.array([(-site.length / 2 - 6, -9.6), (site.length / 2 + 6, -9.6)]), 2.0).reshape(-1, 2)
        )
        plot.cover("paving", Polygon(path), LEVEL_PATH)
    for size in ((20, 14), (18, 13)):
        site = plot.find_site(*size, 1.0)
        if site is not None:
            plot.add(playground(rng, site.centre, *size, site.direction))
    plot.free = plot.free.union(plot.area.difference(plot.area.buffer(-7.0))).buffer(-0.6)
    plot.plant(int(plot.area.area / 190), (1.6, 4.6))


def _slab(
    rng: np.random.Generator, outline: Points, centre: Points, direction: float, floors: int, roof: str, wall: str
) -> Thing:
    height = floors * 3.1 + 1.0
    fixtures = roof_fixtures(rng, outline, centre, direction, 0.7)
    solid = flat_block([outline], height, roof, wall, float(rng.normal(0, 0.06)), fixtures, "holes")
    return Thing(Polygon(outline), "building", f"block of flats with {floors} floors", height, solids=(solid,))
