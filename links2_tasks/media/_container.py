"""Opening a video file without trusting it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from links2_tasks.errors import MediaError

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,gif"
"""Container formats that are read; play lists are not: they would make the reader open other files or URLs."""

MAX_FRAME_PX = 8192 * 8192
"""Videos whose frames hold more pixels than this are refused."""


@dataclass(frozen=True)
class OpenVideo:
    """An open container and the video stream that is read from it."""

    container: InputContainer
    stream: VideoStream

    @property
    def tells_order_of_frames(self) -> bool:
        """Whether the container says when a frame is shown. AVI says when it is decoded; B-frames are shown later."""
        return self.container.format.name != "avi" or not self.stream.codec_context.has_b_frames

    def packets(self) -> Iterator[Packet]:
        """Packets of the stream from the place where the container stands.

        Raises:
            MediaError: the container changes its streams on the way.
        """
        try:
            yield from self.container.demux(self.stream)
        except IndexError as error:
            raise MediaError(
                f"{self.container.name} has streams that its start does not announce; it is damaged."
            ) from error

    def filled_packets(self) -> Iterator[Packet]:
        """Packets that hold something. An empty one would tell the decoder that the video is over.

        Raises:
            MediaError: as `packets`.
        """
        return (packet for packet in self.packets() if packet.size)

    def decoded(self, packet: Packet | None) -> list[VideoFrame]:
        """Frames that are ready once the decoder has this packet; None asks for those that it still holds.

        A damaged packet gives no frame: the caller knows what is missing.
        """
        try:
            return self.stream.codec_context.decode(packet)
        except (av.error.InvalidDataError, av.error.EOFError):
            return []

    def frames(self, packets: Iterable[Packet]) -> Iterator[VideoFrame]:
        """Decoded frames in order of presentation, without damaged packets: the caller knows what is missing."""
        for packet in packets:
            try:
                decoded = self.stream.decode(packet)
            except av.error.InvalidDataError:
                continue
            yield from decoded


@contextmanager
def open_video(path: Path) -> Iterator[OpenVideo]:
    """Open `path` and choose its first real video stream.

    Raises:
        MediaError: the file is missing or empty, is no video in a known container, has no video stream, or its frames
            are larger than `MAX_FRAME_PX`; also when reading fails inside the `with` block.
    """
    path = Path(path)
    _check_file(path)
    try:
        # Threads gain nothing for short clips, and one thread always yields frames in the same order.
        # Passed as `options` they would go to the streams, too, and where those are found late, as in FLV and MPEG-PS,
        # PyAV 15 crashes.
        options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
        with av.open(str(path.absolute()), container_options=options, metadata_errors="replace") as container:
            yield OpenVideo(container, _video_stream(container, path))
    except av.error.FFmpegError as error:
        raise MediaError(
            f"{path} cannot be read as a video ({error.strerror}). It must be a whole file in one of the containers "
            f"{CONTAINERS}; check it with a video player or convert it with FFmpeg."
        ) from error


def _check_file(path: Path) -> None:
    if not path.exists():
        raise MediaError(f"No video file at {path}. Check the dataset's root and the question's `video` path.")
    if not path.is_file():
        raise MediaError(f"{path} is not a file, so it cannot be read as a video.")
    if path.stat().st_size == 0:
        raise MediaError(f"The video file {path} is empty (0 bytes). Copy or download it again.")


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    for stream in container.streams.video:
        if not _is_cover_picture(stream):
            _check_stream(stream, path)
            stream.thread_type = "NONE"
            return stream
    raise MediaError(_why_no_video(container, path))


def _why_no_video(container: InputContainer, path: Path) -> str:
    if not container.streams:
        return (
            f"{path} has no track at all, neither video nor sound: it was not written to its end, or it is damaged. "
            "Copy or download it again."
        )
    # Not by `stream.type`: for a track whose kind FFmpeg cannot name, as in a damaged file, PyAV reads a name that is
    # not there, and the process is gone.
    found = {
        "a cover picture": container.streams.video,
        "audio": container.streams.audio,
        "subtitles": container.streams.subtitles,
        "data": container.streams.data,
        "attachments": container.streams.attachments,
    }
    kinds = [kind for kind, streams in found.items() if streams] or ["tracks of unknown kinds"]
    return f"{path} has no video stream, only {' and '.join(kinds)}."


def _is_cover_picture(stream: VideoStream) -> bool:
    return "attached_pic" in str(stream.disposition).lower()


def _check_stream(stream: VideoStream, path: Path) -> None:
    if stream.codec_context is None:
        raise MediaError(f"{path} is of a codec that is not known here. Convert it to H.264 with FFmpeg.")
    width_px, height_px = stream.width, stream.height
    if width_px < 1 or height_px < 1:
        raise MediaError(f"{path} does not say how large its frames are, so it is damaged or of an unknown codec.")
    if width_px * height_px > MAX_FRAME_PX:
        raise MediaError(f"Frames of {path} are {width_px} x {height_px} px; at most {MAX_FRAME_PX} pixels are read.")
