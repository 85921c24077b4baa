"""Decoding with torchcodec, for those who have it and want it: the same frames as PyAV's.

torchcodec's own conversion to RGB scales in two steps, so pixels would differ from PyAV's wherever frames are scaled.
Therefore the coded planes are taken as the decoder gives them, and go to RGB the way that PyAV's go.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from av.video.format import VideoFormat
from av.video.frame import VideoFrame

from links2_tasks.errors import FrameworkError, MediaError, MissingExtraError
from links2_tasks.media._container import open_video
from links2_tasks.media._encode import VideoWriter
from links2_tasks.media._picture import Picture, RgbConverter
from links2_tasks.media._pyav_source import PyavSource
from links2_tasks.media._runs import Run, runs_of
from links2_tasks.media._timetable import Timetable, read_timetable

if TYPE_CHECKING:
    from torchcodec.decoders import Packet, RawFrame

_WAITS_FOR_A_KEYFRAME = frozenset({"h264", "vp8", "vp9", "av1", "libdav1d"})
"""Codecs whose decoders show nothing before a true keyframe.

torchcodec does not tell which frames are keyframes, so a container that marks others as such is found out for these
only.
Files of other codecs are decoded from the beginning.
"""

_COLOUR_SPACES = {
    "gbr": 0,
    "bt709": 1,
    "unknown": 2,
    "unspecified": 2,
    "fcc": 4,
    "bt470bg": 5,
    "smpte170m": 6,
    "smpte240m": 7,
    "ycgco": 8,
    "bt2020nc": 9,
    "bt2020c": 10,
}
"""FFmpeg's number of each colour space (its AVColorSpace, which follows ISO/IEC 23091-2)."""

_COLOUR_RANGES = {"tv": 1, "mpeg": 1, "pc": 2, "jpeg": 2}

_ADVICE = (
    "links2 needs torchcodec 0.17 or newer with a torch that it was built for, and FFmpeg's shared libraries where the "
    "system finds them. Install them, or unset LINKS2_DECODER to decode with PyAV."
)


class TorchcodecSource:
    """A video that torchcodec decodes. Use it in a `with` block.

    Raises:
        MediaError: from any method: the file cannot be read, or its frames have a form that is not handled here.
    """

    def __init__(self, path: Path, timetable: Timetable) -> None:
        """Choose the file and the times of its frames."""
        self._path = path
        self._timetable = timetable
        with open_video(path) as video:  # What PyAV's side refuses, such as play lists, must not reach torchcodec.
            self._stream_index = video.stream.index
            self._waits_for_a_keyframe = video.stream.codec_context.name in _WAITS_FOR_A_KEYFRAME
            # The time stamps of AVI are FFmpeg's guesses, and torchcodec may use an FFmpeg that guesses otherwise.
            self._has_stamps = timetable.stamped and video.container.format.name != "avi"

    @staticmethod
    @cache
    def proven() -> type[TorchcodecSource]:
        """This class, once a tiny clip has really been decoded with it.

        Raises:
            FrameworkError: torchcodec is installed, but cannot be loaded or decodes other frames than those written.
            MissingExtraError: torchcodec is not installed.
        """
        _try_a_clip()
        return TorchcodecSource

    @staticmethod
    def versions() -> list[str]:
        """The libraries that the decoded frames depend on."""
        import torchcodec

        return [f"torchcodec-{torchcodec.__version__}", f"ffmpeg-{torchcodec.ffmpeg_major_version}"]

    def __enter__(self) -> TorchcodecSource:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._packets, self._decoder

    def planned(self, run: Run) -> Iterator[Picture]:
        """The wanted frames of a run in order of presentation, as far as they can be reached from its start."""
        if not self._has_stamps or (run.start_place and not self._waits_for_a_keyframe):
            return
        start_pts = run.start.pts if run.start else None
        for raw in self._frames(self._packets_of(run)):
            pts = self._pts(raw)
            if start_pts is not None:
                if pts < start_pts:  # It needs the group before, which this decoder has not seen.
                    continue
                if pts > start_pts:  # The start was no keyframe.
                    return
                start_pts = None
            if pts in run.wanted:
                yield self._picture(pts, raw)

    def sequential(self, wanted: frozenset[int]) -> Iterator[Picture]:
        """The wanted frames, found by decoding from the beginning. Without time stamps in the file they are counted."""
        self._open()
        frames = self._frames(self._packets)
        stamped = ((self._pts(raw), raw) for raw in frames)
        for pts, raw in stamped if self._has_stamps else zip(self._timetable.pts, frames, strict=False):
            if pts in wanted:
                yield self._picture(pts, raw)
            if pts > max(wanted):
                return

    def _open(self) -> None:
        from torchcodec.decoders import Demuxer

        try:
            self._packets = Demuxer(str(self._path.absolute()), streams=self._stream_index)
            self._decoder = self._packets.streams[0].make_decoder("cpu", num_ffmpeg_threads=1)
        except (RuntimeError, ValueError) as error:
            raise MediaError(f"torchcodec cannot open {self._path}: {_first_line(error)}") from error
        self._place = 0
        """Number of packets before the next one."""

    def _packets_of(self, run: Run) -> Iterator[Packet]:
        """Packets of a run. Those before are read past: torchcodec does not tell where a seek has led."""
        for packet in self._packets:
            self._place += 1
            if self._place > run.start_place:
                yield packet
            if self._place > run.end_place:
                return

    def _frames(self, packets: Iterable[Packet]) -> Iterator[RawFrame]:
        """Decoded frames in order of presentation, without damaged ones: the caller knows what is missing."""
        self._decoder.reset()
        for packet in packets:
            with suppress(RuntimeError):
                yield from self._decoder.decode(packet)
        yield from self._decoder.drain()

    def _pts(self, raw: RawFrame) -> int:
        return round(raw.pts_seconds / self._timetable.time_base)

    def _picture(self, pts: int, raw: RawFrame) -> Picture:
        try:
            return Picture(pts, _as_video_frame(raw), raw.rotation)
        except (RuntimeError, KeyError) as error:
            raise MediaError(
                f"Frames of {self._path} are {raw.pixel_format} in {raw.color_space}, which is not taken from "
                "torchcodec. Unset LINKS2_DECODER to decode them with PyAV."
            ) from error


def _as_video_frame(raw: RawFrame) -> VideoFrame:
    """A copy as PyAV holds frames, so that both decoders' frames go the same way from here.

    Raises:
        RuntimeError: colours do not lie in planes of their own.
        KeyError: the colour space is unknown.
    """
    pixel_format = VideoFormat(raw.pixel_format, raw.width, raw.height)
    components = pixel_format.components
    if len({component.plane for component in components}) < len(components):
        raise RuntimeError("interleaved colours")
    frame = VideoFrame(raw.width, raw.height, raw.pixel_format)
    frame.colorspace = _COLOUR_SPACES[raw.color_space]
    frame.color_range = _COLOUR_RANGES.get(raw.color_range, 0)
    for component, samples in zip(components, raw.planes, strict=True):
        plane, values = frame.planes[component.plane], samples.numpy()
        rows = np.frombuffer(memoryview(plane), values.dtype).reshape(plane.height, -1)
        rows[:, : values.shape[1]] = values
    return frame


def _try_a_clip() -> None:
    try:
        import torchcodec  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "torchcodec":
            raise FrameworkError(f"LINKS2_DECODER=torchcodec does not work: {error}. {_ADVICE}") from error
        raise MissingExtraError("LINKS2_DECODER=torchcodec", "torchcodec", "torchcodec") from error
    except Exception as error:  # Whatever goes wrong while its libraries are loaded.
        raise FrameworkError(f"torchcodec cannot be imported: {_first_line(error)}. {_ADVICE}") from error
    try:
        right = _decodes_a_clip()
    except Exception as error:
        raise FrameworkError(f"torchcodec cannot decode a clip of 3 frames: {_first_line(error)}. {_ADVICE}") from error
    if not right:
        raise FrameworkError(f"torchcodec decodes a clip of 3 frames to other pixels than PyAV does. {_ADVICE}")


def _decodes_a_clip() -> bool:
    """Whether torchcodec gives the same three frames as PyAV."""
    with tempfile.TemporaryDirectory(prefix="links2-torchcodec-") as folder:
        path = Path(folder) / "clip.mp4"
        with VideoWriter(path, 64, 48, 10) as writer:
            for level in (40, 120, 200):
                writer.write(np.full((48, 64, 3), (level, 255 - level, 90), np.uint8))
        with open_video(path) as video:
            timetable = read_timetable(video, path)
        shown = []
        for source_type in (PyavSource, TorchcodecSource):
            with source_type(path, timetable) as source:
                runs = runs_of(timetable, range(timetable.n_frames))
                converter = RgbConverter(None)
                shown.append([converter.upright(picture).tolist() for run in runs for picture in source.planned(run)])
    return len(shown[0]) == 3 and shown[0] == shown[1]


def _first_line(error: Exception) -> str:
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return first.removesuffix("Likely causes:").rstrip(" .:")
