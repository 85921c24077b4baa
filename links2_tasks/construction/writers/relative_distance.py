"""relative_distance: which marked place is nearest to the ground point at the image centre at time t."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import occluded
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._lots import as_keys, ranks_of_first
from links2_tasks.construction.writers._places import spread_out
from links2_tasks.construction.writers._window import MARGIN_SHARE, Window, window_side_m, window_with
from links2_tasks.schema import AnswerValue

Points = NDArray[np.float64]

WINDOW_REACHES = 2.2
GAP_REACHES = 0.2
LEAST_RATIO = 1.25
LEAST_REACHES = 0.15
"""The nearest place is at least this far away: a mark on the image centre would be uav_localization again."""
_TRIES = 32


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Marks: four places of one window; which is nearest depends on where the UAV is, anywhere in the window."""
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    landmarks = [one.centre for one in clip.known_places]
    for t_s in rng.choice(clip.query_times_s, _TRIES):
        here = clip.scene.ground_at(float(t_s))
        if occluded(clip.scene, here, float(t_s)):
            yield Refusal("a roof hides the ground point at the image centre")
            continue
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
        if rng.uniform() > _keep_chance(window, points[order], LEAST_REACHES * clip.reach_m):
            yield Refusal("where the marks lie would favour the right one")
            continue
        yield _draft(clip, window, points[order], nearest, float(t_s))


def _keep_chance(window: Window, points: Points, least_m: float) -> float:
    """Chance 0..1 to keep a question whose first place (of four, (4, 2)) is right.

    The UAV may be anywhere in the window, so of a mark with a large cell around it one would guess that it is the
    nearest. Questions are kept in inverse proportion to the cell of the right mark: all four are then equally likely.
    """
    shares = np.stack(np.meshgrid(*[np.linspace(MARGIN_SHARE, 1 - MARGIN_SHARE, 30)] * 2), axis=-1).reshape(-1, 2)
    places = window.metres(shares * (window.width, window.height))
    distances = np.linalg.norm(places[:, None] - points[None], axis=2)
    nearest, next_nearest = np.sort(distances, axis=1)[:, :2].T
    asked = (next_nearest >= LEAST_RATIO * nearest) & (nearest >= least_m)
    cells = np.bincount(distances.argmin(axis=1)[asked], minlength=len(points))
    return float(cells.min() / cells[0]) if cells[0] else 0.0


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
        balance=as_keys(ranks_of_first(window, points)),
    )


WRITER = Writer("relative_distance", "2", write)
