"""Readers that see everything but make one kind of error throughout, and one that guesses.

    python tests/mistakes/readers.py ROOT

prints, for each reader, what the rules make of its wrong answers to a dataset's questions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np

from links2_tasks.dataset import load_questions
from links2_tasks.mistakes import CATEGORIES, UNDECIDED, categorise, guessed_shares, mistake_shares, steady_errors
from links2_tasks.mistakes._case import Case
from links2_tasks.mistakes._flights import UNKNOWN, Flight, Key, flights_of, key_of
from links2_tasks.results import ResultRow
from links2_tasks.schema import LETTERS, Question
from links2_tasks.scoring import ScoredRow
from links2_tasks.terms import (
    TURN_DEG,
    angle_between_deg,
    compass_deg,
    parse_order,
    parse_route,
)

Points = np.ndarray
_POINT_TASKS = ("uav_localization", "object_localization", "cross_view_change")
_ANY = ("scene_recognition", "object_counting", "satellite_retrieval")
"""Tasks on which the errors here have no effect: these readers are right."""


@dataclass(frozen=True)
class Error:
    """What a reader gets wrong: the map, the order of time, and so directions and turns."""

    name: str
    place: Callable[[Points, Points], Points]
    """Points (N, 2) about the middle of the map (2,), y down."""
    bearing: Callable[[float], float]
    turn: Callable[[float, int], float]
    """Turn in degrees of a route's leg, by its number."""
    backwards: bool = False


ERRORS = (
    Error("map mirrored east-west", lambda p, m: (p - m) * (-1, 1) + m, lambda b: -b, lambda t, _: -t),
    Error(
        "map turned by 90 deg",
        lambda p, m: (p - m) @ np.array([[0, 1], [-1, 0]]) + m,
        lambda b: b + 90,
        lambda t, leg: t + 90 if leg == 0 else t,
    ),
    Error("time reversed", lambda p, m: p, lambda b: b, lambda t, _: t, backwards=True),
)


def choice(question: Question, error: Error, flight: Flight) -> str:
    """The option that fits best to what a reader with this error sees; the right one where that is not known."""
    case = Case(question, question.answer, flight)
    costs = _costs(question, case, error)
    if not costs:
        return question.answer
    # Ties are settled for the right option: the reader has no reason to leave it.
    return min(question.letters, key=lambda letter: (round(costs[letter], 6), letter != question.answer))


def _costs(question: Question, case: Case, error: Error) -> Mapping[str, float]:
    """How badly each option fits."""
    task, letters, t_s = question.task, question.letters, question.query_time_s
    if task in _ANY:
        return {}
    if task in ("heading_estimation", "relative_direction"):
        seen_deg = error.bearing(compass_deg(question.answer_text))
        return {x: angle_between_deg(compass_deg(_text(question, x)), seen_deg) for x in letters}
    if task == "route_planning":
        legs = parse_route(question.answer_text)
        turns = [error.turn(TURN_DEG[leg.turn], i) % 360 for i, leg in enumerate(legs)]
        return {x: _route_cost(_text(question, x), turns) for x in letters}
    marks = {x: case.points_of(x) for x in letters}
    left, top, width, height = case.window_px or (0, 0, 0, 0)
    middle = np.array([left + width / 2, top + height / 2])
    if task == "landmark_sequence":
        return _order_costs(question, case, error, middle)
    if task == "trajectory_matching":
        path = error.place(case.right_points, middle)
        seen = path[::-1] if error.backwards else path
        return {x: float(np.linalg.norm(marks[x] - seen, axis=1).mean()) for x in letters}
    here = case.right_points if task in _POINT_TASKS else None
    centre = case.flight.at(t_s) if t_s is not None else None
    other = case.flight.at(sum(question.video_span_s) - t_s) if t_s is not None else None
    if task == "relative_distance":
        here = None if centre is None else centre[None]
    if error.backwards and t_s is not None:
        here = None if here is None or centre is None or other is None else here + other - centre
    if here is None:
        return {}
    place = error.place(here, middle)[0]
    return {x: float(np.linalg.norm(marks[x][0] - place)) for x in letters}


def _order_costs(question: Question, case: Case, error: Error, middle: Points) -> Mapping[str, float]:
    if not case.flight.covers(question.video_span_s):
        return {}
    _, track = case.flight.during(question.video_span_s)
    track = error.place(track, middle)
    track = track[::-1] if error.backwards else track
    corner = case.window_px[:2] if case.window_px else (0, 0)
    places = {str(mark.label): np.array(mark.xy_px[0]) + corner for mark in question.marks}
    steps = {label: int(np.linalg.norm(track - place, axis=1).argmin()) for label, place in places.items()}
    orders = {x: parse_order(_text(question, x)) for x in question.letters}
    return {x: sum(steps[a] > steps[b] for a, b in combinations(order, 2)) for x, order in orders.items()}


def _route_cost(text: str, turns: Sequence[float]) -> float:
    return sum(angle_between_deg(TURN_DEG[leg.turn], turn) for leg, turn in zip(parse_route(text), turns, strict=True))


def _text(question: Question, letter: str) -> str:
    return question.options[LETTERS.index(letter)]


def rows_of(questions: Sequence[Question], error: Error | None, seed: int = 0) -> list[ResultRow]:
    """Rows of a reader; without an error, of one that guesses."""
    rng, flights = Random(seed), flights_of(questions)
    return [_row(one, rng.choice(one.letters) if error is None else _choose(one, error, flights)) for one in questions]


def _choose(question: Question, error: Error, flights: Mapping[Key, Flight]) -> str:
    key = key_of(question)
    return choice(question, error, flights.get(key, UNKNOWN) if key else UNKNOWN)


def _row(question: Question, letter: str) -> ResultRow:
    scored = ScoredRow(
        question.question_id,
        question.task,
        question.clip_id,
        question.region,
        float(letter == question.answer),
        1 / len(question.options),
        "letter",
        letter,
        question.answer,
    )
    return ResultRow(scored, "default", letter, "", None, None, None)


def main(root: Path) -> None:
    """Print the shares of each reader."""
    questions = load_questions(root)
    by_key = {(one.task, one.question_id): one for one in questions}
    for error in (*ERRORS, None):
        rows = rows_of(questions, error)
        shares = mistake_shares(categorise(rows, by_key))
        print(f"{error.name if error else 'guessing'}: {shares[-1].n_wrong} wrong of {len(rows)}")
        for steady in steady_errors(rows, by_key)[:3]:
            print(f"  {steady.name}: {steady.hits} of {steady.n}, by lot {steady.by_guessing:.1f}, p = {steady.p:.1g}")
        guessed = guessed_shares(rows, by_key)
        for one, lot in zip(shares, guessed, strict=True):
            found = {name: one.counts[name] for name in (*CATEGORIES, UNDECIDED) if one.counts[name]}
            by_lot = {
                name: round(lot.shares[name] * lot.n_wrong, 1) for name in (*CATEGORIES, UNDECIDED) if lot.shares[name]
            }
            print(f"  {one.name:20} {found}   by lot {by_lot}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
