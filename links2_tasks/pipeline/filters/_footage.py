"""What the frames of a clip look like at a glance: blank, frozen, and a fingerprint of each.

They are decoded once for all filters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from links2_tasks.errors import Links2Error
from links2_tasks.media import FramePlan, load_frames, probe_video, resolve_inside
from links2_tasks.pipeline.filters._uniform import uniform_share
from links2_tasks.schema import Question

Bits = NDArray[np.bool_]
Floats = NDArray[np.float64]

N_FRAMES = 32
"""As many as prompts show by default, so these are the very frames that models see."""
FRAME_PX = 320
BLANK_SHARE = 0.5
"""A frame is blank where this much of it is of one colour, block by block, as what stands in for lost data is."""
BLANK_SPREAD = 3.0
"""Or where the standard deviation of its brightness, 0 to 255, is lower: lens caps, fades, white-outs."""
FROZEN_CHANGE = 0.02
"""Mean change of a pixel's brightness, 0 to 255: noise alone changes more, also of a hovering camera."""
_HASH_PX, _HASH_SIDE = 32, 8
N_BITS = _HASH_SIDE**2 - 1


@dataclass(frozen=True)
class Glance:
    """The planned frames of a clip."""

    times_s: Floats
    blank: Bits
    """Whether each frame (N,) is blank."""
    frozen: Bits
    """Whether each frame (N,) repeats the one before it."""
    prints: Bits
    """Fingerprints (N, 63)."""


def glance(root: Path, video: str, span_s: tuple[float, float]) -> Glance:
    """Look at the frames of a part of a video.

    Raises:
        MediaError: the video cannot be read.
        UnsafePathError: the path leaves the root.
    """
    path = resolve_inside(root, video)
    state = path.stat() if path.is_file() else None
    # Time and size of the file are part of the key, so that a file that was replaced is looked at again.
    return _glance(path, span_s, (state.st_mtime_ns, state.st_size) if state else None)


@lru_cache(maxsize=4096)
def _glance(path: Path, span_s: tuple[float, float], state: tuple[int, int] | None) -> Glance:
    plan = FramePlan.uniform(probe_video(path), span_s, N_FRAMES)
    frames, times_s = load_frames(path, plan, FRAME_PX)
    grey = np.stack([frame.mean(axis=2, dtype=np.float32) for frame in frames])
    changes = np.abs(np.diff(grey, axis=0)).mean(axis=(1, 2))
    return Glance(
        times_s=times_s,
        blank=np.array([_is_blank(frame, one) for frame, one in zip(frames, grey, strict=True)]),
        frozen=np.concatenate([[False], changes < FROZEN_CHANGE]),
        prints=np.stack([fingerprint(one) for one in grey]),
    )


def _is_blank(frame: NDArray[np.uint8], grey: NDArray[np.float32]) -> bool:
    return float(grey.std()) < BLANK_SPREAD or uniform_share(frame) > BLANK_SHARE


def fingerprint(grey: NDArray[np.float32]) -> Bits:
    """63 bits of a grey image that scaling, compression and small changes of light leave as they are.

    Each is the sign, against their median, of one of the lowest frequencies of the image (a discrete cosine transform).
    """
    import cv2

    small = cv2.resize(np.asarray(grey, np.float32), (_HASH_PX, _HASH_PX), interpolation=cv2.INTER_AREA)
    lowest = cv2.dct(small)[:_HASH_SIDE, :_HASH_SIDE].ravel()[1:]
    return np.asarray(lowest > np.median(lowest))


def clip_spans(questions: Sequence[Question]) -> dict[tuple[str, str], tuple[float, float]]:
    """What is shown of each clip, by clip and video: from the first to the last second that a question shows."""
    spans: dict[tuple[str, str], tuple[float, float]] = {}
    for question in questions:
        key = question.clip_id, question.video
        start_s, end_s = question.video_span_s
        known = spans.get(key, (start_s, end_s))
        spans[key] = min(known[0], start_s), max(known[1], end_s)
    return spans


def glances(
    questions: Sequence[Question], root: Path
) -> tuple[dict[tuple[str, str], Glance], dict[tuple[str, str], str]]:
    """A look at each clip, by clip and video; and of those that cannot be looked at, why."""
    looks: dict[tuple[str, str], Glance] = {}
    errors: dict[tuple[str, str], str] = {}
    for key, span_s in clip_spans(questions).items():
        try:
            looks[key] = glance(root, key[1], span_s)
        except Links2Error as error:
            errors[key] = str(error)
    return looks, errors
