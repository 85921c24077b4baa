"""Clips that hold exactly the frames of a plan, for hosts that decode videos themselves.

A host samples frames by its own rule. From a clip of the planned frames at their true spacing it can only take these, and
it times them right, up to the time of the first one. Every frame is a keyframe and is stored without loss, so a host
that takes some of them gets them fast.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import platformdirs

from links2_tasks.errors import MediaError
from links2_tasks.media._decode import recall_frames
from links2_tasks.media._encode import VideoWriter
from links2_tasks.media._plan import FramePlan
from links2_tasks.media._timetable import cached_by_content

_RECIPE = 1
"""Goes up when the way clips are made changes, so that old ones are not taken for new ones."""


def clip_folder() -> Path:
    """Folder of the clips in the user's cache. They are made again when they are missing, so it may be emptied."""
    return Path(platformdirs.user_cache_dir("links2")) / "clips"


def planned_clip(path: Path, plan: FramePlan, max_px: int | None = None, folder: Path | None = None) -> Path:
    """A clip of the planned frames, made once for each content of the video file, plan and size.

    Its frames are evenly spaced over the time from the first planned frame to the last, and time 0 is the first. Odd
    sizes lose one row or column.

    Args:
        path: Video file.
        plan: The frames.
        max_px: Frames whose longer side is longer are scaled down to it.
        folder: Where clips are kept; None is `clip_folder()`. Processes may share it.

    Raises:
        MediaError: the video cannot be read, or the clip cannot be written.
    """
    path = Path(path)
    recipe = json.dumps([_RECIPE, _file_sha256(path), plan.plan_id, max_px])
    clip = (folder or clip_folder()) / f"{hashlib.sha256(recipe.encode()).hexdigest()[:32]}.mp4"
    if not clip.is_file():
        _write(clip, path, plan, max_px)
    return clip


def _write(clip: Path, path: Path, plan: FramePlan, max_px: int | None) -> None:
    frames = recall_frames(path, plan, max_px)
    height_px, width_px = (side // 2 * 2 for side in frames.shape[1:3])
    try:
        with VideoWriter(clip, width_px, height_px, _rate(plan), crf=0, gop_frames=1) as writer:
            for frame in frames:
                writer.write(frame[:height_px, :width_px])
    except OSError as error:
        raise MediaError(
            f"The clip {clip} cannot be written: {error}. Free some space or make the folder writable."
        ) from error


def _rate(plan: FramePlan) -> Fraction:
    if len(plan.times_s) == 1:
        return Fraction(1)
    length_s = Fraction(plan.times_s[-1] - plan.times_s[0]).limit_denominator(1_000_000)
    return (len(plan.times_s) - 1) / length_s


def _sha256_of_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while block := file.read(2**20):
                digest.update(block)
            return digest.hexdigest()
    except OSError as error:
        raise MediaError(f"The video file {path} cannot be read: {error}.") from error


_file_sha256: Callable[[Path], str] = cached_by_content(_sha256_of_file)
