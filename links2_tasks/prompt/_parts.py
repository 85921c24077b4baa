"""What a prompt consists of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from links2_tasks.media import FramePlan
from links2_tasks.prompt._settings import Modality, Strategy
from links2_tasks.schema import Record


@dataclass(frozen=True)
class Text:
    """A piece of text."""

    text: str


@dataclass(frozen=True)
class Image:
    """A video frame or a satellite image."""

    pixels: np.ndarray
    """(H, W, 3) uint8 RGB."""
    role: Literal["frame", "satellite"]
    time_s: float | None = None
    """Of a frame: seconds from the start of the video file."""
    label: str | None = None
    """Of a satellite image: its letter, when there are several."""


@dataclass(frozen=True)
class Video:
    """A video, as a file or as the planned frames of it."""

    path: Path
    """Without `frames`: a clip that holds exactly the planned frames, its time 0 the first of them. With `frames`: the
    recording they were taken from."""
    span_s: tuple[float, float]
    """The part of the recording that the question is about."""
    plan: FramePlan
    frames: np.ndarray | None = None
    """The planned frames (T, H, W, 3) uint8 RGB; None when the host decodes the clip."""
    order: tuple[int, ...] | None = None
    """Places in the plan of the frames in the order in which they are shown; None for that of time."""


Part: TypeAlias = Text | Image | Video


class FrameManifest(Record):
    """What a model was shown, for the record of a result."""

    strategy: Strategy
    modality: Modality
    plan_id: str | None
    """None when no video is shown."""
    n_frames: int
    indices: tuple[int, ...]
    """Of the planned frames, in order of time."""
    times_s: tuple[float, ...]
    """Of the planned frames, as the prompt states them."""
    shown_indices: tuple[int, ...] | None = None
    """The indices in the order in which the frames are shown; None for that of time."""
    decoder: Literal["links2", "host", "none"]
    """Who turned the shown video into pixels. What a host makes of a clip cannot be digested here."""
    pixel_sha256: str | None
    """Digest of the frames (T, H, W, 3) as shown; None unless `decoder` is 'links2'."""
    query_index: int | None = None
    """Index of the frame that is shown besides the planned ones, because the question asks about it."""
    query_sha256: str | None = None
    satellite_sha256: tuple[str, ...]
    """Digest of each satellite image as shown, with its marks."""


@dataclass(frozen=True)
class Prompt:
    """Ordered parts, and the record of what they show."""

    parts: tuple[Part, ...]
    manifest: FrameManifest

    @property
    def text(self) -> str:
        """All text of the prompt."""
        return "\n".join(part.text for part in self.parts if isinstance(part, Text))

    def to_text_outline(self) -> str:
        """The prompt with a placeholder for each image and video, for people to read and for tests to compare."""
        return "\n".join(_outline_of(part) for part in self.parts)


def _outline_of(part: Part) -> str:
    if isinstance(part, Text):
        return part.text
    if isinstance(part, Video):
        given = "file" if part.frames is None else "frame list"
        n_frames = len(part.plan.indices)
        frames = "1 frame" if n_frames == 1 else f"{n_frames} frames"
        moved = ", ".join(f"{part.plan.times_s[place]:.1f} s" for place in part.order or ())
        return f"<video {given}, {frames}{f' of {moved}' if moved else ''}>"
    if part.role == "frame":
        return f"<frame {part.time_s:.1f} s>"
    return f"<satellite {part.label}>" if part.label else "<satellite>"
