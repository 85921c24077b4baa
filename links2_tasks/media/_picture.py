"""A decoded frame, its way to RGB, and what every decoder offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from links2_tasks.media._runs import Run

CONVERSION = 1
"""Number of this module's way from a decoded frame to RGB. Raise it when pixels may change: caches are keyed by it."""


@dataclass(frozen=True)
class Picture:
    """A frame as it was coded, before colours are converted and before it is turned upright."""

    pts: int
    frame: VideoFrame
    rotation_deg: float
    """Counterclockwise rotation that the file's metadata asks for."""


def library_version(name: str) -> str:
    """Version of one of the FFmpeg libraries that PyAV brings."""
    return ".".join(map(str, av.library_versions[name]))


class FrameSource(Protocol):
    """An open video and a decoder."""

    def planned(self, run: Run) -> Iterator[Picture]:
        """The wanted frames of a run in order of presentation, as far as they can be reached from its start."""

    def sequential(self, wanted: frozenset[int]) -> Iterator[Picture]:
        """The wanted frames, found by decoding from the beginning. Without time stamps in the file they are counted."""


class RgbConverter:
    """Turns pictures into RGB, scaled while their colours are converted."""

    def __init__(self, max_px: int | None) -> None:
        """Scale pictures whose longer side is longer than `max_px` down to it; None keeps their size."""
        self._max_px = max_px
        self._reformatter = VideoReformatter()  # Keeps its tables from frame to frame.

    def upright(self, picture: Picture) -> np.ndarray:
        """Pixels (H, W, 3) uint8 RGB, a view that is valid until the next call."""
        width_px, height_px = self._size(picture.frame)
        rgb = self._reformatter.reformat(picture.frame, width_px, height_px, "rgb24", interpolation="AREA")
        rows = np.frombuffer(memoryview(rgb.planes[0]), np.uint8).reshape(height_px, rgb.planes[0].line_size)
        pixels = rows[:, : 3 * width_px].reshape(height_px, width_px, 3)
        return np.rot90(pixels, round(picture.rotation_deg / 90.0) % 4)

    def _size(self, frame: VideoFrame) -> tuple[int, int]:
        longer_px = max(frame.width, frame.height)
        if self._max_px is None or longer_px <= self._max_px:
            return frame.width, frame.height
        shrink = self._max_px / longer_px
        return max(1, round(frame.width * shrink)), max(1, round(frame.height * shrink))
