"""What a video file holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from links2_tasks.errors import MediaError
from links2_tasks.media._container import OpenVideo, open_video
from links2_tasks.media._timetable import Timetable, cached_by_content, timetable_of

_EVEN_WITHIN_S = 1e-3
"""Containers such as Matroska round time stamps to milliseconds; that does not make a frame rate variable."""


@dataclass(frozen=True)
class VideoInfo:
    """Size, rate and length of a video, as a viewer sees it (after its rotation)."""

    path: Path
    width_px: int
    height_px: int
    fps: float
    """Average frame rate."""
    n_frames: int
    """Number of frames that the file really holds packets for."""
    duration_s: float
    """From the first frame to the end of the last one."""
    rotation_deg: int = 0
    """Counterclockwise rotation that the metadata asks for: 0, 90, 180 or 270. The size is that after it."""
    frame_times_s: tuple[float, ...] | None = field(default=None, repr=False)
    """Time of each frame when the rate is variable; None when frame k is shown at k / fps."""

    def time_s(self, index: int) -> float:
        """Seconds from the start of the video to frame `index`."""
        return index / self.fps if self.frame_times_s is None else self.frame_times_s[index]


def _probe(path: Path) -> VideoInfo:
    timetable = timetable_of(path)
    with open_video(path) as video:
        rotation_deg = _rotation_deg(video, path)
        stream = video.stream
        sides = stream.width, stream.height
        fps = _fps(timetable, stream.average_rate)
    width_px, height_px = sides if rotation_deg % 180 == 0 else sides[::-1]
    n_frames = timetable.n_frames
    last_s = timetable.time_s(n_frames - 1)
    even = all(abs(timetable.time_s(k) - k / fps) <= _EVEN_WITHIN_S for k in range(n_frames))
    return VideoInfo(
        path=path,
        width_px=width_px,
        height_px=height_px,
        fps=fps,
        n_frames=n_frames,
        duration_s=n_frames / fps if even else last_s + 1 / fps,
        rotation_deg=rotation_deg,
        frame_times_s=None if even else tuple(timetable.time_s(k) for k in range(n_frames)),
    )


_probe_cached: Callable[[Path], VideoInfo] = cached_by_content(_probe, maxsize=4_096)
"""For as many clips as a large benchmark has: frameworks ask for the texts of all questions, again and again."""


def probe_video(path: Path) -> VideoInfo:
    """Read a video's size, rate and length. The answer is remembered until the file changes.

    Frames are counted from the file's packets, so a container that gives no frame count, or a false one, does no harm.

    Raises:
        MediaError: the file is missing, empty, not a video, without a video stream, without frames, or over the limits
            `MAX_FRAMES` and `MAX_FRAME_PX`.
    """
    return _probe_cached(Path(path))


def _fps(timetable: Timetable, claimed: Fraction | None) -> float:
    """The claimed rate when the time stamps bear it out, else the average rate of the time stamps."""
    n_intervals = timetable.n_frames - 1
    if n_intervals == 0:
        return float(claimed) if claimed else 1.0
    length_s = timetable.time_s(n_intervals)
    if claimed and abs(n_intervals / float(claimed) - length_s) <= _EVEN_WITHIN_S:
        return float(claimed)
    return n_intervals / length_s


def _rotation_deg(video: OpenVideo, path: Path) -> int:
    frame = next(video.frames(video.packets()), None)
    if frame is None:
        raise MediaError(f"No frame of {path} can be decoded. The file is damaged; copy or download it again.")
    return round(frame.rotation / 90.0) * 90 % 360
