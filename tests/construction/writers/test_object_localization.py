"""The object of object_localization found by following the sight line down, and guessers without a video."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from raw_flight import right
from shortcuts import WHERE, assert_chance, opposite

from links2_tasks.terms import parse_place

if TYPE_CHECKING:
    from conftest import Audit, Built

    from links2_tasks.schema import Question

TASK = "object_localization"
IMAGE_GAP_SHARE = 0.2
GAP_REACHES = 0.1


def test_the_answer_is_what_the_sight_line_meets_first(built: Built) -> None:
    for question, flight in built.of(TASK):
        place = parse_place(question.question)
        assert place is not None
        found = flight.hit(question.query_time_s, *place)
        inside = [found is not None and bool(found.holds(spot)[0]) for spot in flight.spots(question)]
        assert inside == [i == right(question) for i in range(4)], question.question_id


def test_the_other_objects_are_seen_elsewhere_or_not_at_all(built: Built) -> None:
    for question, flight in built.of(TASK):
        place = np.array(parse_place(question.question)) * flight.size_px
        for i, spot in enumerate(flight.spots(question)):
            if i == right(question):
                continue
            owners = [one for one in flight.landmarks if one.change is None and one.holds(spot)[0]]
            assert len(owners) == 1, f"{question.question_id}: mark {i} is not on one landmark alone"
            pixel = flight.pixels(question.query_time_s, spot, owners[0].height_m)[0]
            gap = np.hypot(*(pixel - place)) / flight.size_px[0]
            assert not gap < IMAGE_GAP_SHARE - 0.01, question.question_id


def test_marks_stand_apart_and_the_open_answer_is_the_right_one(built: Built) -> None:
    for question, flight in built.of(TASK):
        spots = flight.spots(question)
        gaps = np.linalg.norm(spots[:, None] - spots[None], axis=2)[np.triu_indices(4, 1)]
        assert gaps.min() >= GAP_REACHES * flight.reach_m(question.video_span_s) - 0.2, question.question_id
        (mark,) = (mark for mark in question.marks if mark.label == question.answer)
        assert question.value is not None
        assert question.value.number == mark.xy_px[0], question.question_id


def test_where_the_marks_lie_tells_nothing(audit: Audit) -> None:
    assert_chance(audit.chosen(TASK), **WHERE)


def test_the_classes_of_the_marked_objects_tell_nothing(audit: Audit) -> None:
    def liking(question: Question) -> list[float]:
        scene, image = audit.scene_of(question), question.satellite[0]
        pixels = np.array([mark.xy_px[0] for mark in question.marks]) + image.window_px[:2]
        spots = scene.map.georeference.to_metres(pixels)
        owners = [min(scene.landmarks, key=lambda one: float(np.hypot(*(one.centre - spot)))) for spot in spots]
        numbers = Counter(owner.class_name for owner in owners)
        return [float(numbers[owner.class_name]) for owner in owners]

    assert_chance(audit.drafted(TASK), most_common_class=liking, odd_class_out=opposite(liking))
