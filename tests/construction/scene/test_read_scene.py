from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from links2_tasks.construction.scene import footage_files, read_scene
from links2_tasks.errors import SceneError

HEADER = "t_s,east_m,north_m,heading_deg,gsd_m_per_px\n"


def test_a_complete_flight(flight: Path) -> None:
    scene = read_scene(flight)
    assert (scene.scene_id, scene.region, scene.source.dataset, scene.source.licence) == (
        "campus",
        "campus",
        "campus",
        "CC0-1.0",
    )
    assert (scene.video.width_px, scene.video.height_px, scene.video.n_frames) == (64, 32, 20)
    assert scene.footprint(1.0).bounds == pytest.approx((92.0, 84.0, 108.0, 116.0))
    assert scene.map.path == flight / "map.png"
    assert [landmark.landmark_id for landmark in scene.landmarks] == ["kiosk", "barn"]
    assert (scene.land_use, scene.roads) == ((), ())


def test_the_files_of_a_flight_are_those_that_make_its_scene(flight: Path) -> None:
    (flight / "notes.txt").write_text("about the weather")
    (flight / "map.txt").write_text("lies beside the map under its name, so it may say where the map lies")
    names = {path.name for path in footage_files(flight)}
    assert {"map.png", "map.txt", "landmarks.geojson"} <= names
    assert "notes.txt" not in names
    (flight / "scene.yaml").write_text("licens: MIT\n")
    assert "notes.txt" in {path.name for path in footage_files(flight)}


def test_local_flights_need_neither_pyproj_nor_rasterio(flight: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyproj", "rasterio"):
        monkeypatch.setitem(sys.modules, name, None)
    assert read_scene(flight).map.georeference.crs == "local"


def test_land_use_and_roads(flight: Path) -> None:
    content = json.loads((flight / "landmarks.geojson").read_text())
    (flight / "land_use.geojson").write_text(json.dumps(content))
    line = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[0, 0], [50, 0]]}}
    (flight / "roads.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [line]}))
    scene = read_scene(flight)
    assert (len(scene.land_use), scene.roads[0].length) == (2, 50.0)


def test_names_come_from_the_file_then_the_arguments_then_the_folder(flight: Path) -> None:
    assert read_scene(flight, region="city", licence="MIT").region == "city"
    assert read_scene(flight, licence="MIT").source.licence == "CC0-1.0"
    (flight / "scene.yaml").write_text("crs: local\nscene_id: one\nregion: north\ndataset: own\n")
    scene = read_scene(flight, region="city", licence="MIT")
    assert (scene.scene_id, scene.region, scene.source.dataset, scene.source.licence) == ("one", "north", "own", "MIT")


def test_licence_of_a_licence_file(flight: Path) -> None:
    (flight / "scene.yaml").write_text("crs: local\n")
    with pytest.raises(SceneError, match="licence: "):
        read_scene(flight)
    (flight / "LICENSE").write_text("\n# BSD 2-Clause License\n\nCopyright ...\n")
    assert read_scene(flight).source.licence == "BSD 2-Clause License"


def test_flights_of_a_region_share_a_map(flight: Path) -> None:
    region = flight.parent
    for name in ("map.png", "map.pgw"):
        shutil.move(flight / name, region / name)
    (flight / "scene.yaml").write_text("crs: local\nlicence: MIT\nmap: ../map.png\n")
    assert read_scene(flight).map.path == region / "map.png"


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("telemetry.csv", f"{HEADER}9,100,100,0,0.5\n10,100,100,0,0.5\n", "seconds from the start of the video"),
        ("telemetry.csv", f"{HEADER}0,9100,100,0,0.5\n1,9100,100,0,0.5\n", "lies on the map"),
        ("telemetry.csv", "t_s,east_m,north_m,heading_deg,alt_m,hfov_deg,pitch_deg\n0,100,100,0,50,60,-10\n", "horizon"),
        ("landmarks.geojson", '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", '
         '"coordinates": [9000, 9000]}, "properties": {"id": "x", "class": "c", "description": "d"}}]}', "none of the 1 features"),
        ("uav.mp4", "not a video", "uav.mp4"),
    ],
)  # fmt: skip
def test_files_that_do_not_fit_together(flight: Path, file: str, text: str, words: str) -> None:
    (flight / file).write_text(text)
    with pytest.raises(Exception, match=words) as caught:
        read_scene(flight)
    assert caught.type.__module__ == "links2_tasks.errors"


def test_subtitles_need_a_map_on_the_earth(flight: Path) -> None:
    (flight / "telemetry.csv").unlink()
    (flight / "uav.srt").write_text(
        "1\n00:00:00,000 --> 00:00:01,000\n[latitude: 1.0] [longitude: 1.0] [rel_alt: 30.0 abs_alt: 1.0]\n"
    )
    with pytest.raises(SceneError, match="local metres"):
        read_scene(flight)


def test_a_flight_with_subtitles(flight: Path) -> None:
    pytest.importorskip("rasterio")
    (flight / "telemetry.csv").unlink()
    (flight / "landmarks.geojson").unlink()
    (flight / "map.pgw").unlink()
    (flight / "scene.yaml").write_text("crs: 4326\nlicence: MIT\nmap_corners: [72.99, 33.64, 72.992, 33.642]\n")
    cues = [
        f"{i + 1}\n00:00:0{i},000 --> 00:00:0{i},999\n[latitude: 33.641003] [longitude: {72.990503 + 0.0002 * i:.6f}] "
        "[rel_alt: 60.0 abs_alt: 560.0] [focal_len : 240]\n\n"
        for i in range(3)
    ]
    (flight / "uav.srt").write_text("".join(cues))
    scene = read_scene(flight, work=flight.parent / "work")
    assert scene.map.georeference.crs == "EPSG:32643"
    # Flying along the parallel: true east, turned to the grid.
    assert scene.pose_at(1.0).heading_deg == pytest.approx(91.11, abs=0.1)
    assert scene.camera.focal_px == pytest.approx(64 * 24 / 36)


def test_no_folder() -> None:
    with pytest.raises(SceneError, match="no folder"):
        read_scene(Path("nowhere"))
