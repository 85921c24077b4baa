"""Routes followed step by step from the raw last pose, and guessers that do not know that pose."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from raw_flight import right
from shortcuts import assert_chance, offset_from_centre, opposite

from links2_tasks.dataset import load_info

if TYPE_CHECKING:
    from conftest import Audit, Built
    from shortcuts import Guesser

    from links2_tasks.schema import Question

TASK = "route_planning"
LEAST_GAP_M = 40.0
TURNS = {"go straight ahead": 0.0, "turn right and go": 90.0, "turn around and go": 180.0, "turn left and go": 270.0}


def legs_of(option: str) -> list[tuple[float, float]]:
    """Turn in degrees and length in metres of each leg."""
    found = [re.fullmatch(r"(.*) (\d+) m", part) for part in option.split(", then ")]
    assert all(found), option
    return [(TURNS[each[1]], float(each[2])) for each in found if each]


def end_of(option: str, start: np.ndarray, heading_deg: float) -> np.ndarray:
    way = complex(*start)
    facing = np.exp(1j * np.radians(90.0 - heading_deg))
    for turn_deg, length_m in legs_of(option):
        facing *= np.exp(-1j * np.radians(turn_deg))
        way += length_m * facing
    return np.array([way.real, way.imag])


def test_only_the_answer_leads_to_the_goal(built: Built) -> None:
    for question, flight in built.of(TASK):
        t_s = question.video_span_s[1]
        goal = flight.place(question.satellite[0], question.marks[0].xy_px[0])
        ends = [end_of(option, flight.ground(t_s), flight.heading_deg(t_s)) for option in question.options]
        missed_m = [float(np.hypot(*(end - goal))) for end in ends]
        assert missed_m[right(question)] < 0.1 * flight.gsd_m + 0.01, question.question_id
        assert all(each > LEAST_GAP_M - 0.2 for i, each in enumerate(missed_m) if i != right(question))


def test_one_of_the_others_is_right_for_another_pose(built: Built) -> None:
    """Every wrong route is the right one for a UAV that looks elsewhere, or for a goal on the other side."""
    for question, flight in built.of(TASK):
        t_s = question.video_span_s[1]
        start = flight.ground(t_s)
        far = [float(np.hypot(*(end_of(option, start, 0.0) - start))) for option in question.options]
        assert np.ptp(far) < 0.01, question.question_id


def test_the_question_is_about_the_end_of_the_clip(built: Built) -> None:
    for question, _ in built.of(TASK):
        assert question.query_time_s == question.video_span_s[1]
        assert f"({question.query_time_s:.1f} s)" in question.question


def test_routes_that_begin_early_begin_above_a_road(synthetic: Built) -> None:
    """Where roads are mapped, a question is about the moment at which the UAV is above one, so its span may end early."""
    ends_s = {clip.clip_id: clip.span_s[1] for clip in load_info(synthetic.root).clips}
    early = [
        question for question, _ in synthetic.of(TASK) if question.video_span_s[1] < ends_s[question.clip_id] - 1e-6
    ]
    roads = json.loads((synthetic.folder / "roads.geojson").read_text(encoding="utf-8"))["features"]
    for question in early:
        start = synthetic.flights[question.clip_id.rsplit("_", 1)[0]].ground(question.video_span_s[1])
        assert min(_distance_m(start, *road["geometry"]["coordinates"]) for road in roads) < 10.5, question.question_id


def _distance_m(point: np.ndarray, start: list[float], end: list[float]) -> float:
    """Distance of a point from a straight line."""
    way, off = complex(*end) - complex(*start), complex(*point) - complex(*start)
    return abs((off * way.conjugate()).imag) / abs(way)


def along(question: Question) -> list[float]:
    """Liking for the route that leads from the window's centre towards the goal, if the UAV faced north."""
    east, north = offset_from_centre(question, "G")
    ends = [end_of(option, np.zeros(2), 0.0) for option in question.options]
    return [float(end @ (east, north) / np.hypot(*end)) for end in ends]


def test_where_the_goal_lies_in_the_window_tells_nothing(audit: Audit) -> None:
    assert_chance(audit.drafted(TASK), towards=along, away=opposite(along))


@pytest.mark.parametrize("leg", [0, 1])
def test_no_turn_is_right_more_often_than_others(audit: Audit, leg: int) -> None:
    def takes(turn_deg: float) -> Guesser:
        return lambda question: [float(legs_of(option)[leg][0] == turn_deg) for option in question.options]

    assert_chance(audit.drafted(TASK), **{words: takes(turn_deg) for words, turn_deg in TURNS.items()})
