"""When each frame of a video is shown, read from the packets without decoding them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from links2_tasks.errors import MediaError
from links2_tasks.media._container import OpenVideo, open_video

MAX_FRAMES = 1_000_000
"""Videos of more frames than this (4.6 hours at 60 fps) are refused."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Keyframe:
    """A frame that can be decoded without the frames before it."""

    pts: int
    dts: int


@dataclass(frozen=True)
class Timetable:
    """Presentation times of a video's frames; the index of a frame is its rank in this order.

    With B-frames the order in the file is not the order of presentation, and with a variable frame rate an index times
    the frame interval is not a time. Both are right here because only time stamps count.
    """

    pts: tuple[int, ...]
    """Rising presentation time stamps in units of `time_base`."""
    keyframes: tuple[Keyframe, ...]
    """Rising by pts."""
    time_base: Fraction
    stamped: bool
    """False when the file has no usable time stamps; `pts` are then plain counts and frames are found by counting."""

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.pts)

    def time_s(self, index: int) -> float:
        """Seconds from the first frame to frame `index`."""
        return float((self.pts[index] - self.pts[0]) * self.time_base)

    def keyframe_before(self, index: int) -> Keyframe | None:
        """The last keyframe that is not shown after frame `index`, or None when there is none."""
        place = bisect_right([keyframe.pts for keyframe in self.keyframes], self.pts[index])
        return self.keyframes[place - 1] if place else None


def cached_by_content(read: Callable[[Path], Result], maxsize: int = 256) -> Callable[[Path], Result]:
    """Remember what `read` found in a file until the file's size or modification time changes."""

    @lru_cache(maxsize=maxsize)
    def remembered(path: Path, size: int, modified_ns: int) -> Result:
        return read(path)

    def cached(path: Path) -> Result:
        path = Path(path)
        try:
            facts = path.stat()
        except OSError:
            return read(path)  # Let the reader say in its own words what is missing.
        return remembered(path, facts.st_size, facts.st_mtime_ns)

    return cached


def read_timetable(video: OpenVideo, path: Path) -> Timetable:
    """Read every packet's time stamps. The frame count that the container claims is not believed: packets are counted.

    Raises:
        MediaError: there is no frame, or there are more than `MAX_FRAMES`.
    """
    pts: list[int | None] = []
    keyframes: list[Keyframe] = []
    for packet in video.packets():
        if not packet.size or packet.is_discard:  # An empty packet flushes; a discarded one is cut off by an edit list.
            continue
        pts.append(packet.pts)
        if packet.is_keyframe and packet.pts is not None:
            keyframes.append(Keyframe(packet.pts, packet.pts if packet.dts is None else packet.dts))
        if len(pts) > MAX_FRAMES:
            raise MediaError(f"{path} has more than {MAX_FRAMES} frames. Cut it into shorter clips.")
    if not pts:
        raise MediaError(
            f"{path} has a video stream without frames. It is cut off or damaged; copy or download it again."
        )
    time_base = video.stream.time_base
    stamps = [stamp for stamp in pts if stamp is not None]
    if len(stamps) < len(pts) or time_base is None:
        return _counted(len(pts), video)
    return Timetable(tuple(sorted(set(stamps))), tuple(sorted(keyframes, key=lambda k: k.pts)), time_base, stamped=True)


def _counted(n_frames: int, video: OpenVideo) -> Timetable:
    rate = video.stream.average_rate or video.stream.guessed_rate or Fraction(25)
    return Timetable(tuple(range(n_frames)), (), 1 / Fraction(rate), stamped=False)


def _timetable_of(path: Path) -> Timetable:
    with open_video(path) as video:
        return read_timetable(video, path)


timetable_of: Callable[[Path], Timetable] = cached_by_content(_timetable_of, maxsize=64)
"""Timetable of a file, remembered until the file changes."""
