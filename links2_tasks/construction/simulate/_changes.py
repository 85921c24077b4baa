"""What was built or taken away between the day of the map and the day of the flights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon

from links2_tasks.construction.simulate._city import Change, City, Surface, Thing
from links2_tasks.construction.simulate._plot import LEVEL_PATH
from links2_tasks.construction.simulate._shapes import blob, polygons_of, rings_of

Points = NDArray[np.float64]

_CHANGEABLE = {
    "building": 3.0,
    "warehouse": 3.0,
    "store": 2.0,
    "sports_court": 3.0,
    "parking_lot": 2.0,
    "container_yard": 3.0,
    "market": 3.0,
    "greenhouse": 2.0,
    "playground": 2.0,
    "pool": 2.0,
    "storage_tanks": 2.0,
    "house": 0.25,
}
_REACHES_M = ((30.0, 62.0), (50.0, 90.0))
_PER_FLIGHT = 2


def with_changes(city: City, ground_tracks: Sequence[Points], n: int, rng: np.random.Generator) -> City:
    """The city with about `n` things marked as added or removed, most of them where the flights pass."""
    candidates = [
        k for k, thing in enumerate(city.things) if thing.class_name in _CHANGEABLE and thing.outline.area > 25
    ]
    chosen: list[int] = []
    for track in ground_tracks:
        line = LineString(track)
        wanted = min(len(chosen) + _PER_FLIGHT, n)
        # Best small enough and near enough to be seen as a whole.
        for near_m, widest_m in _REACHES_M:
            near = [k for k in candidates if _is_near(city.things[k], line, near_m, widest_m)]
            _pick(chosen, near, wanted - len(chosen), city, rng)
    _pick(chosen, candidates, n - len(chosen), city, rng)
    kinds: tuple[Change, Change] = ("added", "removed")
    changes = {k: kinds[number % 2] for number, k in enumerate(chosen)}
    return replace(city, things=tuple(replace(thing, change=changes.get(k)) for k, thing in enumerate(city.things)))


def _is_near(thing: Thing, line: LineString, near_m: float, widest_m: float) -> bool:
    west, south, east, north = thing.outline.bounds
    return thing.outline.distance(line) < near_m and bool(np.hypot(east - west, north - south) < widest_m)


def _pick(chosen: list[int], candidates: Sequence[int], n: int, city: City, rng: np.random.Generator) -> None:
    """Add up to `n` of the candidates, of rare classes first and not close to what is already chosen."""
    pool = [k for k in candidates if k not in chosen]
    while n > 0 and pool:
        taken = [city.things[k].class_name for k in chosen]
        weights = np.array(
            [
                _CHANGEABLE[city.things[k].class_name or ""] / (1 + taken.count(city.things[k].class_name)) ** 2
                for k in pool
            ]
        )
        k = pool.pop(int(rng.choice(len(pool), p=weights / weights.sum())))
        if all(city.things[k].outline.distance(city.things[other].outline) > 30 for other in chosen):
            chosen.append(k)
            n -= 1


def as_seen(city: City, missing: Change) -> City:
    """The city without the things whose change is `missing`; cleared ground lies where solids would stand."""
    gone = [thing for thing in city.things if thing.change == missing]
    scars = tuple(scar for thing in gone if thing.solids for scar in _scars(thing))
    return replace(
        city,
        surfaces=(*city.surfaces, *scars),
        things=tuple(thing for thing in city.things if thing.change != missing),
    )


def _scars(thing: Thing) -> list[Surface]:
    """Cleared or prepared ground: a ragged area with patches of other stuff in it."""
    rng = np.random.default_rng(list(thing.thing_id.encode()))
    ground, patches = _CLEARED.get(thing.class_name or "", ("soil", ("gravel", "sand", "dry_grass", "concrete")))
    ragged = thing.outline.simplify(0.5).segmentize(5.0)
    ring = np.asarray(ragged.exterior.coords)[:-1, :2]
    area = Polygon(ring + rng.normal(0, 0.9, ring.shape)).buffer(1.2)
    west, south, east, north = area.bounds
    scars = [Surface(ground, rings, LEVEL_PATH) for rings in map(rings_of, polygons_of(area))]
    for _ in range(3 + int(area.area / 90)):
        spot, size = rng.uniform((west, south), (east, north)), rng.uniform(3.0, 12.0, 2)
        patch = Polygon(blob(rng, spot, size[0], size[1], rng.uniform(0, 3))).buffer(0).intersection(area)
        tone = float(rng.normal(0, 0.1))
        scars += [Surface(str(rng.choice(patches)), rings_of(part), LEVEL_PATH, tone) for part in polygons_of(patch)]
    return scars


_CLEARED = {
    "house": ("dry_grass", ("soil", "grass", "gravel")),
    "playground": ("dry_grass", ("grass", "soil")),
    "container_yard": ("gravel", ("concrete", "soil", "asphalt")),
    "market": ("paving", ("concrete", "gravel")),
}
