"""Land use: which block is used for what, and the whole city put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point, Polygon, unary_union

from links2_tasks.construction.simulate._city import Bays, City, Road, Thing, Trees, Zone
from links2_tasks.construction.simulate._housing import fill_apartments, fill_residential
from links2_tasks.construction.simulate._open_land import fill_farmland, fill_park, fill_vacant
from links2_tasks.construction.simulate._plot import Plot, grown
from links2_tasks.construction.simulate._roads import Network, build_network
from links2_tasks.construction.simulate._shapes import axis_of, directions_along, points_along, polygons_of
from links2_tasks.construction.simulate._spec import RegionSpec, RegionStyle
from links2_tasks.construction.simulate._sports import fill_sports
from links2_tasks.construction.simulate._works import fill_commercial, fill_industrial

Points = NDArray[np.float64]

_FILLERS: dict[str, Callable[[Plot, RegionStyle], None]] = {
    "residential": fill_residential,
    "apartments": fill_apartments,
    "commercial": fill_commercial,
    "industrial": fill_industrial,
    "park": fill_park,
    "sports": fill_sports,
    "farmland": fill_farmland,
    "vacant": fill_vacant,
}


def build_city(spec: RegionSpec) -> City:
    """The city of a region as it stands before anything is changed between map and flight."""
    rng = np.random.default_rng([spec.seed, 1])
    network = build_network(spec, rng)
    uses = _assign_uses(network.blocks, spec, rng)
    plots = []
    for number, (block, use) in enumerate(zip(network.blocks, uses, strict=True)):
        plot = Plot(block, np.random.default_rng([spec.seed, 2, number]))
        _FILLERS[use](plot, spec.style)
        plots.append(plot)
    things = [thing for plot in plots for thing in plot.things] + _roundabout_things(network)
    zones = [Zone(use, block) for block, use in zip(network.blocks, uses, strict=True)]
    if network.river is not None:
        inside = network.river.intersection(shapely.box(0, 0, spec.size_m, spec.size_m))
        zones += [Zone("water", part) for part in polygons_of(inside)]
    return City(
        spec.size_m,
        (*network.surfaces, *(item for plot in plots for item in plot.surfaces)),
        (*network.markings, *(item for plot in plots for item in plot.markings)),
        tuple(replace(thing, thing_id=f"{thing.class_name or 'part'}_{n:04d}") for n, thing in enumerate(things)),
        _clear_of_things(
            Trees.joined([*(item for plot in plots for item in plot.trees), *_street_trees(network, spec, rng)]), things
        ),
        (*(item for plot in plots for item in plot.bays), *_kerb_bays(network, rng)),
        network.roads,
        network.roundabouts,
        tuple(zones),
    )


def _assign_uses(blocks: tuple[Polygon, ...], spec: RegionSpec, rng: np.random.Generator) -> list[str]:
    """Each block takes the use that its place speaks for and of which there is still too little.

    Commerce seeks the centre, fields the rim, industry one side; the rest is spread, so that no use is all in one place.
    """
    shares = {name: float(getattr(spec.style.shares, name)) for name in _FILLERS}
    wanted = {name: share / max(sum(shares.values()), 1e-9) for name, share in shares.items()}
    total = sum(block.area for block in blocks)
    given = dict.fromkeys(wanted, 0.0)
    heart = rng.uniform(0.38, 0.62, 2) * spec.size_m
    side = rng.uniform(0, 2 * np.pi)
    uses = [""] * len(blocks)
    for number in rng.permutation(len(blocks)):
        block = blocks[number]
        offset = (np.array([block.centroid.x, block.centroid.y]) - heart) / (spec.size_m / 2)
        place = {
            "commercial": -1.1 * float(np.hypot(*offset)) + 0.5,
            "farmland": 1.6 * float(np.max(np.abs(offset))) - 1.5,
            "industrial": 0.8 * float(offset @ (np.cos(side), np.sin(side))),
            "sports": 0.5 if min(axis_of(block)[1:3]) > 75 else -0.9,
            "park": 0.2 if block.area > 5000 else -0.2,
        }
        scores = {
            name: 2.2 * (wanted[name] - given[name] / total) / max(wanted[name], 0.03)
            + place.get(name, 0.0)
            + rng.normal(0, 0.35)
            for name in wanted
            if wanted[name] > 0
        }
        best = max(sorted(scores), key=lambda name: scores[name])
        uses[number] = best
        given[best] += block.area
    return uses


def _roundabout_things(network: Network) -> list[Thing]:
    return [
        Thing(Point(ring.xy).buffer(ring.outer_m), "roundabout", "roundabout with a round green island")
        for ring in network.roundabouts
    ]


def _clear_of_things(trees: Trees, things: list[Thing]) -> Trees:
    """Trees do not stand in buildings, on courts or in ponds, whichever came first."""
    taken = unary_union(
        [thing.outline for thing in things if thing.solids or thing.class_name in ("pond", "pool", "sports_court")]
    )
    shapely.prepare(taken)
    return trees.where(~shapely.contains_xy(taken.buffer(0.8), trees.xy[:, 0], trees.xy[:, 1]))


def _street_trees(network: Network, spec: RegionSpec, rng: np.random.Generator) -> list[Trees]:
    carriageway = unary_union([road.centre.buffer(road.width_m / 2 + 0.8) for road in network.roads])
    rows: list[Trees] = []
    for road in network.roads:
        offset = road.width_m / 2 + 1.6
        sides = [side for side in (-1.0, 1.0) if rng.random() < 0.55]
        rows.extend(_row(road, side * offset, float(rng.uniform(9, 15)), rng) for side in sides)
        if road.median_m:
            median = _row(road, 0.0, 9.0, rng)
            near = shapely.MultiPoint(network.junctions).buffer(20.0)
            rows.append(median.where(~shapely.contains_xy(near, median.xy[:, 0], median.xy[:, 1])))
    trees = Trees.joined(rows)
    on_road = shapely.contains_xy(carriageway, trees.xy[:, 0], trees.xy[:, 1])
    medians = unary_union([road.centre.buffer(0.5) for road in network.roads if road.median_m])
    return [trees.where(~on_road | shapely.contains_xy(medians, trees.xy[:, 0], trees.xy[:, 1]))]


def _row(road: Road, offset_m: float, step_m: float, rng: np.random.Generator) -> Trees:
    at = np.arange(step_m / 2, road.centre.length, step_m) + rng.uniform(-1, 1)
    at = at[rng.random(len(at)) < 0.85]
    direction = directions_along(road.centre, at)
    xy = points_along(road.centre, at) + offset_m * np.column_stack([-np.sin(direction), np.cos(direction)])
    kind = float(rng.uniform(0, 0.8))
    return grown(rng, xy, (1.4, 3.0), (kind, kind + 0.15))


def _kerb_bays(network: Network, rng: np.random.Generator) -> list[Bays]:
    """Cars parked along the kerbs of local streets."""
    bays = []
    near = shapely.MultiPoint(network.junctions).buffer(14.0)
    for road in network.roads:
        if road.kind == "arterial" or rng.random() < 0.3:
            continue
        at = np.arange(8.0, road.centre.length - 6.0, 6.4)
        direction = directions_along(road.centre, at)
        normal = np.column_stack([-np.sin(direction), np.cos(direction)])
        xy = points_along(road.centre, at) + normal * float(rng.choice([-1, 1])) * (road.width_m / 2 - 1.1)
        clear = ~shapely.contains_xy(near, xy[:, 0], xy[:, 1])
        bays.append(Bays(xy[clear], direction[clear], float(rng.uniform(0.15, 0.5))))
    return bays
