"""Which marked place is nearest, from raw telemetry, and whether the marks alone give it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from raw_flight import right
from shortcuts import WHERE, assert_chance

if TYPE_CHECKING:
    from conftest import Audit, Built

TASK = "relative_distance"
LEAST_RATIO, LEAST_REACHES, GAP_REACHES = 1.25, 0.15, 0.2


def test_the_answer_is_nearest_by_the_stated_margin(built: Built) -> None:
    for question, flight in built.of(TASK):
        distances = np.linalg.norm(flight.spots(question) - flight.ground(question.query_time_s), axis=1)
        order = np.argsort(distances)
        assert order[0] == right(question), question.question_id
        assert distances[order[1]] >= LEAST_RATIO * distances[order[0]] - 0.2, question.question_id
        assert distances[order[0]] >= LEAST_REACHES * flight.reach_m(question.video_span_s) - 0.2, question.question_id
        assert question.value is not None
        assert abs(question.value.number[0] - distances[order[0]]) < 0.2, question.question_id


def test_the_marks_stand_apart(built: Built) -> None:
    for question, flight in built.of(TASK):
        spots = flight.spots(question)
        gaps = np.linalg.norm(spots[:, None] - spots[None], axis=2)[np.triu_indices(4, 1)]
        assert gaps.min() >= GAP_REACHES * flight.reach_m(question.video_span_s) - 0.2, question.question_id


def test_where_the_marks_lie_tells_nothing(audit: Audit) -> None:
    assert_chance(audit.chosen(TASK), **WHERE)
