"""A TIFF with nothing but what decodes its first image; the compressed blocks are copied byte for byte.

Rewriting the directory, and not only taking tags out of it, leaves nothing behind in gaps between what it names.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from links2_tasks._extras import import_extra
from links2_tasks.errors import DataError

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of a value, by type."""
_LETTERS = {1: "B", 3: "H", 4: "I", 12: "d", 13: "I", 16: "Q", 18: "Q"}
_STRIPS, _TILES = (273, 279), (324, 325)
"""Tags of offsets and of numbers of bytes."""
_DECODING = frozenset(
    {256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 292, 293, 317, 320, 322, 323, 332, 334, 338, 339, 347}
    | {529, 530, 531, 532, 50674, *_STRIPS, *_TILES}
)
"""Tags that say how pixels are stored: sizes, compression, colours, orientation."""
_PLACE = frozenset({33550, 33922, 34264, 34735, 34736, 34737})
"""Tags of GeoTIFF."""
_TIEPOINTS, _MATRIX = 33922, 34264
_METRES_PER_DEGREE = 111_320.0
_MOST_ENTRIES = 4096
_MOST_BLOCKS_BYTES = 64 * 2**20
"""Of a table of offsets: 8 million blocks."""
_PIECE = 2**20


@dataclass(frozen=True)
class _Entry:
    """One tag; `value` is its bytes, wherever they stood."""

    tag: int
    kind: int
    count: int
    value: bytes


@dataclass(frozen=True)
class _Layout:
    """How numbers and offsets are written: byte order, and TIFF or BigTIFF."""

    order: str
    big: bool

    @property
    def offset(self) -> struct.Struct:
        return struct.Struct(self.order + ("Q" if self.big else "I"))

    @property
    def count(self) -> struct.Struct:
        return struct.Struct(self.order + ("Q" if self.big else "H"))

    @property
    def entry(self) -> struct.Struct:
        return struct.Struct(self.order + ("HHQ8s" if self.big else "HHI4s"))

    def numbers(self, entry: _Entry) -> list[float]:
        return list(struct.unpack(f"{self.order}{entry.count}{_LETTERS[entry.kind]}", entry.value))

    def packed(self, numbers: Sequence[float], kind: int) -> bytes:
        return struct.pack(f"{self.order}{len(numbers)}{_LETTERS[kind]}", *numbers)


def is_tiff(path: Path) -> bool:
    """Whether a file begins as a TIFF or BigTIFF does."""
    with path.open("rb") as stream:
        return stream.read(4) in _MAGIC


def write_plain_tiff(source: Path, target: Path, round_m: float | None = None) -> None:
    """Write the first image of a TIFF anew, without any other tag.

    Args:
        source: The TIFF.
        target: The new file.
        round_m: Keep its place, moved to multiples of so many metres; None removes it.

    Raises:
        DataError: the file is damaged.
        MissingExtraError: its place is to be moved, and rasterio is not installed.
    """
    try:
        with source.open("rb") as read, target.open("wb") as write:
            layout = _layout(read)
            entries = [entry for entry in _entries(read, layout) if entry.tag in _DECODING | _PLACE]
            kept = [entry for entry in entries if entry.tag in _DECODING]
            if round_m is not None:
                kept += _moved([entry for entry in entries if entry.tag in _PLACE], layout, source, round_m)
            _write(read, write, layout, kept)
    except (struct.error, KeyError, ValueError, EOFError, StopIteration) as error:
        target.unlink(missing_ok=True)
        raise DataError(
            f"{source} cannot be read as a TIFF ({error!r}), so it cannot be written without its tags. Convert it with "
            "gdal_translate, or to a PNG."
        ) from error


def _layout(read: IO[bytes]) -> _Layout:
    magic = read.read(4)
    return _Layout("<" if magic[:2] == b"II" else ">", big=b"+" in magic)


def _exactly(read: IO[bytes], n_bytes: int) -> bytes:
    data = read.read(n_bytes)
    if len(data) != n_bytes:
        raise EOFError("it ends early")
    return data


def _entries(read: IO[bytes], layout: _Layout) -> list[_Entry]:
    read.seek(8 if layout.big else 4)
    (start,) = layout.offset.unpack(_exactly(read, layout.offset.size))
    read.seek(start)
    (n_entries,) = layout.count.unpack(_exactly(read, layout.count.size))
    if n_entries > _MOST_ENTRIES:
        raise ValueError(f"{n_entries} tags")
    table = _exactly(read, n_entries * layout.entry.size)
    return [_entry(read, layout, fields) for fields in layout.entry.iter_unpack(table)]


def _entry(read: IO[bytes], layout: _Layout, fields: tuple[int, int, int, bytes]) -> _Entry:
    tag, kind, count, inline = fields
    if tag not in _DECODING | _PLACE:
        return _Entry(tag, kind, 0, b"")
    n_bytes = _SIZES[kind] * count
    if n_bytes > _MOST_BLOCKS_BYTES:
        raise ValueError(f"tag {tag} of {n_bytes} bytes")
    if n_bytes <= len(inline):
        return _Entry(tag, kind, count, inline[:n_bytes])
    read.seek(layout.offset.unpack(inline)[0])
    return _Entry(tag, kind, count, _exactly(read, n_bytes))


def _write(read: IO[bytes], write: IO[bytes], layout: _Layout, entries: Sequence[_Entry]) -> None:
    head = 16 if layout.big else 8
    write.write(b"\0" * head)
    by_tag = {entry.tag: entry for entry in entries}
    offsets_tag, sizes_tag = _TILES if _TILES[0] in by_tag else _STRIPS
    offsets = _copy_blocks(read, write, layout, by_tag[offsets_tag], by_tag[sizes_tag])
    kind = 16 if layout.big else 4
    by_tag[offsets_tag] = _Entry(offsets_tag, kind, len(offsets), layout.packed(offsets, kind))
    table = [(entry, _place_value(write, layout, entry)) for _, entry in sorted(by_tag.items())]
    start = _aligned(write)
    write.write(layout.count.pack(len(table)))
    for entry, inline in table:
        write.write(layout.entry.pack(entry.tag, entry.kind, entry.count, inline))
    write.write(layout.offset.pack(0))
    write.seek(0)
    write.write(b"II" if layout.order == "<" else b"MM")
    write.write(struct.pack(layout.order + "HHH", 43, 8, 0) if layout.big else struct.pack(layout.order + "H", 42))
    write.write(layout.offset.pack(start))


def _copy_blocks(read: IO[bytes], write: IO[bytes], layout: _Layout, offsets: _Entry, sizes: _Entry) -> list[int]:
    """Copy strips or tiles; one that is not there, as in sparse files, stays away."""
    placed = []
    for offset, size in zip(map(int, layout.numbers(offsets)), map(int, layout.numbers(sizes)), strict=True):
        if size == 0:
            placed.append(0)
            continue
        placed.append(_aligned(write))
        read.seek(offset)
        while size:
            piece = _exactly(read, min(size, _PIECE))
            write.write(piece)
            size -= len(piece)
    return placed


def _aligned(write: IO[bytes]) -> int:
    """Where the stream stands, moved to an even place."""
    if write.tell() % 2:
        write.write(b"\0")
    return write.tell()


def _place_value(write: IO[bytes], layout: _Layout, entry: _Entry) -> bytes:
    """What stands in the directory: the value where it is short, else its offset."""
    if len(entry.value) <= layout.offset.size:
        return entry.value.ljust(layout.offset.size, b"\0")
    offset = _aligned(write)
    write.write(entry.value)
    return layout.offset.pack(offset)


def _moved(entries: Sequence[_Entry], layout: _Layout, source: Path, round_m: float) -> list[_Entry]:
    """Tags of a place whose origin is moved to a multiple of `round_m`; none where the unit is not known."""
    shift = _shift(source, round_m) if entries else None
    if shift is None:
        return []
    moved = []
    for entry in entries:
        if entry.tag in {_TIEPOINTS, _MATRIX}:
            numbers = layout.numbers(entry)
            places = [(i + 3, i + 4) for i in range(0, len(numbers), 6)] if entry.tag == _TIEPOINTS else [(3, 7)]
            for x, y in places:
                numbers[x] += shift[0]
                numbers[y] += shift[1]
            entry = replace(entry, value=layout.packed(numbers, entry.kind))
        moved.append(entry)
    return moved


def _shift(source: Path, round_m: float) -> tuple[float, float] | None:
    """From the origin to the nearest multiple of `round_m`, in units of the map; None without a known unit."""
    rasterio = import_extra("rasterio", "rasterio", "geo", "Moving the place of a GeoTIFF")
    with rasterio.open(source, driver="GTiff") as dataset:
        crs, x, y = dataset.crs, dataset.transform.c, dataset.transform.f
    if crs is None:
        return None
    if crs.is_geographic:
        step_y = round_m / _METRES_PER_DEGREE
        new_y = round(y / step_y) * step_y
        # By the new latitude: by the old one, the step would tell it.
        step_x = step_y / max(0.01, _cosine_of_degrees(new_y))
    elif crs.is_projected:
        step_x = step_y = round_m / crs.linear_units_factor[1]
        new_y = round(y / step_y) * step_y
    else:
        return None
    return round(x / step_x) * step_x - x, new_y - y


def _cosine_of_degrees(angle_deg: float) -> float:
    from math import cos, radians

    return cos(radians(angle_deg))
