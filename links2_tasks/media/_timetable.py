"""When each frame of a video is shown, read from the packets without decoding them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from links2_tasks.errors import MediaError
from links2_tasks.media._container import OpenVideo, open_video

MAX_FRAMES = 1_000_000
"""Videos of more frames than this (4.6 hours at 60 fps) are refused."""

MIN_GAP_S = 2e-6
"""Videos that show frames closer together than this are refused: plans hold times to the microsecond."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Keyframe:
    """A frame that can be decoded without the frames before it."""

    pts: int
    dts: int
    place: int
    """Number of packets before its own in the file."""


@dataclass(frozen=True)
class Timetable:
    """Presentation times of a video's frames; the index of a frame is its rank in this order.

    With B-frames the order in the file is not the order of presentation, and with a variable frame rate an index times
    the frame interval is not a time. Both are right here because only time stamps count.
    """

    pts: tuple[int, ...]
    """Rising presentation time stamps in units of `time_base`."""
    keyframes: tuple[Keyframe, ...]
    """In the order of the file."""
    time_base: Fraction
    stamped: bool
    """False when the file does not say when each frame is shown. Frames are then found by counting."""
    places: tuple[int, ...] = ()
    """For each frame, the number of packets before its own in the file; empty where that is not known for certain."""

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.pts)

    def time_s(self, index: int) -> float:
        """Seconds from the first frame to frame `index`."""
        return float((self.pts[index] - self.pts[0]) * self.time_base)


@dataclass(frozen=True)
class _Stamps:
    """What a packet says of itself."""

    pts: int | None
    dts: int | None
    place: int
    is_keyframe: bool


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
        MediaError: there is no frame, there are more than `MAX_FRAMES`, or two are less than `MIN_GAP_S` apart.
    """
    packets = _stamps_of(video, path)
    timetable = _timed(packets, video) or _counted(packets, video)
    least = min((after - before for before, after in pairwise(timetable.pts)), default=None)
    if least is not None and least * timetable.time_base < MIN_GAP_S:
        raise MediaError(
            f"{path} shows frames less than {MIN_GAP_S * 1e6:.0f} microseconds apart, so its clock is damaged. Copy or "
            "download it again."
        )
    return timetable


def _stamps_of(video: OpenVideo, path: Path) -> list[_Stamps]:
    packets: list[_Stamps] = []
    for place, packet in enumerate(video.filled_packets()):
        if packet.is_discard:  # Cut off by an edit list: decoded, because others may need it, and not shown.
            continue
        packets.append(_Stamps(packet.pts, packet.dts, place, bool(packet.is_keyframe)))
        if len(packets) > MAX_FRAMES:
            raise MediaError(f"{path} has more than {MAX_FRAMES} frames. Cut it into shorter clips.")
    if not packets:
        raise MediaError(
            f"{path} has a video stream without frames. It is cut off or damaged; copy or download it again."
        )
    return packets


def _timed(packets: Sequence[_Stamps], video: OpenVideo) -> Timetable | None:
    """Frames by their presentation time; None when the file does not tell it."""
    time_base = video.stream.time_base
    stamped = [(packet.pts, packet) for packet in packets if packet.pts is not None]
    if time_base is None or not video.tells_order_of_frames or len(stamped) < len(packets):
        return None
    places = {pts: packet.place for pts, packet in stamped}
    pts = tuple(sorted(places))
    return Timetable(
        pts=pts,
        keyframes=tuple(
            Keyframe(pts, pts if packet.dts is None else packet.dts, packet.place)
            for pts, packet in stamped
            if packet.is_keyframe
        ),
        time_base=time_base,
        stamped=True,
        places=tuple(places[stamp] for stamp in pts) if len(pts) == len(packets) else (),
    )


def _counted(packets: Sequence[_Stamps], video: OpenVideo) -> Timetable:
    """Frames are shown in the order in which they come out, at the times at which one of them is decoded."""
    time_base = video.stream.time_base
    decoding = sorted({packet.dts for packet in packets if packet.dts is not None})
    if time_base is not None and len(decoding) == len(packets):
        return Timetable(tuple(decoding), (), time_base, stamped=False)
    rate = video.stream.average_rate or video.stream.guessed_rate or Fraction(25)
    return Timetable(tuple(range(len(packets))), (), 1 / Fraction(rate), stamped=False)


def _timetable_of(path: Path) -> Timetable:
    with open_video(path) as video:
        return read_timetable(video, path)


timetable_of: Callable[[Path], Timetable] = cached_by_content(_timetable_of, maxsize=64)
"""Timetable of a file, remembered until the file changes."""
