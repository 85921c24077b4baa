"""Images without anything but their pixels. PNG and JPEG keep their compressed pixels byte for byte."""

from __future__ import annotations

import io
import re
import struct
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from links2_tasks.errors import DataError
from links2_tasks.media import is_read_by_windows, read_image_window
from links2_tasks.release._tiff import is_tiff, write_plain_tiff

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_PIXEL_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
"""What a PNG needs to be decoded."""
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""A marker that ends compressed pixels: neither a stuffed byte nor one of the restarts within them."""
_ADOBE = b"Adobe"
_PLAIN_JFIF = struct.pack(">5sBBBHHBB", b"JFIF\0", 1, 1, 0, 1, 1, 0, 0)
"""Of the version 1.1, without density and thumbnail."""


def kept_suffix(path: Path) -> bool:
    """Whether `write_plain_image` writes the same format again; it makes a PNG of any other."""
    with path.open("rb") as stream:
        head = stream.read(8)
    return head == _PNG or head.startswith(_JPEG) or is_tiff(path)


def write_plain_image(source: Path, target: Path, round_m: float | None = None) -> None:
    """Write an image with the same pixels and nothing else.

    Args:
        source: The image.
        target: The new file.
        round_m: Keep the place of a GeoTIFF, moved to multiples of so many metres; None removes it.

    Raises:
        DataError: it cannot be done without a change of pixels.
        MediaError: the image is damaged.
        MissingExtraError: the place of a GeoTIFF is to be moved, and rasterio is not installed.
    """
    if is_tiff(source):
        write_plain_tiff(source, target, round_m)
    else:
        data = source.read_bytes()
        if data.startswith(_PNG):
            target.write_bytes(_plain_png(data, source))
        elif data.startswith(_JPEG):
            target.write_bytes(_plain_jpeg(data, source))
        else:
            _write_as_png(source, target)
    _check_same(source, target)


def _check_same(source: Path, target: Path) -> None:
    # The blocks of a TIFF that is too large to be decoded whole were copied as they are.
    if is_read_by_windows(source):
        return
    if not np.array_equal(_pixels(source), _pixels(target)):
        raise DataError(
            f"{source} cannot be written without its metadata and keep its pixels. Convert it to a PNG, mend the "
            "questions that name it, and release again."
        )


def _pixels(path: Path) -> np.ndarray:
    return read_image_window(path, None, max_px=sys.maxsize)


def _plain_png(data: bytes, source: Path) -> bytes:
    parts, at = [_PNG], len(_PNG)
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if kind in _PIXEL_CHUNKS:
            parts.append(data[at:end])
        if kind == b"IEND":
            return b"".join(parts)
        at = end
    raise DataError(f"{source} ends before its end mark, so it is damaged. Copy or download it again.")


def _plain_jpeg(data: bytes, source: Path) -> bytes:
    parts, at = [data[:2]], 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:  # A fill byte before a marker.
            at += 1
            continue
        if marker == 0xD9:
            break
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        end = at + 2 + length
        parts.append(_kept_segment(marker, data[at:end]))
        if marker == 0xDA:
            found = _END_OF_SCAN.search(data, end)
            if found is None:
                # Cut off before its end mark; what there is decodes as it did.
                parts.append(data[end:])
                break
            parts.append(data[end : found.start()])
            end = found.start()
        at = end
    if not any(part[:2] == b"\xff\xda" for part in parts):
        raise DataError(f"{source} holds no pixels, so it is damaged. Copy or download it again.")
    return b"".join([*parts, b"\xff\xd9"])


def _kept_segment(marker: int, segment: bytes) -> bytes:
    """A segment as it is needed to decode pixels: without comments and applications' data."""
    content = segment[4:]
    if marker == 0xE0 and content.startswith(b"JFIF\0"):
        return segment[:2] + struct.pack(">H", 2 + len(_PLAIN_JFIF)) + _PLAIN_JFIF
    if marker == 0xEE and content.startswith(_ADOBE):
        return segment[:2] + struct.pack(">H", 2 + 12) + content[:12]
    if 0xE0 <= marker <= 0xEF or marker == 0xFE:
        return b""
    return segment


def _write_as_png(source: Path, target: Path) -> None:
    file = io.BytesIO()
    Image.fromarray(_pixels(source)).save(file, format="PNG", compress_level=6)
    target.write_bytes(file.getvalue())
