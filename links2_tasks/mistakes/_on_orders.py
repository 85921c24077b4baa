"""landmark_sequence: backwards, or the order of a turned flight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from links2_tasks.mistakes._case import Case, Explanation, one_mistake
from links2_tasks.mistakes._marks import file_px
from links2_tasks.mistakes._symmetries import turned_about
from links2_tasks.terms import parse_order

Points = NDArray[np.float64]
Order = tuple[str, ...]

AT_ONCE_STEPS = 2
"""Of 0.2 s: places that are passed within this time may well be passed the other way round."""


def explain_order(case: Case) -> Iterator[Explanation]:
    """The right order backwards is temporal only where a half-turned flight would not give it too.

    The writer of links2 takes only places for which it would; there, a reversed order proves nothing.
    """
    right, chosen = parse_order(case.question.answer_text), parse_order(case.chosen_text)
    backwards = chosen == right[::-1]
    passed = _passed(case)
    if passed is None or not _agrees(passed[0], right, slack=AT_ONCE_STEPS):
        if backwards:
            words = "the right order backwards; the flight is not known, so half a turn of it may give the same"
            yield one_mistake("temporal", "order_reversed", words, proves=False)
        return
    if backwards:
        yield one_mistake("temporal", "order_reversed", "the right order backwards")
    for quarter in (1, 2, 3):
        if _agrees(passed[quarter], chosen, slack=AT_ONCE_STEPS):
            clearly = _agrees(passed[quarter], chosen, slack=-1)
            words = f"the order in which the flight, turned by {90 * quarter} deg about the places, would pass them"
            yield one_mistake("spatial_alignment", "flight_turned", words, proves=clearly)


def _passed(case: Case) -> tuple[Mapping[str, int], ...] | None:
    """When each place is passed, as a step of the flight, by quarter turns of it about the middle of the places.

    None where the flight is not known.
    """
    question = case.question
    if not case.flight.covers(question.video_span_s) or len(question.satellite) != 1:
        return None
    marks = [mark for mark in question.marks if mark.kind == "point" and mark.label]
    if len(marks) < 2:
        return None
    places = file_px([mark.xy_px[0] for mark in marks], question.satellite[0])
    times, track = case.flight.during(question.video_span_s)
    track = track[np.argsort(times, kind="stable")]
    labels = [str(mark.label) for mark in marks]
    flights = (_turned(track, places.mean(axis=0), quarter) for quarter in range(4))
    return tuple(dict(zip(labels, _nearest_steps(flight, places), strict=True)) for flight in flights)


def _turned(track: Points, pivot: Points, quarter: int) -> Points:
    return np.array([turned_about(point, pivot, quarter) for point in track])


def _nearest_steps(track: Points, places: Points) -> list[int]:
    return [int(np.linalg.norm(track - place, axis=1).argmin()) for place in places]


def _agrees(steps: Mapping[str, int], order: Order, slack: int) -> bool:
    """Whether places are passed in an order, where each may be passed by `slack` steps before the one before it."""
    if sorted(steps) != sorted(order):
        return False
    return all(steps[later] >= steps[earlier] - slack for earlier, later in pairwise(order))
