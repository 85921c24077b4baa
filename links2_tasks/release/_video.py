"""Videos without anything but their pictures; the compressed frames are copied byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from links2_tasks.errors import DataError
from links2_tasks.media import VideoInfo, open_video, probe_video
from links2_tasks.release._sei import picture_notes, pictures_only

_WRITERS = {
    "mov": "mp4",
    "matroska": "matroska",
    "avi": "avi",
    "mpegts": "mpegts",
    "flv": "flv",
}
"""What writes a container, by the first of the names that FFmpeg calls its reader."""
_BY_SUFFIX = {".mov": "mov", ".webm": "webm"}
_NOTES = {"h264": "6", "hevc": "39-40"}
"""Kinds of units that hold notes between pictures, by codec."""
_SAME_TIME_S = 1e-6


def is_written(path: Path) -> bool:
    """Whether a video is in a container that `write_plain_video` writes.

    Raises:
        MediaError: it is no video.
    """
    with open_video(path) as video:
        name = _container_name(video)
    return name in _WRITERS


def _container_name(video: Any) -> str:
    """The first of the names that FFmpeg calls a reader of containers."""
    name: str = video.container.format.name
    return name.split(",")[0]


def write_plain_video(source: Path, target: Path) -> None:
    """Write a video's pictures anew, without sound, subtitles, data tracks, attachments and any metadata.

    Its rotation stays, since without it the frames would lie on their side.

    Raises:
        DataError: its container cannot be written, or the frames or their times would be others.
        MediaError: it is damaged.
    """
    before = probe_video(source)
    has_notes = bool(picture_notes(source))
    _copy_pictures(source, target, without_notes=has_notes)
    after = probe_video(target)
    same = _digest(source, without_notes=has_notes) == _digest(target, without_notes=has_notes)
    shape = [(one.width_px, one.height_px, one.n_frames, one.rotation_deg) for one in (before, after)]
    if not same or shape[0] != shape[1] or _differ(before, after):
        raise DataError(
            f"{source} cannot be written without its metadata and keep its frames and their times. Convert it to an "
            "MP4 of H.264 with FFmpeg first, and build the dataset from that."
        )


def _differ(before: VideoInfo, after: VideoInfo) -> bool:
    """Whether a frame is shown at another time."""
    if abs(before.duration_s - after.duration_s) > _SAME_TIME_S:
        return True
    return any(abs(before.time_s(k) - after.time_s(k)) > _SAME_TIME_S for k in range(before.n_frames))


def _copy_pictures(source: Path, target: Path, *, without_notes: bool) -> None:
    import av

    with open_video(source) as video:
        name, stream = _container_name(video), video.stream
        if name not in _WRITERS:
            raise DataError(
                f"{source} is of the container '{name}', which is not written anew here. Convert it to an MP4 with "
                "FFmpeg first, and build the dataset from that."
            )
        form = _BY_SUFFIX.get(source.suffix.lower(), _WRITERS[name]) if name in {"mov", "matroska"} else _WRITERS[name]
        with av.open(str(target), "w", format=form, options={"fflags": "+bitexact"}) as write:
            # Opaque: a stream that is only copied needs no encoder of its codec.
            written = write.add_stream_from_template(stream, opaque=True)
            written.metadata.clear()
            taken_out = _NOTES[stream.codec_context.name] if without_notes else None
            clean = _without_units(taken_out, stream, written) if taken_out else None
            for packet in video.filled_packets():
                for kept in [packet] if clean is None else clean.filter(packet):
                    kept.stream = written
                    write.mux(kept)


def _without_units(kinds: str, stream: Any, written: Any) -> Any:
    """A filter of packets. It also gives `written` the header that fits: units then begin with start codes."""
    from av.bitstream import BitStreamFilterContext

    return BitStreamFilterContext(f"filter_units=remove_types={kinds}", stream, written)


def _digest(path: Path, *, without_notes: bool) -> str:
    """Of all compressed frames in the order of the file."""
    digest = hashlib.sha256()
    for codec, data in _frames(path):
        parts = pictures_only(codec, data) if without_notes else [data]
        for part in parts:
            digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _frames(path: Path) -> Iterator[tuple[str, bytes]]:
    with open_video(path) as video:
        name = video.stream.codec_context.name
        for packet in video.filled_packets():
            yield name, bytes(packet)
