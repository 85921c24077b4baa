"""Questions whose right option is hardly better than another, from their own record."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.pipeline.filters import FilterContext
from links2_tasks.pipeline.filters._margins_of_maps import path_gap_px
from links2_tasks.pipeline.filters._margins_of_places import best_distance_ratio
from links2_tasks.pipeline.filters._margins_of_words import end_of_route
from links2_tasks.pipeline.filters._options import named_label
from links2_tasks.pipeline.filters.ambiguous_margins import FILTER
from links2_tasks.schema import Mark, Question
from links2_tasks.terms import Leg

Ask = Callable[..., Question]
Context = Callable[..., FilterContext]


def _points(*places: tuple[float, float]) -> tuple[Mark, ...]:
    return tuple(
        Mark(image=0, kind="point", label=label, xy_px=(place,)) for label, place in zip("ABCD", places, strict=False)
    )


def _reason(question: Question, context: FilterContext) -> str | None:
    result = FILTER.apply([question], context)
    assert len(result.questions) + len(result.dropped) == 1
    return result.dropped[0].reason if result.dropped else None


def test_a_sound_question_stays_as_it_is(ask: Ask, context: Context) -> None:
    question = ask(value={"kind": "point", "number": [150.0, 300.0], "unit": "px"})
    assert FILTER.apply([question], context()).questions == (question,)


@pytest.mark.parametrize(("gap_px", "goes"), [(8, True), (12, False)])
def test_marks_that_mean_one_place_go_by_metres_and_not_by_pixels(
    ask: Ask, context: Context, gap_px: float, goes: bool
) -> None:
    question = ask(marks=_points((100, 100), (100 + gap_px, 100), (500, 500), (700, 100)))
    assert _reason(question, context(least_mark_gap_m=5.0)) == (
        "two marks mean almost the same place" if goes else None
    )


def test_a_truth_nearer_to_another_mark_goes(ask: Ask, context: Context) -> None:
    value = {"kind": "point", "number": [310.0, 340.0], "unit": "px"}
    assert _reason(ask(value=value), context()) == "the truth is nearer to another mark"
    assert _reason(ask(value=value, answer="B"), context()) is None


def test_a_truth_off_its_own_mark_goes(ask: Ask, context: Context) -> None:
    value = {"kind": "point", "number": [160.0, 300.0], "unit": "px"}
    assert _reason(ask(value=value), context()) == "the right mark is not where the truth is"
    assert _reason(ask(value=value), context(most_truth_offset_m=6.0)) is None


def test_a_nearest_place_that_is_clearly_nearest_from_nowhere_goes(ask: Ask, context: Context) -> None:
    amid = _points((400, 400), (420, 417), (380, 417), (400, 377))
    value = {"kind": "metres", "number": [100.0], "unit": "m"}
    assert _reason(ask(marks=amid, value=value), context()) == "two places are almost equally near"
    near = {"kind": "metres", "number": [4.0], "unit": "m"}
    assert _reason(ask(marks=amid, value=near), context()) is None


@given(
    st.floats(1, 200),
    st.lists(st.tuples(st.floats(-300, 300), st.floats(-300, 300)), min_size=1, max_size=3),
    st.floats(0, 2 * np.pi),
)
def test_the_best_ratio_bounds_that_of_any_place_at_the_distance(
    distance: float, others: list[tuple[float, float]], angle: float
) -> None:
    here = distance * np.array([np.cos(angle), np.sin(angle)])
    ratio = float(np.linalg.norm(np.array(others) - here, axis=1).min()) / distance
    # The circle is walked in steps of half a degree.
    assert ratio <= best_distance_ratio(np.zeros(2), np.array(others), distance) + 0.01


COMPASS = ("north", "south", "east", "west")


@pytest.mark.parametrize(
    ("options", "degrees", "reason"),
    [
        (COMPASS, 5.0, None),
        (("north", "north-north-east", "south", "west"), 0.0, "two directions are almost the same"),
        (COMPASS, 40.0, "the truth lies between two named directions"),
        (COMPASS, 85.0, "another direction is nearer to the truth"),
        (COMPASS, 355.0, None),
    ],
)
def test_directions(ask: Ask, context: Context, options: tuple[str, ...], degrees: float, reason: str | None) -> None:
    question = ask(options=options, marks=(), value={"kind": "degrees", "number": [degrees], "unit": "deg"})
    assert _reason(question, context()) == reason


@pytest.mark.parametrize(
    ("options", "count", "reason"),
    [
        (("3", "4", "5", "6"), 3, None),
        (("3", "4", "5", "6"), 4, "the right count is not the true one"),
        (("40", "41", "50", "60"), 40, "two counts are almost the same"),
        (("3 cars", "3.0 cars", "5 cars"), 3, "two counts are almost the same"),
    ],
)
def test_counts(ask: Ask, context: Context, options: tuple[str, ...], count: float, reason: str | None) -> None:
    question = ask(options=options, marks=(), value={"kind": "count", "number": [count], "unit": "places"})
    assert _reason(question, context()) == reason


def test_options_that_are_numbers_are_no_marks_of_that_label(ask: Ask, context: Context) -> None:
    marks = tuple(
        Mark(image=0, kind="box", label=str(i + 3), xy_px=((100 * i, 100), (100 * i + 50, 150))) for i in range(4)
    )
    question = ask(options=("3", "4", "5", "6"), marks=marks, value={"kind": "count", "number": [3], "unit": "places"})
    assert _reason(question, context()) is None
    assert named_label("5") is None
    assert named_label("Mark 5") == "5"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("1, 2, 3", "3, 2, 1", "2, 1, 3"), None),
        (("1, 2, 3", "1,2,3", "2, 1, 3"), "two orders are the same"),
        (("1, 2, 3", "3, 3, 1", "2, 1, 3"), "an order does not name each place once"),
    ],
)
def test_orders(ask: Ask, context: Context, options: tuple[str, ...], reason: str | None) -> None:
    marks = tuple(Mark(image=0, kind="point", label=str(i + 1), xy_px=((200 * i + 100, 100),)) for i in range(3))
    assert _reason(ask(options=options, marks=marks), context()) == reason


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ("turn right and go 100 m", None),
        ("turn left and go 50 m, then go straight ahead 40 m", "two routes end at almost the same place"),
    ],
)
def test_routes(ask: Ask, context: Context, second: str, reason: str | None) -> None:
    options = ("turn left and go 100 m", second, "turn around and go 100 m")
    assert _reason(ask(options=options, marks=()), context()) == reason


def test_the_end_of_a_route_is_dead_reckoned() -> None:
    end = end_of_route((Leg("right", 100), Leg("right", 30), Leg("back", 10)))
    assert end == pytest.approx([100, -20], abs=1e-9)


def _path(label: str, *points: tuple[float, float]) -> Mark:
    return Mark(image=0, kind="path", label=label, xy_px=points)


def test_paths_that_nearly_coincide_go_and_a_reversed_one_stays(ask: Ask, context: Context) -> None:
    window = [{"path": "map.png", "gsd_m": 0.5, "window_px": (0, 0, 800, 800)}]
    line = ((100.0, 100.0), (300.0, 150.0), (600.0, 500.0))
    beside = tuple((x + 4, y + 4) for x, y in line)
    options = ("Path A", "Path B")
    same = ask(satellite=window, options=options, marks=(_path("A", *line), _path("B", *beside)))
    turned_round = ask(satellite=window, options=options, marks=(_path("A", *line), _path("B", *beside[::-1])))
    assert _reason(same, context()) == "two paths are almost the same"
    assert _reason(turned_round, context()) is None


@given(
    st.lists(st.tuples(st.floats(0, 800), st.floats(0, 800)), min_size=2, max_size=8),
    st.tuples(st.floats(-40, 40), st.floats(-40, 40)),
)
def test_a_shifted_path_is_as_far_as_its_shift(line: list[tuple[float, float]], shift: tuple[float, float]) -> None:
    moved = [(x + shift[0], y + shift[1]) for x, y in line]
    gap = path_gap_px(_path("A", *line), _path("B", *moved))
    assert gap <= np.hypot(*shift) + 1e-6
    assert gap == pytest.approx(path_gap_px(_path("B", *moved), _path("A", *line)))


def test_paths_of_very_many_points_are_compared_as_well() -> None:
    angles = np.linspace(0, 3, 10_000)
    curve = [(400 + 300 * float(np.cos(a)), 400 + 300 * float(np.sin(a))) for a in angles]
    moved = [(x + 30, y) for x, y in curve]
    assert path_gap_px(_path("A", *curve), _path("B", *moved)) == pytest.approx(30, abs=1)
    assert path_gap_px(_path("A", *curve), _path("B", *curve[::-1])) > 500


@pytest.mark.parametrize(("left", "goes"), [(200, False), (199, True)])
def test_tiles_that_share_ground_go_and_neighbours_stay(ask: Ask, context: Context, left: int, goes: bool) -> None:
    tiles = [
        {"path": "map.png", "gsd_m": 0.5, "label": label, "window_px": (x, 0, 200, 200)}
        for label, x in zip("ABCD", (0, left, 400, 600), strict=True)
    ]
    options = tuple(f"Image {letter}" for letter in "ABCD")
    question = ask(satellite=tiles, marks=(), options=options)
    assert _reason(question, context()) == ("two tiles show the same ground" if goes else None)
