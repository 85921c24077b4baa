"""Errors that go through all answers are found by their hits, and guessing is not taken for one."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from readers import ERRORS, rows_of

from links2_tasks.mistakes import steady_errors
from links2_tasks.mistakes._steady import chance_of_hits
from links2_tasks.mistakes._symmetries import CHANGES, changed_bearing_deg, changed_places
from links2_tasks.variants.rotated_satellite import turned

NAMES = {
    "map mirrored east-west": "map mirrored east-west",
    "map turned by 90 deg": "map turned by 90 deg clockwise",
    "time reversed": "video read backwards",
}


def _keyed(questions: Any) -> dict[tuple[str, str], Any]:
    return {(one.task, one.question_id): one for one in questions}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_the_error_of_a_reader_is_found_first_and_explains_nearly_all_it_gets_wrong(asked: Any, error: Any) -> None:
    first, *others = steady_errors(rows_of(asked.questions, error), _keyed(asked.questions))
    assert first.name == NAMES[error.name]
    assert first.hits >= 0.95 * first.n
    assert first.n >= 20
    assert first.p < 1e-6
    assert all(other.hits < 0.95 * other.n for other in others if other.n >= 20)


def test_guessing_is_seldom_taken_for_an_error(asked: Any) -> None:
    questions = _keyed(asked.questions)
    least = [steady_errors(rows_of(asked.questions, None, seed), questions)[0].p for seed in range(12)]
    # Corrected for the ten errors, at most 1 in 20 guessers is accused at 0.05; 4 or more of 12 come once in 400 times.
    assert sum(p < 0.05 for p in least) <= 3


def test_without_wrong_answers_nothing_is_found(asked: Any, make: Any) -> None:
    found = steady_errors([make.row(one, one.answer) for one in asked.questions], _keyed(asked.questions))
    assert all((one.n, one.hits, one.p) == (0, 0, 1.0) for one in found)


def test_questions_that_an_error_does_not_change_do_not_count(make: Any) -> None:
    question = make.question("heading_estimation", options=("north", "south", "north-east", "south-west"))
    found = {one.name: one for one in steady_errors([make.row(question, "B")], _keyed([question]))}
    # North mirrored east-west is north: who mirrors the map that way is right here.
    assert found["map mirrored east-west"].n == 0
    assert (found["map mirrored north-south"].n, found["map mirrored north-south"].hits) == (1, 1)
    assert found["map mirrored north-south"].by_guessing == pytest.approx(1 / 3)
    assert found["heading 180 deg off clockwise"].hits == 1


@pytest.mark.parametrize(("turn_deg", "seen"), [(90, "east"), (180, "south"), (270, "west")])
def test_who_takes_up_for_north_sees_north_where_the_turned_map_has_it(make: Any, turn_deg: Any, seen: str) -> None:
    # North is to the right on a map that is turned by 90 deg clockwise, where who takes up for north sees east.
    question = make.question("heading_estimation", options=("north", seen, "north-east", "south-west"))
    shown = turned(question, [(1000, 1000)], turn_deg)
    found = {one.name: one for one in steady_errors([make.row(shown, "B")], _keyed([shown]))}
    assert (found["up taken for north"].n, found["up taken for north"].hits) == (1, 1)
    plain = {one.name: one for one in steady_errors([make.row(question, "B")], _keyed([question]))}
    assert plain["up taken for north"].n == 0


@pytest.mark.parametrize("chances", [(0.5, 0.25, 1 / 3), (0.2,), ()])
def test_the_chance_of_hits_is_that_of_all_outcomes_added_up(chances: tuple[float, ...]) -> None:
    for hits in range(len(chances) + 1):
        total = 0.0
        for outcome in product((0, 1), repeat=len(chances)):
            if sum(outcome) >= hits:
                total += float(np.prod([c if hit else 1 - c for c, hit in zip(chances, outcome, strict=True)]))
        assert chance_of_hits(chances, hits) == pytest.approx(total)


@pytest.mark.parametrize("change", CHANGES)
def test_directions_change_as_places_do(change: str) -> None:
    window = (100, 200, 80, 80)
    middle = np.array([140.0, 240.0])
    for bearing_deg in range(0, 360, 30):
        angle = np.radians(bearing_deg)
        ahead = middle + 10 * np.array([np.sin(angle), -np.cos(angle)])
        moved = changed_places(ahead[None], window, change)
        assert moved is not None
        east, south = moved[0] - middle
        seen_deg = np.degrees(np.arctan2(east, -south))
        turned = (changed_bearing_deg(bearing_deg, change) - seen_deg + 180) % 360 - 180
        assert turned == pytest.approx(0, abs=1e-6)
