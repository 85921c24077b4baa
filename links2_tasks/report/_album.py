"""The pictures of a report: each is wanted many times and kept once, small."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image

from links2_tasks.errors import Links2Error
from links2_tasks.media import FramePlan, draw_marks, load_frames, read_image_window, read_satellite, resolve_inside
from links2_tasks.schema import Mark, SatelliteImage

MAP_PX = 640
"""Longest side of a map as a report shows it."""
FRAME_PX = 320
"""Longest side of a frame."""
QUALITY = 62

_FRAMES_AT_ONCE = 64
_SAMPLES = 12


@dataclass(frozen=True)
class WantedFrame:
    """One frame of a video."""

    video: str
    index: int
    time_s: float


@dataclass(frozen=True)
class WantedMap:
    """A satellite image as it is shown, or the whole file that several windows are cut from."""

    image: SatelliteImage
    """Its label is left out: two names for one picture need one picture."""
    longest_px: int


@dataclass(frozen=True)
class WantedMarks:
    """Marks on nothing, to be laid over their map: many questions share one map and differ in the marks."""

    marks: tuple[Mark, ...]
    size_px: tuple[int, int]
    """Of the drawn picture."""
    scale: float
    """Drawn size divided by the size that the marks refer to."""


Wanted: TypeAlias = WantedFrame | WantedMap | WantedMarks


@dataclass
class Album:
    """Numbers the pictures that are wanted, and makes them."""

    root: Path
    _numbers: dict[Wanted, int] = field(default_factory=dict)
    _made: dict[Wanted, bytes] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    """Why a picture could not be made, by its number."""

    def number(self, wanted: Wanted) -> int:
        """Number of a picture; the same for whoever wants the same one."""
        return self._numbers.setdefault(wanted, len(self._numbers))

    def __len__(self) -> int:
        return len(self._numbers)

    def estimated_bytes(self) -> int:
        """About how large all pictures are together, from a few of each kind."""
        total = 0.0
        for kind in dict.fromkeys(_kind(each) for each in self._numbers):
            wanted = [each for each in self._numbers if _kind(each) == kind]
            samples = wanted[:: max(1, len(wanted) // _SAMPLES)][:_SAMPLES]
            self._make(samples)
            sizes = [len(self._made[each]) for each in samples if each in self._made]
            total += len(wanted) * sum(sizes) / max(1, len(sizes))
        return round(total)

    def pictures(self, progress: Callable[[str], None] = lambda step: None) -> Iterator[tuple[int, bytes]]:
        """All pictures that could be made, WebP, with their numbers in order."""
        for batch in _batches([wanted for wanted in self._numbers if wanted not in self._made]):
            progress(_step(batch[0]))
            self._make(batch)
        for wanted, number in self._numbers.items():
            if wanted in self._made:
                yield number, self._made[wanted]

    def _make(self, batch: Sequence[Wanted]) -> None:
        """Make what is not made yet; what fails is noted."""
        missing = [wanted for wanted in batch if wanted not in self._made and self._numbers[wanted] not in self.faults]
        for wanted in missing:
            if not isinstance(wanted, WantedFrame):
                self._keep(wanted, lambda wanted=wanted: _still(wanted, self.root))  # type: ignore[misc]
        frames = [wanted for wanted in missing if isinstance(wanted, WantedFrame)]
        for video in dict.fromkeys(wanted.video for wanted in frames):
            self._make_frames(video, [wanted for wanted in frames if wanted.video == video])

    def _make_frames(self, video: str, frames: Sequence[WantedFrame]) -> None:
        ordered = sorted(frames, key=lambda wanted: wanted.index)
        try:
            plan = FramePlan(
                rule="report",
                n=len(ordered),
                indices=tuple(wanted.index for wanted in ordered),
                times_s=tuple(wanted.time_s for wanted in ordered),
            )
            pixels, _ = load_frames(resolve_inside(self.root, video), plan, FRAME_PX)
        except (Links2Error, ValueError) as error:  # ValueError: results name frames that no plan can hold.
            self.faults |= {self._numbers[wanted]: str(error) for wanted in ordered}
            return
        for wanted, frame in zip(ordered, pixels, strict=True):
            self._keep(wanted, lambda frame=frame: Image.fromarray(frame))  # type: ignore[misc]

    def _keep(self, wanted: Wanted, make: Callable[[], Image.Image]) -> None:
        try:
            self._made[wanted] = _webp(make())
        except (Links2Error, OSError) as error:
            self.faults[self._numbers[wanted]] = str(error)


def _batches(wanted: Sequence[Wanted]) -> Iterator[list[Wanted]]:
    """Frames of one video together, so that it is read from front to back; other pictures one by one."""
    videos: dict[str, list[Wanted]] = {}
    for each in wanted:
        if isinstance(each, WantedFrame):
            videos.setdefault(each.video, []).append(each)
        else:
            yield [each]
    for frames in videos.values():
        frames.sort(key=lambda frame: frame.index if isinstance(frame, WantedFrame) else 0)
        for first in range(0, len(frames), _FRAMES_AT_ONCE):
            yield frames[first : first + _FRAMES_AT_ONCE]


def _kind(wanted: Wanted) -> tuple[type, bool]:
    """Pictures of one kind are about equally large: whole sheets are not, beside the windows of others."""
    return type(wanted), isinstance(wanted, WantedMap) and wanted.longest_px > MAP_PX


def _step(wanted: Wanted) -> str:
    if isinstance(wanted, WantedFrame):
        return f"frames of {wanted.video}"
    return f"map {wanted.image.path}" if isinstance(wanted, WantedMap) else "marks"


def _still(wanted: WantedMap | WantedMarks, root: Path) -> Image.Image:
    if isinstance(wanted, WantedMarks):
        return _marks_alone(wanted)
    if wanted.image.window_px is None and wanted.image.turned_deg == 0:
        return Image.fromarray(read_image_window(resolve_inside(root, wanted.image.path), None, wanted.longest_px))
    return Image.fromarray(read_satellite(root, wanted.image, wanted.longest_px))


def _marks_alone(wanted: WantedMarks) -> Image.Image:
    """The marks as `draw_marks` draws them, with their opacity found from how they cover black and white."""
    width, height = wanted.size_px
    on_black = draw_marks(np.zeros((height, width, 3), np.uint8), wanted.marks, wanted.scale).astype(np.float32)
    on_white = draw_marks(np.full((height, width, 3), 255, np.uint8), wanted.marks, wanted.scale).astype(np.float32)
    opacity = np.clip(1.0 - (on_white - on_black).mean(axis=2, keepdims=True) / 255.0, 0.0, 1.0)
    colour = np.where(opacity > 0.02, on_black / np.maximum(opacity, 0.02), 0.0)
    pixels = np.concatenate([np.clip(colour, 0, 255), opacity * 255.0], axis=2)
    return Image.fromarray(np.rint(pixels).astype(np.uint8), "RGBA")


def _webp(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    # Marks are flat colours on nothing: without loss they are smaller, and their edges stay clean.
    picture.save(stream, "WEBP", quality=QUALITY, method=4, lossless=picture.mode == "RGBA")
    return stream.getvalue()
