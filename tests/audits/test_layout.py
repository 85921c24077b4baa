"""Places that give the answer away are found for marks, paths, tiles, orders and directions; places by lot are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from links2_tasks.audits import audit_layout
from links2_tasks.schema import LETTERS, Question

pytest.importorskip("sklearn", reason="the extra `report` is not installed")

Ask = Callable[..., Question]
MAP = {"path": "satellite/town.png", "gsd_m": 0.5, "window_px": (0, 0, 400, 400)}
N = 90


def place(number: int) -> dict[str, object]:
    return {"clip_id": f"c{number // 2}", "region": f"r{number // 20}", "satellite": (MAP,)}


def mark(label: str, *xy_px: np.ndarray, kind: str = "point") -> dict[str, object]:
    return {"image": 0, "kind": kind, "label": label, "xy_px": tuple((float(x), float(y)) for x, y in xy_px)}


def marks_question(ask: Ask, number: int, rng: np.random.Generator, biased: bool) -> Question:
    """Four marks; the most central is right in most questions, if biased."""
    points = rng.uniform(30, 370, (4, 2))
    central = int(np.linalg.norm(points - 200, axis=1).argmin())
    right = central if biased and rng.uniform() < 0.7 else int(rng.integers(4))
    marks = tuple(mark(letter, point) for letter, point in zip("ABCD", points, strict=True))
    options = tuple(f"Mark {x}" for x in "ABCD")
    return ask(number, **place(number), marks=marks, options=options, answer=LETTERS[right])


def found(questions: list[Question]) -> set[str]:
    return {one.classifier for one in audit_layout(questions) if one.above_chance and one.task != "all"}


def test_the_most_central_mark_is_found(ask: Ask) -> None:
    rng = np.random.default_rng(0)
    names = found([marks_question(ask, i, rng, biased=True) for i in range(N)])
    assert "most central" in names
    assert "forest on layout" in names


def test_marks_by_lot_are_not(ask: Ask) -> None:
    n_flagged = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        n_flagged += bool(found([marks_question(ask, i, rng, biased=False) for i in range(40)]))
    # 0.4 are expected at most; 3 and more have a chance of 0.6 %.
    assert n_flagged < 3


def test_the_longest_path_is_found(ask: Ask) -> None:
    rng = np.random.default_rng(0)
    questions = []
    for i in range(N):
        paths = [np.cumsum(rng.normal(0, 6, (5, 2)), axis=0) + 200 for _ in range(4)]
        lengths = [np.linalg.norm(np.diff(path, axis=0), axis=1).sum() for path in paths]
        right = int(np.argmax(lengths)) if rng.uniform() < 0.7 else int(rng.integers(4))
        marks = tuple(mark(letter, *path, kind="path") for letter, path in zip("ABCD", paths, strict=True))
        options = tuple(f"Path {x}" for x in "ABCD")
        questions.append(ask(i, **place(i), marks=marks, options=options, answer=LETTERS[right]))
    assert "longest path" in found(questions)


def test_the_most_central_tile_is_found(ask: Ask) -> None:
    rng = np.random.default_rng(0)
    questions = []
    for i in range(N):
        lefts = rng.integers(0, 900, (4, 2))
        central = int(np.linalg.norm(lefts - 450, axis=1).argmin())
        right = central if rng.uniform() < 0.7 else int(rng.integers(4))
        tiles = tuple(
            {**MAP, "label": x, "window_px": (int(left), int(top), 100, 100)}
            for x, (left, top) in zip("ABCD", lefts, strict=True)
        )
        options = tuple(f"Image {x}" for x in "ABCD")
        questions.append(ask(i, **{**place(i), "satellite": tiles}, options=options, answer=LETTERS[right]))
    assert "most central" in found(questions)


def test_the_shortest_way_through_the_places_is_found(ask: Ask) -> None:
    rng = np.random.default_rng(0)
    questions = []
    for i in range(N):
        points = rng.uniform(30, 370, (4, 2))
        orders = [rng.permutation(4) for _ in range(4)]
        if len({tuple(order) for order in orders}) < 4:
            continue
        ways = [np.linalg.norm(np.diff(points[order], axis=0), axis=1).sum() for order in orders]
        right = int(np.argmin(ways)) if rng.uniform() < 0.7 else int(rng.integers(4))
        marks = tuple(mark(str(j + 1), point) for j, point in enumerate(points))
        options = tuple(", ".join(str(j + 1) for j in order) for order in orders)
        questions.append(ask(i, **place(i), marks=marks, options=options, answer=LETTERS[right]))
    assert "shortest way through the places" in found(questions)


def test_the_direction_in_which_the_place_is_drawn_is_found(ask: Ask) -> None:
    rng = np.random.default_rng(0)
    names = ("north", "east", "south", "west")
    questions = []
    for i in range(N):
        right = int(rng.integers(4))
        angle = np.radians(90.0 * right + rng.uniform(-60, 60))
        spot = np.array([200 + 120 * np.sin(angle), 200 - 120 * np.cos(angle)])
        questions.append(ask(i, **place(i), marks=(mark("P", spot),), options=names, answer=LETTERS[right]))
    assert "outward from the middle" in found(questions)


def test_questions_without_any_layout_are_passed_over(ask: Ask) -> None:
    assert audit_layout([ask(i, region=f"r{i}") for i in range(6)]) == ()
