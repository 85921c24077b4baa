"""The marks of uav_localization against the raw telemetry, and against guessers without a video."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from flight_folders import MAP_BOUNDS_M
from raw_flight import right
from shortcuts import WHERE, assert_chance

from links2_tasks.construction.scene import Pose, Track
from links2_tasks.construction.writers import ClipView, Refusal, uav_localization

if TYPE_CHECKING:
    from conftest import Audit, Built

TASK = "uav_localization"
GAP_REACHES = 0.25
"""Least gap between marks that the writer states, in footprint diagonals."""


def test_the_answer_is_the_ground_point_at_the_image_centre(built: Built) -> None:
    for question, flight in built.of(TASK):
        spots, here = flight.spots(question), flight.ground(question.query_time_s)
        assert np.hypot(*(spots[right(question)] - here)) < 0.1 * flight.gsd_m + 0.01, question.question_id


def test_the_other_marks_lie_outside_the_footprint_and_apart(built: Built) -> None:
    for question, flight in built.of(TASK):
        spots = flight.spots(question)
        wrong = np.delete(spots, right(question), axis=0)
        assert not flight.sees(question.query_time_s, wrong).any(), question.question_id
        gaps = np.linalg.norm(spots[:, None] - spots[None], axis=2)[np.triu_indices(4, 1)]
        assert gaps.min() >= GAP_REACHES * flight.reach_m(question.video_span_s) - 0.2, question.question_id


def test_the_open_answer_is_the_right_mark(built: Built) -> None:
    for question, _ in built.of(TASK):
        (mark,) = (mark for mark in question.marks if mark.label == question.answer)
        assert question.value is not None
        assert (question.value.kind, question.value.unit) == ("point", "px")
        assert question.value.number == mark.xy_px[0], question.question_id


def test_where_the_marks_lie_tells_nothing(audit: Audit) -> None:
    assert_chance(audit.chosen(TASK), **WHERE)


def marks_off_the_line(audit: Audit, length_m: float) -> list[int]:
    """A straight flight to the east, looked at from 105 m: for each draft how many marks lie away from its line."""
    scene = audit.clips[0].scene
    west, north = MAP_BOUNDS_M[0] + 200.0, (MAP_BOUNDS_M[1] + MAP_BOUNDS_M[3]) / 2
    poses = tuple(Pose(2.0 * i, west + length_m * i / 10, north, 105.0, 90.0, -90.0) for i in range(11))
    clip = ClipView(replace(scene, track=Track(poses)), "straight", (0.0, 20.0))
    written = [one for seed in range(4) for one in uav_localization.write(clip, np.random.default_rng(seed))]
    counts = []
    for draft in written:
        if isinstance(draft, Refusal):
            continue
        (_, top, *_), gsd_m = draft.satellite[0].window_px, scene.map.georeference.gsd_m
        rows = [choice.xy_px[0][1] + top for choice in draft.choices]
        counts.append(sum(abs(MAP_BOUNDS_M[3] - row * gsd_m - north) > 2.0 for row in rows))
    return counts


def test_all_marks_of_a_long_straight_flight_lie_on_its_line(audit: Audit) -> None:
    """One above a road is found by looking along the road, so a mark there would stand out among marks elsewhere."""
    counts = marks_off_the_line(audit, length_m=360.0)
    assert counts, "no question was written, so nothing was tried"
    assert not any(counts), counts


def test_a_straight_flight_too_short_for_four_marks_on_it_is_still_asked_about(audit: Audit) -> None:
    assert 3 in marks_off_the_line(audit, length_m=60.0)
