"""satellite_retrieval: which of the labelled satellite images shows the flight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from shapely import unary_union

from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._lots import as_keys, by_lot
from links2_tasks.construction.writers._map_looks import MapLooks
from links2_tasks.construction.writers._window import Window, window_at

Points = NDArray[np.float64]

MOST_MAP_SHARE = 0.31
"""Largest share of the map's side that a tile may have: four must find room apart from one another."""
SLACK = 1.2
"""A tile is at most this many times as large as the ground that it must hold."""
LEAST_VALID_SHARE = 0.93
"""Tiles that hold less data would be told apart by their black corners."""
N_TILES = 4
N_CANDIDATES = 160
JITTER_SIDES = 0.25
"""Distractors lie where the truth's mirror images and quarter turns about the map's middle do, give or take this many
sides of a tile."""
ALIKE_SHARE = 0.6
"""Distractors come from this share of the candidates, those that look most like the truth."""
FEWEST_ALIKE = 60
_MOST_PARTS = 6
_TRIES = 18
_DRAWS = 150


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Tiles: one that holds the inner part of every footprint, and others of the same map that look like it."""
    west, south, east, north = clip.scene.map.georeference.bounds_m
    most_m = MOST_MAP_SHARE * min(east - west, north - south)
    looks = MapLooks.of(clip.scene.map)
    fewest = _fewest_parts(clip, most_m, rng)
    if fewest is None:
        yield Refusal("no part of the clip fits on a tile")
        return
    for i in range(_TRIES):
        # Shorter parts give smaller tiles, which find room where larger ones do not.
        span_s = _span_that_fits(clip, min(fewest + i // 3, _MOST_PARTS), most_m, rng)
        if span_s is None:
            continue
        truth = _tile_around(clip, span_s, most_m, rng)
        wrong = _distractors(clip, truth, looks, rng) if truth else None
        if truth is None or wrong is None:
            yield Refusal("no room for four tiles alike in looks and as far from the map's middle")
            continue
        yield Draft(
            text="Which satellite image shows the ground that the UAV flies over in the video?",
            choices=tuple(Choice(satellite=tile.image) for tile in (truth, *wrong)),
            satellite=(),
            span_s=span_s,
            label="Satellite image",
            balance=as_keys(_ranks((truth, *wrong), looks)),
        )


def _fewest_parts(clip: ClipView, most_m: float, rng: np.random.Generator) -> int | None:
    """Into how many parts a clip must be cut for the footprints of one to fit on a tile; None for more than six."""
    numbers = range(1, _MOST_PARTS + 1)
    return next((parts for parts in numbers if _span_that_fits(clip, parts, most_m, rng) is not None), None)


def _span_that_fits(clip: ClipView, parts: int, most_m: float, rng: np.random.Generator) -> tuple[float, float] | None:
    """One of so many equal parts of the clip whose footprints fit on a tile."""
    start_s, end_s = clip.span_s
    length_s = (end_s - start_s) / parts
    for part in rng.permutation(parts):
        first_s = round(start_s + int(part) * length_s, 1)
        span_s = (first_s, round(min(end_s, first_s + length_s), 1))
        west, south, east, north = _seen(clip, span_s)
        if max(east - west, north - south) <= 0.97 * most_m:
            return span_s
    return None


def _seen(clip: ClipView, span_s: tuple[float, float]) -> tuple[float, float, float, float]:
    timed = zip(clip.sample_times_s, clip.inner_footprints, strict=True)
    inside = [footprint for t, footprint in timed if span_s[0] <= t <= span_s[1]]
    west, south, east, north = unary_union(inside).bounds
    return west, south, east, north


def _tile_around(clip: ClipView, span_s: tuple[float, float], most_m: float, rng: np.random.Generator) -> Window | None:
    """A tile that holds the footprints anywhere in it."""
    west, south, east, north = _seen(clip, span_s)
    side_m = min(most_m, SLACK * max(east - west, north - south))
    slack = (side_m - np.array([east - west, north - south])) / 2
    for _ in range(20):
        middle = np.array([(west + east) / 2, (south + north) / 2]) + rng.uniform(-0.95, 0.95, 2) * slack
        tile = window_at(clip.scene, middle, side_m, LEAST_VALID_SHARE)
        if tile is not None:
            return tile
    return None


def _distractors(clip: ClipView, truth: Window, looks: MapLooks, rng: np.random.Generator) -> tuple[Window, ...] | None:
    """Three tiles that look like the truth, apart from it and from one another.

    Were they merely the most alike, the truth would be the most typical of the four. And flights keep away from a map's
    edges, so a tile near them would be struck out, and a flight right in the middle would have all others farther out.
    So all four lie about as far from the edges, the truth may be the most or the least central or between, and of many
    sets one is drawn by lot: how typical the truth looks and how central it lies tells nothing.
    """
    side_m = truth.width * clip.scene.map.georeference.gsd_m
    drawn = [
        window_at(clip.scene, _image_of(truth, side_m, rng), side_m, LEAST_VALID_SHARE) for _ in range(N_CANDIDATES)
    ]
    tiles = [tile for tile in drawn if tile is not None and not _overlap(tile, truth)]
    tiles.sort(key=lambda tile: looks.difference(tile.image.window_px, truth.image.window_px))
    alike = tiles[: max(FEWEST_ALIKE, round(ALIKE_SHARE * len(tiles)))]
    sets = list(_apart(alike, rng))
    nearer = {_ranks((truth, *wrong), looks)[1] for wrong in sets}
    if len(nearer) < N_TILES:
        return None
    return by_lot(sets, lambda wrong: _ranks((truth, *wrong), looks), rng)


def _image_of(tile: Window, side_m: float, rng: np.random.Generator) -> Points:
    """East, north (2,) near a mirror image or quarter turn of a tile's centre about the middle of its map.

    On a map that is no square, the turns are stretched to its sides.
    """
    west, south, east, north = tile.scene.map.georeference.bounds_m
    half = np.array([east - west, north - south]) / 2
    middle = np.array([west, south]) + half
    ((x, y),) = tile.metres(np.array([[tile.width / 2, tile.height / 2]]))
    shares = (np.array([x, y]) - middle) / half * rng.choice([-1.0, 1.0], 2)
    shares = shares[:: int(rng.choice([-1, 1]))]
    return np.asarray(middle + shares * half + rng.uniform(-JITTER_SIDES, JITTER_SIDES, 2) * side_m)


def _off_middle_m(tile: Window) -> float:
    """Distance of a tile's centre from the middle of its map."""
    reference = tile.scene.map.georeference
    x = tile.left + tile.width / 2 - reference.width_px / 2
    y = tile.top + tile.height / 2 - reference.height_px / 2
    return float(np.hypot(x, y)) * reference.gsd_m


def _apart(tiles: Sequence[Window], rng: np.random.Generator) -> Iterator[tuple[Window, ...]]:
    """Many random triples of tiles that do not overlap."""
    apart = np.array([[not _overlap(first, second) for second in tiles] for first in tiles])
    for _ in range(_DRAWS if len(tiles) >= 3 else 0):
        chosen: list[int] = []
        free = np.ones(len(tiles), bool)
        while len(chosen) < 3 and free.any():
            chosen.append(int(rng.choice(np.flatnonzero(free))))
            free &= apart[chosen[-1]]
        if len(chosen) == 3:
            yield tuple(tiles[i] for i in chosen)


def _ranks(tiles: Sequence[Window], looks: MapLooks) -> tuple[int, int]:
    """Ranks 0..3 of the first tile: by how little its colours differ from the others', and by nearness to the map's middle."""
    colours = np.array([looks.histogram(tile.image.window_px) for tile in tiles])
    differences = np.abs(colours[:, None] - colours[None]).sum(axis=(1, 2))
    distances = np.array([_off_middle_m(tile) for tile in tiles])
    return int((differences < differences[0]).sum()), int((distances < distances[0]).sum())


def _overlap(first: Window, second: Window) -> bool:
    return abs(first.left - second.left) < first.width and abs(first.top - second.top) < first.height


WRITER = Writer("satellite_retrieval", "2", write)
