"""Folders of simulated flights: what is in them, and that a seed decides on all of it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from PIL import Image

from links2_tasks.construction.scene import read_scene
from links2_tasks.construction.simulate import RegionSpec, mini_regions, simulate, simulate_region
from links2_tasks.construction.simulate._write import plan_region
from links2_tasks.errors import SceneError


def frames_of(path: Path) -> NDArray[np.uint8]:
    """All frames (T, H, W, 3) of a video."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(frames)


def features_of(path: Path) -> list[dict]:
    """Features of a GeoJSON file."""
    return json.loads(path.read_text())["features"]


def test_a_flight_folder_holds_what_the_readers_need(tiny: RegionSpec, tiny_flight: Path) -> None:
    flight = tiny.flights[0]
    names = {path.name for path in tiny_flight.iterdir()}
    assert names == {"uav.mp4", "telemetry.csv", "landmarks.geojson", "land_use.geojson", "roads.geojson", "scene.yaml"}
    assert frames_of(tiny_flight / "uav.mp4").shape == (flight.n_frames, flight.height_px, flight.width_px, 3)
    description = yaml.safe_load((tiny_flight / "scene.yaml").read_text())
    assert description["crs"] == "local"
    assert description["hfov_deg"] == flight.hfov_deg
    assert description["simulated"] is True
    assert (tiny_flight / description["map"]).is_file()


def test_every_frame_shows_a_city(tiny_flight: Path) -> None:
    frames = frames_of(tiny_flight / "uav.mp4").astype(float)
    assert frames.std(axis=(1, 2, 3)).min() > 12
    assert np.all(np.abs(np.diff(frames.mean(axis=(1, 2, 3)))) < 10), "no frame falls out of the row"


def test_telemetry_covers_the_video_in_steps_of_a_fifth_of_a_second(tiny: RegionSpec, tiny_flight: Path) -> None:
    with (tiny_flight / "telemetry.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["t_s", "east_m", "north_m", "alt_m", "hfov_deg", "heading_deg", "pitch_deg"]
    times = np.array([float(row["t_s"]) for row in rows])
    assert np.allclose(np.diff(times), 0.2)
    assert times[0] == 0.0
    assert times[-1] >= tiny.flights[0].duration_s - 1e-9
    assert all(0 <= float(row["heading_deg"]) < 360 for row in rows)


def test_the_map_covers_the_region_and_its_world_file_says_so(tiny: RegionSpec, tiny_flight: Path) -> None:
    with Image.open(tiny_flight.parent / "map.jpg") as image:
        width, height = image.size
    gsd, _, _, down, west, north = (float(line) for line in (tiny_flight.parent / "map.jgw").read_text().split())
    assert (width * gsd, -height * down) == (tiny.size_m, tiny.size_m)
    assert (west, north) == (gsd / 2, tiny.size_m - gsd / 2)


def test_landmarks_have_ids_classes_and_changes(tiny_flight: Path) -> None:
    features = features_of(tiny_flight / "landmarks.geojson")
    ids = [feature["properties"]["id"] for feature in features]
    assert len(set(ids)) == len(ids) > 5
    assert all(feature["properties"]["class"] and feature["properties"]["description"] for feature in features)
    changes = {feature["properties"]["change"] for feature in features if "change" in feature["properties"]}
    assert changes == {"added", "removed"}


def test_the_scene_readers_take_a_simulated_flight(tiny: RegionSpec, tiny_flight: Path) -> None:
    scene = read_scene(tiny_flight)
    assert scene.scene_id == "tiny_flight_0"
    assert scene.map.georeference.bounds_m == (0.0, 0.0, tiny.size_m, tiny.size_m)
    assert len(scene.landmarks) == len(features_of(tiny_flight / "landmarks.geojson"))
    assert scene.land_use
    assert scene.roads
    assert scene.track == plan_region(tiny)[1][0]


def test_geojson_shapes_are_valid_and_inside_the_region(tiny: RegionSpec, tiny_flight: Path) -> None:
    from shapely.geometry import shape

    for name in ("landmarks", "land_use", "roads"):
        for feature in features_of(tiny_flight / f"{name}.geojson"):
            outline = shape(feature["geometry"])
            assert outline.is_valid
            assert not outline.is_empty
            west, south, east, north = outline.bounds
            assert min(west, south) > -30
            assert max(east, north) < tiny.size_m + 30


def test_the_same_seed_gives_the_same_files(tiny: RegionSpec, tiny_flight: Path, tmp_path: Path) -> None:
    threads = cv2.getNumThreads()
    again = simulate_region(tiny, tmp_path)[0]
    assert cv2.getNumThreads() == threads, "the caller's OpenCV is left as it was"
    for name in ("telemetry.csv", "landmarks.geojson", "land_use.geojson", "roads.geojson", "../map.jpg", "../map.jgw"):
        assert (again / name).read_bytes() == (tiny_flight / name).read_bytes(), name
    assert np.array_equal(frames_of(again / "uav.mp4"), frames_of(tiny_flight / "uav.mp4"))


def test_another_seed_gives_another_region(tiny: RegionSpec, tiny_flight: Path, tmp_path: Path) -> None:
    flight = replace(tiny.flights[0], seed=99)
    other = simulate_region(replace(tiny, seed=tiny.seed + 1, flights=(flight,)), tmp_path)[0]
    for name in ("telemetry.csv", "landmarks.geojson", "roads.geojson", "../map.jpg"):
        assert (other / name).read_bytes() != (tiny_flight / name).read_bytes(), name


def test_the_number_of_workers_changes_nothing(tiny: RegionSpec, tiny_flight: Path, tmp_path: Path) -> None:
    said: list[str] = []
    regions = (tiny, replace(tiny, name="twin"))
    folders = simulate(tmp_path, regions, workers=2, progress=said.append)
    assert [folder.relative_to(tmp_path).as_posix() for folder in folders] == ["tiny/flight_0", "twin/flight_0"]
    assert sorted(said) == ["tiny: flight_0", "tiny: map", "twin: flight_0", "twin: map"]
    for folder in folders:
        assert (folder / "telemetry.csv").read_bytes() == (tiny_flight / "telemetry.csv").read_bytes()
        assert (folder.parent / "map.jpg").read_bytes() == (tiny_flight.parent / "map.jpg").read_bytes()


def test_regions_of_one_name_are_refused(tiny: RegionSpec, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="same name"):
        simulate(tmp_path, (tiny, tiny))


def test_the_mini_set_has_four_regions_of_five_flights_that_differ() -> None:
    regions = mini_regions(7)
    assert [len(region.flights) for region in regions] == [5, 5, 5, 5]
    assert len({region.seed for region in regions}) == len({region.style for region in regions}) == 4
    assert len({flight.seed for region in regions for flight in region.flights}) == 20
    for region in regions:
        suns = {flight.sun_azimuth_deg for flight in region.flights}
        assert len(suns) == 5
        assert region.map_sun_azimuth_deg not in suns
    assert mini_regions(8)[0].seed != regions[0].seed
