"""The named heading against raw telemetry, and the options against guessers without a video."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from raw_flight import right
from shortcuts import assert_chance, opposite

if TYPE_CHECKING:
    from conftest import Audit, Built

    from links2_tasks.schema import Question

TASK = "heading_estimation"
MARGIN_DEG, APART_DEG = 8.0, 45.0
HALF_WAYS = ("", "-north-east", "-east")
DEGREES = {
    "north": 0.0, "north-north-east": 22.5, "north-east": 45.0, "east-north-east": 67.5,
    "east": 90.0, "east-south-east": 112.5, "south-east": 135.0, "south-south-east": 157.5,
    "south": 180.0, "south-south-west": 202.5, "south-west": 225.0, "west-south-west": 247.5,
    "west": 270.0, "west-north-west": 292.5, "north-west": 315.0, "north-north-west": 337.5,
}  # fmt: skip


def between_deg(a: float, b: float) -> float:
    return float(np.degrees(np.arccos(np.clip(np.cos(np.radians(a - b)), -1, 1))))


def test_the_answer_names_the_heading_and_the_others_are_far_from_it(built: Built) -> None:
    for question, flight in built.of(TASK):
        heading_deg = flight.heading_deg(question.query_time_s)
        off = [between_deg(heading_deg, DEGREES[option]) for option in question.options]
        assert off[right(question)] <= MARGIN_DEG + 0.01, question.question_id
        assert all(each >= APART_DEG - MARGIN_DEG - 0.01 for i, each in enumerate(off) if i != right(question))
        assert question.value is not None
        assert between_deg(question.value.number[0], heading_deg) < 0.06, question.question_id


def test_the_options_are_at_least_45_degrees_apart(built: Built) -> None:
    for question, _ in built.of(TASK):
        degrees = [DEGREES[option] for option in question.options]
        gaps = [between_deg(a, b) for i, a in enumerate(degrees) for b in degrees[:i]]
        assert min(gaps) >= APART_DEG - 1e-6, question.question_id


def test_the_heading_is_where_points_up_in_the_image_lie(synthetic: Built) -> None:
    """The top of the image points to where a point above the centre lies on the ground, also when the camera tilts."""
    for question, flight in synthetic.of(TASK):
        low, high = (flight.ground(question.query_time_s, 0.5, y) for y in (0.55, 0.45))
        east, north = high - low
        assert (
            between_deg(float(np.degrees(np.arctan2(east, north))), DEGREES[question.answer_text]) <= MARGIN_DEG + 0.1
        )


def test_how_the_options_lie_tells_nothing(audit: Audit) -> None:
    def liking(question: Question) -> list[float]:
        degrees = [DEGREES[option] for option in question.options]
        return [sum(float(np.cos(np.radians(a - b))) for b in degrees) for a in degrees]

    assert_chance(audit.drafted(TASK), among_the_others=liking, apart_from_the_others=opposite(liking))


def test_no_direction_is_right_more_often_than_others(audit: Audit) -> None:
    def northern(question: Question) -> list[float]:
        return [-between_deg(5.0, DEGREES[option]) for option in question.options]

    assert_chance(audit.chosen(TASK), northern=northern, southern=opposite(northern))
