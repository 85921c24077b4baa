"""Decoding exactly the planned frames, and as few others as can be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from links2_tasks.errors import FrameworkError, MediaError
from links2_tasks.media._picture import CONVERSION, Picture, RgbConverter, library_version
from links2_tasks.media._plan import FramePlan
from links2_tasks.media._pyav_source import PyavSource
from links2_tasks.media._runs import runs_of
from links2_tasks.media._timetable import Timetable, timetable_of

if TYPE_CHECKING:
    from links2_tasks.media._torchcodec import TorchcodecSource

DECODER_VARIABLE = "LINKS2_DECODER"
"""Names the decoder, pyav (the default) or torchcodec; both give the same frames."""


def load_frames(path: Path, plan: FramePlan, max_px: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Decode the frames of a plan.

    Each planned frame is decoded from the keyframe that it needs, or together with the planned frames before it, and no
    frame is decoded twice; frames that no planned frame needs are left out. Frames are recognised by their presentation
    time, so B-frames and variable frame rates are right. Pixels are those of decoding the file from its beginning. The
    rotation that the file's metadata asks for is applied.

    Args:
        path: Video file.
        plan: The frames to take.
        max_px: Frames whose longer side is longer are scaled down to it; None keeps their size.

    Returns:
        Frames (T, H, W, 3) uint8 RGB, and their times (T,) float64 in seconds from the first frame of the video.

    Raises:
        MediaError: the file cannot be read, or one of the planned frames is not in it or cannot be decoded. The
            message names the frame.
        FrameworkError: the decoder that is asked for is unknown or does not work.
        MissingExtraError: it is not installed.
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


def decoder_version() -> str:
    """What pixels depend on beside the file: the decoder, FFmpeg's libraries and our own way to RGB.

    Frames that were decoded under another version may differ, so caches of frames hold it in their keys.

    Returns:
        Names and versions joined by '+', for example 'pyav-15.1.0+avcodec-61.19.101+swscale-8.3.100+1'.

    Raises:
        FrameworkError: the decoder that is asked for is unknown or does not work.
        MissingExtraError: it is not installed.
    """
    decoder = "+".join(_chosen_decoder().versions())
    return f"{decoder}+swscale-{library_version('libswscale')}+{CONVERSION}"


def _chosen_decoder() -> type[PyavSource] | type[TorchcodecSource]:
    name = os.environ.get(DECODER_VARIABLE) or "pyav"
    if name == "pyav":
        return PyavSource
    if name != "torchcodec":
        raise FrameworkError(f"{DECODER_VARIABLE} is {name!r}. Set it to pyav or torchcodec, or unset it for pyav.")
    from links2_tasks.media._torchcodec import TorchcodecSource  # It imports torch.

    return TorchcodecSource.proven()


def _decode_planned(path: Path, timetable: Timetable, plan: FramePlan, max_px: int | None) -> np.ndarray:
    gathering = _Gathering(path, timetable, plan, RgbConverter(max_px))
    with _chosen_decoder()(path, timetable) as source:
        for run in runs_of(timetable, plan.indices):
            gathering.take(source.planned(run))
        if gathering.missing:  # A keyframe was none, or there is no way to know: what comes before must be decoded.
            gathering.take(source.sequential(frozenset(gathering.missing)))
    return gathering.frames()


class _Gathering:
    """The planned frames that have been decoded so far."""

    def __init__(self, path: Path, timetable: Timetable, plan: FramePlan, converter: RgbConverter) -> None:
        self._path, self._timetable, self._plan, self._converter = path, timetable, plan, converter
        self._frames: np.ndarray | None = None
        self.missing = {timetable.pts[index]: position for position, index in enumerate(plan.indices)}
        """Position of each frame that has not come yet, by its time stamp."""

    def take(self, pictures: Iterator[Picture]) -> None:
        """Keep the missing frames among the pictures, and stop when there are none left."""
        for picture in pictures:
            position = self.missing.pop(picture.pts, None)
            if position is not None:
                self._keep(position, self._converter.upright(picture))
            if not self.missing:
                return

    def frames(self) -> np.ndarray:
        """All planned frames (T, H, W, 3).

        Raises:
            MediaError: one is missing.
        """
        if self._frames is not None and not self.missing:
            return self._frames
        index = self._plan.indices[min(self.missing.values())]
        raise MediaError(
            f"Frame {index} (at {self._timetable.time_s(index):.3f} s) of {self._path} cannot be decoded, although the "
            f"file lists {self._timetable.n_frames} frames. The file is damaged or cut off there; copy or download it "
            "again."
        )

    def _keep(self, position: int, pixels: np.ndarray) -> None:
        if self._frames is None:
            self._frames = np.empty((len(self._plan.indices), *pixels.shape), dtype=np.uint8)
        if pixels.shape != self._frames.shape[1:]:
            index = self._plan.indices[position]
            raise MediaError(f"Frame {index} of {self._path} has another size than the frames before it.")
        self._frames[position] = pixels
