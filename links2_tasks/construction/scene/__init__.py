"""A flight with its map, read from files: georeference, poses, footprints, landmarks."""

from links2_tasks.construction.scene._camera import Camera, Pose, ground_homography, ground_points, project
from links2_tasks.construction.scene._georeference import Georeference
from links2_tasks.construction.scene._scene import Landmark, MapImage, Scene, VideoFacts
from links2_tasks.construction.scene._track import Track

__all__ = [
    "Camera",
    "Georeference",
    "Landmark",
    "MapImage",
    "Pose",
    "Scene",
    "Track",
    "VideoFacts",
    "ground_homography",
    "ground_points",
    "project",
]
