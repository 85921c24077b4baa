"""Errors that a model makes throughout: does it choose what a mirrored map would give more often than guessing does?

One wrong answer that a mirror explains says little, since some wrong option is always explained. Many wrong answers
that all are what the same error gives say much. So each error is taken through all questions: where it leads to a
wrong option, how many of the wrong answers are that very option?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from links2_tasks.mistakes._case import Case
from links2_tasks.mistakes._categorise import Questions, wrong_choices
from links2_tasks.mistakes._marks import file_px
from links2_tasks.mistakes._paths import even
from links2_tasks.mistakes._symmetries import CHANGES, changed_bearing_deg, changed_places, turned_about
from links2_tasks.results import ResultRow
from links2_tasks.schema import LETTERS
from links2_tasks.terms import COMPASS, TURN_DEG, angle_between_deg, compass_deg, parse_order, parse_route

Points = NDArray[np.float64]
Costs = Mapping[str, float]
Foresee = Callable[[Case], Costs]

LIKE_TRUTH = 1e-6
"""Costs that differ by no more are the same; a tie with the right option foretells nothing."""


@dataclass(frozen=True)
class SteadyError:
    """How often wrong answers are what one error, made throughout, would give."""

    name: str
    n: int
    """Wrong answers to questions in which this error leads to a wrong option."""
    hits: int
    """Those that chose this option."""
    by_guessing: float
    """Hits that are expected of answers drawn by lot from the wrong options."""
    p: float
    """Chance of as many hits or more by lot: one-sided, times the number of errors looked at.

    Takes answers for independent; those about one clip are not quite, so mind only what is very small.
    """


def steady_errors(rows: Sequence[ResultRow], questions: Questions) -> tuple[SteadyError, ...]:
    """Each error with its hits among a run's wrong answers, the least likely by guessing first.

    Raises:
        DataError: as `categorise`.
    """
    cases = list(wrong_choices(rows, questions))
    found = [_study(name, foresee, cases) for name, foresee in _ERRORS.items()]
    return tuple(sorted(found, key=lambda one: (one.p, one.name)))


def _study(name: str, foresee: Foresee, cases: Sequence[Case]) -> SteadyError:
    hits, chances = 0, []
    for case in cases:
        letter = _foreseen(case, foresee)
        if letter is not None:
            hits += letter == case.chosen
            chances.append(1 / (len(case.question.letters) - 1))
    p = min(1.0, len(_ERRORS) * chance_of_hits(chances, hits))
    return SteadyError(name, len(chances), hits, sum(chances), p)


def chance_of_hits(chances: Sequence[float], hits: int) -> float:
    """Chance of at least so many hits, where each trial has its own chance: exact, by adding trial after trial."""
    of_number = np.zeros(len(chances) + 1)
    of_number[0] = 1.0
    for chance in chances:
        of_number[1:] = of_number[1:] * (1 - chance) + of_number[:-1] * chance
        of_number[0] *= 1 - chance
    return float(min(1.0, of_number[hits:].sum()))


def _foreseen(case: Case, foresee: Foresee) -> str | None:
    """The wrong option that an error leads to: the one that fits best, and better than the right one."""
    costs = foresee(case)
    if not costs:
        return None
    best = min(costs, key=lambda letter: costs[letter])
    return best if costs[best] < costs[case.question.answer] - LIKE_TRUTH else None


def _on_changed_map(change: str) -> Foresee:
    def costs(case: Case) -> Costs:
        if _has_directions(case):
            return _bearing_costs(case, changed_bearing_deg(compass_deg(case.question.answer_text), change))
        if case.question.task == "route_planning":
            # On a turned map all turns stay; on a mirrored one left and right change places.
            return _route_costs(case, lambda turn_deg, _: -turn_deg) if change.startswith("mirrored") else {}
        seen = _seen(case)
        moved = changed_places(seen, case.window_px, change) if seen is not None and case.window_px else None
        return _seen_costs(case, moved) if moved is not None else {}

    return costs


def _up_for_north(case: Case) -> Costs:
    """Directions as they look on a map that is shown turned; places are found by what they look like all the same."""
    turned_deg = case.question.satellite[0].turned_deg if len(case.question.satellite) == 1 else 0
    if not turned_deg or not _has_directions(case):
        return {}
    return _bearing_costs(case, compass_deg(case.question.answer_text) + turned_deg)


def _backwards(case: Case) -> Costs:
    task, t_s = case.question.task, case.question.query_time_s
    seen = _seen(case)
    if seen is None or task == "cross_view_change":
        return {}
    if t_s is None:
        return _seen_costs(case, seen[::-1])
    there, here = case.flight.at(sum(case.question.video_span_s) - t_s), case.flight.at(t_s)
    return _seen_costs(case, seen + there - here) if there is not None and here is not None else {}


def _facing_elsewhere(quarter: int) -> Foresee:
    def costs(case: Case) -> Costs:
        task, t_s = case.question.task, case.question.query_time_s
        if task == "heading_estimation" and _has_directions(case):
            return _bearing_costs(case, compass_deg(case.question.answer_text) + 90 * quarter)
        if task == "route_planning":
            return _route_costs(case, lambda turn_deg, leg: turn_deg - 90 * quarter if leg == 0 else turn_deg)
        right, centre = case.right_points, case.flight.at(t_s) if t_s is not None else None
        if task != "object_localization" or right is None or centre is None:
            return {}
        return _seen_costs(case, turned_about(right[0], centre, quarter)[None])

    return costs


_ERRORS: Mapping[str, Foresee] = {
    **{f"map {change}": _on_changed_map(change) for change in CHANGES},
    "up taken for north": _up_for_north,
    "video read backwards": _backwards,
    **{f"heading {90 * quarter} deg off clockwise": _facing_elsewhere(quarter) for quarter in (1, 2, 3)},
}


def _has_directions(case: Case) -> bool:
    return all(option in COMPASS for option in case.question.options)


def _seen(case: Case) -> Points | None:
    """What of the map the answer turns on (N, 2): the right mark, the image centre, or the flight."""
    question = case.question
    if question.task in ("uav_localization", "object_localization", "cross_view_change", "trajectory_matching"):
        return case.right_points
    if question.task == "relative_distance" and question.query_time_s is not None:
        here = case.flight.at(question.query_time_s)
        return None if here is None else here[None]
    if question.task == "landmark_sequence" and case.flight.covers(question.video_span_s):
        times, track = case.flight.during(question.video_span_s)
        return np.asarray(track[np.argsort(times, kind="stable")], float)
    return None


def _seen_costs(case: Case, seen: Points) -> Costs:
    """How badly each option fits to what was seen: mean distance to its mark, or number of places passed otherwise."""
    if case.question.task == "landmark_sequence":
        return _order_costs(case, seen)
    costs = {}
    for letter, mark in _marks(case):
        if (len(mark) == 1) != (len(seen) == 1):
            return {}
        path = mark if len(mark) == len(seen) else even(mark, len(seen))
        costs[letter] = float(np.linalg.norm(path - seen, axis=1).mean())
    return costs if len(costs) == len(case.question.letters) else {}


def _marks(case: Case) -> Iterator[tuple[str, Points]]:
    for letter in case.question.letters:
        points = case.points_of(letter)
        if points is not None:
            yield letter, points


def _order_costs(case: Case, track: Points) -> Costs:
    question = case.question
    steps = {
        str(mark.label): int(np.linalg.norm(track - file_px(mark.xy_px, question.satellite[0])[0], axis=1).argmin())
        for mark in question.marks
        if mark.kind == "point"
    }
    orders = {letter: parse_order(question.options[LETTERS.index(letter)]) for letter in question.letters}
    if any(label not in steps for order in orders.values() for label in order):
        return {}
    return {
        letter: float(sum(steps[first] > steps[second] for first, second in combinations(order, 2)))
        for letter, order in orders.items()
    }


def _bearing_costs(case: Case, seen_deg: float) -> Costs:
    options = zip(case.question.letters, case.question.options, strict=True)
    return {letter: angle_between_deg(compass_deg(option), seen_deg) for letter, option in options}


def _route_costs(case: Case, turned: Callable[[float, int], float]) -> Costs:
    right = parse_route(case.question.answer_text)
    routes = {
        letter: parse_route(option) for letter, option in zip(case.question.letters, case.question.options, strict=True)
    }
    if not right or any(len(route) != len(right) for route in routes.values()):
        return {}
    seen = [turned(TURN_DEG[leg.turn], number) for number, leg in enumerate(right)]
    return {
        letter: sum(angle_between_deg(TURN_DEG[leg.turn], turn) for leg, turn in zip(route, seen, strict=True))
        for letter, route in routes.items()
    }
