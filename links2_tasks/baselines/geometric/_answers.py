"""One small function a task: from a registered clip to the letter of an option."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from shapely.geometry import Polygon

from links2_tasks.baselines.geometric._areas import votes_for_areas
from links2_tasks.baselines.geometric._case import CannotTellError, Case
from links2_tasks.baselines.geometric._change import change_at
from links2_tasks.baselines.geometric._features import Floats
from links2_tasks.baselines.geometric._flight import direction_deg, ground_point, heading_deg
from links2_tasks.baselines.geometric._seen import SEEN
from links2_tasks.schema import Mark
from links2_tasks.terms import TURN_DEG, Leg, angle_between_deg, compass_deg, parse_order, parse_place, parse_route

Answer = Callable[[Case], str]

_FINE_STEPS = 400
_PROGRESS_STEPS = 40
_IN_VIEW_SHARE = 0.35


def nearest_point(case: Case) -> str:
    """uav_localization, relative_distance: the mark nearest to the ground point at the image centre."""
    return _nearest_mark(case, case.centre())


def object_localization(case: Case) -> str:
    """The mark nearest to where the stated place in the image lies on the map."""
    return _nearest_mark(case, _stated_point(case))


def heading_estimation(case: Case) -> str:
    """The compass direction of the image's up direction."""
    north_deg = case.north_deg()
    return _nearest_direction(case, heading_deg(case.registration()) - north_deg)


def relative_direction(case: Case) -> str:
    """The compass direction from the object at the stated place to the marked place."""
    north_deg = case.north_deg()
    goal = np.array(case.marks("point")[0].xy_px[0])
    return _nearest_direction(case, direction_deg(_stated_point(case), goal) - north_deg)


def trajectory_matching(case: Case) -> str:
    """The drawn path that stays nearest to the track at equal shares of the way."""
    track = _even_steps(case.flight().track())
    paths = [_even_steps(np.array(mark.xy_px)) for mark in case.marks_of_options("path")]
    return case.letter([float(np.linalg.norm(path - track, axis=1).mean()) for path in paths])


def landmark_sequence(case: Case) -> str:
    """The order of the times at which the track comes nearest to the marked places."""
    flight = case.flight()
    times_s = np.linspace(flight.times_s[0], flight.times_s[-1], _FINE_STEPS)
    track = np.column_stack([np.interp(times_s, flight.times_s, column) for column in flight.track().T])
    passed_s = {mark.label: times_s[_distances(track, mark).argmin()] for mark in case.marks("point")}
    return case.letter(
        [_disorder([passed_s.get(label) for label in parse_order(option)]) for option in case.question.options]
    )


def object_counting(case: Case) -> str:
    """The number of marked places that a footprint covers well enough to count."""
    footprints = [Polygon(outline).buffer(0) for outline in case.flight().footprints() if np.isfinite(outline).all()]
    places = [mark for mark in case.marks("box", "polygon", "point") if not (mark.label or "").startswith(SEEN)]
    outlines = [_outline(mark) for mark in places]
    count = sum(
        any(fp.intersection(place).area >= _IN_VIEW_SHARE * place.area for fp in footprints) for place in outlines
    )
    return case.letter([_gap(option, count) for option in case.question.options])


def satellite_retrieval(case: Case) -> str:
    """The satellite image to which the clip registers with the most agreeing features."""
    inliers = []
    for image in case.images_of_options():
        flight = case.registrar.flight(case.question, case.root, image)
        inliers.append(flight.inliers if flight else 0)
    if not any(inliers):
        raise CannotTellError("video not registered to the map")
    return case.letter([-count for count in inliers])


def route_planning(case: Case) -> str:
    """The route that, dead-reckoned from the image centre and the image's up direction, ends nearest to the goal."""
    goal = np.array(case.marks("point")[0].xy_px[0])
    gsd_m = case.question.satellite[0].gsd_m
    start, facing_deg = case.centre(), heading_deg(case.registration())
    routes = [parse_route(option) for option in case.question.options]
    ends = [_end(start, facing_deg, route, gsd_m) if route else np.full(2, np.inf) for route in routes]
    return case.letter([float(np.linalg.norm(end - goal)) for end in ends])


def cross_view_change(case: Case) -> str:
    """The marked spot at which the registered frames differ most from the map."""
    spots = [mark.xy_px[0] for mark in case.marks_of_options("point")]
    changes = change_at(spots, case.flight(), case.map_pixels(), case.question.satellite[0].gsd_m)
    return case.letter([-change for change in changes])


def scene_recognition(case: Case) -> str:
    """The marked area that most of the ground in view looks like."""
    outlines = [np.asarray(_outline(mark).exterior.coords) for mark in case.marks_of_options("box", "polygon")]
    votes = votes_for_areas(outlines, case.flight(), case.map_pixels(), case.question.satellite[0].gsd_m)
    return case.letter([-vote for vote in votes])


ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        "uav_localization": nearest_point,
        "relative_distance": nearest_point,
        "object_localization": object_localization,
        "heading_estimation": heading_estimation,
        "relative_direction": relative_direction,
        "trajectory_matching": trajectory_matching,
        "landmark_sequence": landmark_sequence,
        "object_counting": object_counting,
        "satellite_retrieval": satellite_retrieval,
        "route_planning": route_planning,
        "cross_view_change": cross_view_change,
        "scene_recognition": scene_recognition,
    }
)
"""The answer function of each task."""


def _nearest_mark(case: Case, point: Floats) -> str:
    return case.letter(
        [float(np.linalg.norm(np.array(mark.xy_px[0]) - point)) for mark in case.marks_of_options("point")]
    )


def _stated_point(case: Case) -> Floats:
    """Map point (2,) of the place in the image that the question names."""
    place = parse_place(case.question.question)
    if place is None:
        raise CannotTellError("question without a place in the image")
    return np.asarray(ground_point(case.registration(), *place)[0])


def _nearest_direction(case: Case, wanted_deg: float) -> str:
    try:
        named_deg = [compass_deg(option) for option in case.question.options]
    except ValueError as error:
        raise CannotTellError("option that is no compass direction") from error
    return case.letter([angle_between_deg(wanted_deg, option_deg) for option_deg in named_deg])


def _even_steps(path: Floats) -> Floats:
    """A path (N, 2) at equal shares of its length, which is what a drawing shows of it."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    wanted = np.linspace(0.0, lengths[-1], _PROGRESS_STEPS)
    return np.column_stack([np.interp(wanted, lengths, column) for column in path.T])


def _distances(track: Floats, mark: Mark) -> Floats:
    return np.asarray(np.linalg.norm(track - np.array(mark.xy_px[0]), axis=1))


def _disorder(times_s: list[float | None]) -> float:
    """How far times fall back, in seconds; 0 when they rise, infinite when one is unknown."""
    if not times_s or None in times_s:
        return float("inf")
    known = np.array(times_s, float)
    return float(sum(max(0.0, earlier - later) for i, earlier in enumerate(known) for later in known[i + 1 :]))


def _outline(mark: Mark) -> Polygon:
    """The area that a mark covers; a point is a small square."""
    points = np.array(mark.xy_px, float)
    if mark.kind == "polygon":
        return Polygon(points).buffer(0).convex_hull
    low, high = points.min(axis=0), points.max(axis=0)
    if mark.kind == "point":
        low, high = low - 1.0, high + 1.0
    return Polygon([low, (high[0], low[1]), high, (low[0], high[1])])


def _gap(option: str, count: int) -> float:
    """Difference of an option's number from a count; infinite when the option is no number."""
    return abs(int(option) - count) if option.strip().isdecimal() else float("inf")


def _end(start: Floats, facing_deg: float, route: tuple[Leg, ...], gsd_m: float) -> Floats:
    """Map point (2,) at the end of a route."""
    point = np.asarray(start, float)
    for leg in route:
        facing_deg += TURN_DEG[leg.turn]
        ahead = np.array([np.sin(np.radians(facing_deg)), -np.cos(np.radians(facing_deg))])
        point = point + leg.distance_m / gsd_m * ahead
    return point
