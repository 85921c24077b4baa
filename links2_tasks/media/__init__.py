"""Video frames, satellite images and the marks drawn on them."""

from links2_tasks.media._cache import ClipCache, clip_cache
from links2_tasks.media._cache_summary import CacheSummary, summarise_cache
from links2_tasks.media._container import open_video
from links2_tasks.media._decode import decoder_version, load_frames
from links2_tasks.media._digest import pixel_sha256
from links2_tasks.media._encode import VideoWriter
from links2_tasks.media._identity import file_sha256
from links2_tasks.media._ink import Box
from links2_tasks.media._marks import MarkPlace, Sizes, draw_marks, place_marks
from links2_tasks.media._overlays import draw_compass, draw_scale_bar
from links2_tasks.media._paths import resolve_inside
from links2_tasks.media._plan import FramePlan
from links2_tasks.media._planned_clip import planned_clip
from links2_tasks.media._probe import VideoInfo, probe_video
from links2_tasks.media._recall import recall_frames, recall_sha256
from links2_tasks.media._satellite import (
    image_size,
    is_read_by_windows,
    read_image_window,
    read_satellite,
    satellite_size,
    shown_scale,
)
from links2_tasks.media._turning import turned_pixels, turned_points, turned_size

__all__ = [
    "Box",
    "CacheSummary",
    "ClipCache",
    "FramePlan",
    "MarkPlace",
    "Sizes",
    "VideoInfo",
    "VideoWriter",
    "clip_cache",
    "decoder_version",
    "draw_compass",
    "draw_marks",
    "draw_scale_bar",
    "file_sha256",
    "image_size",
    "is_read_by_windows",
    "load_frames",
    "open_video",
    "pixel_sha256",
    "place_marks",
    "planned_clip",
    "probe_video",
    "read_image_window",
    "read_satellite",
    "recall_frames",
    "recall_sha256",
    "resolve_inside",
    "satellite_size",
    "shown_scale",
    "summarise_cache",
    "turned_pixels",
    "turned_points",
    "turned_size",
]
