"""Satellite images that are turned before they are shown."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from links2_tasks.media import (
    draw_compass,
    draw_marks,
    read_satellite,
    satellite_size,
    turned_pixels,
    turned_points,
    turned_size,
)
from links2_tasks.schema import Mark, QuarterTurn, SatelliteImage

WIDTH, HEIGHT = 40, 30
TURNS = get_args(QuarterTurn)
WINDOW = (6, 4, 20, 12)

turns = st.sampled_from(TURNS)
sizes = st.tuples(st.integers(1, 5000), st.integers(1, 5000))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with a map in which no two pixels have the same colour: red tells the column, green the row."""
    folder = tmp_path_factory.mktemp("data")
    Image.fromarray(colours()).save(folder / "map.png")
    return folder


def colours() -> np.ndarray:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.dstack([5 * columns, 5 * rows, np.zeros_like(rows)]).astype(np.uint8)


def image(turned_deg: QuarterTurn, window_px: tuple[int, int, int, int] | None = WINDOW) -> SatelliteImage:
    return SatelliteImage(
        path="map.png", gsd_m=0.5, window_px=window_px, turned_deg=turned_deg, north_up=turned_deg == 0
    )


@given(turn=turns, size=sizes, data=st.data())
def test_points_keep_their_ground(turn: QuarterTurn, size: tuple[int, int], data: st.DataObject) -> None:
    column, row = (data.draw(st.integers(0, min(side, 60) - 1)) for side in size)
    shown = np.zeros((min(size[1], 60), min(size[0], 60)), bool)
    shown[row, column] = True
    small = shown.shape[::-1]
    (x, y) = turned_points(np.array([(column + 0.5, row + 0.5)]), small, turn)[0]
    assert turned_pixels(shown, turn)[int(y), int(x)]


@given(turn=turns, size=sizes)
def test_four_turns_are_none(turn: QuarterTurn, size: tuple[int, int]) -> None:
    points = np.array([(0.0, 0.0), size, (size[0] / 3, size[1] / 7)])
    turned, now = points, size
    for _ in range(4):
        turned, now = turned_points(turned, now, turn), turned_size(now, turn)
    np.testing.assert_allclose(turned, points, atol=1e-9)
    assert now == size


@given(first=turns, second=turns, size=sizes)
def test_turns_add_up(first: QuarterTurn, second: QuarterTurn, size: tuple[int, int]) -> None:
    points = np.array([(0.0, 1.0), (size[0] / 3, size[1] / 7)])
    twice = turned_points(turned_points(points, size, first), turned_size(size, first), second)
    np.testing.assert_allclose(twice, turned_points(points, size, (first + second) % 360), atol=1e-9)  # type: ignore[arg-type]


@given(turn=turns, size=sizes)
def test_distances_stay_and_bearings_turn_along(turn: QuarterTurn, size: tuple[int, int]) -> None:
    before = np.array([(size[0] * 0.2, size[1] * 0.1), (size[0] * 0.7, size[1] * 0.9)])
    after = turned_points(before, size, turn)
    (dx, dy), (turned_dx, turned_dy) = before[1] - before[0], after[1] - after[0]
    assert np.hypot(turned_dx, turned_dy) == pytest.approx(np.hypot(dx, dy))
    gained = np.degrees(np.arctan2(turned_dx, -turned_dy) - np.arctan2(dx, -dy))
    assert np.cos(np.radians(gained - turn)) == pytest.approx(1)


def test_a_quarter_turns_the_top_to_the_right(root: Path) -> None:
    plain, turned = (read_satellite(root, image(turn), 100) for turn in (0, 90))
    np.testing.assert_array_equal(turned[:, -1], plain[0])


@pytest.mark.parametrize("window_px", [None, WINDOW])
@pytest.mark.parametrize("turn", TURNS)
def test_what_is_read_has_the_stated_size(
    root: Path, turn: QuarterTurn, window_px: tuple[int, int, int, int] | None
) -> None:
    shown = image(turn, window_px)
    pixels = read_satellite(root, shown, 100)
    assert pixels.shape[1::-1] == satellite_size(root, shown)
    assert pixels.flags.writeable
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == pixels.shape[0] * pixels.shape[1]


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_mark_is_drawn_on_the_same_ground(root: Path, turn: QuarterTurn) -> None:
    """A box about one pixel leaves that pixel in its middle, which its colour names."""
    wide = SatelliteImage(path="map.png", gsd_m=0.5, turned_deg=turn, north_up=turn == 0)
    corners = np.array([(17.0, 6.0), (26.0, 15.0)])
    mark = Mark(
        image=0,
        kind="box",
        xy_px=tuple((float(x), float(y)) for x, y in turned_points(corners, (WIDTH, HEIGHT), turn)),
    )
    drawn = draw_marks(read_satellite(root, wide, 100), [mark])
    inside = np.array(mark.xy_px).mean(axis=0)
    assert drawn[int(inside[1]), int(inside[0])].tolist() == [5 * 21, 5 * 10, 0]


@pytest.mark.parametrize(("turn", "side"), [(0, "top"), (90, "right"), (180, "bottom"), (270, "left")])
def test_the_compass_points_to_true_north(turn: QuarterTurn, side: str) -> None:
    """North is where the white letter stands, on the far side of the needle from its tail."""
    drawn = draw_compass(np.zeros((600, 600, 3), np.uint8), turn)
    white = (drawn.min(axis=2) > 240).astype(float)
    rows, columns = np.nonzero(drawn.max(axis=2) > 0)
    middle = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    away = {
        "top": middle[0] - _lowest(white, 0),
        "bottom": _highest(white, 0) - middle[0],
        "left": middle[1] - _lowest(white, 1),
        "right": _highest(white, 1) - middle[1],
    }
    assert max(away, key=lambda each: away[each]) == side


def _lowest(white: np.ndarray, axis: int) -> float:
    return float(np.nonzero(white.any(axis=1 - axis))[0].min())


def _highest(white: np.ndarray, axis: int) -> float:
    return float(np.nonzero(white.any(axis=1 - axis))[0].max())


def test_where_north_is() -> None:
    assert [image(turn).north_deg for turn in TURNS] == [0, 90, 180, 270]
    assert SatelliteImage(path="map.png", gsd_m=0.5, north_up=False).north_deg is None


def test_a_turned_image_is_not_north_up() -> None:
    with pytest.raises(ValidationError, match="north_up must be false"):
        SatelliteImage(path="map.png", gsd_m=0.5, turned_deg=90)
    with pytest.raises(ValidationError):
        SatelliteImage.model_validate({"path": "map.png", "gsd_m": 0.5, "turned_deg": 45, "north_up": False})


def test_a_question_without_a_turn_is_the_same_text_as_ever() -> None:
    written = '{"path":"map.png","label":null,"gsd_m":0.5,"north_up":true,"window_px":[6,4,20,12]}'
    assert image(0).model_dump_json() == written
    assert "turned_deg" not in image(0).model_dump()


@pytest.mark.parametrize("turn", TURNS)
def test_a_turn_is_written_and_read(turn: QuarterTurn) -> None:
    assert SatelliteImage.model_validate_json(image(turn).model_dump_json()) == image(turn)
    assert SatelliteImage.model_validate(image(turn).model_dump()) == image(turn)
