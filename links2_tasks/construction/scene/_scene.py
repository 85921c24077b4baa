"""A flight with its map: what every writer reads, be it simulated or real."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from links2_tasks.construction.scene._camera import Camera, Pose, ground_points, project
from links2_tasks.construction.scene._georeference import Georeference
from links2_tasks.construction.scene._track import Track
from links2_tasks.schema import Source

Points = NDArray[np.float64]


@dataclass(frozen=True)
class MapImage:
    """The satellite map as a north-up RGB image file; pixels without data are given by `valid`."""

    path: Path
    georeference: Georeference
    valid: NDArray[np.bool_] | None = field(default=None, compare=False)
    """(H, W) mask of pixels that hold data; None when all do."""

    def valid_share(self, window_px: tuple[int, int, int, int]) -> float:
        """Share of pixels with data in a window (left, top, width, height)."""
        if self.valid is None:
            return 1.0
        left, top, width, height = window_px
        part = self.valid[top : top + height, left : left + width]
        return float(part.mean()) if part.size else 0.0


@dataclass(frozen=True)
class Landmark:
    """A thing on the ground with an outline in metres east, north."""

    landmark_id: str
    class_name: str
    description: str
    outline: BaseGeometry = field(compare=False)
    height_m: float = 0.0
    change: Literal["added", "removed"] | None = None
    """'added': in the footage but not on the map; 'removed': on the map but not in the footage."""

    @cached_property
    def centre(self) -> Points:
        """A point (2,) inside the outline."""
        point: Point = self.outline.centroid
        if not self.outline.covers(point):
            point = self.outline.representative_point()
        return np.array([point.x, point.y])

    @property
    def in_footage(self) -> bool:
        """Whether the footage shows it."""
        return self.change != "removed"

    @property
    def on_map(self) -> bool:
        """Whether the map shows it."""
        return self.change != "added"


@dataclass(frozen=True)
class VideoFacts:
    """What is known of a video file without decoding it all."""

    path: Path
    width_px: int
    height_px: int
    fps: float
    n_frames: int
    duration_s: float


@dataclass(frozen=True)
class Scene:
    """One flight: video, camera, track, map, landmarks, and where available land use and roads."""

    scene_id: str
    region: str
    source: Source
    video: VideoFacts
    camera: Camera
    track: Track
    map: MapImage
    landmarks: tuple[Landmark, ...]
    land_use: tuple[Landmark, ...] = ()
    """Areas by kind of land use; empty where none are mapped."""
    roads: tuple[LineString, ...] = ()
    """Centre lines of roads in metres east, north; empty where none are mapped."""
    recorded_on: date | None = None
    """Day of the flight; None where it is not known."""
    simulated: bool | None = None
    """Whether footage and map are simulated; None where nobody says."""

    def ground_at(
        self, t_s: float, x_px: float | None = None, y_px: float | None = None, height_m: float = 0
    ) -> Points:
        """Point (2,) east, north on the plane at `height_m` at a pixel at `t_s`; by default at the image centre."""
        centre = self.camera.centre_px
        pixel = [centre[0] if x_px is None else x_px, centre[1] if y_px is None else y_px]
        return ground_points(self.camera, self.track.at(t_s), np.array([pixel]), height_m)[0]

    def footprint(self, t_s: float, shrink: float = 0.0) -> Polygon:
        """Ground that the image shows at `t_s`, in metres east, north.

        `shrink` moves every image edge inwards by that share of the image (outwards when negative).
        """
        corners = self.camera.corners_px
        centre = np.asarray(self.camera.centre_px)
        return Polygon(ground_points(self.camera, self.track.at(t_s), centre + (corners - centre) * (1 - 2 * shrink)))

    def ground_track(self, times_s: Points) -> Points:
        """Ground points (N, 2) at the image centre at each of the times (N,)."""
        return np.array([self.ground_at(float(t)) for t in times_s])

    def pixels_at(self, t_s: float, points_m: Points, height_m: float = 0.0) -> Points:
        """Pixels (N, 2) of points (N, 2) at `t_s`."""
        return project(self.camera, self.track.at(t_s), points_m, height_m)

    def pose_at(self, t_s: float) -> Pose:
        """Pose at `t_s`."""
        return self.track.at(t_s)

    @cached_property
    def sample_times_s(self) -> Points:
        """Times (N,) every 0.2 s at which visibility is looked at."""
        end_s = min(self.video.duration_s, self.track.end_s)
        return np.arange(max(0.0, self.track.start_s), end_s, 0.2)

    @cached_property
    def footprints(self) -> tuple[Polygon, ...]:
        """Footprint at each of `sample_times_s`."""
        return tuple(self.footprint(float(t)) for t in self.sample_times_s)
