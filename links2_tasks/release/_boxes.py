"""What an MP4 or MOV tells beside its pictures, read from its boxes: places, tracks of data, notes of makers."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"moof", b"traf", b"edts"})
_PLACES = {b"\xa9xyz": "location (xyz)", b"loci": "location (loci)", b"gps ": "GPS box", b"GPMF": "GPMF"}
_DATA_TRACKS = frozenset({b"gpmd", b"mebx", b"camm", b"djmd", b"dbgi", b"rtmd", b"mett", b"metx", b"fdsc", b"tx3g"})
"""Kinds of samples that hold sensors or text: GoPro, Apple, Google, DJI, Sony, subtitles."""
_KNOWN_AT_TOP = frozenset(
    {
        b"ftyp",
        b"moov",
        b"mdat",
        b"free",
        b"skip",
        b"wide",
        b"moof",
        b"mfra",
        b"sidx",
        b"styp",
        b"ssix",
        b"prft",
        b"pdin",
    }
)
_ISO_6709 = re.compile(rb"[+-]\d{2}(?:\d{2}){0,2}(?:\.\d+)?[+-]\d{3}(?:\d{2}){0,2}(?:\.\d+)?")
"""Latitude and longitude in one string, as phones and drones write them."""
_PLACE_KEY = re.compile(rb"(?i)location|gps|coordinate|latitude|longitude")
_MOST_BYTES = 16 * 2**20
"""Read of one box that holds no pictures."""


@dataclass(frozen=True)
class _Box:
    kind: bytes
    path: str
    start: int
    """Of its content."""
    end: int


def is_mp4(path: Path) -> bool:
    """Whether a file begins as MP4 and MOV files do."""
    with path.open("rb") as stream:
        return stream.read(12)[4:8] in {b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip"}


def mp4_traces(path: Path) -> tuple[str, ...]:
    """What may tell where an MP4 was made, in words, without the place itself."""
    with path.open("rb") as stream:
        size = path.stat().st_size
        found = [what for box in _boxes(stream, 0, size, "") for what in _of_box(stream, box)]
    return tuple(dict.fromkeys(found))


def _boxes(stream: IO[bytes], start: int, end: int, above: str) -> Iterator[_Box]:
    """All boxes, each before those within it; what is no box at the end of a file is one of the kind b''."""
    at = start
    while at + 8 <= end:
        stream.seek(at)
        length, kind = struct.unpack(">I4s", stream.read(8))
        head = 8
        if length == 1 and at + 16 <= end:
            (length,) = struct.unpack(">Q", stream.read(8))
            head = 16
        elif length == 0:
            length = end - at
        if length < head or at + length > end:
            break
        path = f"{above}{kind.decode('latin-1')}"
        yield _Box(kind, path, at + head, at + length)
        if kind in _CONTAINERS:
            yield from _boxes(stream, at + head, at + length, f"{path}/")
        at += length
    if not above and any(_read(stream, at, end)):
        yield _Box(b"", "data after the last box", at, end)


def _of_box(stream: IO[bytes], box: _Box) -> Iterator[str]:
    at_top = "/" not in box.path
    if box.kind == b"":
        yield box.path
    elif box.kind in _PLACES:
        yield f"{_PLACES[box.kind]} in {box.path}"
    elif box.kind == b"uuid":
        yield f"maker's or XMP data in {box.path}"
    elif at_top and box.kind not in _KNOWN_AT_TOP:
        yield f"unknown box '{box.path}'"
    elif at_top and box.kind in {b"free", b"skip"} and any(_read(stream, box.start, box.end)):
        yield f"data in {box.path}"
    elif box.kind == b"stsd":
        kinds = {kind.strip().decode("latin-1") for kind in _sample_kinds(stream, box) & _DATA_TRACKS}
        yield from (f"data track '{kind}'" for kind in sorted(kinds))
    elif box.kind == b"meta" or box.path.startswith("moov/udta/"):
        content = _read(stream, box.start, box.end)
        if _PLACE_KEY.search(content) or _ISO_6709.search(content):
            yield f"location in {box.path}"


def _sample_kinds(stream: IO[bytes], box: _Box) -> set[bytes]:
    """Of a table of sample descriptions: after version, flags and count, each has its length and kind."""
    content = _read(stream, box.start, box.end)
    kinds, at = set(), 8
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        kinds.add(kind)
        if length < 8:
            break
        at += length
    return kinds


def _read(stream: IO[bytes], start: int, end: int) -> bytes:
    stream.seek(start)
    return stream.read(min(end - start, _MOST_BYTES))
