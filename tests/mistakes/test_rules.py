"""Each rule on a question made by hand: the error that is applied comes out, and what nothing explains stays open."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from links2_tasks.mistakes import CATEGORIES
from links2_tasks.mistakes._case import Explanation, one_mistake
from links2_tasks.mistakes._rules import RULES, decide
from links2_tasks.schema import AnswerValue, Mark, SatelliteImage
from links2_tasks.taxonomy import tasks
from links2_tasks.variants.rotated_satellite import turned

# A flight from the lower left to the upper right of the map, in a bow, in pixels of the map as shown.
_PROGRESS = np.linspace(0, 1, 25)
FLIGHT = np.column_stack([150 + 600 * _PROGRESS, 850 - 500 * _PROGRESS**2])


def _place_at(t_s: float) -> tuple[float, float]:
    x, y = (np.interp(t_s, 10 * _PROGRESS, FLIGHT[:, axis]) for axis in range(2))
    return round(float(x), 1), round(float(y), 1)


def test_every_task_has_an_entry_even_where_no_rule_can_prove_anything() -> None:
    assert set(RULES) == {task.name for task in tasks()}


# Points ---------------------------------------------------------------------------------------------------------------


def _located(make: Any, t_s: float, *wrong: tuple[float, float], task: str = "uav_localization") -> Any:
    right = _place_at(t_s)
    return make.question(
        task,
        query_time_s=t_s,
        marks=make.points(right, *wrong),
        value=AnswerValue(kind="point", number=right, unit="px"),
    )


def test_a_mark_where_the_uav_looked_at_another_time_is_temporal(make: Any) -> None:
    question = _located(make, 2.0, _place_at(8.0), (900.0, 900.0), (60.0, 80.0))
    mistake = make.judge(question, "B", [make.flown(FLIGHT)])
    assert (mistake.category, mistake.rule) == ("temporal", "another_time")
    assert "at 8.0 s, not 2.0 s" in mistake.evidence
    assert make.judge(question, "C", [make.flown(FLIGHT)]).category is None


def test_without_the_flight_or_with_another_one_no_time_is_proved(make: Any) -> None:
    question = _located(make, 2.0, _place_at(8.0), (900.0, 900.0), (60.0, 80.0))
    elsewhere = make.flown(FLIGHT).model_copy(update={"video": "videos/other.mp4"})
    assert make.judge(question, "B").category is None
    assert make.judge(question, "B", [elsewhere]).category is None


def test_a_time_that_was_not_shown_explains_nothing(make: Any) -> None:
    question = _located(make, 2.0, _place_at(8.0), (900.0, 900.0), (60.0, 80.0))
    shown = question.model_copy(update={"video_span_s": (0.0, 5.0)})
    assert make.judge(shown, "B", [make.flown(FLIGHT)]).category is None


@pytest.mark.parametrize("task", ["uav_localization", "object_localization", "cross_view_change"])
@pytest.mark.parametrize(
    ("rule", "image"),
    [
        ("map_mirrored", lambda x, y: (1000 - x, y)),
        ("map_mirrored", lambda x, y: (x, 1000 - y)),
        ("map_turned", lambda x, y: (1000 - x, 1000 - y)),
        ("map_turned", lambda x, y: (1000 - y, x)),
        ("map_turned", lambda x, y: (y, 1000 - x)),
    ],
)
def test_a_mark_at_the_mirrored_or_turned_place_is_spatial_alignment(
    make: Any, task: str, rule: str, image: Any
) -> None:
    x, y = _place_at(2.0)
    question = _located(make, 2.0, image(x, y), (500.0, 480.0), (10.0, 20.0), task=task)
    mistake = make.judge(question, "B")
    assert (mistake.category, mistake.rule) == ("spatial_alignment", rule)
    assert make.judge(question, "C").category is None
    assert make.judge(question, "D").category is None


def test_a_mark_that_a_mirror_explains_as_well_as_another_time_is_left_to_people(make: Any) -> None:
    x, y = _place_at(8.0)
    # The map's middle is moved so that the mirror image of the place at 2 s is the place at 8 s.
    x2, y2 = _place_at(2.0)
    window = (200, 300, round(x + x2), round(y + y2))
    question = _located(make, 2.0, (x, y), (400.0, 50.0), (10.0, 20.0)).model_copy(
        update={"satellite": (SatelliteImage(path="satellite/city.jpg", gsd_m=0.5, window_px=window),)}
    )
    mistake = make.judge(question, "B", [make.flown(FLIGHT)])
    assert mistake.category is None
    assert "temporal" in mistake.evidence
    assert "spatial_alignment" in mistake.evidence


@pytest.mark.parametrize(("offset", "turn_deg"), [((60, -200), 180), ((-200, -60), 90), ((200, 60), 270)])
def test_an_object_turned_about_the_image_centre_is_direction(make: Any, offset: Any, turn_deg: int) -> None:
    centre = np.array([420.0, 610.0])
    # The right object lies 60 px west and 200 px south of the centre.
    question = make.question(
        "object_localization",
        query_time_s=4.0,
        marks=make.points(tuple(centre + (-60, 200)), tuple(centre + offset), (30.0, 40.0), (950.0, 300.0)),
    )
    mistake = make.judge(question, "B", [make.seen_at(4.0, tuple(centre))])
    assert (mistake.category, mistake.rule) == ("direction", "heading_turned")
    assert f"turned by {turn_deg} deg" in mistake.evidence
    assert make.judge(question, "B").category is None
    assert make.judge(question, "C", [make.seen_at(4.0, tuple(centre))]).category is None


# Nearest --------------------------------------------------------------------------------------------------------------


def _nearest(make: Any, *marks: tuple[float, float]) -> Any:
    return make.question("relative_distance", query_time_s=2.0, marks=make.points(*marks))


def test_the_nearest_of_another_moment_is_temporal(make: Any) -> None:
    x, y = _place_at(2.0)
    x9, y9 = _place_at(9.0)
    question = _nearest(make, (x, y - 90.0), (x9, y9 + 90.0), (400.0, 60.0), (850.0, 800.0))
    mistake = make.judge(question, "B", [make.flown(FLIGHT)])
    assert (mistake.category, mistake.rule) == ("temporal", "another_time")


def test_a_near_miss_in_metres_is_scale_and_distance_and_a_far_one_is_not(make: Any) -> None:
    x, y = _place_at(2.0)
    near = _nearest(make, (x, y - 90.0), (x - 120.0, y), (950.0, 60.0), (940.0, 960.0))
    mistake = make.judge(near, "B", [make.seen_at(2.0, (x, y))])
    assert (mistake.category, mistake.rule) == ("scale_and_distance", "next_nearest")
    assert "60 m, the nearest 45 m" in mistake.evidence
    far = _nearest(make, (x, y - 60.0), (x - 120.0, y), (950.0, 60.0), (940.0, 960.0))
    assert make.judge(far, "B", [make.seen_at(2.0, (x, y))]).category is None


def test_the_nearest_on_a_turned_map_too_is_left_to_people(make: Any) -> None:
    x, y = _place_at(2.0)
    # The next nearest lies where a half turn of the map brings the place.
    question = _nearest(make, (x + 300, y), (1000 - x, 1000 - y), (30.0, 30.0), (999.0, 999.0))
    mistake = make.judge(question, "B", [make.seen_at(2.0, (x, y))])
    assert mistake.category is None
    assert "turned by 180 deg" in mistake.evidence


# Bearings -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["heading_estimation", "relative_direction"])
@pytest.mark.parametrize(
    ("right", "chosen", "rule"),
    [
        ("north", "south", "opposite"),
        ("north-north-east", "north-north-west", "mirrored_east_west"),
        ("north-north-east", "south-south-east", "mirrored_north_south"),
        ("north-north-east", "east-south-east", "quarter_turn_right"),
        ("north-north-east", "west-north-west", "quarter_turn_left"),
        ("north", "north-east", ""),
        ("east", "north-east", ""),
    ],
)
def test_directions_turned_round_mirrored_or_by_a_quarter(
    make: Any, task: str, right: str, chosen: str, rule: str
) -> None:
    question = make.question(task, options=(right, chosen, "west-south-west"))
    mistake = make.judge(question, "B")
    assert mistake.rule == rule
    assert mistake.category == ("direction" if rule else None)


def _heading(make: Any, t_s: float, right: str, heading_deg: float, *wrong: str) -> Any:
    return make.question(
        "heading_estimation",
        question_id=f"clip-heading-{t_s}",
        query_time_s=t_s,
        options=(right, *wrong),
        value=AnswerValue(kind="degrees", number=(heading_deg,), unit="deg"),
    )


def test_the_heading_of_another_moment_is_temporal_unless_it_is_the_opposite_too(make: Any) -> None:
    later = _heading(make, 7.0, "north-east", 43.0, "south-west")
    mistake = make.judge(_heading(make, 2.0, "north", 1.0, "north-east", "south"), "B", [later])
    assert (mistake.category, mistake.rule) == ("temporal", "another_time")
    both = make.judge(_heading(make, 2.0, "south-west", 226.0, "north-east", "south"), "B", [later])
    assert both.category is None
    assert "temporal" in both.evidence


# Paths ----------------------------------------------------------------------------------------------------------------

STRAIGHT = np.column_stack([np.linspace(300, 500, 25), np.linspace(300, 400, 25)])


def _turn(path: np.ndarray, degrees: float, scale: float = 1.0) -> np.ndarray:
    """A path turned clockwise about its own middle, and scaled."""
    angle, middle = np.radians(degrees), path.mean(axis=0)
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray((path - middle) @ matrix.T + middle)


BENT = np.column_stack([400 + 200 * _PROGRESS, 600 - 180 * _PROGRESS**3])


@pytest.mark.parametrize(
    ("right", "chosen", "category", "rule"),
    [
        (BENT, BENT[::-1], "temporal", "path_reversed"),
        (BENT, BENT + (120, -90), "spatial_alignment", "path_shifted"),
        (BENT, _turn(BENT, 90) + (120, -90), "spatial_alignment", "path_turned"),
        (BENT, BENT * (-1, 1) + (1200, 0), "spatial_alignment", "path_mirrored"),
        (BENT, _turn(BENT, 90), "direction", "path_turned_in_place"),
        (BENT, _turn(BENT, 0, 1.6), "scale_and_distance", "path_of_another_size"),
        # Two mistakes at once.
        (BENT, BENT[::-1] + (120, -90), None, ""),
        (BENT, _turn(BENT, 0, 1.6) + (120, -90), None, ""),
        # Backwards, or turned by half: a straight line does not tell.
        (STRAIGHT, STRAIGHT[::-1], None, ""),
        # A straight line moved along itself may be the same flight earlier or later; moved aside it is not.
        (STRAIGHT, STRAIGHT + (120, 60), None, ""),
        (STRAIGHT, STRAIGHT + (60, -120), "spatial_alignment", "path_shifted"),
        # Another path altogether.
        (BENT, np.column_stack([300 + 300 * _PROGRESS, 500 + 80 * np.sin(9 * _PROGRESS)]), None, ""),
    ],
)
def test_paths(make: Any, right: np.ndarray, chosen: np.ndarray, category: str | None, rule: str) -> None:
    question = make.flown(right)
    wrong = make.flown(chosen).marks[0].model_copy(update={"label": "B"})
    question = question.model_copy(update={"marks": (question.marks[0], wrong)})
    mistake = make.judge(question, "B")
    assert (mistake.category, mistake.rule) == (category, rule)


# Orders and routes ----------------------------------------------------------------------------------------------------


def _order(make: Any, places: list[tuple[float, float]], right: str, *wrong: str) -> Any:
    marks = tuple(Mark(image=0, kind="point", label=str(i + 1), xy_px=(place,)) for i, place in enumerate(places))
    return make.question("landmark_sequence", marks=marks, options=(right, *wrong))


def test_a_reversed_order_is_temporal_where_half_a_turn_would_give_another(make: Any) -> None:
    # East, north and west again. Turned by 180 deg about the places it would begin near place 2.
    legs = [((100, 800), (700, 800)), ((700, 750), (700, 250)), ((700, 200), (100, 200))]
    flight = np.concatenate([np.linspace(start, end, 20) for start, end in legs])
    places = [(200.0, 760.0), (660.0, 420.0), (200.0, 240.0)]
    question = _order(make, places, "1, 2, 3", "3, 2, 1", "2, 1, 3")
    mistake = make.judge(question, "B", [make.flown(flight)])
    assert (mistake.category, mistake.rule) == ("temporal", "order_reversed")
    unknown = make.judge(question, "B")
    assert unknown.category is None
    assert "not known" in unknown.evidence


def test_an_order_that_no_turn_of_the_flight_gives_is_left_to_people(make: Any) -> None:
    straight = np.column_stack([np.linspace(100, 900, 25), np.full(25, 500.0)])
    places = [(200.0, 480.0), (400.0, 520.0), (600.0, 480.0), (800.0, 520.0)]
    question = _order(make, places, "1, 2, 3, 4", "4, 3, 2, 1", "1, 3, 2, 4")
    assert make.judge(question, "C", [make.flown(straight)]).category is None


@pytest.mark.parametrize(
    ("chosen", "category", "rule"),
    [
        ("turn left and go 80 m, then turn left and go 60 m", "direction", "another_heading"),
        ("turn left and go 80 m, then turn right and go 60 m", "direction", "left_right_swapped"),
        ("turn right and go 80 m, then turn right and go 60 m", "direction", "front_back_swapped"),
        ("turn right and go 40 m, then turn left and go 90 m", "scale_and_distance", "other_lengths"),
        ("turn left and go 40 m, then turn left and go 60 m", None, ""),
        ("go straight ahead 80 m, then turn right and go 60 m", None, ""),
        ("turn right and go 80 m", None, ""),
    ],
)
def test_routes(make: Any, chosen: str, category: str | None, rule: str) -> None:
    right = "turn right and go 80 m, then turn left and go 60 m"
    mistake = make.judge(make.question("route_planning", options=(right, chosen, "elsewhere")), "B")
    assert (mistake.category, mistake.rule) == (category, rule)


def test_another_kind_is_perception_only_where_the_question_says_that_kinds_differ(make: Any) -> None:
    marks = tuple(
        Mark(image=0, kind="box", label=label, xy_px=((x, 10.0), (x + 50, 60.0)))
        for label, x in zip("ABC", (10.0, 200.0, 500.0), strict=True)
    )
    fields = {"marks": marks, "options": ("Box A", "Box B", "Box C")}
    told = make.question("scene_recognition", question="Areas of three different kinds of land use.", **fields)
    assert make.judge(told, "B").category == "perception"
    assert make.judge(make.question("scene_recognition", question="Which box?", **fields), "B").category is None


# Turned maps and options in another order -----------------------------------------------------------------------------


@pytest.mark.parametrize("turn_deg", [90, 180, 270])
def test_a_turned_map_changes_no_category_and_still_shares_its_places_with_others(make: Any, turn_deg: Any) -> None:
    question = _located(make, 2.0, _place_at(8.0), (900.0, 900.0), (60.0, 80.0))
    plain = make.judge(question, "B", [make.flown(FLIGHT)])
    assert make.judge(turned(question, [(1000, 1000)], turn_deg), "B", [make.flown(FLIGHT)]) == plain
    assert make.judge(question, "B", [turned(make.flown(FLIGHT), [(1000, 1000)], turn_deg)]) == plain


def test_marks_are_found_by_the_text_of_options_that_were_moved(make: Any) -> None:
    question = _located(make, 2.0, _place_at(8.0), (900.0, 900.0), (60.0, 80.0))
    moved = question.model_copy(update={"options": ("Mark C", "Mark D", "Mark A", "Mark B"), "answer": "C"})
    assert make.judge(moved, "D", [make.flown(FLIGHT)]).category == "temporal"
    assert make.judge(moved, "A", [make.flown(FLIGHT)]).category is None


# When something is proved ---------------------------------------------------------------------------------------------


def test_nothing_is_proved_by_two_categories_that_explain_equally_well() -> None:
    found = decide([one_mistake("temporal", "a", "first"), one_mistake("direction", "b", "second")])
    assert (found.category, found.rule) == (None, "")
    assert "first" in found.evidence
    assert "second" in found.evidence


def test_what_every_explanation_takes_is_proved() -> None:
    both = Explanation(frozenset({"temporal", "spatial_alignment"}), "both", "two mistakes")
    assert decide([both, one_mistake("spatial_alignment", "one", "a shift")]).category == "spatial_alignment"
    assert decide([both]).category is None


def test_an_objection_takes_a_category_away_and_never_gives_one() -> None:
    objection = one_mistake("temporal", "maybe", "", proves=False)
    assert decide([objection]).category is None
    assert decide([objection, one_mistake("direction", "sure", "")]).category is None
    assert decide([objection, one_mistake("temporal", "sure", "")]).category == "temporal"


def test_categories_are_the_seven_of_the_design() -> None:
    assert len(CATEGORIES) == 7
