"""Changed and unchanged spots against the raw annotation, and guessers without a video."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from raw_flight import right
from shortcuts import WHERE, assert_chance, opposite

if TYPE_CHECKING:
    from conftest import Audit, Built
    from raw_flight import Area, RawFlight

    from links2_tasks.construction.scene import Landmark
    from links2_tasks.schema import Question

TASK = "cross_view_change"
GAP_REACHES, LEAST_FRAMES, BORDER, CLEARANCE_M = 0.15, 4, 0.1, 6.0


def under(flight: RawFlight, spot: np.ndarray) -> list[Area]:
    return [one for one in flight.landmarks if one.holds(spot)[0]]


def test_only_the_answer_has_changed(built: Built) -> None:
    for question, flight in built.of(TASK):
        for i, spot in enumerate(flight.spots(question)):
            changed = [one for one in under(flight, spot) if one.change]
            assert bool(changed) == (i == right(question)), question.question_id


def test_unchanged_spots_are_clear_of_every_change(built: Built) -> None:
    for question, flight in built.of(TASK):
        wrong = np.delete(flight.spots(question), right(question), axis=0)
        for one in flight.landmarks:
            if one.change:
                near = np.linalg.norm(one.filled(1.0)[:, None] - wrong[None], axis=2)
                assert near.min() > CLEARANCE_M - 1.0, (
                    f"{question.question_id}: near {one.name}, which was {one.change}"
                )


def test_two_spots_show_an_object_on_the_map_and_two_do_not(built: Built) -> None:
    for question, flight in built.of(TASK):
        on_map = [any(one.change != "added" for one in under(flight, spot)) for spot in flight.spots(question)]
        assert sum(on_map) == 2, question.question_id


def test_all_spots_come_into_view_for_some_frames(built: Built) -> None:
    for question, flight in built.of(TASK):
        start_s, end_s = question.video_span_s
        times = np.linspace(start_s, end_s, round((end_s - start_s) / 0.2) + 1)
        for spot in flight.spots(question):
            owner = next((one for one in under(flight, spot) if one.change != "removed"), None)
            height_m = owner.height_m if owner else 0.0
            seen = [
                bool(flight.sees(float(t), spot, border=BORDER - 0.005)[0])
                and not flight.hidden(float(t), spot, height_m, owner)
                for t in times
            ]
            assert sum(seen) >= LEAST_FRAMES, question.question_id


def test_the_spots_stand_apart(built: Built) -> None:
    for question, flight in built.of(TASK):
        spots = flight.spots(question)
        gaps = np.linalg.norm(spots[:, None] - spots[None], axis=2)[np.triu_indices(4, 1)]
        assert gaps.min() >= GAP_REACHES * flight.reach_m(question.video_span_s) - 0.2, question.question_id


def test_where_the_spots_lie_tells_nothing(audit: Audit) -> None:
    assert_chance(audit.chosen(TASK), **WHERE)


def shown_on_the_map(audit: Audit, question: Question) -> list[Landmark | None]:
    """What the map shows under each mark."""
    scene = audit.scene_of(question)
    marks = {mark.label: mark.xy_px[0] for mark in question.marks}
    pixels = np.array([marks[letter] for letter in question.letters]) + question.satellite[0].window_px[:2]
    spots = scene.map.georeference.to_metres(pixels)
    return [
        next((one for one in scene.landmarks if one.on_map and np.hypot(*(one.centre - spot)) < 1.0), None)
        for spot in spots
    ]


def test_whether_the_map_shows_an_object_tells_nothing(audit: Audit) -> None:
    def liking(question: Question) -> list[float]:
        return [float(one is not None) for one in shown_on_the_map(audit, question)]

    assert_chance(audit.chosen(TASK), on_an_object=liking, on_open_ground=opposite(liking))


def test_the_classes_of_the_marked_objects_tell_nothing(audit: Audit) -> None:
    def liking(question: Question) -> list[float]:
        classes = [one.class_name if one else "" for one in shown_on_the_map(audit, question)]
        numbers = Counter(classes)
        return [float(numbers[name]) for name in classes]

    assert_chance(audit.chosen(TASK), most_common_class=liking, odd_class_out=opposite(liking))
