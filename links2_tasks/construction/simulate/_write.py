"""Writes a region's map and flight folders, in the form that the scene readers take."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from queue import Empty, Queue

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image as PillowImage
from shapely import LineString

from links2_tasks.construction.scene import Camera, Track, ground_points
from links2_tasks.construction.simulate._changes import with_changes
from links2_tasks.construction.simulate._city import City
from links2_tasks.construction.simulate._features import (
    land_use_features,
    landmark_features,
    road_features,
    write_features,
)
from links2_tasks.construction.simulate._flightpath import middle_of, plan_track
from links2_tasks.construction.simulate._render import render_flight, render_map
from links2_tasks.construction.simulate._spec import FlightSpec, RegionSpec
from links2_tasks.construction.simulate._zones import build_city
from links2_tasks.errors import SceneError
from links2_tasks.media import VideoWriter

Points = NDArray[np.float64]
Progress = Callable[[str], None]

DATASET = "links2_mini"
LICENCE = "CC0-1.0"
_JPEG_QUALITY = 95
# Half the time of the next slower one for a third more bytes.
_PRESET = "superfast"
_LANDMARK_REACH_M = 400.0


def simulate(
    out: Path, regions: Sequence[RegionSpec], workers: int = 2, progress: Progress | None = None
) -> tuple[Path, ...]:
    """Write many regions below `out`, several at a time; the files do not depend on `workers`.

    Returns:
        The flight folders, in the order of the regions and their flights.
    """
    names = [spec.name for spec in regions]
    if len(set(names)) != len(names):
        raise SceneError(
            f"two regions have the same name ({', '.join(names)}); names are folders below {out} and must differ"
        )
    folders: list[Path] = []
    if workers <= 1 or len(regions) <= 1:
        for spec in regions:
            folders.extend(simulate_region(spec, out, progress))
        return tuple(folders)
    processes = get_context("spawn")
    with processes.Manager() as manager, ProcessPoolExecutor(min(workers, len(regions)), mp_context=processes) as pool:
        told = manager.Queue()
        jobs = [pool.submit(simulate_region, spec, out, told.put) for spec in regions]
        _relay(told, jobs, progress)
        return tuple(folder for job in jobs for folder in job.result())


def _relay(told: Queue[str], jobs: Sequence[Future[tuple[Path, ...]]], progress: Progress | None) -> None:
    """Pass on what the workers tell until all of them are done."""
    while not (all(job.done() for job in jobs) and told.empty()):
        with suppress(Empty):
            _tell(progress, told.get(timeout=0.2))


def simulate_region(spec: RegionSpec, out: Path, progress: Progress | None = None) -> tuple[Path, ...]:
    """Write one region's map and flights to `out`/<region>.

    Returns:
        The flight folders, in the order of the flights.
    """
    folder = Path(out) / spec.name
    folder.mkdir(parents=True, exist_ok=True)
    city, tracks = plan_region(spec)
    folders = []
    with _one_thread():
        _write_map(folder, city, spec)
        _tell(progress, f"{spec.name}: map")
        for flight, track in zip(spec.flights, tracks, strict=True):
            target = folder / flight.name
            target.mkdir(exist_ok=True)
            _write_flight(target, city, spec, flight, track)
            _tell(progress, f"{spec.name}: {flight.name}")
            folders.append(target)
    return tuple(folders)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep OpenCV to one thread: regions run side by side, and the small drawings only lose by more threads."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def plan_region(spec: RegionSpec) -> tuple[City, tuple[Track, ...]]:
    """The city of a region with its changes, and the tracks of its flights; nothing is drawn yet."""
    tracks: list[Track] = []
    middles: list[Points] = []
    for flight in spec.flights:
        tracks.append(plan_track(flight, spec.size_m, middles))
        middles.append(middle_of(_camera(flight), tracks[-1]))
    ground = [_ground_track(flight, track) for flight, track in zip(spec.flights, tracks, strict=True)]
    city = with_changes(build_city(spec), ground, spec.n_changes, np.random.default_rng([spec.seed, 6]))
    return city, tuple(tracks)


def _tell(progress: Progress | None, message: str) -> None:
    if progress is not None:
        progress(message)


def _camera(flight: FlightSpec) -> Camera:
    return Camera.from_hfov(flight.width_px, flight.height_px, flight.hfov_deg)


def _ground_track(flight: FlightSpec, track: Track) -> Points:
    camera = _camera(flight)
    return np.array([ground_points(camera, pose, np.array([camera.centre_px]))[0] for pose in track.poses])


def _write_map(folder: Path, city: City, spec: RegionSpec) -> None:
    image = render_map(city, spec)
    PillowImage.fromarray(image).save(folder / "map.jpg", quality=_JPEG_QUALITY, subsampling=0)
    gsd = spec.map_gsd_m
    # A world file gives the centre of the top-left pixel.
    lines = (gsd, 0.0, 0.0, -gsd, gsd / 2, image.shape[0] * gsd - gsd / 2)
    (folder / "map.jgw").write_text("".join(f"{value:.6f}\n" for value in lines))


def _write_flight(folder: Path, city: City, spec: RegionSpec, flight: FlightSpec, track: Track) -> None:
    _write_telemetry(folder / "telemetry.csv", flight, track)
    reach = LineString(_ground_track(flight, track)).buffer(_LANDMARK_REACH_M)
    write_features(folder / "landmarks.geojson", landmark_features(city, reach))
    write_features(folder / "land_use.geojson", land_use_features(city))
    write_features(folder / "roads.geojson", road_features(city))
    description = {
        "scene_id": f"{spec.name}_{flight.name}",
        "region": spec.name,
        "dataset": DATASET,
        "licence": LICENCE,
        "crs": "local",
        "map": "../map.jpg",
        "hfov_deg": flight.hfov_deg,
        "simulated": True,
    }
    (folder / "scene.yaml").write_text(yaml.safe_dump(description, sort_keys=False))
    size = {"width_px": flight.width_px, "height_px": flight.height_px}
    with VideoWriter(folder / "uav.mp4", **size, fps=flight.fps, crf=flight.crf, preset=_PRESET) as writer:
        for frame in render_flight(city, spec, flight, track):
            writer.write(frame)


def _write_telemetry(path: Path, flight: FlightSpec, track: Track) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("t_s", "east_m", "north_m", "alt_m", "hfov_deg", "heading_deg", "pitch_deg"))
        for pose in track.poses:
            writer.writerow(
                (
                    f"{pose.t_s:.3f}",
                    f"{pose.east_m:.3f}",
                    f"{pose.north_m:.3f}",
                    f"{pose.altitude_m:.3f}",
                    f"{flight.hfov_deg:g}",
                    f"{pose.heading_deg:.3f}",
                    f"{pose.pitch_deg:.3f}",
                )
            )
