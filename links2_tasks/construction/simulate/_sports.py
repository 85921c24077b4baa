"""Sports grounds: pitches, courts, running tracks and pools."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon

from links2_tasks.construction.simulate._buildings import flat_block
from links2_tasks.construction.simulate._city import Markings, Surface, Thing
from links2_tasks.construction.simulate._housing import pool
from links2_tasks.construction.simulate._plot import LEVEL_DETAIL, LEVEL_THING, Plot, Site, parking_lot
from links2_tasks.construction.simulate._shapes import blob, disc, outline_quads, rectangle, rings_of, strips
from links2_tasks.construction.simulate._spec import RegionStyle

Points = NDArray[np.float64]


def fill_sports(plot: Plot, style: RegionStyle) -> None:
    """Pitches, courts, maybe a running track, a club house and parking."""
    rng = plot.rng
    plot.cover("grass")
    plot.free = plot.area.buffer(-4.0)
    if rng.random() < 0.5:
        site = plot.find_site(132.0, 78.0, 1.0, 150)
        if site is not None:
            plot.add(stadium(rng, site))
    for length, width in ((94.0, 58.0), (66.0, 42.0), (48.0, 30.0)):
        site = plot.find_site(length, width, 2.0, 100)
        if site is not None:
            plot.add(football_pitch(rng, site))
    for _ in range(int(rng.integers(2, 6))):
        site = plot.find_site(36.0, 18.5, 1.2) if rng.random() < 0.5 else plot.find_site(30.0, 17.0, 1.2)
        if site is not None:
            plot.add(sports_court(rng, site))
    site = plot.find_site(38.0, 17.0, 1.0)
    if site is not None:
        plot.add(parking_lot(site, rng))
    site = plot.find_site(20.0, 11.0, 1.5)
    if site is not None:
        solid = flat_block([site.ring], 4.5, "flat_grey", "plaster_white", windows="holes")
        plot.add(Thing(Polygon(site.ring), "building", "club house of a sports ground", 4.5, solids=(solid,)))
    site = plot.find_site(29.0, 17.0, 1.0)
    if site is not None and rng.random() < 0.5:
        plot.add(pool(rng, site.centre, 25.0, 12.5, site.direction))
    plot.plant(int(plot.area.area / 240), (1.8, 4.6))


def football_pitch(rng: np.random.Generator, site: Site) -> Thing:
    """A grass pitch with worn goal mouths and mowing stripes."""
    surfaces = [Surface("pitch", (site.ring,), LEVEL_THING, float(rng.normal(0, 0.05)))]
    n = int(site.length // 8)
    for k in range(0, n, 2):
        x = (k + 0.5) * site.length / n - site.length / 2
        surfaces.append(
            Surface(
                "pitch", (site.at(rectangle(np.array([x, 0.0]), site.length / n, site.width, 0.0)),), LEVEL_THING, 0.06
            )
        )
    worn = [(x * site.length * 0.44, 0.0) for x in (-1, 1)] + [(0.0, 0.0)]
    for x, y in worn:
        surfaces.append(
            Surface("dry_grass", (site.at(blob(rng, np.array([x, y]), 7.0, 9.0, 0.0)),), LEVEL_DETAIL, 0.02)
        )
    return Thing(
        Polygon(site.ring), "football_pitch", "football pitch on grass", 0.0, tuple(surfaces), (pitch_lines(site, 3.0),)
    )


def pitch_lines(site: Site, margin: float) -> Markings:
    """Outline, half-way line, circle and penalty areas of a football pitch."""
    length, width = site.length - 2 * margin, site.width - 2 * margin
    shapes = [
        outline_quads(rectangle(np.zeros(2), length, width, 0.0), 0.12),
        outline_quads(disc(np.zeros(2), width * 0.135, 28), 0.12),
        strips(np.array([(0.0, -width / 2), (0.0, width / 2)]), 0.12),
    ]
    for side in (-1.0, 1.0):
        for depth, breadth in ((0.157, 0.59), (0.052, 0.27)):
            centre = np.array([side * (length / 2 - length * depth / 2), 0.0])
            shapes.append(outline_quads(rectangle(centre, length * depth, width * breadth, 0.0), 0.12))
    quads = np.concatenate(shapes)
    return Markings(site.at(quads).reshape(-1, 4, 2), 0.12, strength=0.9)


def stadium(rng: np.random.Generator, site: Site) -> Thing:
    """A running track around a pitch, with a stand."""
    straight, radius = site.length - site.width + 4.0, site.width / 2 - 4.0
    spine = LineString(site.at([(-straight / 2, 0), (straight / 2, 0)]))
    outer, inner = spine.buffer(radius), spine.buffer(radius - 8.0)
    surfaces = [
        Surface("tartan", rings_of(outer), LEVEL_THING, float(rng.normal(0, 0.05))),
        Surface("pitch", rings_of(inner), LEVEL_DETAIL, float(rng.normal(0, 0.05))),
    ]
    lanes = [outline_quads(rings_of(spine.buffer(radius - 0.3 - 1.22 * k))[0], 0.08) for k in range(7)]
    pitch = Site(site.centre, straight - 4.0, 2 * radius - 22.0, site.direction)
    stand = Site(site.at([(0.0, site.width / 2 - 1.5)])[0], straight * 0.55, 5.5, site.direction)
    solid = flat_block([stand.ring], 6.0, "metal_white", "concrete_wall", windows="none")
    return Thing(
        Polygon(site.ring),
        "running_track",
        "running track around a pitch, with a stand",
        6.0,
        tuple(surfaces),
        (Markings(np.concatenate(lanes), 0.08, strength=0.8), pitch_lines(pitch, 1.0)),
        (solid,),
    )


def sports_court(rng: np.random.Generator, site: Site) -> Thing:
    """A tennis or basketball court on coloured ground."""
    tennis = site.length > 33.0
    colours = (
        ["court_green", "court_blue", "court_red", "clay"]
        if tennis
        else ["court_red", "court_blue", "court_green", "concrete"]
    )
    inner = str(rng.choice(colours))
    outer = str(rng.choice([inner, "court_green", "court_red", "asphalt"]))
    length, width = (23.8, 11.0) if tennis else (26.0, 14.0)
    surfaces = (
        Surface(outer, (site.ring,), LEVEL_THING, -0.08),
        Surface(
            inner, (site.at(rectangle(np.zeros(2), length, width, 0.0)),), LEVEL_DETAIL, float(rng.normal(0, 0.05))
        ),
    )
    lines = [outline_quads(rectangle(np.zeros(2), length, width, 0.0), 0.1)]
    if tennis:
        lines.append(outline_quads(rectangle(np.zeros(2), length, width - 2.7, 0.0), 0.1))
        lines.append(outline_quads(rectangle(np.zeros(2), 12.8, width - 2.7, 0.0), 0.1))
        lines.append(strips(np.array([(0.0, -width / 2 - 0.9), (0.0, width / 2 + 0.9)]), 0.2))
        lines.append(strips(np.array([(-6.4, 0.0), (6.4, 0.0)]), 0.1))
    else:
        lines.append(outline_quads(disc(np.zeros(2), 1.8, 20), 0.1))
        lines.append(strips(np.array([(0.0, -width / 2), (0.0, width / 2)]), 0.1))
        lines += [
            outline_quads(rectangle(np.array([s * (length / 2 - 2.9), 0.0]), 5.8, 4.9, 0.0), 0.1) for s in (-1.0, 1.0)
        ]
    marks = Markings(site.at(np.concatenate(lines)).reshape(-1, 4, 2), 0.1, strength=0.9)
    return Thing(
        Polygon(site.ring), "sports_court", "tennis court" if tennis else "basketball court", 0.0, surfaces, (marks,)
    )
