"""Transforms are found again, whatever they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.media import turned_points
from links2_tasks.mistakes._flights import Flight, TimedPath
from links2_tasks.mistakes._marks import file_px
from links2_tasks.mistakes._paths import even, fit, straightness
from links2_tasks.mistakes._symmetries import symmetric_images, turned_about
from links2_tasks.schema import SatelliteImage
from links2_tasks.terms import angle_between_deg

_BOW = np.column_stack([np.linspace(0, 100, 25), 40 * np.linspace(0, 1, 25) ** 2])
finite = st.floats(-500, 500)


@given(turn=st.floats(-179, 179), scale=st.floats(0.2, 5), x=finite, y=finite, mirror=st.booleans())
@settings(deadline=None)
def test_a_similarity_transform_is_recovered(turn: float, scale: float, x: float, y: float, mirror: bool) -> None:
    angle = np.radians(turn)
    # With y pointing down this matrix turns clockwise.
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    source = _BOW * (-1, 1) if mirror else _BOW
    found = fit(_BOW, source @ matrix.T + (x, y), mirrored=mirror)
    assert found.residual_px < 1e-6
    assert found.scale == pytest.approx(scale)
    assert angle_between_deg(found.turn_deg, turn) < 1e-6
    other = fit(_BOW, source @ matrix.T + (x, y), mirrored=not mirror)
    assert other.residual_px > 1.0 * scale


def test_a_clockwise_turn_on_the_screen_is_positive() -> None:
    east = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    south = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0]])
    assert fit(east, south, mirrored=False).turn_deg == pytest.approx(90.0)


def test_a_path_without_extent_fits_nothing_and_raises_nothing() -> None:
    still = np.zeros((5, 2))
    assert fit(still, _BOW[:5], mirrored=False).residual_px > 0


@given(x=finite, y=finite, px=finite, py=finite, quarters=st.integers(-8, 8))
def test_quarter_turns_add_up(x: float, y: float, px: float, py: float, quarters: int) -> None:
    point, pivot = np.array([x, y]), np.array([px, py])
    back = turned_about(turned_about(point, pivot, quarters), pivot, -quarters)
    assert np.allclose(back, point)
    assert np.allclose(turned_about(point, pivot, quarters), turned_about(point, pivot, quarters % 4))


@given(x=st.floats(10, 90), y=st.floats(10, 90))
def test_images_under_symmetries_undo_one_another(x: float, y: float) -> None:
    window = (10, 20, 80, 80)
    images = symmetric_images(np.array([x, y]), window)
    assert len(images) == 5
    for change in ("mirrored east-west", "mirrored north-south", "turned by 180 deg"):
        assert np.allclose(symmetric_images(images[change], window)[change], (x, y))
    quarter = images["turned by 90 deg clockwise"]
    assert np.allclose(symmetric_images(quarter, window)["turned by 270 deg clockwise"], (x, y))


def test_north_of_the_middle_goes_east_when_the_map_is_turned_clockwise() -> None:
    images = symmetric_images(np.array([50.0, 10.0]), (0, 0, 100, 100))
    assert tuple(images["turned by 90 deg clockwise"]) == (90.0, 50.0)


def test_maps_that_are_no_squares_have_no_quarter_turns() -> None:
    assert len(symmetric_images(np.array([5.0, 5.0]), (0, 0, 100, 60))) == 3


@given(x=st.floats(0, 300), y=st.floats(0, 200), turn=st.sampled_from([90, 180, 270]))
def test_turn_and_window_of_a_map_are_undone(x: float, y: float, turn: int) -> None:
    image = SatelliteImage(path="a.jpg", gsd_m=1.0, north_up=False, turned_deg=turn, window_px=(40, 50, 300, 200))
    shown = turned_points(np.array([[x, y]]), (300, 200), turn)  # type: ignore[arg-type]
    assert np.allclose(file_px([tuple(shown[0])], image), [(x + 40, y + 50)])


def test_times_along_a_path_are_even_and_only_within_its_span() -> None:
    flight = Flight(paths=(TimedPath((10.0, 20.0), np.array([[0.0, 0.0], [100.0, 0.0]])),))
    at = flight.at(12.5)
    assert at is not None
    assert tuple(at) == (25.0, 0.0)
    assert flight.at(9.0) is None
    times, points = flight.during((15.0, 40.0))
    assert (times[0], times[-1], points[0, 0], points[-1, 0]) == (15.0, 20.0, 50.0, 100.0)
    assert flight.covers((11.0, 20.0))
    assert not flight.covers((11.0, 21.0))


def test_straight_lines_are_straight_and_bows_are_less_so() -> None:
    assert straightness(even(_BOW[[0, -1]], 9)) == pytest.approx(1.0)
    assert straightness(_BOW) < 0.999
    assert straightness(np.zeros((3, 2))) == 0.0
