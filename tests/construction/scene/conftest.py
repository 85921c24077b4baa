"""A flight folder that is drawn by hand: 2 s over a 200 m map in local metres, flying east, image up to the east."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.construction.scene import Camera, Georeference, Landmark, MapImage, Pose, Scene, Track, VideoFacts
from links2_tasks.media import VideoWriter
from links2_tasks.schema import Source

TELEMETRY = "t_s,east_m,north_m,heading_deg,gsd_m_per_px\n0,60,100,90,0.5\n1,100,100,90,0.5\n2,140,100,90,0.5\n"


def square(name: str, east_m: float, north_m: float, half_m: float = 5.0, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature: a square around a place."""
    ring = [(east_m + x * half_m, north_m + y * half_m) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    given = {"id": name, "class": "building", "description": f"the {name}", **properties}
    return {"type": "Feature", "properties": given, "geometry": geometry}


def write_features(path: Path, features: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


@pytest.fixture(scope="session")
def tiny_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "uav.mp4"
    with VideoWriter(path, 64, 32, 10) as writer:
        for shade in range(20):
            writer.write(np.full((32, 64, 3), 5 * shade, np.uint8))
    return path


@pytest.fixture
def flight(tmp_path: Path, tiny_video: Path) -> Path:
    """A complete flight folder in local metres."""
    folder = tmp_path / "campus"
    folder.mkdir()
    (folder / "uav.mp4").write_bytes(tiny_video.read_bytes())
    (folder / "telemetry.csv").write_text(TELEMETRY)
    pixels = np.random.default_rng(1).integers(1, 255, (200, 200, 3), np.uint8)
    Image.fromarray(pixels).save(folder / "map.png")
    (folder / "map.pgw").write_text("1\n0\n0\n-1\n0.5\n199.5\n")
    (folder / "scene.yaml").write_text("crs: local\nlicence: CC0-1.0\n")
    write_features(folder / "landmarks.geojson", [square("kiosk", 100, 100), square("barn", 20, 180)])
    return folder


SceneMaker = Callable[..., Scene]


@pytest.fixture(scope="session")
def make_scene() -> SceneMaker:
    """Make a scene from landmarks and poses, without files: a video of 10 s; nadir at 100 m by default, 10 m/s to the east for 10 s."""

    def make(landmarks: Iterable[Landmark] = (), poses: Iterable[Pose] | None = None) -> Scene:
        if poses is None:
            poses = [Pose(t, 10.0 * t, 0.0, 100.0, 90.0) for t in range(11)]
        return Scene(
            scene_id="made",
            region="made",
            source=Source(dataset="made", licence="CC0-1.0"),
            video=VideoFacts(Path("none.mp4"), 200, 100, 10.0, 100, 10.0),
            camera=Camera(200, 100, 200.0),
            track=Track(tuple(poses)),
            map=MapImage(Path("none.png"), Georeference(-500.0, 500.0, 1.0, 1000, 1000)),
            landmarks=tuple(landmarks),
        )

    return make
