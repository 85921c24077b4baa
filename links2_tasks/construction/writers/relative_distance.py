"""relative_distance: which marked place is nearest to the ground point at the image centre at time t."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._places import spread_out
from links2_tasks.construction.writers._window import Window, window_side_m, window_with
from links2_tasks.schema import AnswerValue

Points = NDArray[np.float64]

WINDOW_REACHES = 2.2
GAP_REACHES = 0.2
LEAST_RATIO = 1.25
LEAST_REACHES = 0.15
"""The nearest place is at least this far away: a mark on the image centre would be uav_localization again."""
_TRIES = 14


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Marks: four places of one window; which is nearest depends on where the UAV is, anywhere in the window."""
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    landmarks = [one.centre for one in clip.known_places]
    for t_s in rng.choice(clip.query_times_s, min(_TRIES, len(clip.query_times_s)), replace=False):
        here = clip.scene.ground_at(float(t_s))
        window = window_with(clip.scene, here, side_m, rng)
        if window is None:
            yield Refusal("no map window around the place")
            continue
        points = _four_places(window, landmarks, GAP_REACHES * clip.reach_m, rng)
        if points is None:
            yield Refusal("no room for four places")
            continue
        distances = np.linalg.norm(points - here, axis=1)
        order = np.argsort(distances)
        nearest, next_nearest = (float(d) for d in distances[order[:2]])
        if next_nearest < LEAST_RATIO * nearest:
            yield Refusal("two places are almost equally near")
            continue
        if nearest < LEAST_REACHES * clip.reach_m:
            yield Refusal("a place lies at the image centre")
            continue
        yield _draft(clip, window, points[order], nearest, float(t_s))


def _four_places(window: Window, landmarks: list[Points], gap_m: float, rng: np.random.Generator) -> Points | None:
    """Places (4, 2): landmarks in random order, then random points where landmarks are too few."""
    inside = [point for point in landmarks if window.holds(point[None])]
    pool = [inside[int(i)] for i in rng.permutation(len(inside))][:12] + [window.random_point(rng) for _ in range(60)]
    chosen: list[Points] = []
    for point in pool:
        if spread_out(np.array([*chosen, point]), gap_m):
            chosen.append(point)
        if len(chosen) == 4:
            return np.array(chosen)
    return None


def _draft(clip: ClipView, window: Window, points: Points, nearest_m: float, t_s: float) -> Draft:
    rank = int(np.argsort(np.argsort([window.centrality(p) for p in points]))[0])
    return Draft(
        text=(
            f"Take the ground point at the centre of the video image at {t_s:.1f} s. "
            "Which place marked on the satellite image is nearest to it on the ground?"
        ),
        choices=tuple(Choice(kind="point", xy_px=(xy,)) for xy in window.pixels(points)),
        satellite=(window.image,),
        span_s=clip.span_s,
        query_time_s=t_s,
        label="Mark",
        value=AnswerValue(kind="metres", number=(round(nearest_m, 1),), unit="m"),
        balance=f"centrality {rank}",
    )


WRITER = Writer("relative_distance", "1", write)
