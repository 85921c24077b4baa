"""satellite_retrieval: which of the labelled satellite images shows the flight."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from shapely import box, unary_union

from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._map_looks import MapLooks
from links2_tasks.construction.writers._window import Window, random_window, window_at

Points = NDArray[np.float64]

MOST_MAP_SHARE = 0.31
"""Largest share of the map's side that a tile may have: four must find room apart from one another."""
SLACK = 1.2
"""A tile is at most this many times as large as the ground that it must hold."""
LEAST_VALID_SHARE = 0.93
"""Tiles that hold less data would be told apart by their black corners."""
N_CANDIDATES = 120
_TRIES = 8


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Tiles: one that holds the inner part of every footprint, and those of the same map that look most alike."""
    west, south, east, north = clip.scene.map.georeference.bounds_m
    most_m = MOST_MAP_SHARE * min(east - west, north - south)
    looks = MapLooks.of(clip.scene.map)
    for _ in range(_TRIES):
        span_s = _span_that_fits(clip, most_m, rng)
        if span_s is None:
            yield Refusal("no part of the clip fits on a tile")
            return
        truth = _tile_around(clip, span_s, most_m, rng)
        wrong = _distractors(clip, truth, looks, rng) if truth else []
        if truth is None or len(wrong) < 3:
            yield Refusal("no room for four tiles on the map")
            continue
        yield Draft(
            text="Which satellite image shows the ground that the UAV flies over in the video?",
            choices=tuple(Choice(satellite=tile.image) for tile in (truth, *wrong)),
            satellite=(),
            span_s=span_s,
            label="Satellite image",
        )


def _span_that_fits(clip: ClipView, most_m: float, rng: np.random.Generator) -> tuple[float, float] | None:
    """The longest of the clip, its halves, thirds ... sixths whose footprints fit on a tile."""
    start_s, end_s = clip.span_s
    for parts in range(1, 7):
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


def _distractors(clip: ClipView, truth: Window, looks: MapLooks, rng: np.random.Generator) -> list[Window]:
    """Three tiles apart from the truth and from one another, the most alike first."""
    side_m = truth.width * clip.scene.map.georeference.gsd_m
    candidates = [
        tile for _ in range(N_CANDIDATES) if (tile := random_window(clip.scene, side_m, rng, LEAST_VALID_SHARE))
    ]
    candidates = [tile for tile in candidates if not _overlap(tile, truth)]
    candidates.sort(key=lambda tile: looks.difference(tile.image.window_px, truth.image.window_px))
    best: list[Window] = []
    for first in range(len(candidates)):
        chosen: list[Window] = []
        for tile in candidates[first:]:
            if not any(_overlap(tile, other) for other in chosen):
                chosen.append(tile)
            if len(chosen) == 3:
                return chosen
        best = max(best, chosen, key=len)
    return best


def _overlap(first: Window, second: Window) -> bool:
    boxes = [box(w.left, w.top, w.left + w.width, w.top + w.height) for w in (first, second)]
    return bool(boxes[0].intersection(boxes[1]).area > 0)


WRITER = Writer("satellite_retrieval", "1", write)
