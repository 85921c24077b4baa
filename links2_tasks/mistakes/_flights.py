"""What the questions of a dataset, taken together, say of a flight.

No question says where the UAV was at other times than its own. The right answers of the other questions do: the right
path of trajectory_matching is the whole ground track of its clip, and uav_localization gives single points of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from links2_tasks.mistakes._marks import file_px, mark_of
from links2_tasks.mistakes._paths import beside_undone
from links2_tasks.schema import Question

Points = NDArray[np.float64]
Key = tuple[str, str]

STEP_S = 0.2
AT_ONCE_S = 0.05
"""Moments this close are the same: questions print times to a tenth of a second."""


@dataclass(frozen=True)
class TimedPath:
    """Ground points (N, 2) at the image centre, at equal steps of time through a span; pixels of the map file."""

    span_s: tuple[float, float]
    points: Points

    def at(self, times_s: Points) -> Points:
        """Points (M, 2) at times (M,) within the span."""
        steps = np.linspace(*self.span_s, len(self.points))
        return np.column_stack([np.interp(times_s, steps, self.points[:, axis]) for axis in range(2)])


@dataclass(frozen=True)
class Flight:
    """What is known of one flight over one map."""

    paths: tuple[TimedPath, ...] = ()
    moments: tuple[tuple[float, Points], ...] = ()
    """Times and the ground point (2,) at the image centre, in pixels of the map file."""
    headings: tuple[tuple[float, float], ...] = ()
    """Times and headings in degrees."""

    def at(self, t_s: float) -> Points | None:
        """The ground point (2,) at the image centre, where it is known."""
        for at_s, point in self.moments:
            if abs(at_s - t_s) <= AT_ONCE_S:
                return point
        path = next((one for one in self.paths if one.span_s[0] <= t_s <= one.span_s[1]), None)
        return None if path is None else path.at(np.array([t_s]))[0]

    def during(self, span_s: tuple[float, float]) -> tuple[Points, Points]:
        """Known times (N,) within a span, and the ground points (N, 2) at the image centre."""
        times, points = [np.empty(0)], [np.empty((0, 2))]
        for path in self.paths:
            start_s, end_s = max(span_s[0], path.span_s[0]), min(span_s[1], path.span_s[1])
            if start_s < end_s:
                times.append(np.linspace(start_s, end_s, max(2, round((end_s - start_s) / STEP_S) + 1)))
                points.append(path.at(times[-1]))
        for t_s, point in self.moments:
            if span_s[0] <= t_s <= span_s[1]:
                times.append(np.array([t_s]))
                points.append(point[None])
        return np.concatenate(times), np.concatenate(points)

    def covers(self, span_s: tuple[float, float]) -> bool:
        """Whether the whole ground track of a span is known."""
        return any(
            path.span_s[0] <= span_s[0] + AT_ONCE_S and path.span_s[1] >= span_s[1] - AT_ONCE_S for path in self.paths
        )


UNKNOWN = Flight()


def flights_of(questions: Iterable[Question]) -> Mapping[Key, Flight]:
    """The flights that questions are about, by `key_of`."""
    flights: dict[Key, Flight] = {}
    for question in questions:
        if (key := key_of(question)) is not None:
            flights[key] = _with(flights.get(key, UNKNOWN), question)
    return flights


def key_of(question: Question) -> Key | None:
    """Video and map of a question; None where the map is not one that other questions can share.

    Pixels of two questions mean the same place only on the same file, when it is known how each was turned.
    """
    if len(question.satellite) != 1:
        return None
    image = question.satellite[0]
    if image.north_deg is None or (image.turned_deg and image.window_px is None):
        return None
    return question.video, image.path


def _with(flight: Flight, question: Question) -> Flight:
    """The flight with what one more question says of it."""
    t_s, value = question.query_time_s, question.value
    if question.task == "trajectory_matching" and (mark := mark_of(question, question.answer)) and len(mark.xy_px) > 2:
        points = beside_undone(file_px(mark.xy_px, question.satellite[0]), question)
        return replace(flight, paths=(*flight.paths, TimedPath(question.video_span_s, points)))
    if t_s is None or value is None:
        return flight
    if question.task == "uav_localization" and value.kind == "point":
        point = file_px([(value.number[0], value.number[1])], question.satellite[0])[0]
        return replace(flight, moments=(*flight.moments, (t_s, point)))
    if question.task == "heading_estimation" and value.kind == "degrees":
        return replace(flight, headings=(*flight.headings, (t_s, value.number[0])))
    return flight
