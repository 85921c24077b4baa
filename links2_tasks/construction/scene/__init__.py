"""A flight with its map, read from files: georeference, poses, footprints, landmarks."""

from links2_tasks.construction.scene._camera import Camera, Pose, ground_homography, ground_points, project
from links2_tasks.construction.scene._georeference import Georeference
from links2_tasks.construction.scene._read_folder import find_flights
from links2_tasks.construction.scene._read_scene import footage_files, read_scene
from links2_tasks.construction.scene._scene import Landmark, MapImage, Scene, VideoFacts
from links2_tasks.construction.scene._track import Track
from links2_tasks.construction.scene._visibility import (
    ClosestApproach,
    VisibleSpan,
    closest_approach_s,
    occluded,
    share_in_view,
    shares_in_view,
    visible_spans,
)

__all__ = [
    "Camera",
    "ClosestApproach",
    "Georeference",
    "Landmark",
    "MapImage",
    "Pose",
    "Scene",
    "Track",
    "VideoFacts",
    "VisibleSpan",
    "closest_approach_s",
    "find_flights",
    "footage_files",
    "ground_homography",
    "ground_points",
    "occluded",
    "project",
    "read_scene",
    "share_in_view",
    "shares_in_view",
    "visible_spans",
]
