"""The order of passing from raw telemetry, and whether the marks or the options alone give it away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from flight_folders import MAP_BOUNDS_M
from shortcuts import assert_chance, opposite

from links2_tasks.construction.scene import Pose, Track
from links2_tasks.construction.writers import ClipView, Refusal, landmark_sequence
from links2_tasks.terms import parse_order

if TYPE_CHECKING:
    from conftest import Audit, Built
    from raw_flight import RawFlight

    from links2_tasks.schema import Question

TASK = "landmark_sequence"
LEAST_STEP_S, FROM_ENDS_S, STEP_S = 1.0, 0.4, 0.05
CLEARLY_NEARER = 1.1
"""A place must not come almost as near again at another time, or its time of passing is not certain."""


def approach(question: Question, flight: RawFlight) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Times (T,), and for each label the distance (T,) of the image centre from its place."""
    start_s, end_s = question.video_span_s
    times = np.linspace(start_s, end_s, round((end_s - start_s) / STEP_S) + 1)
    track = np.array([flight.ground(float(t)) for t in times])
    places = {str(mark.label): flight.place(question.satellite[0], mark.xy_px[0]) for mark in question.marks}
    return times, {label: np.linalg.norm(track - place, axis=1) for label, place in places.items()}


def test_exactly_one_option_is_the_order_of_passing_and_it_is_the_answer(built: Built) -> None:
    for question, flight in built.of(TASK):
        times, distances = approach(question, flight)
        passed = {label: float(times[far.argmin()]) for label, far in distances.items()}
        order = tuple(sorted(passed, key=lambda label: passed[label]))
        assert [parse_order(option) == order for option in question.options].count(True) == 1, question.question_id
        assert parse_order(question.answer_text) == order, question.question_id


def test_places_are_passed_one_after_the_other_and_not_at_the_ends(built: Built) -> None:
    for question, flight in built.of(TASK):
        times, distances = approach(question, flight)
        passed = sorted(float(times[far.argmin()]) for far in distances.values())
        assert min(np.diff(passed)) >= LEAST_STEP_S - 0.25, question.question_id
        assert passed[0] >= question.video_span_s[0] + FROM_ENDS_S - 0.15, question.question_id
        assert passed[-1] <= question.video_span_s[1] - FROM_ENDS_S + 0.15, question.question_id


def test_no_place_comes_almost_as_near_at_another_time(audit: Audit) -> None:
    """A flight that winds its way to the east: from beside it, two of its bends are equally near."""
    scene = audit.clips[0].scene
    middle = np.array([(MAP_BOUNDS_M[i] + MAP_BOUNDS_M[i + 2]) / 2 for i in range(2)])
    corners = np.array([(2.0 * i, 20.0 * (i - 3), 15.0 * (-1) ** i) for i in range(7)])
    track = Track(tuple(Pose(t, middle[0] + east, middle[1] + north, 90.0, 0.0) for t, east, north in corners))
    clip = ClipView(replace(scene, track=track), "winding", (0.0, 12.0))
    written = [one for seed in range(5) for one in landmark_sequence.write(clip, np.random.default_rng(seed))]
    drafts = [one for one in written if not isinstance(one, Refusal)]
    assert drafts, "no order was asked for, so nothing was tried"
    times = np.linspace(0.0, 12.0, 241)
    way = middle + np.column_stack([np.interp(times, corners[:, 0], corners[:, i]) for i in (1, 2)])
    for draft in drafts:
        (left, top, *_), gsd_m = draft.satellite[0].window_px, scene.map.georeference.gsd_m
        for mark in draft.marks:
            x, y = np.array(mark.xy_px[0]) + (left, top)
            far = np.hypot(*(way - (MAP_BOUNDS_M[0] + x * gsd_m, MAP_BOUNDS_M[3] - y * gsd_m)).T)
            at_another_time = far[np.abs(times - times[far.argmin()]) > 2.0]
            assert at_another_time.min() > CLEARLY_NEARER * far.min() + 1.0, f"place {mark.label} is passed twice"


def test_every_option_orders_all_places(built: Built) -> None:
    for question, _ in built.of(TASK):
        labels = sorted(str(mark.label) for mark in question.marks)
        assert all(sorted(parse_order(option)) == labels for option in question.options), question.question_id


def tour(question: Question) -> np.ndarray:
    """Length of the way through the places, in the order of each option."""
    places = {mark.label: np.array(mark.xy_px[0]) for mark in question.marks}
    ways = [[places[label] for label in parse_order(option)] for option in question.options]
    return np.array([np.linalg.norm(np.diff(way, axis=0), axis=1).sum() for way in ways])


def turning(question: Question) -> np.ndarray:
    """How much the way through the places turns, in the order of each option."""
    places = {mark.label: np.array(mark.xy_px[0]) for mark in question.marks}
    turns = []
    for option in question.options:
        steps = np.diff([places[label] for label in parse_order(option)], axis=0)
        angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        turns.append(np.abs(np.diff(angles)).sum())
    return np.array(turns)


def agreement(question: Question) -> np.ndarray:
    """How many pairs of places each option puts in the same order as the other options."""
    orders = [parse_order(option) for option in question.options]
    ranks = np.array([[order.index(label) for label in sorted(order)] for order in orders])
    before = (ranks[:, :, None] < ranks[:, None, :]).reshape(len(orders), -1)
    return (before[:, None] == before[None]).sum(axis=(1, 2)).astype(float)


def first_label(question: Question) -> np.ndarray:
    return np.array([-float(parse_order(option)[0]) for option in question.options])


def test_the_orders_alone_tell_nothing(audit: Audit) -> None:
    guessers = {guesser.__name__: guesser for guesser in (tour, turning, first_label, agreement)}
    others = {f"least {name}": opposite(guesser) for name, guesser in guessers.items()}
    assert_chance(audit.drafted(TASK), **guessers, **others)
