"""Videos and satellite images of a source: found, looked at, and named for the new dataset."""

from __future__ import annotations

import base64
import binascii
import hashlib
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from links2_tasks.errors import MediaError, UnsafePathError
from links2_tasks.importing._frames import IMAGE_SUFFIXES, video_of_frames
from links2_tasks.importing._place import Place, inside
from links2_tasks.importing._records import UnusableError, in_a_line
from links2_tasks.media import FramePlan, VideoInfo, load_frames, probe_video, read_image_window

MAX_IMAGE_BYTES = 256 * 2**20
"""Of an image in a cell."""
_NAME_BYTES = 100
_PIECE_BYTES = 1 << 22
_TOLD_BYTES = 1 << 28
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"BM", ".bmp"),
    (b"\0\0\0\x0cjP  ", ".jp2"),
)

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class ImportedVideo:
    """A video that was looked at."""

    path: str
    """Below the root of the new dataset."""
    name: str
    """Its file's name without suffix; no other video has it."""
    duration_s: float
    width_px: int
    height_px: int
    fps: float


class Media:
    """Looks at each file once, however many rows name it, and remembers what is to be copied."""

    def __init__(self, place: Place, root: Path, tell: Callable[[str], None]) -> None:
        """Read below `place`; write what has to be made, as videos of frames, below `root`."""
        self._place = place
        self._root = root
        self._tell = tell
        self._videos: dict[tuple[Path, float], ImportedVideo | UnusableError] = {}
        self._images: dict[Path | str, str | UnusableError] = {}
        self._names: set[str] = set()
        self._sources: dict[str, Path] = {}
        self._written: set[str] = set()

    def video(self, paths: Sequence[str]) -> ImportedVideo:
        """The first of some paths below SOURCE at which a file lies.

        Raises:
            UnusableError: there is none, or it cannot be decoded.
        """
        relative, path = self._first(paths)
        return _once(self._videos, (path, 0.0), lambda: self._look_at_video(relative, path))

    def video_of(self, folder: str, fps: float) -> ImportedVideo:
        """A video made of the images in a folder.

        Raises:
            UnusableError: there is no such folder, or its images do not make a video.
        """
        path, names = self._folder(folder)
        return _once(self._videos, (path, fps), lambda: self._make_video(folder, names, fps))

    def image(self, paths: Sequence[str]) -> str:
        """Path in the new dataset of the first of some paths below SOURCE at which a file lies.

        Raises:
            UnusableError: there is none, or it cannot be read.
        """
        relative, path = self._first(paths)
        return _once(self._images, path, lambda: self._look_at_image(relative, path))

    def images_in(self, folder: str) -> tuple[str, ...]:
        """Paths in the new dataset of all images of a folder, in natural order of their names.

        Raises:
            UnusableError: there is no such folder, or no image in it, or one cannot be read.
        """
        _, names = self._folder(folder)
        return tuple(self.image([f"{folder}/{name}"]) for name in names)

    def image_from(self, data: Any) -> str:
        """Path in the new dataset of an image that stands in a cell, as bytes or in base64.

        Raises:
            UnusableError: it is none, is too large, or cannot be read.
        """
        content = _bytes_of(data)
        digest = hashlib.sha256(content).hexdigest()[:16]
        return _once(self._images, digest, lambda: self._write_image(digest, content))

    def write(self, wanted: Iterable[str]) -> None:
        """Copy the wanted files into the new dataset, and remove what was made for nothing.

        Raises:
            OSError: the disk is full, or a file is gone.
        """
        kept = set(wanted)
        for path in sorted(self._written - kept):
            (self._root / path).unlink()
        for path in sorted(kept & set(self._sources)):
            _copy(self._sources[path], self._root / path, path, self._tell)

    def _first(self, paths: Sequence[str]) -> tuple[str, Path]:
        try:
            for relative in paths:
                path = self._place.find(relative)
                if path is not None and path.is_file():
                    return relative, path
        except UnsafePathError as error:
            raise UnusableError("path refused", in_a_line(self._place.told(error))) from error
        raise UnusableError("media missing", f"no file {' or '.join(map(in_a_line, paths))}")

    def _folder(self, folder: str) -> tuple[Path, tuple[str, ...]]:
        try:
            names, path = self._place.names_in(folder), self._place.find(folder)
        except UnsafePathError as error:
            raise UnusableError("path refused", in_a_line(self._place.told(error))) from error
        if names is None or path is None:
            raise UnusableError("media missing", f"no folder {in_a_line(folder)}")
        images = tuple(name for name in names if PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES)
        if not images:
            raise UnusableError("media missing", f"no image in the folder {in_a_line(folder)}")
        return path, images

    def _look_at_video(self, relative: str, path: Path) -> ImportedVideo:
        self._tell(relative)
        try:
            info = _decodable(path)
        except MediaError as error:
            raise UnusableError("video not decodable", in_a_line(self._place.told(error))) from error
        target = self._target("videos", relative)
        self._sources[target] = path
        return _imported(target, info)

    def _make_video(self, folder: str, names: tuple[str, ...], fps: float) -> ImportedVideo:
        self._tell(folder)
        target = self._target("videos", f"{folder}.mp4")
        try:
            video_of_frames([inside(self._place, folder, name) for name in names], self._root / target, fps)
            info = _decodable(self._root / target)
        except UnsafePathError as error:
            raise UnusableError("path refused", in_a_line(self._place.told(error))) from error
        except MediaError as error:
            raise UnusableError("frames not usable", in_a_line(self._place.told(error))) from error
        self._written.add(target)
        return _imported(target, info)

    def _look_at_image(self, relative: str, path: Path) -> str:
        self._tell(relative)
        self._check_image(path)
        target = self._target("satellite", relative)
        self._sources[target] = path
        return target

    def _write_image(self, digest: str, content: bytes) -> str:
        suffix = next((suffix for magic, suffix in _MAGIC if content.startswith(magic)), None)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            suffix = ".webp"
        if suffix is None:
            raise UnusableError("image not readable", f"the {len(content)} bytes of the cell are no image")
        target = f"satellite/{digest}{suffix}"
        path = self._root / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._written.add(target)
        self._check_image(path)
        return target

    def _check_image(self, path: Path) -> None:
        try:
            read_image_window(path, None, max_px=sys.maxsize)
        except MediaError as error:
            raise UnusableError("image not readable", in_a_line(self._place.told(error))) from error

    def _target(self, folder: str, relative: str) -> str:
        """A free path in the new dataset: plain characters, no folders, the name of the source as far as possible."""
        source = PurePosixPath(relative)
        stem, suffix = _safe(source.stem) or "file", _safe(source.suffix.lower())
        suffix = f".{suffix}" if suffix and len(suffix) <= 5 else ""
        number, name = 1, stem
        while f"{folder}/{name}".casefold() in self._names:
            number += 1
            name = f"{stem}-{number}"
        self._names.add(f"{folder}/{name}".casefold())
        return f"{folder}/{name}{suffix}"


def candidates(path: str, suffixes: Sequence[str]) -> list[str]:
    """Paths to be tried one by one."""
    return [f"{path}{suffix}" for suffix in suffixes] or [path]


def _once(known: dict[Any, _Made | UnusableError], key: Any, make: Callable[[], _Made]) -> _Made:
    """What was made for a key, or the error that came of it, which all rows that name the file share."""
    if key not in known:
        try:
            known[key] = make()
        except UnusableError as error:
            known[key] = error
    found = known[key]
    if isinstance(found, UnusableError):
        raise UnusableError(found.reason, found.detail)
    return found


def _decodable(path: Path) -> VideoInfo:
    """Facts of a video whose first and last frame can be decoded, as `links2 validate` wants it."""
    video = probe_video(path)
    ends = sorted({0, video.n_frames - 1})
    times_s = tuple(video.time_s(index) for index in ends)
    load_frames(path, FramePlan(rule="first_and_last", n=len(ends), indices=tuple(ends), times_s=times_s))
    return video


def _imported(target: str, info: VideoInfo) -> ImportedVideo:
    return ImportedVideo(
        path=target,
        name=PurePosixPath(target).stem,
        duration_s=info.duration_s,
        width_px=info.width_px,
        height_px=info.height_px,
        fps=info.fps,
    )


def _safe(name: str) -> str:
    """Letters and digits of any script, '-' and '_', not longer than file systems take."""
    plain = unicodedata.normalize("NFC", name)
    kept = "".join(each if each.isalnum() or each in "-_" else "_" for each in plain).strip("_")
    return kept.encode()[:_NAME_BYTES].decode(errors="ignore")


def _bytes_of(data: Any) -> bytes:
    if isinstance(data, dict) and isinstance(data.get("bytes"), bytes):  # As `datasets` writes images to Parquet.
        data = data["bytes"]
    if isinstance(data, bytes):
        content = data
    elif isinstance(data, str):
        content = _decoded(data)
    else:
        raise UnusableError("image not readable", f"no bytes and no base64: {in_a_line(data, 60)}")
    if len(content) > MAX_IMAGE_BYTES:
        raise UnusableError("image not readable", f"{len(content)} bytes, more than {MAX_IMAGE_BYTES}")
    return content


def _decoded(text: str) -> bytes:
    head, comma, _ = text[:100].partition(",")
    bare = text[len(head) + 1 :] if comma and head.startswith("data:") else text
    if len(bare) > MAX_IMAGE_BYTES * 3 // 2:
        raise UnusableError("image not readable", f"{len(bare)} characters in base64 are too many")
    try:
        return base64.b64decode("".join(bare.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusableError("image not readable", f"no base64: {error}") from error


def _copy(source: Path, target: Path, name: str, tell: Callable[[str], None]) -> None:
    """Copy the bytes and nothing else: no links, no rights, no times."""
    target.parent.mkdir(parents=True, exist_ok=True)
    tell(name)
    n_bytes, n_copied = source.stat().st_size, 0
    with source.open("rb") as reading, target.open("xb") as writing:
        while piece := reading.read(_PIECE_BYTES):
            writing.write(piece)
            if (n_copied + len(piece)) // _TOLD_BYTES > n_copied // _TOLD_BYTES:
                tell(f"{name}: {100 * (n_copied + len(piece)) // max(n_bytes, 1)} %")
            n_copied += len(piece)
