"""A folder of frames becomes a video."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from links2_tasks.errors import MediaError
from links2_tasks.media import VideoWriter, read_image_window

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".jp2"})
"""Other files in a folder of frames or maps are passed over."""
_CRF = 18
"""Close to what was there; maps and marks are not in these videos."""


def video_of_frames(images: Sequence[Path], target: Path, fps: float) -> None:
    """Write images of one size as a video.

    A width or height that is odd loses its last column or row: H.264 has even ones.

    Args:
        images: At least one, in order of time.
        target: The file, with the ending .mp4.
        fps: Frames per second.

    Raises:
        MediaError: an image cannot be read or is of another size than the first, or the video cannot be written.
    """
    first = read_image_window(images[0], None, max_px=sys.maxsize)
    height_px, width_px = first.shape[:2]
    with VideoWriter(target, width_px - width_px % 2, height_px - height_px % 2, fps, crf=_CRF) as writer:
        for path in images:
            frame = read_image_window(path, None, max_px=sys.maxsize)
            if frame.shape != first.shape:
                raise MediaError(
                    f"{path.name} is {frame.shape[1]} x {frame.shape[0]} px, {images[0].name} {width_px} x {height_px}."
                )
            writer.write(frame[: height_px - height_px % 2, : width_px - width_px % 2])
