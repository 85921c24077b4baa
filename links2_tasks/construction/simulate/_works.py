"""Blocks where people work and shop: offices, stores with parking, halls, yards and tanks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from links2_tasks.construction.simulate._buildings import (
    box_solid,
    cylinder,
    flat_block,
    gabled_house,
    l_shape,
    roof_fixtures,
    skylight_rows,
    t_shape,
    u_shape,
)
from links2_tasks.construction.simulate._city import Fixture, Solid, Surface, Thing
from links2_tasks.construction.simulate._plot import LEVEL_LAWN, LEVEL_PATH, LEVEL_THING, Plot, Site, parking_lot
from links2_tasks.construction.simulate._shapes import disc, rectangle
from links2_tasks.construction.simulate._spec import RegionStyle

Points = NDArray[np.float64]

FLAT = ("flat_grey", "flat_white", "flat_bitumen", "flat_sand", "flat_grey")
FACADES = ("glass", "concrete_wall", "plaster_white", "brick", "plaster_sand")
METAL = ("metal_white", "metal_grey", "metal_blue", "metal_grey", "metal_green", "metal_rust")
BOXES = ("metal_blue", "metal_red", "metal_rust", "metal_white", "metal_green", "metal_orange")


def fill_commercial(plot: Plot, style: RegionStyle) -> None:
    """Offices of many outlines on paved ground, a store now and then, and their parking lots."""
    rng = plot.rng
    plot.cover(str(rng.choice(["paving", "concrete", "asphalt"])), tone_spread=0.08)
    plot.free = plot.area.buffer(-3.5)
    if plot.area.area > 5500 and rng.random() < 0.4:
        _store(plot)
    for _ in range(2 + int(plot.area.area / 700)):
        length, width = float(rng.uniform(22, 46)), float(rng.uniform(16, 34))
        site = plot.find_site(length, width, 3.0, 60)
        if site is not None:
            plot.things.append(_office(rng, site, style))
    for _ in range(2):
        site = plot.find_site(float(rng.uniform(24, 52)), float(rng.choice([17.0, 22.0, 33.5])), 1.0)
        if site is not None:
            plot.add(parking_lot(site, rng))
    _small_areas(plot, int(plot.area.area / 500), ("lawn", "lawn", "grass", "paving", "concrete", "asphalt", "hedge"))
    rim = plot.area.difference(plot.area.buffer(-3.0))
    plot.cover(str(rng.choice(["lawn", "grass", "paving"])), rim, LEVEL_LAWN, 0.08)
    plot.free = plot.free.union(rim)
    if rng.random() < 0.5:
        site = plot.find_site(30.0, 14.0, 1.0)
        if site is not None:
            plot.add(market(rng, site))
    plot.plant(int(plot.area.area / 170), (1.0, 3.2))


def _small_areas(plot: Plot, n: int, materials: tuple[str, ...]) -> None:
    """Lawns, beds, paved corners and repaired ground between the buildings."""
    rng = plot.rng
    for _ in range(n):
        site = plot.find_site(float(rng.uniform(5, 24)), float(rng.uniform(2.5, 11)), 0.6, 20)
        if site is not None:
            material = str(rng.choice(materials))
            shape = Polygon(site.ring).buffer(-1.0).buffer(1.0)
            if material in ("lawn", "grass", "hedge"):
                plot.cover("kerb", shape.buffer(0.25), LEVEL_LAWN)
            plot.cover(material, shape, LEVEL_PATH, 0.12)


def _office(rng: np.random.Generator, site: Site, style: RegionStyle) -> Thing:
    length, width = site.length, site.width
    arm = float(np.clip(min(length, width) * 0.42, 8, 14))
    kind = rng.choice(["rect", "l", "u", "t", "court"], p=[0.34, 0.24, 0.16, 0.1, 0.16])
    holes: list[Points] = []
    if kind == "l":
        local = l_shape(length, width, arm)
    elif kind == "u" and length > 2 * arm + 6:
        local = u_shape(length, width, arm)
    elif kind == "t":
        local = t_shape(length, width, arm)
    else:
        local = rectangle(np.zeros(2), length, width, 0.0)
        if kind == "court" and min(length, width) > 22:
            holes.append(site.at(rectangle(np.zeros(2), length - 18, width - 18, 0.0)))
    outline = site.at(local)
    floors = int(np.clip(rng.gamma(3.0, 1.7) * style.height_scale + 1.5, 2, 13))
    height = floors * 3.3 + 1.0
    roof, wall = str(rng.choice(FLAT)), str(rng.choice(FACADES))
    fixtures = roof_fixtures(rng, outline, site.centre, site.direction, 1.3)
    windows = "bands" if wall in ("glass", "concrete_wall") else "holes"
    shape = Polygon(outline, holes)
    fixtures = tuple(item for item in fixtures if shape.contains(Polygon(item.ring)))
    solids = [flat_block([outline, *holes], height, roof, wall, float(rng.normal(0, 0.07)), fixtures, windows)]
    if kind == "rect" and rng.random() < 0.4:
        solids = _stepped(rng, site, height, roof, wall, windows)
    return Thing(shape, "building", f"office building with {floors} floors", height, solids=tuple(solids))


def _stepped(rng: np.random.Generator, site: Site, height: float, roof: str, wall: str, windows: str) -> list[Solid]:
    """A low base with a tower on one end."""
    base = max(4.6, height * 0.4)
    share = float(rng.uniform(0.4, 0.6))
    low = Site(site.at([(-site.length * share / 2, 0)])[0], site.length * (1 - share), site.width, site.direction)
    high = Site(site.at([(site.length * (1 - share) / 2, 0)])[0], site.length * share, site.width, site.direction)
    return [
        flat_block(
            [part.ring],
            top,
            roof,
            wall,
            float(rng.normal(0, 0.05)),
            roof_fixtures(rng, part.ring, part.centre, part.direction, 1.0),
            windows,
        )
        for part, top in ((low, base), (high, height))
    ]


def _store(plot: Plot) -> None:
    rng = plot.rng
    site = plot.find_site(float(rng.uniform(46, 62)), float(rng.uniform(32, 44)), 3.0, 90)
    if site is None:
        return
    fixtures = roof_fixtures(rng, site.ring, site.centre, site.direction, 0.8)
    solid = flat_block(
        [site.ring],
        7.5,
        str(rng.choice(["flat_white", "flat_grey", "metal_white"])),
        "concrete_wall",
        0.0,
        fixtures,
        "none",
    )
    plot.things.append(Thing(Polygon(site.ring), "store", "large store with a flat roof", 7.5, solids=(solid,)))
    lot = plot.find_site(float(rng.uniform(44, 60)), 33.5, 0.5, 90) or plot.find_site(40.0, 17.0, 0.5)
    if lot is not None:
        plot.add(parking_lot(lot, rng))


def market(rng: np.random.Generator, site: Site) -> Thing:
    """A market of small stalls in rows."""
    solids = []
    for x in np.arange(-site.length / 2 + 2.5, site.length / 2 - 1, 4.2):
        for y in (-site.width / 4, site.width / 4):
            spot = site.at([(x, y)])[0]
            solids.append(
                box_solid(
                    spot,
                    3.1,
                    2.9,
                    site.direction,
                    2.6,
                    str(rng.choice(["awning_white", "awning_red", "awning_blue", "awning_white"])),
                )
            )
    surface = Surface("paving", (site.ring,), LEVEL_THING, float(rng.normal(0.04, 0.04)))
    return Thing(
        Polygon(site.ring), "market", f"market with {len(solids)} stalls", 2.6, (surface,), solids=tuple(solids)
    )


def fill_industrial(plot: Plot, style: RegionStyle) -> None:
    """Halls, container yards, tanks and lorry parking on concrete and gravel."""
    rng = plot.rng
    plot.cover(str(rng.choice(["concrete", "asphalt", "gravel"])), tone_spread=0.1)
    plot.free = plot.area.buffer(-4.0)
    for _ in range(int(plot.area.area / 3300)):
        site = plot.find_site(float(rng.uniform(40, 82)), float(rng.uniform(24, 42)), 4.0, 80)
        if site is not None:
            plot.things.append(hall(rng, site))
    for maker, size in ((container_yard, (30.0, 16.0)), (tank_group, (26.0, 15.0)), (container_yard, (24.0, 14.0))):
        site = plot.find_site(*size, 1.5)
        if site is not None and rng.random() < 0.8:
            plot.add(maker(rng, site))
    site = plot.find_site(float(rng.uniform(26, 40)), 17.0, 1.0)
    if site is not None:
        plot.add(parking_lot(site, rng, "concrete"))
    spots = ("soil", "gravel", "dry_grass", "asphalt", "concrete", "concrete", "sand")
    _small_areas(plot, int(plot.area.area / 450), spots)
    edge = plot.area.difference(plot.area.buffer(-4.0))
    plot.cover("dry_grass", edge, LEVEL_LAWN)
    plot.free = plot.free.union(edge)
    plot.plant(int(plot.area.area / 700), (1.4, 3.2))


def hall(rng: np.random.Generator, site: Site) -> Thing:
    """An industrial hall: low gable or flat, of sheet metal, some with rows of skylights."""
    roof = str(rng.choice(METAL))
    height = float(rng.uniform(7, 12))
    tone = float(rng.normal(0, 0.08))
    if rng.random() < 0.45:
        bays = 1 if site.width < 30 else 2
        breadth = site.width / bays
        offsets = (np.arange(bays) - (bays - 1) / 2) * breadth
        solids = tuple(
            gabled_house(
                site.at([(0, offset)])[0], site.length, breadth, site.direction, height - 2, 2.2, roof, "sheet", tone
            )
            for offset in offsets
        )
    else:
        fixtures: tuple[Fixture, ...] = (
            skylight_rows(site.centre, site.length, site.width, site.direction) if rng.random() < 0.6 else ()
        )
        fixtures = fixtures or roof_fixtures(rng, site.ring, site.centre, site.direction, 0.3)
        ribs = float(np.degrees(np.pi / 2 - site.direction))
        solids = (flat_block([site.ring], height, roof, "sheet", tone, fixtures, "gates", ribs),)
    return Thing(Polygon(site.ring), "warehouse", "industrial hall of sheet metal", height, solids=solids)


def container_yard(rng: np.random.Generator, site: Site) -> Thing:
    """Stacks of shipping containers in rows."""
    solids = []
    for x in np.arange(-site.length / 2 + 3.6, site.length / 2 - 3, 6.6):
        for y in np.arange(-site.width / 2 + 1.6, site.width / 2 - 1.2, 2.7):
            if rng.random() < 0.68:
                height = 2.6 * int(rng.integers(1, 4))
                solids.append(
                    box_solid(
                        site.at([(x, y)])[0],
                        6.1,
                        2.44,
                        site.direction,
                        height,
                        str(rng.choice(BOXES)),
                        float(rng.normal(0, 0.1)),
                    )
                )
    ground = Surface("concrete", (site.ring,), LEVEL_THING, float(rng.normal(-0.04, 0.04)))
    return Thing(
        Polygon(site.ring),
        "container_yard",
        f"container yard with {len(solids)} stacks",
        7.8,
        (ground,),
        solids=tuple(solids),
    )


def tank_group(rng: np.random.Generator, site: Site) -> Thing:
    """Storage tanks inside a low wall."""
    n = int(rng.integers(2, 4))
    radius = min(site.width / 2 - 1.5, site.length / n / 2 - 1.0)
    spots = site.at([((k - (n - 1) / 2) * site.length / n, 0.0) for k in range(n)])
    solids = tuple(cylinder(spot, radius, float(rng.uniform(6, 11)), "tank", "tank") for spot in spots)
    surfaces = (
        Surface("gravel", (site.ring,), LEVEL_THING),
        *(Surface("concrete", (disc(spot, radius + 1.0),), LEVEL_THING) for spot in spots),
    )
    return Thing(Polygon(site.ring), "storage_tanks", f"{n} storage tanks", 10.0, surfaces, solids=solids)
