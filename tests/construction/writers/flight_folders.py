"""Small synthetic flight folders: a region of about one square kilometre, and flights over it that share its files.

Nothing here comes from the package's own simulator. The region is noise, blocks of land use and boxes with heights; a
flight is a curve with climbs and a tilting camera. Only geometry matters: no test looks at what the pixels show.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from links2_tasks.media import VideoWriter

Points = NDArray[np.float64]

GSD_M = 0.8
MAP_PX = (1280, 1160)
WEST_M, NORTH_M = -437.3, 612.9
VIDEO_PX, FPS, DURATION_S, HFOV_DEG = (160, 90), 10.0, 20.0, 68.0
CLASSES = {"house": 9.0, "warehouse": 14.0, "parking_lot": 0.0, "pool": 0.0, "tank": 18.0}
KINDS = ("residential", "industrial", "forest", "farmland", "water")
MAP_BOUNDS_M = (WEST_M, NORTH_M - MAP_PX[1] * GSD_M, WEST_M + MAP_PX[0] * GSD_M, NORTH_M)


@dataclass(frozen=True)
class FlightPlan:
    """A flight as a list of rows: t_s, east_m, north_m, alt_m, heading_deg, pitch_deg."""

    rows: list[tuple[float, float, float, float, float, float]] = field(repr=False)


def plan_flight(rng: np.random.Generator, *, tilt_deg: float = 40.0, margin_m: float = 160.0) -> FlightPlan:
    """A curved flight anywhere over the region, climbing and turning, its camera tilting by up to `tilt_deg`."""
    times = np.arange(0.0, DURATION_S + 0.01, 0.5)
    course = rng.uniform(0, 360) + np.cumsum(np.full(len(times), rng.uniform(-4.0, 4.0)))
    speed = rng.uniform(7.0, 12.0)
    steps = 0.5 * speed * np.column_stack([np.sin(np.radians(course)), np.cos(np.radians(course))])
    way = np.cumsum(steps, axis=0)
    west, south, east, north = MAP_BOUNDS_M
    low = np.array([west, south]) + margin_m - way.min(axis=0)
    high = np.array([east, north]) - margin_m - way.max(axis=0)
    places = way + rng.uniform(low, high)
    altitude = 105.0 + rng.uniform(0, 30) + 8.0 * np.sin(times / rng.uniform(3.0, 6.0))
    heading = (course + rng.uniform(-60, 60) + 6.0 * np.sin(times / 2.0)) % 360.0
    pitch = -90.0 + tilt_deg * (0.5 + 0.5 * np.sin(times / 7.0 + rng.uniform(0, 6)))
    columns = np.column_stack([times, places, altitude, heading, pitch]).round(3)
    return FlightPlan([tuple(float(v) for v in row) for row in columns])


def write_region(folder: Path, rng: np.random.Generator, *, n_landmarks: int = 150, n_changed: int = 45) -> None:
    """Write map, world file, landmarks, land use and a video of noise, for flights in folders below."""
    folder.mkdir(parents=True, exist_ok=True)
    coarse = rng.integers(0, 255, (12, 13, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize(MAP_PX, Image.Resampling.BICUBIC).save(folder / "map.jpg", quality=60)
    # A world file gives the centre of the top-left pixel, not its corner.
    lines = (GSD_M, 0.0, 0.0, -GSD_M, WEST_M + GSD_M / 2, NORTH_M - GSD_M / 2)
    (folder / "map.jgw").write_text("".join(f"{value:.6f}\n" for value in lines), encoding="ascii")
    _write_features(folder / "landmarks.geojson", _landmarks(rng, n_landmarks, n_changed))
    _write_features(folder / "land_use.geojson", _land_use(rng))
    _write_features(folder / "roads.geojson", _roads(rng))
    write_video(folder / "uav.mp4", rng)


def write_video(path: Path, rng: np.random.Generator) -> None:
    """Write a short video of coarse noise."""
    width_px, height_px = VIDEO_PX
    with VideoWriter(path, width_px, height_px, FPS, preset="ultrafast") as writer:
        for _ in range(round(FPS * DURATION_S)):
            coarse = rng.integers(0, 255, (height_px // 30, width_px // 32, 3), dtype=np.uint8)
            writer.write(np.ascontiguousarray(coarse.repeat(30, 0).repeat(32, 1)))


def write_flight(folder: Path, plan: FlightPlan, **config: Any) -> None:
    """Write a flight folder that takes all but its telemetry from the folder above; `config` adds to scene.yaml."""
    folder.mkdir(parents=True)
    with (folder / "telemetry.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["t_s", "east_m", "north_m", "alt_m", "heading_deg", "pitch_deg"])
        table.writerows(plan.rows)
    content = {
        "scene_id": folder.name,
        "region": "blocks",
        "dataset": "made by the tests",
        "licence": "CC0-1.0",
        "crs": "local",
        "hfov_deg": HFOV_DEG,
        **{name: f"../{file}" for name, file in _SHARED.items() if (folder.parent / file).is_file()},
    }
    # JSON is YAML.
    (folder / "scene.yaml").write_text(json.dumps(content | config), encoding="utf-8")


_SHARED = {
    "video": "uav.mp4",
    "map": "map.jpg",
    "landmarks": "landmarks.geojson",
    "land_use": "land_use.geojson",
    "roads": "roads.geojson",
}


def _landmarks(rng: np.random.Generator, number: int, n_changed: int) -> list[dict[str, Any]]:
    """Rotated boxes and L shapes that stand apart, and a few large lots that stand under others."""
    west, south, east, north = MAP_BOUNDS_M
    features, placed = [], []
    for _ in range(40 * number):
        centre = np.array([rng.uniform(west + 15, east - 15), rng.uniform(south + 15, north - 15)])
        radius_m = rng.uniform(9.0, 17.0)
        if any(np.hypot(*(centre - other)) < radius_m + gap + 4.0 for other, gap in placed):
            continue
        placed.append((centre, radius_m))
        features.append(_landmark(rng, len(features), centre, radius_m))
        if len(features) == number:
            break
    for i in rng.permutation(len(features))[:n_changed]:
        features[i]["properties"]["change"] = ("added", "removed")[int(i) % 2]
    return features


def _landmark(rng: np.random.Generator, number: int, centre: Points, radius_m: float) -> dict[str, Any]:
    name = list(CLASSES)[int(rng.integers(len(CLASSES)))]
    long, wide = 0.85 * radius_m, rng.uniform(0.45, 0.6) * radius_m
    shape = [(-long, -wide), (long, -wide), (long, wide), (-long, wide)]
    if rng.random() < 0.2:
        shape = [(-long, -wide), (long, -wide), (long, 0.0), (0.0, 0.0), (0.0, wide), (-long, wide)]
    angle = rng.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    ring = (np.array(shape) @ turn.T + centre).round(3)
    properties: dict[str, Any] = {
        "id": f"landmark_{number:03d}",
        "class": name,
        "description": f"the {name} with the secret number {number:03d}",
    }
    if CLASSES[name]:
        properties["height_m"] = round(CLASSES[name] * rng.uniform(0.7, 1.3), 2)
    return _feature(ring, properties)


def _land_use(rng: np.random.Generator) -> list[dict[str, Any]]:
    """The whole region in blocks of uneven size, neighbours often of one kind."""
    west, south, east, north = MAP_BOUNDS_M
    columns, rows = (np.concatenate([[0.0], np.cumsum(rng.uniform(0.5, 1.5, 7))]) for _ in range(2))
    easts = west + (east - west) * columns / columns[-1]
    norths = south + (north - south) * rows / rows[-1]
    features = []
    for i in range(7):
        for j in range(7):
            ring = np.array(
                [
                    (easts[i], norths[j]),
                    (easts[i + 1], norths[j]),
                    (easts[i + 1], norths[j + 1]),
                    (easts[i], norths[j + 1]),
                ]
            )
            kind = KINDS[int(rng.integers(len(KINDS)))]
            number = len(features)
            features.append(
                _feature(ring.round(3), {"id": f"area_{number}", "class": kind, "description": f"area {number}"})
            )
    return features


def _roads(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Streets about 90 m apart that cross at right angles or nearly so."""
    west, south, east, north = MAP_BOUNDS_M
    lines = [[(x, south), (x + rng.uniform(-30, 30), north)] for x in np.arange(west + 40, east, 90.0)]
    lines += [[(west, y), (east, y + rng.uniform(-30, 30))] for y in np.arange(south + 40, north, 90.0)]
    return [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "LineString", "coordinates": np.round(line, 2).tolist()},
        }
        for line in lines
    ]


def _feature(ring: Points, properties: dict[str, Any]) -> dict[str, Any]:
    closed = [*ring.tolist(), ring[0].tolist()]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [closed]}}


def _write_features(path: Path, features: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
