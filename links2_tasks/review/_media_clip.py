"""A part of a recording as a file that browsers play and step through frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from links2_tasks.errors import MediaError
from links2_tasks.media import FramePlan, VideoWriter, load_frames, probe_video

MAX_FRAMES = 900
"""Of a clip: half a minute at 30 frames a second. A longer span is shown with fewer frames a second."""
MAX_PX = 1280
"""Longest side of a frame; more than a browser has room for beside a map."""
MAX_VP8_PX = 640
"""Of a clip in VP8, which takes long to make."""
GOP_FRAMES = 12
"""A browser that steps to a frame decodes at most so many."""

_FRAMES_AT_ONCE = 48
"""Decoded at once: 130 MB of frames of the largest size."""


def clip_plan(path: Path, span_s: tuple[float, float]) -> FramePlan:
    """The frames that a clip of a span shows: all of them where there are not too many.

    Raises:
        MediaError: the video cannot be read, or the span lies outside it.
    """
    return FramePlan.uniform(probe_video(path), span_s, MAX_FRAMES)


def clip_fps(plan: FramePlan) -> float:
    """Frames per second of a clip of this plan; evenly spaced, whatever the recording's own spacing is."""
    return float(_rate(plan))


def write_mp4(path: Path, plan: FramePlan, out: Path) -> None:
    """Write the frames of a plan as H.264, which nearly every browser plays.

    Raises:
        MediaError: the video cannot be read or the clip cannot be written.
    """
    frames = _frames(path, plan, MAX_PX)
    first = next(frames)
    height_px, width_px = first.shape[:2]
    with VideoWriter(
        out, width_px, height_px, _rate(plan), crf=20, preset="superfast", gop_frames=GOP_FRAMES
    ) as writer:
        writer.write(first)
        for frame in frames:
            writer.write(frame)


def write_webm(path: Path, plan: FramePlan, out: Path) -> None:
    """Write the frames of a plan as VP8, for browsers that were built without H.264.

    Raises:
        MediaError: the video cannot be read or the clip cannot be written.
    """
    rate = _rate(plan)
    try:
        with av.open(str(out), mode="w", format="webm") as container:
            options = {"deadline": "realtime", "cpu-used": "16", "crf": "10", "g": str(GOP_FRAMES)}
            stream = container.add_stream("libvpx", rate=rate, options=options)
            stream.bit_rate = 6_000_000
            stream.pix_fmt = "yuv420p"
            for number, frame in enumerate(_frames(path, plan, MAX_VP8_PX)):
                stream.height, stream.width = frame.shape[:2]
                picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
                picture.pts, picture.time_base = number, 1 / rate
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
    except (OSError, ValueError) as error:
        raise MediaError(
            f"No clip of {path} can be written as VP8: {error}. Use a browser that plays H.264."
        ) from error


def _frames(path: Path, plan: FramePlan, max_px: int) -> Iterator[np.ndarray]:
    """Frames of even width and height, a few of them in memory at once."""
    for first in range(0, len(plan.indices), _FRAMES_AT_ONCE):
        part = slice(first, first + _FRAMES_AT_ONCE)
        some = FramePlan(
            rule=plan.rule, n=len(plan.indices[part]), indices=plan.indices[part], times_s=plan.times_s[part]
        )
        for frame in load_frames(path, some, max_px)[0]:
            height_px, width_px = (max(2, side // 2 * 2) for side in frame.shape[:2])
            yield _padded(frame)[:height_px, :width_px]


def _padded(frame: np.ndarray) -> np.ndarray:
    """The frame; one of a single row or column has it twice, because a clip needs two."""
    height_px, width_px = frame.shape[:2]
    if min(height_px, width_px) > 1:
        return frame
    return np.pad(frame, ((0, 2 - min(2, height_px)), (0, 2 - min(2, width_px)), (0, 0)), mode="edge")


def _rate(plan: FramePlan) -> Fraction:
    n_intervals = len(plan.times_s) - 1
    if n_intervals == 0:
        return Fraction(1)
    return Fraction(n_intervals / (plan.times_s[-1] - plan.times_s[0])).limit_denominator(1000)
