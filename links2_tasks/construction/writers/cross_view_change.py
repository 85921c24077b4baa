"""cross_view_change: which marked spot differs between map and footage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from shapely import Point

from links2_tasks.construction.scene import Landmark, occluded
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._lots import as_keys, by_lot, ranks_of_first
from links2_tasks.construction.writers._places import spread_out
from links2_tasks.construction.writers._window import Window, window_side_m, window_with

Points = NDArray[np.float64]

WINDOW_REACHES = 2.2
GAP_REACHES = 0.15
LEAST_FRAMES_IN_VIEW = 4
"""Of the footprints sampled every 0.2 s: a spot is in the inner part of the image for at least that long."""
CLEARANCE_M = 6.0
CHANGE_CLEARANCE_M = 25.0
"""Unchanged spots keep this far from every change, so that a spot placed a little wrong is not right by accident."""
_TRIES = 5
_POOL = 7
"""Unchanged spots of each kind, with and without an object, that a window is searched for."""
_DRAWS = 80


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Spots: two on which the map shows an object, two on which it shows none; one of the four has changed."""
    changed = [one for one in clip.scene.landmarks if one.change is not None]
    if not changed:
        yield Refusal("no change between map and footage is annotated")
        return
    in_view = [one for one in changed if _in_view(clip, one.centre)]
    if not in_view:
        yield Refusal("no annotated change comes into view")
        return
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for truth in in_view:
        for _ in range(_TRIES):
            window = window_with(clip.scene, truth.centre, side_m, rng)
            spots = _spots(clip, window, truth, rng) if window else None
            if window is None or spots is None:
                yield Refusal("too few unchanged spots in view")
                continue
            yield _draft(clip, window, spots, truth)
            break


def _in_view(clip: ClipView, point: Points) -> bool:
    spot = Point(point)
    if not clip.clearly_seen_ground.covers(spot):
        return False
    target = next((one for one in clip.landmarks_within(point, 0.0) if one.in_footage), point)
    timed = zip(clip.sample_times_s, clip.inner_footprints, strict=True)
    seen = (t_s for t_s, inner in timed if inner.covers(spot) and not occluded(clip.scene, target, float(t_s)))
    return len(list(islice(seen, LEAST_FRAMES_IN_VIEW))) == LEAST_FRAMES_IN_VIEW


def _spots(clip: ClipView, window: Window, truth: Landmark, rng: np.random.Generator) -> Points | None:
    """The changed spot and three unchanged ones (4, 2), two of the four with an object on the map.

    Which of many sets is taken is drawn by lot: unchanged spots are in view as well and so lie around the changed one.
    """
    gap_m = GAP_REACHES * clip.reach_m
    pools = [
        list(islice((p for p in spots if spread_out(np.array([truth.centre, p]), gap_m) and _in_view(clip, p)), _POOL))
        for spots in (_objects(clip, window, truth, rng), _empty_spots(clip, window, rng))
    ]
    wanted = [2, 2]
    wanted[0 if truth.on_map else 1] -= 1
    if any(len(pool) < number for pool, number in zip(pools, wanted, strict=True)):
        return None
    sets = (
        np.array(
            [truth.centre]
            + [
                pool[int(i)]
                for pool, n in zip(pools, wanted, strict=True)
                for i in rng.choice(len(pool), n, replace=False)
            ]
        )
        for _ in range(_DRAWS)
    )
    fit = (points for points in sets if spread_out(points, gap_m))
    return by_lot(fit, lambda points: ranks_of_first(window, points), rng)


def _objects(clip: ClipView, window: Window, truth: Landmark, rng: np.random.Generator) -> Iterator[Points]:
    """Middles of unchanged landmarks, those of the changed one's class first."""
    members = [clip.steady_landmarks[int(i)] for i in rng.permutation(len(clip.steady_landmarks))]
    members.sort(key=lambda one: one.class_name != truth.class_name)
    return (one.centre for one in members if window.holds(one.centre[None]) and _far_from_changes(clip, one.centre))


def _empty_spots(clip: ClipView, window: Window, rng: np.random.Generator) -> Iterator[Points]:
    """Points that are clear of every landmark, changed or not."""
    points = (window.random_point(rng) for _ in range(150))
    return (
        point for point in points if not clip.landmarks_within(point, CLEARANCE_M) and _far_from_changes(clip, point)
    )


def _far_from_changes(clip: ClipView, point: Points) -> bool:
    return all(other.change is None for other in clip.landmarks_within(point, CHANGE_CLEARANCE_M))


def _draft(clip: ClipView, window: Window, spots: Points, truth: Landmark) -> Draft:
    return Draft(
        text=(
            "All four marked spots of the satellite image come into view in the video. At which of them has something "
            "been built or removed between the satellite image and the video? Ignore vehicles, shadows and season."
        ),
        choices=tuple(Choice(kind="point", xy_px=(xy,)) for xy in window.pixels(spots)),
        satellite=(window.image,),
        span_s=clip.span_s,
        label="Mark",
        balance=(str(truth.change), *as_keys(ranks_of_first(window, spots))),
    )


WRITER = Writer("cross_view_change", "2", write)
