"""route_planning: from the last pose, which turns and legs lead to the marked goal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import occluded
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._roads import Route, road_map_of
from links2_tasks.construction.writers._window import window_side_m, window_with
from links2_tasks.schema import Mark
from links2_tasks.terms import TURN_DEG, Leg, Turn, route_phrase

Points = NDArray[np.float64]

WINDOW_REACHES = 2.4
LEG_REACHES = (0.3, 0.75)
STEP_M = 10
LEAST_GAP_M = 40.0
ROAD_END_SLACK_M = 25.0
"""A road route is told only when its straight legs end this close to where the road ends."""
MOST_DETOUR = 1.5
"""Along roads, longest way as a multiple of the straight distance: nobody would call a tour round the block the route."""
LEAST_SPAN_S = 5.0
_TRIES = 24
_ROAD_TRIES = 20
_TURNS = cast(tuple[Turn, ...], tuple(TURN_DEG))
_MIRRORED: dict[Turn, Turn] = {"left": "right", "right": "left", "straight ahead": "straight ahead", "back": "back"}


@dataclass(frozen=True)
class _Start:
    """Where routes begin: the ground point at the image centre at the end of the span that is shown."""

    span_s: tuple[float, float]
    point: Points
    heading_deg: float

    @classmethod
    def at(cls, clip: ClipView, t_s: float) -> _Start:
        return cls((clip.span_s[0], t_s), clip.scene.ground_at(t_s), clip.scene.pose_at(t_s).heading_deg)


@dataclass(frozen=True)
class _Family:
    """Four routes, the truth first, and what kind of family they are."""

    routes: tuple[Route, ...]
    name: str


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Options: one route for each of four headings or mirror images, so each is right for some other pose.

    Where roads are mapped, routes follow them from a moment at which the UAV is above one; else they cross free space.
    """
    yield from _along_roads(clip, rng)
    start = _Start.at(clip, clip.span_s[1])
    for _ in range(_TRIES):
        family = (_turned, _mirrored)[int(rng.integers(2))]
        yield _drafted(clip, start, family(_random_route(clip.reach_m, rng)), rng)


def _along_roads(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    if not clip.scene.roads:
        return
    road_map = road_map_of(clip.scene.roads)
    late = clip.query_times_s[clip.query_times_s >= clip.span_s[0] + LEAST_SPAN_S]
    for t_s in rng.choice(late, min(_ROAD_TRIES, len(late)), replace=False):
        start = _Start.at(clip, float(t_s))
        routes = [
            route
            for route, end in road_map.routes_from(start.point, start.heading_deg)
            if np.linalg.norm(dead_reckoned(start.point, start.heading_deg, route) - end) <= ROAD_END_SLACK_M
            and sum(leg.distance_m for leg in route) <= MOST_DETOUR * np.linalg.norm(end - start.point)
        ]
        if not routes:
            yield Refusal("no road route that turns and straight legs can tell")
            continue
        route = routes[int(rng.integers(len(routes)))]
        # Not the mirrored ones: only the true route's turns fit the streets that are drawn around the goal.
        yield _drafted(clip, start, _turned(route), rng)


def dead_reckoned(start: Points, heading_deg: float, route: Route) -> Points:
    """Point (2,) that a route leads to from a ground point, turning relative to the way one faces."""
    point = np.array(start, float)
    for leg in route:
        heading_deg += TURN_DEG[leg.turn]
        direction = np.array([np.sin(np.radians(heading_deg)), np.cos(np.radians(heading_deg))])
        point = point + leg.distance_m * direction
    return point


def _random_route(reach_m: float, rng: np.random.Generator) -> Route:
    """Two legs over free space."""
    lengths = [max(STEP_M, int(rng.uniform(*LEG_REACHES) * reach_m / STEP_M) * STEP_M) for _ in range(2)]
    sides: tuple[Turn, Turn] = ("left", "right")
    return Leg(_TURNS[int(rng.integers(4))], lengths[0]), Leg(sides[int(rng.integers(2))], lengths[1])


def _turned(route: Route) -> _Family:
    """The route begun in each of the four directions: each is right for another heading."""
    first = route[0]
    turned = [(Leg(_TURNS[(_TURNS.index(first.turn) + i) % 4], first.distance_m), *route[1:]) for i in range(4)]
    return _Family(tuple(turned), f"other headings, {_shape(route)}")


def _mirrored(route: Route) -> _Family:
    """The route, the one begun the other way, and the mirror images of both."""
    ahead, _, back, _ = _turned(route).routes
    images = [(each[0], *(Leg(_MIRRORED[leg.turn], leg.distance_m) for leg in each[1:])) for each in (ahead, back)]
    return _Family((ahead, back, *images), f"mirrored, {_shape(route)}")


def _shape(route: Route) -> str:
    return f"{route[0].turn}, {route[1].turn}"


def _drafted(clip: ClipView, start: _Start, family: _Family, rng: np.random.Generator) -> Draft | Refusal:
    if occluded(clip.scene, start.point, start.span_s[1]):
        return Refusal("a roof hides the ground point at the image centre")
    ends = np.array([dead_reckoned(start.point, start.heading_deg, route) for route in family.routes])
    if np.linalg.norm(ends[1:] - ends[0], axis=1).min() < LEAST_GAP_M:
        return Refusal("two routes end close together")
    window = window_with(clip.scene, ends[0], window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m), rng)
    if window is None or not window.holds(np.array([start.point, ends[0]])):
        return Refusal("no map window around start and goal")
    return Draft(
        text=(
            f"At the end of the video ({start.span_s[1]:.1f} s) start from the ground point at the centre of the video "
            "image, facing the direction of the top of the image. Which route leads to the place marked G on the "
            "satellite image?"
        ),
        choices=tuple(Choice(text=route_phrase(route)) for route in family.routes),
        satellite=(window.image,),
        span_s=start.span_s,
        query_time_s=start.span_s[1],
        marks=(Mark(image=0, kind="point", label="G", xy_px=window.pixels(ends[0])),),
        balance=family.name,
    )


WRITER = Writer("route_planning", "1", write)
