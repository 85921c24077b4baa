"""uav_localization: which mark is the ground point at the image centre at time t."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import occluded
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._lots import as_keys, by_lot, ranks_of_first
from links2_tasks.construction.writers._places import spread_out
from links2_tasks.construction.writers._window import Window, window_side_m, window_with
from links2_tasks.schema import AnswerValue

Points = NDArray[np.float64]

WINDOW_REACHES = 2.2
GAP_SLACK = 1.05
_TRIES = 8
EVERY = 7
"""Of the scene's sample times, 0.2 s apart, as places of the flight that marks may take."""
STRAIGHT = 0.06
"""A flight whose places spread at most this share as far across as along keeps to a line, as one above a road does."""
_DRAWS = 160
_ENOUGH = 48


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Marks: the truth, and points of the same window that lie outside the footprint.

    All four are at least a footprint's radius apart and lie anywhere in the window; which layout is taken is drawn by
    lot, so that none of the marks stands out.
    """
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for t_s in rng.choice(clip.query_times_s, min(_TRIES, len(clip.query_times_s)), replace=False):
        truth = clip.scene.ground_at(float(t_s))
        if occluded(clip.scene, truth, float(t_s)):
            yield Refusal("a roof hides the ground point at the image centre")
            continue
        corners = np.array(clip.scene.footprint(float(t_s)).exterior.coords)
        gap_m = GAP_SLACK * float(np.linalg.norm(corners - truth, axis=1).max())
        layouts = _layouts(clip, truth, side_m, gap_m, rng)
        layout = by_lot(layouts, lambda one: ranks_of_first(one.window, one.points), rng)
        if layout is None:
            yield Refusal("no room for four marks that are a footprint apart")
            continue
        yield _draft(clip, layout, float(t_s))


@dataclass(frozen=True)
class _Layout:
    """A window with the truth and three other points (4, 2) in it."""

    window: Window
    points: Points


def _layouts(clip: ClipView, truth: Points, side_m: float, gap_m: float, rng: np.random.Generator) -> Iterator[_Layout]:
    found = 0
    track = clip.scene.ground_track(clip.scene.sample_times_s[::EVERY])
    along = _elsewhere_on_the_flight(track, truth, gap_m)
    only_along = len(_apart(track, track[0], gap_m)) > 3 and _keeps_to_a_line(track)
    for _ in range(_DRAWS):
        window = window_with(clip.scene, truth, side_m, rng)
        if window is None:
            return
        others = [point for point in along if window.holds(point[None])]
        # A UAV that follows a road is looked for on the road: then all four marks are places of its flight.
        if len(others) >= 3:
            drawn = [others[int(i)] for i in rng.choice(len(others), 3, replace=False)]
        elif only_along:
            continue
        else:
            drawn = [window.random_point(rng) for _ in range(3)]
        points = np.array([truth, *drawn])
        if spread_out(points, gap_m):
            yield _Layout(window, points)
            found += 1
        if found == _ENOUGH:
            return


def _keeps_to_a_line(track: Points) -> bool:
    """Whether the places of a flight (N, 2) lie in a row, so that a mark there would stand out among marks elsewhere."""
    along_m, across_m = np.linalg.svd(track - track.mean(axis=0), compute_uv=False)
    return bool(across_m <= STRAIGHT * along_m)


def _elsewhere_on_the_flight(track: Points, truth: Points, gap_m: float) -> list[Points]:
    """Of the places of the whole flight (N, 2) those apart from the truth; none where the flight is short.

    It is long enough when three of them keep the gap from the truth and from one another.
    """
    if len(_apart(track, truth, gap_m)) <= 3:
        return []
    return [point for point in track if np.linalg.norm(point - truth) >= gap_m]


def _apart(track: Points, first: Points, gap_m: float) -> list[Points]:
    """A place (2,), and as many places of the flight as come after one another with the gap between all of them."""
    apart = [first]
    for point in track:
        if np.linalg.norm(np.array(apart) - point, axis=1).min() >= gap_m:
            apart.append(point)
    return apart


def _draft(clip: ClipView, layout: _Layout, t_s: float) -> Draft:
    pixels = layout.window.pixels(layout.points)
    return Draft(
        text=f"At {t_s:.1f} s, which mark on the satellite image is the ground point at the centre of the video image?",
        choices=tuple(Choice(kind="point", xy_px=(xy,)) for xy in pixels),
        satellite=(layout.window.image,),
        span_s=clip.span_s,
        query_time_s=t_s,
        label="Mark",
        value=AnswerValue(kind="point", number=pixels[0], unit="px"),
        balance=as_keys(ranks_of_first(layout.window, layout.points)),
    )


WRITER = Writer("uav_localization", "3", write)
