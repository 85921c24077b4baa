"""What is painted on streets and what wear has left on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, MultiPoint, Point, unary_union

from links2_tasks.construction.simulate._city import Markings, Road, Roundabout
from links2_tasks.construction.simulate._shapes import dashes, lines_of, points_along, rectangle, strips

Points = NDArray[np.float64]


def lane_markings(
    roads: tuple[Road, ...], junctions: Points, roundabouts: tuple[Roundabout, ...]
) -> tuple[Markings, ...]:
    near = unary_union([MultiPoint(junctions).buffer(13.0), *[Point(r.xy).buffer(r.outer_m + 4) for r in roundabouts]])
    markings = []
    for road in roads:
        free = [part for part in lines_of(road.centre.difference(near)) if part.length > 12]
        for part in free:
            markings.extend(_lane_lines(road, part))
            if road.kind == "arterial":
                markings.extend(_crossings_at_ends(road, part))
    for ring in roundabouts:
        circle = Point(ring.xy).buffer((ring.island_m + ring.outer_m) / 2).exterior
        markings.append(Markings(dashes(LineString(circle.coords), 0.14, 2.0, 3.0), 0.14))
    return tuple(item for item in markings if len(item.quads))


def worn_asphalt(roads: tuple[Road, ...], rng: np.random.Generator) -> list[Markings]:
    """Wheel tracks, sealed cracks and dark repaired spots in the asphalt."""
    tracks: list[Points] = []
    cracks: list[Points] = []
    patches: list[Points] = []
    for road in roads:
        n_lanes = 4 if road.kind == "arterial" else 2
        lane = (road.width_m - road.median_m - 1.0) / n_lanes
        for number in range(n_lanes):
            middle = (number + 0.5 - n_lanes / 2) * lane
            middle += np.sign(middle) * road.median_m / 2
            tracks.extend(_solid(road.centre, middle + side, 0.55) for side in (-0.8, 0.8))
        for _ in range(int(road.centre.length / 13)):
            spot, ahead = points_along(road.centre, rng.uniform(0, road.centre.length) + np.array([0.0, 1.0]))
            direction = float(np.arctan2(*(ahead - spot)[::-1]))
            spot = spot + np.array([-np.sin(direction), np.cos(direction)]) * rng.uniform(-0.45, 0.45) * road.width_m
            if rng.random() < 0.35:
                patches.append(rectangle(spot, rng.uniform(1.5, 9), rng.uniform(0.8, 3.0), direction))
            else:
                turns = direction + rng.choice([0.0, np.pi / 2]) + np.cumsum(rng.normal(0, 0.35, 7))
                walk = spot + np.cumsum(
                    np.column_stack([np.cos(turns), np.sin(turns)]) * rng.uniform(0.4, 1.5, (7, 1)), axis=0
                )
                cracks.append(strips(walk, 0.14))
    return [
        Markings(np.concatenate(tracks), 0.55, "tar", 0.13),
        Markings(np.array(patches).reshape(-1, 4, 2), 2.0, "tar", 0.24),
        Markings(np.concatenate(cracks) if cracks else np.zeros((0, 4, 2)), 0.14, "tar", 0.7),
    ]


def _lane_lines(road: Road, part: LineString) -> list[Markings]:
    if road.kind == "local":
        return [Markings(dashes(part, 0.13, 3.0, 6.0), 0.13, strength=0.6)]
    lane = (road.width_m - road.median_m - 1.2) / 4
    lines = []
    for side in (-1.0, 1.0):
        inner = side * (road.median_m / 2 + 0.35)
        lines.append(Markings(_solid(part, inner, 0.15), 0.15, "white" if road.median_m else "yellow"))
        lines.append(Markings(dashes(_beside(part, inner + side * lane), 0.14, 3.0, 5.0), 0.14))
        lines.append(Markings(_solid(part, side * (road.width_m / 2 - 0.5), 0.15), 0.15, strength=0.7))
    return lines


def _beside(part: LineString, offset: float) -> LineString:
    moved = part.offset_curve(offset)
    return moved if isinstance(moved, LineString) else lines_of(moved)[0]


def _solid(part: LineString, offset: float, width_m: float) -> Points:
    return strips(np.asarray(_beside(part, offset).coords), width_m)


def _crossings_at_ends(road: Road, part: LineString) -> list[Markings]:
    """Zebra stripes and a stop line where an arterial comes to a junction."""
    items = []
    for at, inward in ((0.0, 1.0), (part.length, -1.0)):
        spot, ahead = points_along(part, np.array([at + inward * 1.6, at + inward * 3.6]))
        direction = float(np.arctan2(*(ahead - spot)[::-1]))
        side = np.array([-np.sin(direction), np.cos(direction)])
        offsets = np.arange(-road.width_m / 2 + 0.8, road.width_m / 2 - 0.4, 1.1)
        stripes = np.array([rectangle(spot + side * offset, 3.2, 0.5, direction) for offset in offsets])
        items.append(Markings(stripes, 0.5, strength=0.8))
        half = road.width_m / 2 - 0.6
        stop = points_along(part, np.array([at + inward * 4.4]))[0] + side * inward * -half / 2
        items.append(Markings(rectangle(stop, 0.45, half, direction)[None], 0.45))
    return items
