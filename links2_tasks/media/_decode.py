"""Decoding exactly the planned frames, each once, in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame

from links2_tasks.errors import MediaError
from links2_tasks.media._container import OpenVideo, open_video
from links2_tasks.media._memory import ArrayMemory
from links2_tasks.media._plan import FramePlan
from links2_tasks.media._timetable import Timetable, timetable_of

_RECENT = ArrayMemory(max_bytes=256 * 2**20)


_CONVERSION = 1
"""Goes up when this module turns the same file into other pixels."""


def decoder_version() -> str:
    """What turned a file into pixels: frames of another decoder are not taken for those of this one."""
    libraries = av.library_versions
    parts = [
        f"{name.removeprefix('lib')}-{'.'.join(map(str, libraries[name]))}" for name in ("libavcodec", "libswscale")
    ]
    return "+".join([f"pyav-{av.__version__}", *parts, str(_CONVERSION)])


def load_frames(path: Path, plan: FramePlan, max_px: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Decode the frames of a plan.

    One sequential pass starts at the keyframe before the first planned frame and stops after the last. Frames are
    recognised by their presentation time, so B-frames and variable frame rates are right. The rotation that the file's
    metadata asks for is applied.

    Args:
        path: Video file.
        plan: The frames to take.
        max_px: Frames whose longer side is longer are scaled down to it; None keeps their size.

    Returns:
        Frames (T, H, W, 3) uint8 RGB, and their times (T,) float64 in seconds from the first frame of the video.

    Raises:
        MediaError: the file cannot be read, or one of the planned frames is not in it or cannot be decoded. The
            message names the frame.
    """
    path = Path(path)
    timetable = timetable_of(path)
    if plan.indices[-1] >= timetable.n_frames:
        raise MediaError(
            f"Frame {plan.indices[-1]} of {path} does not exist: the video has {timetable.n_frames} frames. "
            "The plan was made for another video; make it again from this file."
        )
    frames = _decode_planned(path, timetable, plan, max_px)
    times_s = np.array([timetable.time_s(index) for index in plan.indices])
    return frames, times_s


def recall_frames(path: Path, plan: FramePlan, max_px: int | None = None) -> np.ndarray:
    """Frames of a plan as `load_frames` gives them, kept in memory for the questions about the same clip that follow.

    Returns:
        Frames (T, H, W, 3) uint8 RGB, shared and therefore not to be written to.

    Raises:
        MediaError: as `load_frames`.
    """
    path = Path(path)
    facts = path.stat() if path.is_file() else None
    key = (path, facts and (facts.st_size, facts.st_mtime_ns), plan.indices, max_px)
    return _RECENT.get(key, lambda: load_frames(path, plan, max_px)[0])


def _decode_planned(path: Path, timetable: Timetable, plan: FramePlan, max_px: int | None) -> np.ndarray:
    index_of = {timetable.pts[index]: position for position, index in enumerate(plan.indices)}
    last_pts = timetable.pts[plan.indices[-1]]
    frames: np.ndarray | None = None
    missing = set(range(len(plan.indices)))
    with open_video(path) as video:
        for pts, frame in _stamped_frames(video, timetable, plan.indices[0]):
            position = index_of.get(pts)
            if position in missing:
                pixels = _rgb(frame, max_px)
                if frames is None:
                    frames = np.empty((len(plan.indices), *pixels.shape), dtype=np.uint8)
                if pixels.shape != frames.shape[1:]:
                    raise MediaError(
                        f"Frame {plan.indices[position]} of {path} has another size than the frames before it."
                    )
                frames[position] = pixels
                missing.remove(position)
            if not missing or pts > last_pts:
                break
    if missing or frames is None:
        index = plan.indices[min(missing)]
        raise MediaError(
            f"Frame {index} (at {timetable.time_s(index):.3f} s) of {path} cannot be decoded, although the file lists "
            f"{timetable.n_frames} frames. The file is damaged or cut off there; copy or download it again."
        )
    return frames


def _stamped_frames(video: OpenVideo, timetable: Timetable, first: int) -> Iterator[tuple[int, VideoFrame]]:
    """Decoded frames with their time stamps, from a keyframe at or before frame `first`."""
    if not timetable.stamped:
        yield from enumerate(video.frames(video.packets()))
        return
    for frame in video.frames(_packets_from(video, timetable, first)):
        if frame.pts is not None and not frame.is_corrupt:
            yield frame.pts, frame


def _packets_from(video: OpenVideo, timetable: Timetable, first: int) -> Iterator[Packet]:
    """Packets from the last keyframe before frame `first` on, or from an earlier place."""
    keyframe = timetable.keyframe_before(first)
    if keyframe is None or keyframe == timetable.keyframes[0]:
        return video.packets()
    # Some containers are indexed by presentation time and others by decoding time, so where a seek lands is checked.
    for stamp in (keyframe.pts, keyframe.dts):
        video.container.seek(stamp, stream=video.stream, backward=True)
        packets = video.packets()
        head = next(packets, None)
        if head is not None and head.is_keyframe and head.pts is not None and head.pts <= keyframe.pts:
            return chain([head], packets)
    video.container.seek(video.container.start_time or 0)
    return video.packets()


def _rgb(frame: VideoFrame, max_px: int | None) -> np.ndarray:
    width_px, height_px = frame.width, frame.height
    if max_px is not None and max(width_px, height_px) > max_px:
        shrink = max_px / max(width_px, height_px)
        width_px, height_px = max(1, round(width_px * shrink)), max(1, round(height_px * shrink))
    pixels = frame.reformat(width=width_px, height=height_px, format="rgb24", interpolation="AREA").to_ndarray()
    quarter_turns = round(frame.rotation / 90.0) % 4
    return np.ascontiguousarray(np.rot90(pixels, quarter_turns))
