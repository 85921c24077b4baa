"""The drawn paths against the flown one, and whether one of them looks like the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from raw_flight import right
from shortcuts import WHERE, assert_chance, option_points

if TYPE_CHECKING:
    from conftest import Audit, Built
    from raw_flight import RawFlight

    from links2_tasks.schema import Question

TASK = "trajectory_matching"
GAP_REACHES = 0.12
BESIDE_SHARE = 0.008
"""Paths are drawn beside where they run, by this share of the window's side."""


def drawn_paths(question: Question, flight: RawFlight) -> list[np.ndarray]:
    marks = {mark.label: mark for mark in question.marks}
    return [flight.place(question.satellite[0], np.array(marks[letter].xy_px)) for letter in question.letters]


def flown_path(question: Question, flight: RawFlight, number: int) -> np.ndarray:
    return np.array([flight.ground(float(t)) for t in np.linspace(*question.video_span_s, number)])


def test_the_flight_is_drawn_exactly_once_and_is_the_answer(built: Built) -> None:
    for question, flight in built.of(TASK):
        aside_m = BESIDE_SHARE * question.satellite[0].window_px[2] * flight.gsd_m
        flown = flown_path(question, flight, len(question.marks[0].xy_px))
        off = [float(np.linalg.norm(path - flown, axis=1).max()) for path in drawn_paths(question, flight)]
        assert [each < aside_m + 1.0 for each in off] == [i == right(question) for i in range(4)], question.question_id


def test_the_other_paths_differ_by_the_stated_gap(built: Built) -> None:
    for question, flight in built.of(TASK):
        least_m = GAP_REACHES * flight.reach_m(question.video_span_s)
        least_m -= 2 * BESIDE_SHARE * question.satellite[0].window_px[2] * flight.gsd_m + 0.5
        flown = flown_path(question, flight, len(question.marks[0].xy_px))
        for i, path in enumerate(drawn_paths(question, flight)):
            if i != right(question):
                assert np.linalg.norm(path - flown, axis=1).mean() >= least_m, question.question_id


def test_all_paths_are_of_one_length_and_one_shape(built: Built) -> None:
    for question, flight in built.of(TASK):
        flown_m = np.linalg.norm(np.diff(flown_path(question, flight, 25), axis=0), axis=1).sum()
        for path in drawn_paths(question, flight):
            length_m = np.linalg.norm(np.diff(path, axis=0), axis=1).sum()
            # Drawn to the right of a turn a path is a little longer or shorter.
            assert length_m == pytest.approx(flown_m, rel=0.15, abs=15.0), question.question_id


def ends(question: Question) -> np.ndarray:
    marks = {mark.label: mark for mark in question.marks}
    return np.array([[marks[letter].xy_px[i] for i in (0, -1)] for letter in question.letters])


def to_the_right(question: Question) -> np.ndarray:
    both = ends(question)
    return both[:, 1, 0] - both[:, 0, 0]


def starts_in_the_middle(question: Question) -> np.ndarray:
    return -np.linalg.norm(ends(question)[:, 0] / question.satellite[0].window_px[2] - 0.5, axis=1)


def longest(question: Question) -> np.ndarray:
    marks = {mark.label: np.array(mark.xy_px) for mark in question.marks}
    lengths = [np.linalg.norm(np.diff(marks[letter], axis=0), axis=1).sum() for letter in question.letters]
    return np.array(lengths)


def medoid(question: Question) -> np.ndarray:
    """The path that differs least from the others."""
    marks = {mark.label: np.array(mark.xy_px) for mark in question.marks}
    paths = [marks[letter] for letter in question.letters]
    return -np.array([sum(np.linalg.norm(a - b, axis=1).mean() for b in paths) for a in paths])


LOOKS = WHERE | {guesser.__name__: guesser for guesser in (to_the_right, starts_in_the_middle, longest, medoid)}


def test_how_the_paths_lie_tells_nothing(audit: Audit) -> None:
    assert option_points(audit.drafted(TASK)[0]).shape == (4, 2)
    assert_chance(audit.drafted(TASK), **LOOKS)
