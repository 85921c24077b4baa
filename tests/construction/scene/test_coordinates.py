from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.construction.scene._coordinates import coordinates_of, is_metric, reproject, utm_crs
from links2_tasks.errors import MissingExtraError, SceneError
from links2_tasks.terms import angle_between_deg

UTM = "EPSG:32643"


def test_local_coordinates_are_metres_already() -> None:
    local = coordinates_of("local")
    assert local.to_metres(np.array([(3.0, 4.0)])).tolist() == [[3.0, 4.0]]
    assert local.grid_headings_deg(np.array([-10.0]), np.array([(3.0, 4.0)])).tolist() == [350.0]


def test_local_coordinates_need_no_pyproj(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyproj", None)
    assert is_metric("local", 0.0, 0.0)
    coordinates_of("local").to_metres(np.zeros((1, 2)))
    with pytest.raises(MissingExtraError, match="geo"):
        is_metric(UTM, 0.0, 0.0)


@settings(deadline=None)
@given(st.floats(72.1, 77.9), st.floats(-60, 60), st.floats(0, 359.9))
def test_headings_are_turned_to_grid_north(lon: float, lat: float, heading_deg: float) -> None:
    """A short step in a true direction has the grid heading as its direction on the map."""
    pytest.importorskip("pyproj")
    coordinates = coordinates_of(UTM)
    step = 1e-4
    heading = np.radians(heading_deg)
    there = (lon + step * np.sin(heading) / np.cos(np.radians(lat)), lat + step * np.cos(heading))
    start, end = coordinates.to_metres(np.array([(lon, lat), there]))
    on_map = float(np.degrees(np.arctan2(*(end - start))))
    (turned,) = coordinates.grid_headings_deg(np.array([heading_deg]), np.array([(lon, lat)]))
    # Latitude and longitude steps are not equally long on the ellipsoid, hence the tolerance.
    assert angle_between_deg(on_map, float(turned)) < 0.25


def test_convergence_west_of_the_central_meridian() -> None:
    pytest.importorskip("pyproj")
    (north,) = coordinates_of(UTM).grid_headings_deg(np.array([0.0]), np.array([(72.99, 33.64)]))
    assert north == pytest.approx(1.1138, abs=1e-3)


@settings(deadline=None)
@given(st.floats(-179.9, 179.9), st.floats(-79, 79))
def test_places_return_from_their_utm_zone(lon: float, lat: float) -> None:
    pytest.importorskip("pyproj")
    crs = utm_crs(lon, lat)
    metres = coordinates_of(crs).to_metres(np.array([(lon, lat)]))
    assert 1e5 < metres[0, 0] < 9e5
    assert is_metric(crs, *metres[0])
    assert reproject(metres, crs, "EPSG:4326")[0] == pytest.approx((lon, lat), abs=1e-6)


@pytest.mark.parametrize(
    ("crs", "at"), [("EPSG:4326", (73.0, 33.6)), ("EPSG:3857", (8.1e6, 3.98e6)), ("EPSG:2263", (1e6, 2e5))]
)
def test_degrees_web_mercator_and_feet_are_no_metres(crs: str, at: tuple[float, float]) -> None:
    pytest.importorskip("pyproj")
    assert not is_metric(crs, *at)


def test_places_off_the_projection_and_unknown_systems() -> None:
    pytest.importorskip("pyproj")
    with pytest.raises(SceneError, match="has no place"):
        coordinates_of(UTM).to_metres(np.array([(72.9, 33.6), (0.0, 95.0)]))
    with pytest.raises(SceneError, match="unknown"):
        coordinates_of("EPSG:999999").to_metres(np.zeros((1, 2)))
