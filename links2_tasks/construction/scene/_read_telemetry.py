"""From telemetry rows, whatever file they come from, to a camera and a track in map metres."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene._camera import Camera, Pose
from links2_tasks.construction.scene._coordinates import Coordinates
from links2_tasks.construction.scene._scene import VideoFacts
from links2_tasks.construction.scene._track import Track
from links2_tasks.errors import SceneError

Points = NDArray[np.float64]

NADIR_TOLERANCE_DEG = 1.0
"""Gimbals report straight down as -89.9 or -90.1; that much is no reason to refuse a ground sample distance."""
HFOV_TOLERANCE = 0.01
MIN_COURSE_M = 5.0
"""Least way over ground from which a course is taken: shorter ones are the noise of satellite positioning."""
COURSE_STEPS = 10
"""And least number of steps in which positions are written, so that rounding turns a course by some 6 degrees at most."""
GIVE_HEADING = (
    "write the flight as telemetry.csv with a column heading_deg (compass direction of the image's up direction)"
)


@dataclass(frozen=True)
class TelemetryRow:
    """One moment of a flight as the file gives it."""

    line: int
    t_s: float
    place: tuple[float, float]
    """Longitude, latitude in degrees, or east, north in metres."""
    heading_deg: float | None = None
    pitch_deg: float = -90.0
    altitude_m: float | None = None
    gsd_m: float | None = None
    hfov_deg: float | None = None


@dataclass(frozen=True)
class Telemetry:
    """Rows of a telemetry file in order of time; either all rows have a value or none has."""

    path: Path
    rows: tuple[TelemetryRow, ...]
    geographic: bool
    """Whether places are longitude, latitude (headings then count from true north) or metres on the map."""
    place_step_m: float = 0.0
    """Distance between neighbouring places that the file can tell apart."""

    def where(self, row: TelemetryRow) -> str:
        """File and line of a row, for messages."""
        return f"{self.path}:{row.line}"


def camera_and_track(
    telemetry: Telemetry, video: VideoFacts, hfov_deg: float | None, coordinates: Coordinates
) -> tuple[Camera, Track]:
    """Camera and track of a flight, with positions in map metres and headings from grid north.

    Altitude with a field of view is taken first. With a ground sample distance alone the camera looks straight down
    and stands for any that sees the same ground: focal length and altitude are then virtual.

    Args:
        telemetry: Rows of one file.
        video: The video they belong to.
        hfov_deg: Horizontal field of view from `scene.yaml`; it goes before that of the file.
        coordinates: From places in the file to map metres.

    Raises:
        SceneError: the rows do not say how large the footprint is, or where the image's up direction points.
    """
    heights = [row.altitude_m for row in telemetry.rows if row.altitude_m is not None]
    seen_deg = hfov_deg if hfov_deg is not None or not heights else _constant_hfov(telemetry)
    if heights and seen_deg is not None:
        camera = Camera.from_hfov(video.width_px, video.height_px, seen_deg)
        altitudes, pitches = heights, [max(row.pitch_deg, -90.0) for row in telemetry.rows]
    else:
        camera = Camera(video.width_px, video.height_px, float(video.width_px))
        altitudes, pitches = _virtual_altitudes(telemetry, camera), [-90.0] * len(telemetry.rows)
    places = np.array([row.place for row in telemetry.rows])
    points = coordinates.to_metres(places) if telemetry.geographic else places
    headings = _headings(telemetry, points, coordinates)
    poses = (
        Pose(row.t_s, float(east), float(north), altitude, float(heading), pitch)
        for row, (east, north), altitude, heading, pitch in zip(
            telemetry.rows, points, altitudes, headings, pitches, strict=True
        )
    )
    return camera, Track(tuple(poses))


def _constant_hfov(telemetry: Telemetry) -> float | None:
    first = telemetry.rows[0]
    if first.hfov_deg is None:
        return None
    for row in telemetry.rows:
        if row.hfov_deg is None or abs(row.hfov_deg - first.hfov_deg) > HFOV_TOLERANCE * first.hfov_deg:
            raise SceneError(
                f"{telemetry.where(row)}: the field of view changes from {first.hfov_deg:.1f} to {row.hfov_deg or 0.0:.1f} degrees. "
                "A scene has one camera without zoom: cut the video and its telemetry where the zoom changes"
            )
    return first.hfov_deg


def _virtual_altitudes(telemetry: Telemetry, camera: Camera) -> list[float]:
    altitudes = []
    for row in telemetry.rows:
        if row.gsd_m is None:
            raise SceneError(
                f"{telemetry.path} does not say how large the footprint is: give gsd_m_per_px, or the altitude with the camera's "
                "horizontal field of view (column hfov_deg, or hfov_deg in scene.yaml)"
            )
        if abs(row.pitch_deg + 90.0) > NADIR_TOLERANCE_DEG:
            raise SceneError(
                f"{telemetry.where(row)}: pitch_deg {row.pitch_deg:g} with gsd_m_per_px only. The ground sample distance of an oblique "
                "image differs from pixel to pixel, so it gives no footprint: give alt_m and hfov_deg instead, or leave pitch_deg out "
                "if the camera looks straight down"
            )
        altitudes.append(row.gsd_m * camera.focal_px)
    return altitudes


def _headings(telemetry: Telemetry, points: Points, coordinates: Coordinates) -> Points:
    given = [row.heading_deg for row in telemetry.rows if row.heading_deg is not None]
    if len(given) < len(telemetry.rows):
        return course_deg(points, telemetry)
    if not telemetry.geographic:
        return np.asarray(given, float) % 360.0
    return coordinates.grid_headings_deg(np.asarray(given, float), np.array([row.place for row in telemetry.rows]))


def course_deg(points_m: Points, telemetry: Telemetry) -> Points:
    """Direction of movement (N,) from grid north at each of the points (N, 2), over at least `MIN_COURSE_M`.

    It stands for the heading of a camera that looks the way it flies. Where the aircraft hovers, the last course is
    kept.

    Raises:
        SceneError: the points do not reach far enough for a course.
    """
    least_m = max(MIN_COURSE_M, COURSE_STEPS * telemetry.place_step_m)
    courses: list[float] = []
    start = 0
    for end in range(len(points_m)):
        while start < end and np.hypot(*(points_m[end] - points_m[start + 1])) >= least_m:
            start += 1
        way = points_m[end] - points_m[start]
        held = courses[-1] if courses else np.nan
        courses.append(float(np.degrees(np.arctan2(*way)) % 360.0) if np.hypot(*way) >= least_m else held)
    known = np.array(courses)
    if np.isnan(known[-1]):
        raise SceneError(
            f"{telemetry.path} holds no yaw, and the aircraft moves less than {least_m:.0f} m, which its positions need for "
            f"a course, so that gives no heading either; {GIVE_HEADING}"
        )
    known[np.isnan(known)] = known[~np.isnan(known)][0]
    return known
