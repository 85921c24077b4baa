"""Which files of a flight folder are its video, telemetry, map and annotations, and where flights lie in a tree."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from links2_tasks.construction.scene._config import CONFIG_NAME, SceneConfig, read_config
from links2_tasks.errors import SceneError, UnsafePathError

VIDEO_SUFFIXES = (".mp4", ".mov", ".avi", ".mkv")
GEOTIFF_SUFFIXES = (".tif", ".tiff")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class FlightFiles:
    """The files of one flight; annotations that are absent are None."""

    video: Path
    telemetry: Path
    map: Path
    landmarks: Path | None
    land_use: Path | None
    roads: Path | None


def find_files(folder: Path, config: SceneConfig) -> FlightFiles:
    """Find the files of a flight: those that `scene.yaml` names, else by their usual names.

    Raises:
        SceneError: a file is missing, or several could be meant.
        UnsafePathError: a named file lies outside the folder and its parent.
    """
    video = _named(folder, "video", config.video) or _find_video(folder)
    return FlightFiles(
        video=video,
        telemetry=_named(folder, "telemetry", config.telemetry) or _find_telemetry(folder, video),
        map=_named(folder, "map", config.map) or _find_map(folder),
        landmarks=_named(folder, "landmarks", config.landmarks) or _if_there(folder / "landmarks.geojson"),
        land_use=_named(folder, "land_use", config.land_use) or _if_there(folder / "land_use.geojson"),
        roads=_named(folder, "roads", config.roads) or _if_there(folder / "roads.geojson"),
    )


def find_flights(folder: Path) -> tuple[Path, ...]:
    """Flight folders in a tree (the folder itself or any below it), in order of their paths.

    A flight folder holds a video and telemetry (a `.csv` with a column `t_s`, or a `.srt`), or a `scene.yaml` that
    names them. Hidden folders are left out.

    Raises:
        SceneError: the folder does not exist or holds no flight.
    """
    if not folder.is_dir():
        raise SceneError(f"no folder {folder}; give a flight folder or a tree of them")
    flights = []
    for place, below, _ in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        if _holds_flight(Path(place)):
            flights.append(Path(place))
    if not flights:
        raise SceneError(
            f"no flight in {folder} or below. A flight folder holds a video ({', '.join(VIDEO_SUFFIXES)}) and telemetry: "
            f"a .csv with a column t_s, or a .srt; or a {CONFIG_NAME} that names them with 'video:' and 'telemetry:'"
        )
    return tuple(flights)


def _holds_flight(folder: Path) -> bool:
    video, telemetry = bool(_with_suffix(folder, VIDEO_SUFFIXES)), bool(_telemetry_candidates(folder))
    if (video and telemetry) or not (folder / CONFIG_NAME).is_file():
        return video and telemetry
    try:
        config = read_config(folder)
    except SceneError:
        return True  # whatever is wrong with it, its reader says so
    return (video or config.video is not None) and (telemetry or config.telemetry is not None)


def _named(folder: Path, key: str, name: str | None) -> Path | None:
    """File that `scene.yaml` names under `key`, inside the folder or its parent (flights of a region share files)."""
    if name is None:
        return None
    where = f"{folder / CONFIG_NAME}: '{key}: {name}'"
    if "://" in name or "\\" in name or PurePosixPath(name).is_absolute():
        raise UnsafePathError(f"{where} must be a path relative to the folder, with '/' between its parts")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve().parent):
        raise UnsafePathError(f"{where} leaves the folder and its parent; put the file there, or a copy of it")
    if not path.is_file():
        raise SceneError(f"{where} names a file that does not exist: {path}")
    return path


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _with_suffix(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    wanted = tuple(suffixes)
    found = (path for path in folder.iterdir() if path.suffix.lower() in wanted and not path.name.startswith("."))
    return sorted(path for path in found if path.is_file())


def _the_only(folder: Path, key: str, found: Sequence[Path], looked_for: str) -> Path:
    if len(found) == 1:
        return found[0]
    if not found:
        raise SceneError(
            f"no {key} in {folder}: looked for {looked_for}. Put it there, or name it in {CONFIG_NAME} as '{key}: ...'"
        )
    names = ", ".join(path.name for path in found)
    raise SceneError(
        f"{folder} holds {len(found)} files that could be its {key}: {names}. Name one in {CONFIG_NAME} as '{key}: ...'"
    )


def _find_video(folder: Path) -> Path:
    found = _with_suffix(folder, VIDEO_SUFFIXES)
    usual = [path for path in found if path.name.lower() == "uav.mp4"]
    return _the_only(folder, "video", usual or found, f"uav.mp4, or one file with {', '.join(VIDEO_SUFFIXES)}")


def _find_telemetry(folder: Path, video: Path) -> Path:
    found = _telemetry_candidates(folder)
    usual = [path for path in found if path.name.lower() == "telemetry.csv"]
    # Cameras write one subtitle file per video, with the video's name.
    beside = [path for path in found if path.stem == video.stem]
    looked_for = "telemetry.csv, or one .csv with a column t_s, or one .srt"
    return _the_only(folder, "telemetry", usual or (beside if len(beside) == 1 else found), looked_for)


def _telemetry_candidates(folder: Path) -> list[Path]:
    return [
        path
        for path in _with_suffix(folder, (".csv", ".srt"))
        if path.suffix.lower() == ".srt" or _has_time_column(path)
    ]


def _has_time_column(path: Path) -> bool:
    if path.name.lower() == "telemetry.csv":
        return True  # whatever is wrong with it, its reader says so
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return "t_s" in [name.strip().lower() for name in next(csv.reader(lines), [])]
    except (UnicodeDecodeError, csv.Error):
        return False


def _find_map(folder: Path) -> Path:
    found = _with_suffix(folder, GEOTIFF_SUFFIXES + IMAGE_SUFFIXES)
    usual = [path for path in found if path.stem.lower() == "map"]
    geotiffs = [path for path in found if path.suffix.lower() in GEOTIFF_SUFFIXES]
    looked_for = "map.tif, map.png or map.jpg, or one GeoTIFF"
    return _the_only(folder, "map", usual or geotiffs, looked_for)
