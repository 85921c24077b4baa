"""Clips that hold exactly the frames of a plan, for hosts that decode videos themselves.

A host samples frames by its own rule. From a clip of the planned frames at their true spacing it can only take these,
and it times them right, up to the time of the first one. Every frame is a keyframe and is stored without loss, so a
host that takes some of them gets them fast.
"""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from links2_tasks.errors import MediaError
from links2_tasks.media._cache import ClipCache, clip_cache
from links2_tasks.media._decode import decoder_version
from links2_tasks.media._encode import VideoWriter
from links2_tasks.media._identity import file_sha256
from links2_tasks.media._plan import FramePlan
from links2_tasks.media._recall import Order, recall_frames

_RECIPE = 1
"""Goes up when the way clips are made changes, so that old ones are not taken for new ones."""


def planned_clip(
    path: Path,
    plan: FramePlan,
    max_px: int | None = None,
    cache: ClipCache | None = None,
    *,
    order: Order | None = None,
) -> Path:
    """A clip of the planned frames, made once for each content of the video file, plan, size and order.

    Its frames are evenly spaced over the time from the first planned frame to the last, and time 0 is the first. Odd
    sizes lose one row or column.

    Args:
        path: Video file.
        plan: The frames.
        max_px: Frames whose longer side is longer are scaled down to it.
        cache: Where clips are kept; None is the user's. Processes may share it.
        order: The order of the frames in the clip; None is that of time.

    Raises:
        MediaError: the video cannot be read, or the clip cannot be written.
    """
    path = Path(path)
    kept = cache or clip_cache()
    recipe = [_RECIPE, file_sha256(path), plan.plan_id, max_px, decoder_version(), *([order] if order else [])]
    try:
        return kept.get("clips", recipe, ".mp4", lambda stream: _write(stream, path, plan, max_px, order))
    except OSError as error:
        raise MediaError(
            f"No clip of {path} can be written in {kept.folder}: {error}. Free some space or make the folder writable."
        ) from error


def _write(stream: IO[bytes], path: Path, plan: FramePlan, max_px: int | None, order: Order | None) -> None:
    frames = recall_frames(path, plan, max_px, order=order)
    height_px, width_px = (side // 2 * 2 for side in frames.shape[1:3])
    # The writer needs a name with an ending; beside the entry, where there is room for it if anywhere.
    with TemporaryDirectory(prefix=".unfinished-", dir=Path(stream.name).parent) as folder:
        clip = Path(folder) / "clip.mp4"
        with VideoWriter(clip, width_px, height_px, _rate(plan), crf=0, gop_frames=1) as writer:
            for frame in frames:
                writer.write(frame[:height_px, :width_px])
        with clip.open("rb") as written:
            shutil.copyfileobj(written, stream)


def _rate(plan: FramePlan) -> Fraction:
    if len(plan.times_s) == 1:
        return Fraction(1)
    length_s = Fraction(plan.times_s[-1] - plan.times_s[0]).limit_denominator(1_000_000)
    return (len(plan.times_s) - 1) / length_s
