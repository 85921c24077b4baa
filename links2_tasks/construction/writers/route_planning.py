"""route_planning: from the last pose, which turns and legs lead to the marked goal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._window import Window, window_side_m, window_with
from links2_tasks.schema import Mark
from links2_tasks.terms import TURN_DEG, Leg, Turn, route_phrase

Points = NDArray[np.float64]
Route = tuple[Leg, ...]

WINDOW_REACHES = 2.4
LEG_REACHES = (0.3, 0.75)
STEP_M = 10
LEAST_GAP_M = 40.0
_TRIES = 24
_TURNS = cast(tuple[Turn, ...], tuple(TURN_DEG))


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Options: one route for each of four headings or mirror images, so each is right for some other pose."""
    start = clip.scene.ground_at(clip.span_s[1])
    heading_deg = clip.scene.pose_at(clip.span_s[1]).heading_deg
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for _ in range(_TRIES):
        routes, name = _family(clip.reach_m, rng)
        ends = np.array([dead_reckoned(start, heading_deg, route) for route in routes])
        if np.linalg.norm(ends[1:] - ends[0], axis=1).min() < LEAST_GAP_M:
            yield Refusal("two routes end close together")
            continue
        window = window_with(clip.scene, ends[0], side_m, rng)
        if window is None or not window.holds(np.array([start, ends[0]])):
            yield Refusal("no map window around start and goal")
            continue
        yield _draft(clip, window, routes, ends[0], name)


def dead_reckoned(start: Points, heading_deg: float, route: Route) -> Points:
    """Point (2,) that a route leads to from a ground point, turning relative to the way one faces."""
    point = np.array(start, float)
    for leg in route:
        heading_deg += TURN_DEG[leg.turn]
        direction = np.array([np.sin(np.radians(heading_deg)), np.cos(np.radians(heading_deg))])
        point = point + leg.distance_m * direction
    return point


def _family(reach_m: float, rng: np.random.Generator) -> tuple[tuple[Route, ...], str]:
    """Four routes of the same legs, the truth first, and the kind of family."""
    legs = [max(STEP_M, int(rng.uniform(*LEG_REACHES) * reach_m / STEP_M) * STEP_M) for _ in range(2)]
    sides: tuple[Turn, Turn] = ("left", "right")
    truth = (_TURNS[int(rng.integers(4))], sides[int(rng.integers(2))])
    if rng.integers(2):
        pairs = [(turn, truth[1]) for turn in _TURNS]
        name = "other headings"
    else:
        axis = _TURNS[::2] if truth[0] in _TURNS[::2] else _TURNS[1::2]
        pairs = [(first, second) for first in axis for second in sides]
        name = "mirrored"
    pairs.sort(key=lambda pair: pair != truth)
    routes = tuple((Leg(first, legs[0]), Leg(second, legs[1])) for first, second in pairs)
    return routes, f"{name}, {truth[0]}, {truth[1]}"


def _draft(clip: ClipView, window: Window, routes: tuple[Route, ...], goal: Points, balance: str) -> Draft:
    return Draft(
        text=(
            f"At the end of the video ({clip.span_s[1]:.1f} s) start from the ground point at the centre of the video "
            "image, facing the direction of the top of the image. Which route leads to the place marked G on the "
            "satellite image?"
        ),
        choices=tuple(Choice(text=route_phrase(route)) for route in routes),
        satellite=(window.image,),
        span_s=clip.span_s,
        query_time_s=clip.span_s[1],
        marks=(Mark(image=0, kind="point", label="G", xy_px=window.pixels(goal)),),
        balance=balance,
    )


WRITER = Writer("route_planning", "1", write)
