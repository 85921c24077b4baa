"""Options that are marked points: what the chosen point is to the right one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from links2_tasks.mistakes._case import Case, Explanation, one_mistake
from links2_tasks.mistakes._symmetries import symmetric_images, turned_about

Points = NDArray[np.float64]

ON_MAP_SHARE = 0.03
"""Of the map's side: a mark this close to where it should be is there."""
ON_TRACK_SHARE = 0.015
"""The same for marks on the flight's own track, of which there is much more."""
ANOTHER_TIME_S = 1.0
"""Times at least this far apart are different times."""


def explain_by_map(case: Case) -> Iterator[Explanation]:
    """The chosen mark is where the right one would be on a mirrored or turned map."""
    places = _right_and_chosen(case)
    if places is None or case.window_px is None or case.side_px is None:
        return
    right, chosen = places
    tolerance_px = ON_MAP_SHARE * case.side_px
    for change, image in symmetric_images(right, case.window_px).items():
        gap_px = _distance(image, chosen)
        if gap_px <= tolerance_px and _distance(image, right) > 2 * tolerance_px:
            rule = "map_mirrored" if change.startswith("mirrored") else "map_turned"
            words = f"{gap_px * case.gsd_m:.0f} m from where the right mark would be on the map {change}"
            yield one_mistake("spatial_alignment", rule, words)


def explain_by_time(case: Case) -> Iterator[Explanation]:
    """The chosen mark is where the UAV looked at another time of the video that was shown."""
    places, t_s = _right_and_chosen(case), case.question.query_time_s
    if places is None or t_s is None or case.side_px is None:
        return
    _, chosen = places
    found = _time_at(case, chosen, t_s, ON_TRACK_SHARE * case.side_px)
    if found is not None:
        other_s, gap_px = found
        metres = gap_px * case.gsd_m
        words = f"{metres:.0f} m from the ground point at the image centre at {other_s:.1f} s, not {t_s:.1f} s"
        yield one_mistake("temporal", "another_time", words)


def explain_by_heading(case: Case) -> Iterator[Explanation]:
    """The chosen object lies where the right one would be had the UAV faced another way over the same ground."""
    places, t_s = _right_and_chosen(case), case.question.query_time_s
    centre = case.flight.at(t_s) if t_s is not None else None
    if places is None or t_s is None or centre is None or case.side_px is None:
        return
    right, chosen = places
    tolerance_px = ON_MAP_SHARE * case.side_px
    # Near the pivot every turn leads to the same place.
    if _distance(right, centre) <= 2 * tolerance_px:
        return
    for quarter in (1, 2, 3):
        gap_px = _distance(turned_about(right, centre, quarter), chosen)
        if gap_px <= tolerance_px:
            turn = f"turned by {90 * quarter} deg about the ground point at the image centre"
            words = f"{gap_px * case.gsd_m:.0f} m from the right mark {turn}"
            yield one_mistake("direction", "heading_turned", words)
    # What lay at the same place of the image at another time, had the heading not changed.
    moved = _time_at(case, chosen - right + centre, t_s, tolerance_px)
    if moved is not None:
        words = f"seen at the same place of the image at about {moved[0]:.1f} s"
        yield one_mistake("temporal", "another_time", words, proves=False)


def _right_and_chosen(case: Case) -> tuple[Points, Points] | None:
    right, chosen = case.right_points, case.chosen_points
    if right is None or chosen is None or len(right) != 1 or len(chosen) != 1:
        return None
    return right[0], chosen[0]


def _time_at(case: Case, place: Points, t_s: float, tolerance_px: float) -> tuple[float, float] | None:
    """Another time at which the image centre was nearest to a place, and how near in pixels; None when never near."""
    times, points = case.flight.during(case.question.video_span_s)
    other = np.abs(times - t_s) >= ANOTHER_TIME_S
    if not other.any():
        return None
    gaps = np.linalg.norm(points[other] - place, axis=1)
    nearest = int(gaps.argmin())
    return (float(times[other][nearest]), float(gaps[nearest])) if gaps[nearest] <= tolerance_px else None


def _distance(first: Points, second: Points) -> float:
    return float(np.linalg.norm(first - second))
