"""The marks of uav_localization against the raw telemetry, and against guessers without a video."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from raw_flight import right
from shortcuts import WHERE, assert_chance

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
