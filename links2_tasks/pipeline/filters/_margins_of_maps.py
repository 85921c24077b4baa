"""Margins between options that are drawn or cut from maps: paths and tiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from links2_tasks.media import Box
from links2_tasks.pipeline.filters._boxes import common_share
from links2_tasks.pipeline.filters._filter import Fault
from links2_tasks.pipeline.filters._options import option_marks, option_tiles
from links2_tasks.pipeline.filters._settings import FilterSettings
from links2_tasks.schema import LETTERS, Mark, Point, Question, SatelliteImage

_STEPS = 0.25
"""Paths are compared at places a quarter of a piece apart, so that few long pieces are compared as well as many."""
_MOST_POINTS = 250


def close_paths(question: Question, settings: FilterSettings) -> Iterator[Fault]:
    """Directed paths that almost coincide, by their Fréchet distance: a leash for two who walk them forward."""
    marks = option_marks(question)
    if marks is None or any(mark.kind != "path" for mark in marks) or len({mark.image for mark in marks}) > 1:
        return
    side_px = _side_px(question.satellite[marks[0].image], marks)
    for (i, first), (j, second) in combinations(enumerate(marks), 2):
        share = path_gap_px(first, second) / side_px
        if share < settings.least_path_gap_share:
            words = f"paths {LETTERS[i]} and {LETTERS[j]}: Fréchet distance of {100 * share:.1f} % of the map's side"
            yield Fault("two paths are almost the same", words)


def path_gap_px(first: Mark, second: Mark) -> float:
    """Fréchet distance of two paths in pixels of the map."""
    from shapely import LineString, frechet_distance

    one, other = (LineString(_thinned(mark.xy_px)) for mark in (first, second))
    return float(frechet_distance(one, other, densify=_STEPS))


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    """The path, or so many of its points as are compared in no time: what it costs grows with their square."""
    if len(points) <= _MOST_POINTS:
        return points
    return [points[int(i)] for i in np.linspace(0, len(points) - 1, _MOST_POINTS)]


def _side_px(image: SatelliteImage, marks: tuple[Mark, ...]) -> float:
    """Longer side of the map; where it is shown whole, and its size is not in the record, of what the paths take up."""
    if image.window_px is not None:
        return float(max(image.window_px[2:]))
    return float(np.ptp(np.array([point for mark in marks for point in mark.xy_px]), axis=0).max()) or 1.0


def overlapping_tiles(question: Question, settings: FilterSettings) -> Iterator[Fault]:
    """Offered tiles that show the same ground."""
    tiles = option_tiles(question)
    if tiles is None or len({id(tile) for tile in tiles}) < len(tiles):
        return
    for (i, first), (j, second) in combinations(enumerate(tiles), 2):
        share = _common_share(first, second)
        if share > settings.most_tile_overlap_share:
            words = f"tiles {LETTERS[i]} and {LETTERS[j]} share {100 * share:.1f} % of the smaller"
            yield Fault("two tiles show the same ground", words)


def _common_share(first: SatelliteImage, second: SatelliteImage) -> float:
    if first.path != second.path:
        return 0.0
    if first.window_px is None or second.window_px is None:
        # One of them is the whole file, so it holds all of the other.
        return 1.0
    return common_share(_box(first.window_px), _box(second.window_px))


def _box(window_px: tuple[int, int, int, int]) -> Box:
    left, top, width, height = window_px
    return Box(left, top, left + width, top + height)
