"""What the media files of a dataset are really like; each file is opened once, however many questions name it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from links2_tasks.dataset._faults import Fault
from links2_tasks.errors import MediaError, MissingExtraError
from links2_tasks.media import (
    FramePlan,
    image_size,
    is_read_by_windows,
    load_frames,
    probe_video,
    read_image_window,
    resolve_inside,
)
from links2_tasks.schema import SatelliteImage


class MediaFacts:
    """Durations of videos and sizes of images, with the faults that were met on the way."""

    def __init__(self, root: Path, tell: Callable[[str], None]) -> None:
        """Look at files below `root`, and `tell` the name of each before it is opened."""
        self.faults: list[Fault] = []
        self._root = root
        self._tell = tell
        self._durations_s: dict[str, float | None] = {}
        self._sizes_px: dict[str, tuple[int, int] | None] = {}
        self._window_faults: dict[tuple[str, tuple[int, int, int, int] | None], str] = {}

    def duration_s(self, video: str) -> float | None:
        """Length of a video whose first and last frame can be decoded; None, and one fault, for any other.

        Raises:
            UnsafePathError: the path leaves the dataset.
            FileNotFoundError: there is no such file.
        """
        path = self._existing(video)
        if video not in self._durations_s:
            self._tell(video)
            try:
                self._durations_s[video] = _decoded_duration_s(path)
            except MediaError as error:
                self._durations_s[video] = None
                self.faults.append(Fault(video, None, f"cannot be decoded: {error}"))
        return self._durations_s[video]

    def size_px(self, image: str) -> tuple[int, int] | None:
        """Width and height of an image file that can be decoded; None, and one fault, for any other.

        Of a file that is too large to be decoded whole, `window_fault` decodes what questions show.

        Raises:
            UnsafePathError: the path leaves the dataset.
            FileNotFoundError: there is no such file.
        """
        path = self._existing(image)
        if image not in self._sizes_px:
            self._tell(image)
            try:
                self._sizes_px[image] = _decoded_size_px(path)
            except MediaError as error:
                self._sizes_px[image] = None
                self.faults.append(Fault(image, None, f"cannot be read as an image: {error}"))
        return self._sizes_px[image]

    def window_fault(self, image: SatelliteImage) -> str:
        """Why what is shown of an image cannot be decoded; empty when it can be, or when the whole file was decoded.

        Raises:
            UnsafePathError: the path leaves the dataset.
            FileNotFoundError: there is no such file.
        """
        path = self._existing(image.path)
        shown = image.path, image.window_px
        if shown not in self._window_faults:
            self._window_faults[shown] = _window_fault(path, image) if is_read_by_windows(path) else ""
        return self._window_faults[shown]

    def _existing(self, relative: str) -> Path:
        path = resolve_inside(self._root, relative)
        if not path.is_file():
            raise FileNotFoundError(relative)
        return path


def _decoded_size_px(path: Path) -> tuple[int, int]:
    if is_read_by_windows(path):
        return image_size(path)
    height_px, width_px = read_image_window(path, None, max_px=sys.maxsize).shape[:2]
    return width_px, height_px


def _window_fault(path: Path, image: SatelliteImage) -> str:
    try:
        read_image_window(path, image.window_px, max_px=sys.maxsize)
    except (MediaError, MissingExtraError) as error:
        return f"cannot be shown: {error}"
    return ""


def _decoded_duration_s(path: Path) -> float:
    video = probe_video(path)
    ends = sorted({0, video.n_frames - 1})
    times_s = tuple(video.time_s(index) for index in ends)
    load_frames(path, FramePlan(rule="first_and_last", n=len(ends), indices=tuple(ends), times_s=times_s))
    return video.duration_s
