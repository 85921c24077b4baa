"""Places counted by following each landmark through the raw telemetry, and guessers without a video."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from flight_folders import MAP_BOUNDS_M
from shapely import box
from shortcuts import Guesser, assert_chance, learner

from links2_tasks.construction.scene import Landmark, Pose, Track, project
from links2_tasks.construction.writers import ClipView, Refusal, object_counting

if TYPE_CHECKING:
    from conftest import Audit, Built
    from raw_flight import Area, RawFlight

    from links2_tasks.schema import Question

TASK = "object_counting"
IN_VIEW_SHARE, BORDER = 0.6, 0.1


def boxed(question: Question, flight: RawFlight) -> list[Area]:
    """The landmark in each box: the one with that outer edge."""
    found = []
    for mark in question.marks:
        corners = flight.place(question.satellite[0], np.array(mark.xy_px))
        low, high = corners.min(axis=0), corners.max(axis=0)
        fits = [
            one
            for one in flight.landmarks
            if np.abs(one.ring.min(axis=0) - low).max() < 0.2 and np.abs(one.ring.max(axis=0) - high).max() < 0.2
        ]
        assert len(fits) == 1, f"{question.question_id}: box {mark.label} is the outer edge of {len(fits)} landmarks"
        found.append(fits[0])
    return found


def sample_times_s(question: Question) -> np.ndarray:
    start_s, end_s = question.video_span_s
    return np.linspace(start_s, end_s, max(2, round((end_s - start_s) / 0.2) + 1))


def comes_clearly_into_view(question: Question, flight: RawFlight, one: Area) -> bool:
    cells, middle = one.filled(1.0), one.centroid
    for t_s in sample_times_s(question):
        share = flight.sees(float(t_s), cells, border=BORDER).mean()
        if share >= IN_VIEW_SHARE - 0.05 and not flight.hidden(float(t_s), middle, one.height_m, one):
            return True
    return False


def stays_out_of_view(question: Question, flight: RawFlight, one: Area) -> bool:
    """Neither its ground nor its top is ever in the image."""
    cells = np.concatenate([one.filled(1.0), one.ring])
    return not any(
        flight.sees(float(t_s), cells, height).any()
        for t_s in sample_times_s(question)
        for height in {0.0, one.height_m}
    )


def test_the_answer_is_the_number_that_come_into_view(built: Built) -> None:
    for question, flight in built.of(TASK):
        count = sum(not stays_out_of_view(question, flight, one) for one in boxed(question, flight))
        assert question.answer_text == str(count), question.question_id
        assert question.value is not None
        assert question.value.number == (count,), question.question_id


def test_each_marked_place_is_clearly_in_view_or_out_of_it(built: Built) -> None:
    for question, flight in built.of(TASK):
        for one in boxed(question, flight):
            seen = comes_clearly_into_view(question, flight, one)
            unseen = stays_out_of_view(question, flight, one)
            assert seen != unseen, (
                f"{question.question_id}: {one.name} is neither clearly in view nor clearly out of it"
            )


def test_the_marks_are_of_the_named_class_and_unchanged(built: Built) -> None:
    for question, flight in built.of(TASK):
        places = boxed(question, flight)
        named = re.search(r"class '([^']+)'", question.question)
        assert named is not None
        assert {one.class_name.replace("_", " ") for one in places} == {named[1]}, question.question_id
        assert {one.change for one in places} == {None}, question.question_id
        assert len({one.name for one in places}) == len(places), question.question_id
        assert [mark.label for mark in question.marks] == [str(i + 1) for i in range(len(places))]


def test_the_options_are_near_counts_and_none_is_impossible(built: Built) -> None:
    for question, _ in built.of(TASK):
        numbers = sorted(int(option) for option in question.options)
        assert len(numbers) in (3, 4), question.question_id
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), question.question_id
        assert numbers[0] >= 0, question.question_id
        assert numbers[-1] < len(question.marks), f"{question.question_id}: one place at least stays out of view"


def test_a_place_of_which_only_the_roof_is_seen_is_not_marked(audit: Audit) -> None:
    """A hovering camera that looks ahead: the tower's foot is below the image, its top is in it."""
    scene = audit.clips[0].scene
    east, north = ((MAP_BOUNDS_M[i] + MAP_BOUNDS_M[i + 2]) / 2 for i in range(2))
    track = Track(tuple(Pose(t, east, north, 120.0, 0.0, -50.0) for t in (0.0, 12.0)))
    places = [(0.0, 33.0), (0.0, 90.0), (30.0, 100.0), (-30.0, 110.0), (150.0, 60.0), (-150.0, 60.0)]
    places += [(0.0, -60.0), (0.0, -90.0), (60.0, -60.0)]
    towers = tuple(
        Landmark(
            f"tower_{i}", "tower", "", box(east + x - 4, north + y - 4, east + x + 4, north + y + 4), 30.0 * (i == 0)
        )
        for i, (x, y) in enumerate(places)
    )
    clip = ClipView(replace(scene, track=track, landmarks=towers), "hover", (0.0, 12.0))
    roof = project(scene.camera, track.at(0.0), towers[0].centre[None], 30.0)[0]
    assert np.all((roof > 0) & (roof < (scene.camera.width_px, scene.camera.height_px))), "the roof is in the image"
    drafts = [
        draft
        for seed in range(6)
        for draft in object_counting.write(clip, np.random.default_rng(seed))
        if not isinstance(draft, Refusal)
    ]
    assert drafts, "nothing was counted, so nothing was tried"
    for draft in drafts:
        corner = np.array([east - 4 - MAP_BOUNDS_M[0], MAP_BOUNDS_M[3] - (north + 37.0)]) / scene.map.georeference.gsd_m
        corners = np.array([mark.xy_px[0] for mark in draft.marks]) + draft.satellite[0].window_px[:2]
        assert np.abs(corners - corner).max(axis=1).min() > 1.0, "the tower is marked"


def values(question: Question) -> np.ndarray:
    return np.array([int(option) for option in question.options])


def ranks(question: Question) -> np.ndarray:
    return values(question).argsort().argsort()


def spots(question: Question) -> np.ndarray:
    middles = np.array([np.mean(mark.xy_px, axis=0) for mark in question.marks])
    return middles / question.satellite[0].window_px[2]


GUESSERS: dict[str, Guesser] = {
    "smallest": lambda question: -ranks(question),
    "second": lambda question: ranks(question) == 1,
    "third": lambda question: ranks(question) == 2,
    "largest": ranks,
    "nearest to 1": lambda question: -np.abs(values(question) - 1),
    "half of the marks": lambda question: -np.abs(values(question) - len(question.marks) / 2),
    "most of the marks": lambda question: -np.abs(values(question) - (len(question.marks) - 1)),
    "neither none nor all": lambda question: (values(question) > 0) & (values(question) < len(question.marks)),
}


def test_the_numbers_and_the_marks_tell_nothing(audit: Audit) -> None:
    assert_chance(audit.chosen(TASK), **GUESSERS)


def test_nothing_is_learned_from_other_questions(audit: Audit) -> None:
    """Whoever has seen which number was right, of how many marks, does no better on other clips."""

    def noticed(question: Question, option: int) -> Hashable:
        return len(question.marks), int(values(question)[option])

    assert_chance(audit.chosen(TASK), learned=learner(audit.chosen(TASK), noticed))


def largest_group(question: Question) -> np.ndarray:
    """The size of the largest group of marks that stand together."""
    points = spots(question)
    near = np.linalg.norm(points[:, None] - points[None], axis=2) < 0.2
    for _ in points:
        near = (near.astype(int) @ near) > 0
    return -np.abs(values(question) - near.sum(axis=1).max()).astype(float)


def test_how_the_marks_are_grouped_tells_nothing(audit: Audit) -> None:
    assert_chance(audit.chosen(TASK), largest_group=largest_group)
