"""The direction from a seen object to a marked place against raw files, and guessers with one of the two views."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from raw_flight import right
from shortcuts import assert_chance, offset_from_centre, opposite

from links2_tasks.terms import parse_place

if TYPE_CHECKING:
    from conftest import Audit, Built

    from links2_tasks.schema import Question

TASK = "relative_direction"
MARGIN_DEG, APART_DEG = 12.0, 45.0
EIGHT = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def between_deg(a: float, b: float) -> float:
    return float(np.degrees(np.arccos(np.clip(np.cos(np.radians(a - b)), -1, 1))))


def bearing_deg(way: np.ndarray) -> float:
    return float(np.degrees(np.arctan2(way[0], way[1])) % 360)


def test_the_answer_is_the_bearing_from_the_object_that_is_seen_there(built: Built) -> None:
    for question, flight in built.of(TASK):
        place = parse_place(question.question)
        assert place is not None
        found = flight.hit(question.query_time_s, *place)
        assert found is not None, question.question_id
        (mark,) = question.marks
        bearing = bearing_deg(flight.place(question.satellite[0], mark.xy_px[0]) - _middle(found))
        off = [between_deg(bearing, 45.0 * EIGHT.index(option)) for option in question.options]
        assert off[right(question)] <= MARGIN_DEG + 0.2, question.question_id
        assert all(each >= APART_DEG - MARGIN_DEG - 0.2 for i, each in enumerate(off) if i != right(question))
        assert question.value is not None
        assert between_deg(question.value.number[0], bearing) < 0.3, question.question_id


def _middle(area: object) -> np.ndarray:
    """The centre of gravity; these landmarks all hold theirs, so nothing else can be meant by 'the middle'."""
    middle: np.ndarray = area.centroid  # type: ignore[attr-defined]
    return middle


def test_the_marked_place_lies_outside_the_object(built: Built) -> None:
    for question, flight in built.of(TASK):
        place = parse_place(question.question)
        assert place is not None
        found = flight.hit(question.query_time_s, *place)
        spot = flight.place(question.satellite[0], question.marks[0].xy_px[0])
        assert found is not None
        assert not found.holds(spot)[0], f"{question.question_id}: P lies in the object that it is asked about"


def test_the_options_are_at_least_45_degrees_apart(built: Built) -> None:
    for question, _ in built.of(TASK):
        assert len({EIGHT.index(option) for option in question.options}) == len(question.options)


def test_where_p_lies_in_the_window_tells_nothing(audit: Audit) -> None:
    def liking(question: Question) -> list[float]:
        bearing = bearing_deg(offset_from_centre(question, "P"))
        return [-between_deg(bearing, 45.0 * EIGHT.index(option)) for option in question.options]

    assert_chance(audit.drafted(TASK), as_from_the_windows_centre=liking, the_other_way=opposite(liking))


def test_where_the_object_is_in_the_image_tells_nothing(audit: Audit) -> None:
    """Whoever takes the top of the image for north gains nothing."""

    def liking(question: Question) -> list[float]:
        x, y = parse_place(question.question) or (0.5, 0.5)
        bearing = bearing_deg(np.array([0.5 - x, y - 0.5]))
        return [-between_deg(bearing, 45.0 * EIGHT.index(option)) for option in question.options]

    assert_chance(audit.drafted(TASK), towards_the_image_centre=liking, away_from_it=opposite(liking))


def test_how_the_options_lie_tells_nothing(audit: Audit) -> None:
    def liking(question: Question) -> list[float]:
        degrees = [45.0 * EIGHT.index(option) for option in question.options]
        return [sum(float(np.cos(np.radians(a - b))) for b in degrees) for a in degrees]

    assert_chance(audit.drafted(TASK), among_the_others=liking, apart_from_the_others=opposite(liking))
