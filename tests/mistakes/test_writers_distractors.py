"""Wrong options of the real writers, each the outcome of an error that is really applied, get that error's category."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from links2_tasks.construction.writers import ClipView
from links2_tasks.construction.writers._orbits import mirrored, rotated
from links2_tasks.construction.writers._window import Window
from links2_tasks.construction.writers.route_planning import dead_reckoned
from links2_tasks.construction.writers.trajectory_matching import BESIDE_SHARE as DRAWN_BESIDE
from links2_tasks.mistakes._paths import BESIDE_SHARE
from links2_tasks.schema import LETTERS, Question
from links2_tasks.terms import parse_route


def test_paths_are_moved_back_by_what_the_writer_moved_them() -> None:
    assert BESIDE_SHARE == DRAWN_BESIDE


def _window(question: Question, clip: ClipView) -> Window:
    window = question.satellite[0].window_px
    assert window is not None
    return Window(clip.scene, *window)


def _metres(question: Question, clip: ClipView, letter: str) -> np.ndarray:
    mark = next(mark for mark in question.marks if mark.label == letter)
    return _window(question, clip).metres(np.array(mark.xy_px))


def _shape(path: np.ndarray) -> np.ndarray:
    return path - path.mean(axis=0)


def _errors(track: np.ndarray) -> dict[str, np.ndarray]:
    """The shape of a track as who makes an error sees it."""
    zero = np.zeros(2)
    shape = _shape(track)
    return {
        "rotated 90": rotated(shape, zero, 1),
        "rotated 180": rotated(shape, zero, 2),
        "rotated 270": rotated(shape, zero, 3),
        "mirrored east-west": mirrored(shape, zero, 0),
        "mirrored north-south": mirrored(shape, zero, 1),
        "reversed": shape[::-1],
    }


def _outcomes(asked: Any, make: Any) -> dict[str, Counter[str | None]]:
    """Categories of the paths that have the shape which an error gives, by error and whether they stay in place."""
    outcomes: dict[str, Counter[str | None]] = {}
    for question, clip in asked.of("trajectory_matching"):
        times = np.linspace(*question.video_span_s, 25)
        track = clip.scene.ground_track(times)
        for error, shape in _errors(track).items():
            for letter in "BCD":
                path = _metres(question, clip, letter)
                if np.linalg.norm(_shape(path) - shape, axis=1).mean() > 4.0:
                    continue
                moved = np.linalg.norm(path.mean(axis=0) - track.mean(axis=0)) > 15.0
                found = make.judge(question, letter, asked.questions).category
                outcomes.setdefault(f"{error}{', elsewhere' if moved else ''}", Counter())[found] += 1
    return outcomes


def test_paths_of_a_turned_or_mirrored_map_are_spatial_alignment_and_reversed_ones_temporal(
    asked: Any, make: Any
) -> None:
    outcomes = _outcomes(asked, make)
    for error in ("rotated 90", "rotated 180", "rotated 270", "mirrored east-west", "mirrored north-south"):
        found = outcomes[f"{error}, elsewhere"]
        assert found["spatial_alignment"] >= 1, (error, found)
        assert set(found) <= {"spatial_alignment", None}
    assert outcomes["reversed"]["temporal"] >= 1
    # Straight paths and arcs leave it open whether they were reversed or turned.
    assert set(outcomes["reversed"]) <= {"temporal", None}


def test_a_path_that_is_reversed_and_elsewhere_as_well_is_never_called_temporal(asked: Any, make: Any) -> None:
    assert _outcomes(asked, make)["reversed, elsewhere"]["temporal"] == 0


def test_orders_of_the_turned_flight_are_spatial_alignment_and_the_reversed_one_is_left_to_people(
    asked: Any, make: Any
) -> None:
    decided = 0
    for question, _ in asked.of("landmark_sequence"):
        if not any(one.task == "trajectory_matching" and one.clip_id == question.clip_id for one in asked.questions):
            continue
        quarter, half, three_quarters = (make.judge(question, letter, asked.questions) for letter in "BCD")
        assert {quarter.category, three_quarters.category} <= {"spatial_alignment", None}
        decided += quarter.category == three_quarters.category == "spatial_alignment"
        # The writer takes only places for which a half turn gives the reversed order: nothing tells the two apart.
        assert half.category is None
        assert "temporal" in half.evidence
    assert decided >= 3


def test_a_route_for_another_heading_leads_to_the_goal_from_the_heading_that_the_evidence_names(
    asked: Any, make: Any
) -> None:
    headings = []
    for question, clip in asked.of("route_planning"):
        goal = _metres(question, clip, "G")[0]
        t_s = question.query_time_s
        start, heading_deg = clip.scene.ground_at(t_s), clip.scene.pose_at(t_s).heading_deg
        for letter in "BCD":
            mistake = make.judge(question, letter, asked.questions)
            assert mistake.category == "direction"
            if mistake.rule == "another_heading":
                off_deg = float(mistake.evidence.split("heading ")[1].split(" deg")[0])
                route = parse_route(question.options[LETTERS.index(letter)])
                end = dead_reckoned(start, heading_deg + off_deg, route)
                assert np.linalg.norm(end - goal) < 2.0
                headings.append(off_deg)
    assert {90.0, 180.0, 270.0} <= set(headings)


@pytest.mark.parametrize("task", ["heading_estimation", "relative_direction"])
def test_the_opposite_direction_is_a_mistake_of_direction(asked: Any, make: Any, task: str) -> None:
    for question, _ in asked.of(task):
        mistake = make.judge(question, "B")
        assert (mistake.category, mistake.rule) == ("direction", "opposite")


def test_another_kind_of_land_use_is_perception(asked: Any, make: Any) -> None:
    for question, _ in asked.of("scene_recognition"):
        assert {make.judge(question, letter).category for letter in question.letters[1:]} == {"perception"}


def test_the_nearest_mark_of_another_moment_is_temporal_or_open_and_never_something_else(asked: Any, make: Any) -> None:
    found: Counter[str | None] = Counter()
    for question, clip in asked.of("relative_distance"):
        marks = np.array([_metres(question, clip, letter)[0] for letter in "ABCD"])
        for other_s in np.linspace(*question.video_span_s, 40):
            distances = np.linalg.norm(marks - clip.scene.ground_at(float(other_s)), axis=1)
            letter = "ABCD"[int(distances.argmin())]
            clearly = np.sort(distances)[1] > 1.4 * distances.min()
            if letter != "A" and clearly and abs(other_s - question.query_time_s) > 1.5:
                found[make.judge(question, letter, asked.questions).category] += 1
    assert found["temporal"] >= 1
    assert set(found) <= {"temporal", None}


@pytest.mark.parametrize("task", ["object_counting", "satellite_retrieval"])
def test_where_wrong_options_prove_nothing_all_are_left_to_people(asked: Any, make: Any, task: str) -> None:
    for question, _ in asked.of(task):
        for letter in question.letters[1:]:
            mistake = make.judge(question, letter, asked.questions)
            assert (mistake.category, mistake.rule) == (None, "")


def test_marks_that_nothing_explains_are_left_to_people(asked: Any, make: Any) -> None:
    """Random points of a window: where they are not by chance the image of the truth, no rule speaks."""
    for task in ("uav_localization", "object_localization"):
        mistakes = [make.judge(one, letter, asked.questions) for one, _ in asked.of(task) for letter in "BCD"]
        undecided = sum(mistake.category is None for mistake in mistakes)
        assert undecided >= 0.8 * len(mistakes), task
