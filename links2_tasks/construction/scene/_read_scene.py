"""A flight folder as a `Scene`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely

from links2_tasks._folders import cache_folder
from links2_tasks.construction.scene._camera import Camera, Pose, ground_points
from links2_tasks.construction.scene._config import CONFIG_NAME, SceneConfig, read_config
from links2_tasks.construction.scene._coordinates import GEOGRAPHIC, Coordinates, coordinates_of, reproject
from links2_tasks.construction.scene._read_folder import find_files
from links2_tasks.construction.scene._read_landmarks import read_land_use, read_landmarks, read_roads
from links2_tasks.construction.scene._read_map import read_map
from links2_tasks.construction.scene._read_telemetry import Telemetry, camera_and_track
from links2_tasks.construction.scene._read_telemetry_csv import read_telemetry_csv
from links2_tasks.construction.scene._read_telemetry_srt import read_telemetry_srt
from links2_tasks.construction.scene._scene import Landmark, MapImage, Scene, VideoFacts
from links2_tasks.construction.scene._track import Track
from links2_tasks.errors import Links2Error, SceneError
from links2_tasks.media import probe_video
from links2_tasks.schema import Source

LICENCE_NAMES = ("LICENSE", "LICENCE", "LICENSE.txt", "LICENCE.txt", "LICENSE.md", "LICENCE.md")


def read_scene(
    folder: Path, *, region: str | None = None, licence: str | None = None, work: Path | None = None
) -> Scene:
    """Read a flight folder: video, telemetry, map, and what is annotated.

    Args:
        folder: Holds `uav.mp4`, `telemetry.csv` or an `.srt`, `map.tif` or a picture with its place, optionally
            `landmarks.geojson`, `land_use.geojson`, `roads.geojson`, and a `scene.yaml` that names other files.
        region: Used where `scene.yaml` names none; else the folder's name.
        licence: Used where `scene.yaml` names none; else the first line of a LICENSE file in the folder.
        work: Folder for maps that must be written anew (every GeoTIFF); by default in the user's cache.

    Raises:
        SceneError: a file is missing or wrong, or files do not fit together.
        MissingExtraError: the map needs rasterio or pyproj, which are not installed.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise SceneError(f"no folder {folder}; give the folder of one flight")
    config = read_config(folder)
    files = find_files(folder, config)
    map_image = read_map(files.map, config, work or cache_folder() / "maps")
    coordinates = coordinates_of(map_image.georeference.crs)
    video = _video(files.video)
    telemetry = _telemetry(files.telemetry, map_image)
    camera, track = camera_and_track(telemetry, video, config.hfov_deg, coordinates)
    _refuse_apart_in_time(telemetry, track, video)
    _refuse_off_map(telemetry, track, map_image)
    _refuse_horizon(telemetry, camera, track)
    landmarks = _annotations(files.landmarks, read_landmarks, coordinates)
    if files.landmarks is not None:
        _refuse_all_off_map(files.landmarks, landmarks, map_image)
    name = folder.resolve().name
    return Scene(
        scene_id=config.scene_id or name,
        region=config.region or region or name,
        source=Source(dataset=config.dataset or name, licence=_licence(folder, config, licence)),
        video=video,
        camera=camera,
        track=track,
        map=map_image,
        landmarks=landmarks,
        land_use=_annotations(files.land_use, read_land_use, coordinates),
        roads=() if files.roads is None else read_roads(files.roads, coordinates),
        recorded_on=config.recorded_on,
        simulated=config.simulated,
    )


def footage_files(folder: Path) -> tuple[Path, ...]:
    """The files that a flight is read from, sorted: another content of theirs may make another scene.

    Of a folder that cannot be read they are all its files.
    """
    folder = Path(folder)
    try:
        files = find_files(folder, read_config(folder))
    except Links2Error:
        return tuple(sorted(path for path in folder.iterdir() if path.is_file()))
    annotations = (files.landmarks, files.land_use, files.roads)
    # A map's place may stand in a file beside it: map.jgw, map.tif.aux.xml.
    beside = (path for path in files.map.parent.iterdir() if path.name.startswith(f"{files.map.stem}."))
    known = (files.video, files.telemetry, *beside, *(path for path in annotations if path is not None))
    own = (folder / name for name in (CONFIG_NAME, *LICENCE_NAMES))
    return tuple(sorted({path for path in (*known, *own) if path.is_file()}))


def _video(path: Path) -> VideoFacts:
    info = probe_video(path)
    return VideoFacts(path, info.width_px, info.height_px, info.fps, info.n_frames, info.duration_s)


def _telemetry(path: Path, map_image: MapImage) -> Telemetry:
    place = map_image.georeference
    if path.suffix.lower() != ".srt":
        return read_telemetry_csv(path, place.crs)
    if place.crs == "local":
        raise SceneError(
            f"{path} gives longitude and latitude, but the map is in local metres; give the map an EPSG crs, or a telemetry.csv with east_m, north_m"
        )
    west, south, east, north = place.bounds_m
    ((lon, lat),) = reproject(np.array([((west + east) / 2, (south + north) / 2)]), place.crs, GEOGRAPHIC)
    return read_telemetry_srt(path, (float(lon), float(lat)))


def _annotations(
    path: Path | None, read: Callable[[Path, Coordinates], tuple[Landmark, ...]], coordinates: Coordinates
) -> tuple[Landmark, ...]:
    return () if path is None else read(path, coordinates)


def _refuse_apart_in_time(telemetry: Telemetry, track: Track, video: VideoFacts) -> None:
    if track.start_s >= video.duration_s:
        raise SceneError(
            f"{telemetry.path} starts at {track.start_s:g} s, but {video.path} ends at {video.duration_s:g} s; t_s counts seconds "
            "from the start of the video"
        )


def _refuse_off_map(telemetry: Telemetry, track: Track, map_image: MapImage) -> None:
    west, south, east, north = map_image.georeference.bounds_m
    if any(west <= pose.east_m <= east and south <= pose.north_m <= north for pose in track.poses):
        return
    first = track.poses[0]
    raise SceneError(
        f"no position of {telemetry.path} lies on the map {map_image.path}: the first is east {first.east_m:.0f}, north "
        f"{first.north_m:.0f} m; the map reaches from {west:.0f}, {south:.0f} to {east:.0f}, {north:.0f} m. Check crs and lat, lon"
    )


def _refuse_horizon(telemetry: Telemetry, camera: Camera, track: Track) -> None:
    skyward = [pose.t_s for pose in track.poses if not _sees_only_ground(camera, pose)]
    if skyward:
        raise SceneError(
            f"{telemetry.path}: the camera sees the horizon in {len(skyward)} of {len(track.poses)} poses, from {skyward[0]:g} s to "
            f"{skyward[-1]:g} s, so it has no footprint there; cut the video and its telemetry to the parts that look down"
        )


def _sees_only_ground(camera: Camera, pose: Pose) -> bool:
    try:
        ground_points(camera, pose, camera.corners_px)
    except SceneError:
        return False
    return True


def _refuse_all_off_map(path: Path, landmarks: tuple[Landmark, ...], map_image: MapImage) -> None:
    area = shapely.box(*map_image.georeference.bounds_m)
    if landmarks and not any(landmark.outline.intersects(area) for landmark in landmarks):
        east_m, north_m = landmarks[0].centre
        raise SceneError(
            f"none of the {len(landmarks)} features of {path} lies on the map {map_image.path}: '{landmarks[0].landmark_id}' is at "
            f"east {east_m:.0f}, north {north_m:.0f} m. Coordinates are longitude first, then latitude (metres where crs is local)"
        )


def _licence(folder: Path, config: SceneConfig, given: str | None) -> str:
    if config.licence or given:
        return config.licence or given or ""
    for name in LICENCE_NAMES:
        path = folder / name
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            for line in lines:
                if line.strip(" #\t"):
                    return line.strip(" #\t")
    raise SceneError(
        f"the licence of the footage in {folder} is not known; write 'licence: ...' into {CONFIG_NAME}, add a LICENSE file, or give it as an argument"
    )
