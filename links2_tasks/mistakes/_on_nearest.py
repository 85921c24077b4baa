"""relative_distance: for which other place or time the chosen mark would be the nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from links2_tasks.mistakes._case import Case, Explanation, one_mistake
from links2_tasks.mistakes._on_places import ANOTHER_TIME_S
from links2_tasks.mistakes._symmetries import symmetric_images

Points = NDArray[np.float64]

CLEARLY = 1.25
"""A mark is clearly the nearest when every other is this many times as far; the writer's own margin."""
NEAR_MISS = 1.5
"""The next nearest mark is a near miss when it is at most this many times as far as the nearest."""


def explain_nearest(case: Case) -> Iterator[Explanation]:
    """A near miss in metres, or the nearest from another moment; not where a turned map explains it as well."""
    t_s = case.question.query_time_s
    here = case.flight.at(t_s) if t_s is not None else None
    marks = _marks(case)
    # Where the known track does not even give the right answer, it is not good enough to judge a wrong one.
    if t_s is None or here is None or marks is None or _nearest(marks, here)[0] != case.question.answer:
        return
    yield from _near_miss(case, marks, here)
    yield from _at_another_time(case, marks, t_s)
    if case.window_px is None:
        return
    for change, image in symmetric_images(here, case.window_px).items():
        letter, margin = _nearest(marks, image)
        if letter == case.chosen and margin >= CLEARLY:
            words = f"clearly the nearest to the place on the map {change}"
            yield one_mistake("spatial_alignment", "map_changed", words, proves=False)


def _near_miss(case: Case, marks: Mapping[str, Points], here: Points) -> Iterator[Explanation]:
    distances = {letter: float(np.linalg.norm(point - here)) for letter, point in marks.items()}
    first, second = sorted(distances, key=lambda letter: distances[letter])[:2]
    ratio = distances[second] / max(distances[first], 1e-9)
    if second == case.chosen and ratio <= NEAR_MISS:
        metres = distances[second] * case.gsd_m, distances[first] * case.gsd_m
        words = f"the next nearest: {metres[0]:.0f} m, the nearest {metres[1]:.0f} m ({ratio:.2f} times as far)"
        yield one_mistake("scale_and_distance", "next_nearest", words)


def _at_another_time(case: Case, marks: Mapping[str, Points], t_s: float) -> Iterator[Explanation]:
    times, points = case.flight.during(case.question.video_span_s)
    for other_s, point in zip(times, points, strict=True):
        letter, margin = _nearest(marks, point)
        if letter == case.chosen and margin >= CLEARLY and abs(other_s - t_s) >= ANOTHER_TIME_S:
            words = f"clearly the nearest at {other_s:.1f} s, not at {t_s:.1f} s"
            yield one_mistake("temporal", "another_time", words)
            return


def _marks(case: Case) -> Mapping[str, Points] | None:
    """The point (2,) of each option; None where an option is no marked point."""
    found = {letter: case.points_of(letter) for letter in case.question.letters}
    points = {letter: mark[0] for letter, mark in found.items() if mark is not None and len(mark) == 1}
    return points if len(points) == len(found) else None


def _nearest(marks: Mapping[str, Points], place: Points) -> tuple[str, float]:
    """Letter of the nearest mark, and how many times as far the next one is."""
    ranked = sorted((float(np.linalg.norm(point - place)), letter) for letter, point in marks.items())
    return ranked[0][1], ranked[1][0] / max(ranked[0][0], 1e-9)
