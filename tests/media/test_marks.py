"""Marks are where they should be, and can be read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.errors import MediaError
from links2_tasks.media import draw_compass, draw_marks, draw_scale_bar
from links2_tasks.media._ink import Box
from links2_tasks.media._labels import Tag, place_tags
from links2_tasks.media._marks import PALETTE, Sizes
from links2_tasks.media._overlays import round_length_m
from links2_tasks.media._polyline import Polyline
from links2_tasks.schema import Mark, MarkKind


def mark(label: str | None, *xy_px: tuple[float, float], kind: MarkKind = "point") -> Mark:
    return Mark(image=0, kind=kind, label=label, xy_px=xy_px)


def grey(side: int = 400, level: int = 90) -> np.ndarray:
    return np.full((side, side, 3), level, np.uint8)


def drawn_at(image: np.ndarray) -> np.ndarray:
    """Rows and columns (N, 2) of pixels that differ from the image's level."""
    return np.argwhere((image != image[0, 0]).any(axis=2))


def has_colour(image: np.ndarray, colour: tuple[int, int, int], slack: int = 8) -> np.ndarray:
    return (np.abs(image.astype(int) - colour) <= slack).all(axis=2)


def test_the_image_itself_stays_as_it_is() -> None:
    image = grey()
    shown = draw_marks(image, [mark("A", (200, 200))])
    assert (image == 90).all()
    assert shown.shape == image.shape
    assert shown.dtype == np.uint8


def test_no_marks_change_nothing() -> None:
    np.testing.assert_array_equal(draw_marks(grey(), []), grey())


def test_a_point_is_centred_on_its_place() -> None:
    drawn = drawn_at(draw_marks(grey(401), [mark(None, (200.5, 150.5))]))
    middle = (drawn.min(axis=0) + drawn.max(axis=0)) / 2
    assert middle == pytest.approx([150, 200], abs=0.6)


def test_scale_moves_marks_with_the_image() -> None:
    half = draw_marks(grey(), [mark(None, (300, 200))], scale=0.5)
    np.testing.assert_array_equal(half, draw_marks(grey(), [mark(None, (150, 100))]))


@pytest.mark.parametrize("level", [0, 90, 255])
@pytest.mark.parametrize("side", [120, 300, 800])
def test_marks_stand_out_from_any_background(side: int, level: int) -> None:
    shown = draw_marks(grey(side, level), [mark("A", (side / 2, side / 2))])
    reach = round(Sizes.of_image(side, side).radius * 1.6)
    middle = slice(side // 2 - reach, side // 2 + reach)
    contrast = np.abs(shown[middle, middle].astype(int) - level).max(axis=2)
    assert (contrast > 60).mean() > 0.15


def test_labels_have_colours_of_their_own() -> None:
    shown = draw_marks(grey(), [mark("A", (80, 80)), mark("B", (300, 80)), mark("A", (80, 300))])
    first, second = has_colour(shown, PALETTE[0]), has_colour(shown, PALETTE[1])
    assert first[:200, :200].any()
    assert first[200:, :200].any()
    assert not first[:, 200:].any()
    assert second[:200, 200:].any()
    assert len(set(PALETTE)) == len(PALETTE)


def test_every_kind_is_drawn_where_it_belongs() -> None:
    box = draw_marks(grey(), [mark(None, (100, 120), (200, 180), kind="box")])
    assert has_colour(box, PALETTE[0], 60)[119:121, 150].any()
    assert (box[150, 150] == 90).all()
    polygon = draw_marks(grey(), [mark(None, (100, 100), (300, 100), (200, 300), kind="polygon")])
    assert has_colour(polygon, PALETTE[0], 60)[99:101, 200].any()
    assert (polygon[160, 200] == 90).all()
    path = draw_marks(grey(), [mark(None, (50, 200), (350, 200), kind="path")])
    assert has_colour(path, PALETTE[0], 60)[199:201, 100].any()


def test_a_path_points_to_its_end() -> None:
    there = draw_marks(grey(), [mark(None, (50, 200), (350, 200), kind="path")])
    back = draw_marks(grey(), [mark(None, (350, 200), (50, 200), kind="path")])
    assert (there != back).any()
    width = has_colour(there, PALETTE[0]).sum(axis=0)
    # The arrow head at the end is wider at its tail than at its tip.
    assert width[340:346].mean() > width[347:350].mean()


def test_a_path_that_does_not_move_is_drawn() -> None:
    assert len(drawn_at(draw_marks(grey(), [mark("A", (50, 50), (50, 50), kind="path")])))


def test_a_mark_outside_the_image_is_an_error() -> None:
    with pytest.raises(MediaError, match=r"Mark 'B' .* outside the image of 400 x 400 px"):
        draw_marks(grey(), [mark("A", (10, 10)), mark("B", (500, 10))])
    draw_marks(grey(), [mark("A", (-50, 10), (450, 10), kind="path"), mark("B", (400, 400))])


@settings(max_examples=60, deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), min_size=1, max_size=6, unique=True),
    size=st.floats(10, 30),
)
def test_tags_stay_inside_and_apart(places: list[tuple[float, float]], size: float) -> None:
    tags = [Tag(Box.around([place], 8), size, size, 2) for place in places]
    placed = place_tags(tags, [], 400, 300)
    boxes = [one.box for one in placed]
    for box in boxes:
        assert box.left >= 0 and box.top >= 0 and box.right <= 400 + 1e-6 and box.bottom <= 300 + 1e-6  # noqa: PT018
    for position, box in enumerate(boxes):
        assert all(box.overlap(other) < 1e-6 for other in boxes[:position])
        assert not box.holds(places[position])


def test_a_tag_that_is_larger_than_the_image_is_still_placed() -> None:
    draw_marks(grey(24), [mark("ABCDEFGH", (12, 12)), mark("B", (3, 3))])


@pytest.mark.parametrize("kind", ["box", "polygon"])
def test_labels_stay_beside_marks_that_an_outline_encloses(kind: MarkKind) -> None:
    """Only the line of the outline is in the way of a label, not all that lies within."""
    points = [mark(label, (150.0 + 100 * i, 200.0)) for i, label in enumerate("AB")]
    (left, top), (right, bottom) = (110.0, 160.0), (290.0, 240.0)
    corners = (
        ((left, top), (right, bottom))
        if kind == "box"
        else ((left, top), (right, top), (right, bottom), (left, bottom))
    )
    about = mark("area", *corners, kind=kind)
    alone, enclosed = (draw_marks(grey(), marks)[166:234, 116:284] for marks in (points, [*points, about]))
    np.testing.assert_array_equal(alone, enclosed)


@given(most_m=st.floats(1e-3, 1e5))
def test_round_lengths(most_m: float) -> None:
    length_m = round_length_m(most_m)
    assert most_m / 2.5 * (1 - 1e-6) <= length_m <= most_m * (1 + 1e-6)
    assert f"{length_m:.0e}"[0] in "125"


def test_the_scale_bar_has_the_length_it_says() -> None:
    shown = draw_scale_bar(grey(800, 30), 0.5)  # 25 % of 400 m is 100 m, which are 200 px.
    white = has_colour(shown, (255, 255, 255), slack=20)
    longest = max(int(white[row].sum()) for row in range(700, 800))
    assert longest == pytest.approx(200, abs=5)
    with pytest.raises(MediaError, match="above 0"):
        draw_scale_bar(grey(), 0)


def test_the_north_arrow_turns() -> None:
    up, right = draw_compass(grey(600, 30)), draw_compass(grey(600, 30), north_deg=90)
    assert (up != right).any()
    assert (up[:, :300] == 30).all()


def test_polyline() -> None:
    line = Polyline([(0, 0), (3, 4), (3, 4), (3, 14)])
    assert line.length == 15
    assert line.at(2.5) == pytest.approx((1.5, 2.0))
    assert line.at(10) == pytest.approx((3, 9))
    assert line.at(-1) == (0, 0)
    assert line.at(99) == (3, 14)
    points = line.every(2.0)
    assert (points[0], points[-1]) == ((0, 0), (3, 14))
    assert Polyline([(1, 1)]).every(5) == [(1, 1), (1, 1)]
