from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from links2_tasks.construction.scene._coordinates import LocalCoordinates, coordinates_of
from links2_tasks.construction.scene._read_landmarks import read_land_use, read_landmarks, read_roads
from links2_tasks.errors import SceneError

LOCAL = LocalCoordinates()


def feature(geometry: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    ring = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
    given = {"id": "a", "class": "building", "description": "a house", **properties}
    return {"type": "Feature", "properties": given, "geometry": geometry or {"type": "Polygon", "coordinates": [ring]}}


def write(folder: Path, *features: Any, **members: Any) -> Path:
    path = folder / "landmarks.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **members}))
    return path


def test_properties_and_outline(tmp_path: Path) -> None:
    (landmark,) = read_landmarks(write(tmp_path, feature(id=7, height_m=12, change="added")), LOCAL)
    assert (landmark.landmark_id, landmark.class_name, landmark.description) == ("7", "building", "a house")
    assert (landmark.height_m, landmark.change, landmark.on_map, landmark.in_footage) == (12.0, "added", False, True)
    assert landmark.outline.area == 100.0
    assert landmark.centre.tolist() == [5.0, 5.0]


def test_null_properties_are_left_at_their_default(tmp_path: Path) -> None:
    (landmark,) = read_landmarks(write(tmp_path, feature(height_m=None, change=None)), LOCAL)
    assert (landmark.height_m, landmark.change) == (0.0, None)


def test_points_become_small_discs(tmp_path: Path) -> None:
    (landmark,) = read_landmarks(write(tmp_path, feature({"type": "Point", "coordinates": [5, 6, 100]})), LOCAL)
    assert landmark.outline.area == pytest.approx(np.pi * 4, rel=0.02)
    assert landmark.centre == pytest.approx((5, 6))


def test_outlines_that_cross_themselves_are_repaired(tmp_path: Path) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]]}
    (landmark,) = read_landmarks(write(tmp_path, feature(bow)), LOCAL)
    assert landmark.outline.is_valid
    assert landmark.outline.area == pytest.approx(50.0)
    assert landmark.outline.covers(landmark.outline.representative_point())


def test_parts_without_area_are_dropped(tmp_path: Path) -> None:
    spike = {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [10, 20], [10, 10], [0, 10], [0, 0]]]}
    (landmark,) = read_landmarks(write(tmp_path, feature(spike)), LOCAL)
    assert landmark.outline.geom_type == "Polygon"
    assert landmark.outline.area == pytest.approx(100.0)


def test_longitude_and_latitude_become_metres(tmp_path: Path) -> None:
    pytest.importorskip("pyproj")
    lon, lat = 72.99, 33.64
    ring = [[lon, lat], [lon + 0.001, lat], [lon + 0.001, lat + 0.001], [lon, lat + 0.001], [lon, lat]]
    path = write(tmp_path, feature({"type": "MultiPolygon", "coordinates": [[ring]]}))
    (landmark,) = read_landmarks(path, coordinates_of("EPSG:32643"))
    assert landmark.outline.area == pytest.approx(92.76 * 110.91, rel=0.01)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (feature(heigth_m=3), "feature 0: unknown property 'heigth_m'"),
        ({"type": "Feature", "properties": {"id": "a"}, "geometry": feature()["geometry"]}, "class: Field required"),
        (feature(change="moved"), "change"),
        (feature(height_m=-1), "height_m"),
        (feature(height_m="tall"), "height_m"),
        (feature(id=""), "id"),
        (feature({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}), "not a LineString"),
        (feature({"type": "Polygon", "coordinates": [[[0, 0], [5, 5], [0, 0], [0, 0]]]}), "covers no area"),
        (feature({"type": "Polygon", "coordinates": []}), "empty geometry"),
        (feature({"type": "Polygon", "coordinates": [[[0, 0], [5, 5]]]}), "cannot be read"),
        (feature({"type": "Blob"}), "'Blob' cannot be read"),
        (feature({"type": "Polygon", "coordinates": [[["a", 0], [5, 5], [0, 1], [0, 0]]]}), "cannot be read"),
        ({"type": "Feature", "properties": None, "geometry": None}, "no geometry"),
        ("feature", "not a GeoJSON feature"),
        ({"type": "Feature", "properties": ["id"], "geometry": None}, "not a GeoJSON feature"),
    ],
)
def test_faults_name_file_and_feature(tmp_path: Path, given: Any, words: str) -> None:
    path = write(tmp_path, given)
    with pytest.raises(SceneError) as caught:
        read_landmarks(path, LOCAL)
    assert f"{path}: feature 0" in str(caught.value)
    assert words in str(caught.value)


def test_ids_are_given_once(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="feature 1: the id 'a' is given twice"):
        read_landmarks(write(tmp_path, feature(), feature()), LOCAL)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"type": "Feature"}', '{"type": "FeatureCollection"}', "[" * 100_000])
def test_files_that_are_no_feature_collection(tmp_path: Path, text: str) -> None:
    path = tmp_path / "landmarks.geojson"
    path.write_text(text)
    with pytest.raises(SceneError) as caught:
        read_landmarks(path, LOCAL)
    assert str(path) in str(caught.value)


def test_metres_in_place_of_degrees(tmp_path: Path) -> None:
    point = feature({"type": "Point", "coordinates": [313000, 3724000]})
    utm = coordinates_of("EPSG:32643")
    with pytest.raises(SceneError, match="longitude first"):
        read_landmarks(write(tmp_path, point), utm)
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32643"}}
    with pytest.raises(SceneError, match="export it in longitude and latitude"):
        read_landmarks(write(tmp_path, point, crs=crs), utm)


def test_land_use_is_areas(tmp_path: Path) -> None:
    (area,) = read_land_use(write(tmp_path, feature(None, **{"class": "meadow"})), LOCAL)
    assert area.class_name == "meadow"
    with pytest.raises(SceneError, match="areas are polygons"):
        read_land_use(write(tmp_path, feature({"type": "Point", "coordinates": [5, 6]})), LOCAL)


def test_roads_are_lines_with_any_properties(tmp_path: Path) -> None:
    lines = {"type": "MultiLineString", "coordinates": [[[0, 0], [9, 0]], [[0, 5], [9, 5], [9, 9]]]}
    path = write(tmp_path, {"type": "Feature", "properties": {"highway": "service"}, "geometry": lines})
    assert [road.length for road in read_roads(path, LOCAL)] == [9.0, 13.0]
    with pytest.raises(SceneError, match="a road is a LineString"):
        read_roads(write(tmp_path, feature()), LOCAL)
