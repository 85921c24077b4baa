"""uav_localization: which mark is the ground point at the image centre at time t."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from shapely import Point

from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._places import spread_out
from links2_tasks.construction.writers._window import Window, window_side_m, window_with
from links2_tasks.schema import AnswerValue

Points = NDArray[np.float64]

WINDOW_REACHES = 2.2
GAP_REACHES = 0.25
_TRIES = 8


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Marks: the truth, and points of the same window that lie outside the footprint."""
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for t_s in rng.choice(clip.query_times_s, min(_TRIES, len(clip.query_times_s)), replace=False):
        truth = clip.scene.ground_at(float(t_s))
        window = window_with(clip.scene, truth, side_m, rng)
        if window is None:
            yield Refusal("no map window around the place")
            continue
        points = _with_distractors(clip, window, truth, float(t_s), rng)
        if points is None:
            yield Refusal("no room for marks outside the footprint")
            continue
        yield _draft(clip, window, points, float(t_s))


def _with_distractors(
    clip: ClipView, window: Window, truth: Points, t_s: float, rng: np.random.Generator
) -> Points | None:
    """Truth and three points (4, 2): outside the footprint and apart from one another."""
    footprint = clip.scene.footprint(t_s)
    points = [truth]
    for _ in range(200):
        point = window.random_point(rng)
        if footprint.covers(Point(point)) or not spread_out(np.array([*points, point]), GAP_REACHES * clip.reach_m):
            continue
        points.append(point)
        if len(points) == 4:
            return np.array(points)
    return None


def _draft(clip: ClipView, window: Window, points: Points, t_s: float) -> Draft:
    pixels = window.pixels(points)
    rank = int(np.argsort(np.argsort([window.centrality(p) for p in points]))[0])
    return Draft(
        text=f"At {t_s:.1f} s, which mark on the satellite image is the ground point at the centre of the video image?",
        choices=tuple(Choice(kind="point", xy_px=(xy,)) for xy in pixels),
        satellite=(window.image,),
        span_s=clip.span_s,
        query_time_s=t_s,
        label="Mark",
        value=AnswerValue(kind="point", number=pixels[0], unit="px"),
        balance=f"centrality {rank}",
    )


WRITER = Writer("uav_localization", "1", write)
