"""Which frames of a video are shown: a record, not a side effect of some reader's settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from links2_tasks.errors import MediaError
from links2_tasks.media._probe import VideoInfo

ID_DIGITS = 12
_TIME_SLACK = 1e-3
"""Share of a frame interval by which a time may miss a frame's time through rounding."""


class FramePlan(BaseModel):
    """The exact frames that are taken from a video.

    Attributes:
        rule: How the frames were chosen, for example 'uniform'.
        n: Number of frames that was asked for; there are fewer when the span holds fewer.
        indices: Rising frame indices in order of presentation.
        times_s: Time of each frame in seconds from the start of the video.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    rule: str
    n: int
    indices: tuple[int, ...]
    times_s: tuple[float, ...]

    @model_validator(mode="after")
    def _frames_rise(self) -> FramePlan:
        if not self.indices or len(self.indices) != len(self.times_s):
            raise ValueError(
                f"a plan needs as many times as indices, at least one, got {len(self.times_s)} and {len(self.indices)}"
            )
        if self.indices[0] < 0 or any(later <= earlier for earlier, later in pairwise(self.indices)):
            raise ValueError("frame indices must be 0 or more, and rise without repeating")
        if any(later <= earlier for earlier, later in pairwise(self.times_s)):
            raise ValueError("frame times must rise")
        return self

    @cached_property
    def plan_id(self) -> str:
        """Short digest of the plan: equal plans have equal ids on every machine."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:ID_DIGITS]

    @classmethod
    def uniform(cls, video: VideoInfo, span_s: tuple[float, float] | None = None, n: int = 32) -> FramePlan:
        """Cut the span into `n` equal bins and take the frame nearest to the centre of each.

        Args:
            video: The video's facts.
            span_s: Start and end in seconds; None is the whole video. A part beyond the video's end is ignored.
            n: Number of frames. All frames of the span are taken when it holds no more than these.

        Raises:
            MediaError: `n` is below 1, or the span is empty or lies outside the video.
        """
        if n < 1:
            raise MediaError(f"A frame plan needs at least 1 frame, got n={n}.")
        start_s, end_s = _span_inside(video, span_s)
        times_s = _frame_times_s(video)
        slack_s = _TIME_SLACK / video.fps
        first, stop = (int(np.searchsorted(times_s, edge_s - slack_s)) for edge_s in (start_s, end_s))
        if first >= stop:  # The span lies between two frames.
            return cls._of(video, "uniform", n, _nearest(times_s, np.array([(start_s + end_s) / 2])))
        if stop - first <= n:
            return cls._of(video, "uniform", n, np.arange(first, stop))
        centres_s = start_s + (np.arange(n) + 0.5) * (end_s - start_s) / n
        return cls._of(video, "uniform", n, np.clip(_nearest(times_s, centres_s), first, stop - 1))

    @classmethod
    def at_times(cls, video: VideoInfo, times_s: Sequence[float]) -> FramePlan:
        """Take the frame nearest to each time; times that share a frame give it once.

        Raises:
            MediaError: no time is given, or one lies outside the video.
        """
        if not times_s:
            raise MediaError(f"A frame plan for {video.path} needs at least one time.")
        for time_s in times_s:
            if not 0 <= time_s <= video.duration_s + 1 / video.fps:
                raise MediaError(f"Time {time_s} s lies outside {video.path}, which is {video.duration_s:.3f} s long.")
        nearest = _nearest(_frame_times_s(video), np.asarray(times_s, dtype=float))
        return cls._of(video, "at_times", len(times_s), nearest)

    @classmethod
    def _of(cls, video: VideoInfo, rule: str, n: int, indices: np.ndarray) -> FramePlan:
        # Not np.unique, whose first call imports numpy.ma: 50 ms before the first frame of a process.
        rising = tuple(sorted(set(indices.tolist())))
        # Microseconds are finer than any container's clock, and keep the plan's id free of the last bits of a float.
        times_s = tuple(round(video.time_s(index), 6) for index in rising)
        return cls(rule=rule, n=n, indices=rising, times_s=times_s)


def _frame_times_s(video: VideoInfo) -> np.ndarray:
    if video.frame_times_s is not None:
        return np.asarray(video.frame_times_s)
    return np.arange(video.n_frames) / video.fps


def _nearest(times_s: np.ndarray, wanted_s: np.ndarray) -> np.ndarray:
    """Index of the frame nearest to each wanted time; the later one of two that are equally near."""
    after = np.clip(np.searchsorted(times_s, wanted_s), 1, max(1, len(times_s) - 1))
    if len(times_s) == 1:
        return np.zeros(len(wanted_s), dtype=int)
    return np.where(wanted_s - times_s[after - 1] < times_s[after] - wanted_s, after - 1, after)


def _span_inside(video: VideoInfo, span_s: tuple[float, float] | None) -> tuple[float, float]:
    if span_s is None:
        return 0.0, video.duration_s
    start_s, end_s = max(0.0, span_s[0]), min(span_s[1], video.duration_s)
    if not start_s < end_s:
        raise MediaError(
            f"Span {span_s[0]} s to {span_s[1]} s is empty or lies outside {video.path}, which is "
            f"{video.duration_s:.3f} s long."
        )
    return start_s, end_s
