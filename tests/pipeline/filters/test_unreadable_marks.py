"""Marks that cannot be read at the size at which models see them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from links2_tasks.media import Box, Sizes, place_marks
from links2_tasks.pipeline.filters import FilterContext
from links2_tasks.pipeline.filters._boxes import common_share, covered_share, holds_clearly
from links2_tasks.pipeline.filters.unreadable_marks import FILTER, ring_px
from links2_tasks.schema import Mark, Question

Ask = Callable[..., Question]
Context = Callable[..., FilterContext]


def _point(label: str, x: float, y: float) -> Mark:
    return Mark(image=0, kind="point", label=label, xy_px=((x, y),))


def _box(label: str, left: float, top: float, right: float, bottom: float) -> Mark:
    return Mark(image=0, kind="box", label=label, xy_px=((left, top), (right, bottom)))


def _path(label: str, *points: tuple[float, float]) -> Mark:
    return Mark(image=0, kind="path", label=label, xy_px=points)


def _reason(ask: Ask, context: Context, *marks: Mark, **limits: object) -> str | None:
    result = FILTER.apply([ask(marks=marks)], context(**limits))
    return result.dropped[0].reason if result.dropped else None


def test_sound_marks_stay(ask: Ask, context: Context) -> None:
    question = ask()
    assert FILTER.apply([question], context()).questions == (question,)


@pytest.mark.parametrize(("gap_px", "goes"), [(20, True), (60, False)])
def test_points_whose_rings_touch_go(ask: Ask, context: Context, gap_px: float, goes: bool) -> None:
    found = _reason(ask, context, _point("A", 400, 400), _point("B", 400 + gap_px, 400))
    assert found == ("two marks touch" if goes else None)


@pytest.mark.parametrize(("x", "goes"), [(3, True), (60, False), (797, True)])
def test_points_at_the_edge_go(ask: Ask, context: Context, x: float, goes: bool) -> None:
    assert _reason(ask, context, _point("A", x, 400)) == ("a mark is cut off by the edge" if goes else None)


@pytest.mark.parametrize(("left", "goes"), [(-20, True), (0, False)])
def test_outlines_over_the_edge_go_and_those_on_it_stay(ask: Ask, context: Context, left: float, goes: bool) -> None:
    found = _reason(ask, context, _box("A", left, 300, left + 90, 400))
    assert found == ("a mark is cut off by the edge" if goes else None)


@pytest.mark.parametrize(("side", "goes"), [(7, True), (30, False)])
def test_boxes_that_their_own_line_hides_go(ask: Ask, context: Context, side: float, goes: bool) -> None:
    found = _reason(ask, context, _box("1", 400, 400, 400 + side, 440))
    assert found == ("a mark is too small to see" if goes else None)


def test_the_detail_names_mark_and_figures(ask: Ask, context: Context) -> None:
    (gone,) = FILTER.apply([ask(marks=(_box("7", 400, 400, 407, 440),))], context()).dropped
    assert (gone.kind, gone.item, gone.task) == ("question", "q000", "uav_localization")
    assert "box 7 is 7.0 px wide" in gone.detail


def test_a_path_shorter_than_its_arrows_goes(ask: Ask, context: Context) -> None:
    assert _reason(ask, context, _path("A", (400, 400), (410, 405))) == "a mark is too small to see"
    assert _reason(ask, context, _path("A", (400, 400), (500, 450))) is None


def test_paths_with_the_same_start_go_and_crossing_ones_stay(ask: Ask, context: Context) -> None:
    one, other = _path("A", (200, 200), (600, 600)), _path("B", (202, 201), (600, 200))
    assert _reason(ask, context, one, other) == "two marks touch"
    assert _reason(ask, context, one, _path("B", (600, 200), (200, 600))) is None


def test_boxes_that_share_most_of_one_go_unless_one_lies_clear_inside(ask: Ask, context: Context) -> None:
    assert _reason(ask, context, _box("1", 200, 200, 300, 300), _box("2", 220, 210, 320, 310)) is not None
    assert _reason(ask, context, _box("1", 200, 200, 500, 500), _box("2", 300, 300, 400, 400)) is None
    assert _reason(ask, context, _box("1", 200, 200, 300, 300), _box("2", 305, 200, 400, 300)) is None


def test_a_label_that_has_no_room_goes(ask: Ask, context: Context) -> None:
    small = [{"path": "map.png", "gsd_m": 0.5, "window_px": (0, 0, 160, 160)}]
    crowd = tuple(
        _box(str(8 * row + column), 20 * column + 1, 20 * row + 1, 20 * column + 19, 20 * row + 19)
        for row in range(8)
        for column in range(8)
    )
    (gone,) = FILTER.apply([ask(satellite=small, marks=crowd)], context()).dropped
    assert gone.reason == "a label covers another mark"
    assert FILTER.apply([ask(satellite=small, marks=crowd)], context(most_covered_share=1.0)).dropped == ()


def test_what_counts_is_the_size_at_which_the_map_is_shown(ask: Ask, context: Context) -> None:
    large = [{"path": "missing.tif", "gsd_m": 0.1, "window_px": (0, 0, 8192, 8192)}]
    marks = (_box("1", 4000, 4000, 4060, 4060),)
    assert (
        FILTER.apply([ask(satellite=large, marks=marks)], context()).dropped[0].reason == "a mark is too small to see"
    )
    assert _reason(ask, context, _box("1", 400, 400, 460, 460)) is None


def test_a_map_that_cannot_be_opened_is_left_to_another_filter(ask: Ask, context: Context) -> None:
    question = ask(satellite=[{"path": "missing.png", "gsd_m": 0.5}], marks=(_point("A", 1, 1),))
    assert FILTER.apply([question], context()).dropped == ()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(x=st.floats(-50, 850), y=st.floats(-50, 850))
def test_a_point_stays_exactly_where_its_whole_ring_is_on_the_map(
    ask: Ask, context: Context, x: float, y: float
) -> None:
    need = ring_px(Sizes.of_image(800, 800))
    is_whole = need <= min(x, y) and max(x, y) <= 800 - need
    assert (_reason(ask, context, _point("A", x, y)) is None) == is_whole


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(shift=st.tuples(st.floats(-150, 150), st.floats(-150, 150)), gap=st.floats(1, 100))
def test_moving_two_points_together_changes_nothing(
    ask: Ask, context: Context, shift: tuple[float, float], gap: float
) -> None:
    dx, dy = shift
    here = _reason(ask, context, _point("A", 400, 400), _point("B", 400 + gap, 400))
    there = _reason(ask, context, _point("A", 400 + dx, 400 + dy), _point("B", 400 + gap + dx, 400 + dy))
    assert abs(gap - 2 * ring_px(Sizes.of_image(800, 800))) < 1e-6 or here == there


_BOXES = st.tuples(*[st.floats(0, 100)] * 4).map(lambda v: Box(min(v[:2]), min(v[2:]), max(v[:2]), max(v[2:])))


@given(_BOXES, _BOXES)
def test_shares_of_boxes_are_shares_and_go_both_ways(first: Box, second: Box) -> None:
    assert 0 <= common_share(first, second) <= 1 + 1e-9
    assert common_share(first, second) == common_share(second, first)
    assert covered_share(first, second) <= common_share(first, second) + 1e-9
    if holds_clearly(first, second, 0.0) and second.area:
        assert covered_share(second, first) == pytest.approx(1.0)


def test_labels_stand_where_they_are_drawn() -> None:
    marks = [_point("A", 200, 200), _box("1", 400, 400, 500, 450)]
    places = place_marks((800, 800), marks)
    assert all(place.label is not None for place in places)
    assert places[0].symbol.holds((200, 200))
    assert places[1].symbol.holds((450, 425))
    assert place_marks((800, 800), [_point("A", 200, 200).model_copy(update={"label": None})])[0].label is None
