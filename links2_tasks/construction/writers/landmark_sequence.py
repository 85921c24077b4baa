"""landmark_sequence: in which order the UAV passes the marked places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._orbits import rotated
from links2_tasks.construction.writers._places import spread_out
from links2_tasks.construction.writers._window import Window, window_side_m, window_with
from links2_tasks.schema import Mark
from links2_tasks.terms import order_phrase

Points = NDArray[np.float64]

WINDOW_REACHES = 2.2
N_PLACES = 4
LEAST_STEP_S = 1.0
FROM_ENDS_S = 0.4
SECOND_RATIO, SECOND_SLACK_M = 1.15, 2.0
"""A second approach within this of the nearest would make the moment of passing a matter of centimetres."""
LEAST_ROUNDNESS = 0.45
"""Smallest ratio of the places' spread across to that along: places in a row would give away all but the direction."""
GAP_REACHES = 0.12
_TRIES = 400
_WANTED = 4


@dataclass(frozen=True)
class _Passed:
    """A place with the time at which the image centre comes nearest to it."""

    point: Points
    t_s: float


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Options: the orders in which the same flight, turned by 0, 90, 180 and 270 degrees, would pass the places.

    Only sets of places are taken for which these are two orders and their reversals.
    """
    passed = _passed_places(clip, rng)
    if len(passed) < N_PLACES:
        yield Refusal("too few places are passed")
        return
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    written = 0
    straighter = bool(rng.integers(2))
    for _ in range(_TRIES):
        chosen = [passed[int(i)] for i in rng.choice(len(passed), N_PLACES, replace=False)]
        points = np.array([one.point for one in chosen])
        reason = _reason_against(clip, chosen, points)
        orders = () if reason else _turned_orders(clip, points)
        if reason or not _all_alike(orders):
            yield Refusal(reason or "the orders of the turned flights do not mirror one another")
            continue
        # Real ways are a little straighter than turned ones, which must not tell: a coin decides, until it is met.
        if (_turning(points, orders[0]) < _turning(points, orders[1])) != straighter:
            yield Refusal("drawn out: how straight the orders are must not tell")
            continue
        window = window_with(clip.scene, points.mean(axis=0), side_m, rng)
        if window is None or not window.holds(points):
            yield Refusal("no map window around the places")
            continue
        yield _draft(clip, window, points, orders)
        straighter = bool(rng.integers(2))
        written += 1
        if written == _WANTED:
            return


def _passed_places(clip: ClipView, rng: np.random.Generator) -> list[_Passed]:
    """Landmarks and random points in view that the image centre comes near to, not at either end of the clip."""
    west, south, east, north = clip.clearly_seen_ground.bounds
    pool = [one.centre for one in clip.known_places]
    pool += [np.array([rng.uniform(west, east), rng.uniform(south, north)]) for _ in range(40)]
    start_s, end_s = clip.span_s
    passed = []
    for point in pool:
        distances = np.linalg.norm(clip.ground_track - point, axis=1)
        t_s = float(clip.sample_times_s[int(distances.argmin())])
        at_an_end = not start_s + FROM_ENDS_S < t_s < end_s - FROM_ENDS_S
        if at_an_end or distances.min() >= 0.45 * clip.reach_m or _passed_twice(clip, distances):
            continue
        passed.append(_Passed(point, t_s))
    return passed


def _passed_twice(clip: ClipView, distances: Points) -> bool:
    """Whether the image centre comes almost as near a second time, more than a second before or after."""
    inner = distances[1:-1]
    turns = np.flatnonzero((inner <= distances[:-2]) & (inner <= distances[2:])) + 1
    turns = np.concatenate([[0], turns, [len(distances) - 1]])
    nearest = int(distances.argmin())
    apart = np.abs(clip.sample_times_s[turns] - clip.sample_times_s[nearest]) > LEAST_STEP_S
    return bool(np.any(distances[turns[apart]] < SECOND_RATIO * distances[nearest] + SECOND_SLACK_M))


def _reason_against(clip: ClipView, chosen: list[_Passed], points: Points) -> str | None:
    times = sorted(one.t_s for one in chosen)
    if min(later - earlier for earlier, later in pairwise(times)) < LEAST_STEP_S:
        return "two places are passed at almost the same time"
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    if spread[1] < LEAST_ROUNDNESS * spread[0]:
        return "the places lie in a row"
    if not spread_out(points, GAP_REACHES * clip.reach_m):
        return "two places lie close together"
    return None


def _turned_orders(clip: ClipView, points: Points) -> tuple[tuple[int, ...], ...]:
    """Orders in which the track, turned about the places' middle, comes nearest to them; the first is the truth."""
    middle = points.mean(axis=0)
    return tuple(_order(rotated(clip.ground_track, middle, quarter), points) for quarter in range(4))


def _all_alike(orders: tuple[tuple[int, ...], ...]) -> bool:
    """Whether four different orders form two pairs of an order and its reversal.

    Each then agrees with the other three as much as any, so that none can be told by being the most alike.
    """
    return len(set(orders)) == 4 and orders[2] == orders[0][::-1] and orders[3] == orders[1][::-1]


def _turning(points: Points, order: tuple[int, ...]) -> float:
    """Sum of the angles, in radians, by which the way through the places in this order turns."""
    legs = np.diff(points[list(order)], axis=0)
    bearings = np.arctan2(legs[:, 0], legs[:, 1])
    return float(np.abs((np.diff(bearings) + np.pi) % (2 * np.pi) - np.pi).sum())


def _order(track: Points, points: Points) -> tuple[int, ...]:
    nearest = [int(np.linalg.norm(track - point, axis=1).argmin()) for point in points]
    return tuple(int(i) for i in np.argsort(nearest, kind="stable"))


def _draft(clip: ClipView, window: Window, points: Points, orders: tuple[tuple[int, ...], ...]) -> Draft:
    labels = [str(i + 1) for i in range(len(points))]
    return Draft(
        text=(
            "In which order does the UAV pass the places marked 1 to 4 on the satellite image? A place is passed when "
            "the ground point at the centre of the video image comes nearest to it."
        ),
        choices=tuple(Choice(text=order_phrase(tuple(labels[i] for i in order))) for order in orders),
        satellite=(window.image,),
        span_s=clip.span_s,
        marks=tuple(
            Mark(image=0, kind="point", label=label, xy_px=(xy,))
            for label, xy in zip(labels, window.pixels(points), strict=True)
        ),
        balance=str(orders[0][0]),
    )


WRITER = Writer("landmark_sequence", "1", write)
