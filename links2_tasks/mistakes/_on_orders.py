"""landmark_sequence: backwards, or the order of a turned flight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from links2_tasks.mistakes._case import Case, Explanation, one_mistake
from links2_tasks.mistakes._marks import file_px
from links2_tasks.mistakes._symmetries import turned_about
from links2_tasks.terms import parse_order

Points = NDArray[np.float64]
Order = tuple[str, ...]


def explain_order(case: Case) -> Iterator[Explanation]:
    """The right order backwards is temporal only where a half-turned flight would not give it too.

    The writer of links2 takes only places for which it would; there, a reversed order proves nothing.
    """
    right, chosen = parse_order(case.question.answer_text), parse_order(case.chosen_text)
    backwards = chosen == right[::-1]
    turned = _orders_of_turned_flights(case)
    if turned is None or turned[0] != right:
        if backwards:
            words = "the right order backwards; the flight is not known, so half a turn of it may give the same"
            yield one_mistake("temporal", "order_reversed", words, proves=False)
        return
    if backwards:
        yield one_mistake("temporal", "order_reversed", "the right order backwards")
    for quarter in (1, 2, 3):
        if chosen == turned[quarter]:
            words = f"the order in which the flight, turned by {90 * quarter} deg about the places, would pass them"
            yield one_mistake("spatial_alignment", "flight_turned", words)


def _orders_of_turned_flights(case: Case) -> Mapping[int, Order] | None:
    """Orders by quarter turns of the flight about the middle of the places; None where it is not known."""
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
    return {quarter: _order(_turned(track, places.mean(axis=0), quarter), places, labels) for quarter in range(4)}


def _turned(track: Points, pivot: Points, quarter: int) -> Points:
    return np.array([turned_about(point, pivot, quarter) for point in track])


def _order(track: Points, places: Points, labels: list[str]) -> Order:
    nearest = [int(np.linalg.norm(track - place, axis=1).argmin()) for place in places]
    return tuple(labels[int(i)] for i in np.argsort(nearest, kind="stable"))
