"""One writer per task: each turns a clip of a scene into drafts of questions, or says why not."""

from links2_tasks.construction.writers import (
    cross_view_change,
    heading_estimation,
    landmark_sequence,
    object_counting,
    object_localization,
    relative_direction,
    relative_distance,
    route_planning,
    satellite_retrieval,
    scene_recognition,
    trajectory_matching,
    uav_localization,
)
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Draft, Refusal, Writer, WrittenBy, finish
from links2_tasks.construction.writers._window import map_path, video_path

WRITERS: tuple[Writer, ...] = (
    scene_recognition.WRITER,
    object_counting.WRITER,
    cross_view_change.WRITER,
    satellite_retrieval.WRITER,
    uav_localization.WRITER,
    object_localization.WRITER,
    heading_estimation.WRITER,
    relative_direction.WRITER,
    relative_distance.WRITER,
    trajectory_matching.WRITER,
    landmark_sequence.WRITER,
    route_planning.WRITER,
)

__all__ = ["WRITERS", "ClipView", "Draft", "Refusal", "Writer", "WrittenBy", "finish", "map_path", "video_path"]
