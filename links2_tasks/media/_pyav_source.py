"""Decoding with PyAV: from keyframe to keyframe, without a look at the frames between that nobody needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import chain
from pathlib import Path
from types import TracebackType

import av
from av.packet import Packet
from av.video.frame import VideoFrame

from links2_tasks.media._container import OpenVideo, open_video
from links2_tasks.media._picture import Picture, library_version
from links2_tasks.media._runs import Run
from links2_tasks.media._timetable import Keyframe, Timetable

READ_ON_PACKETS = 100
"""Fewer packets than this are read past rather than jumped over.

Measured: reading past a packet costs 4 to 8 µs; a seek costs 20 to 120 µs where the container has an index, and 850 µs
in MPEG-TS, where the place is searched for. Either is nothing beside the decoding of one frame (0.5 to 5 ms).
"""

_DROPS_UNREFERENCED = frozenset({"h264"})
"""Codecs in which a frame that is marked as unreferenced is needed by no other frame whatsoever.

In HEVC the mark speaks of frames of the same temporal layer only.
"""


class PyavSource:
    """A video that PyAV decodes. Use it in a `with` block.

    Raises:
        MediaError: from any method, as `open_video`.
    """

    def __init__(self, path: Path, timetable: Timetable) -> None:
        """Choose the file and the times of its frames."""
        self._path = path
        self._timetable = timetable
        self._exits = ExitStack()
        self._finds_keyframes = True

    @staticmethod
    def versions() -> list[str]:
        """The libraries that the decoded frames depend on."""
        return [f"pyav-{av.__version__}", f"avcodec-{library_version('libavcodec')}"]

    def __enter__(self) -> PyavSource:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._exits.__exit__(kind, error, trace)  # It puts FFmpeg's errors into words.

    def planned(self, run: Run) -> Iterator[Picture]:
        """The wanted frames of a run in order of presentation, as far as they can be reached from its start."""
        packets = self._packets_from(run)
        frames = _proven(run.start, self._run_frames(packets, run))
        return (Picture(pts, frame, frame.rotation) for pts, frame in frames if pts in run.wanted)

    def sequential(self, wanted: frozenset[int]) -> Iterator[Picture]:
        """The wanted frames, found by decoding from the beginning. Without time stamps in the file they are counted."""
        self._open()
        frames = (frame for packet in chain(self._packets, [None]) for frame in self._video.decoded(packet))
        for pts, frame in _sound(frames) if self._timetable.stamped else zip(self._timetable.pts, frames, strict=False):
            if pts in wanted:
                yield Picture(pts, frame, frame.rotation)
            if pts > max(wanted):
                return

    def _open(self) -> None:
        self._exits.close()
        self._exits = ExitStack()
        self._video: OpenVideo = self._exits.enter_context(open_video(self._path))
        self._packets = self._video.filled_packets()
        self._place = 0
        """Number of packets before the next one."""

    def _packets_from(self, run: Run) -> Iterator[Packet]:
        """Packets of a run, with the decoder emptied of those before."""
        far = run.start_place - self._place > READ_ON_PACKETS
        if far and run.start is not None and self._finds_keyframes:
            self._seek(run.start)
        for _ in range(run.start_place - self._place):
            next(self._packets, None)
            self._place += 1
        self._video.stream.codec_context.flush_buffers()
        for _ in range(run.end_place - run.start_place + 1):
            packet = next(self._packets, None)
            if packet is None:
                return
            self._place += 1
            yield packet

    def _seek(self, keyframe: Keyframe) -> None:
        """Go to a keyframe, or back to the beginning when the container does not find it: packets lead there too."""
        # Some containers are indexed by presentation time, others by decoding time: so where a seek lands is checked.
        for stamp in (keyframe.pts, keyframe.dts):
            with suppress(av.error.FFmpegError):  # There is no index, or none of keyframes.
                self._video.container.seek(stamp, stream=self._video.stream, backward=True)
            packets = self._video.filled_packets()
            head = next(packets, None)
            if head is not None and head.pts == keyframe.pts and not head.is_discard:
                self._packets = chain([head], packets)
                self._place = keyframe.place
                return
        self._finds_keyframes = False
        self._open()

    def _run_frames(self, packets: Iterator[Packet], run: Run) -> Iterator[VideoFrame]:
        codec = self._video.stream.codec_context
        drops = codec.name in _DROPS_UNREFERENCED
        for packet in packets:
            if drops:
                codec.skip_frame = "DEFAULT" if packet.pts in run.wanted else "NONREF"
            yield from self._video.decoded(packet)
        yield from self._video.decoded(None)


def _proven(start: Keyframe | None, frames: Iterator[VideoFrame]) -> Iterator[tuple[int, VideoFrame]]:
    """Frames with their time stamps; none when the decoder says that the run's start is no keyframe.

    Frames before the keyframe need those of the group before, which this decoder has not seen.
    """
    for pts, frame in _sound(frames):
        if start is not None and pts < start.pts:
            continue
        if start is not None and (pts != start.pts or not frame.key_frame):
            return
        start = None
        yield pts, frame


def _sound(frames: Iterator[VideoFrame]) -> Iterator[tuple[int, VideoFrame]]:
    return ((frame.pts, frame) for frame in frames if frame.pts is not None and not frame.is_corrupt)
