"""Reading satellite images and windows of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile

from links2_tasks.errors import MediaError
from links2_tasks.media._memory import ArrayMemory
from links2_tasks.media._paths import resolve_inside
from links2_tasks.schema import SatelliteImage

MAX_IMAGE_PX = 89_478_485
"""Images with more pixels are refused: a small file can unpack to fill the memory. This is Pillow's own limit."""

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "JPEG2000", "BMP")
"""Only these: for some of its other formats, Pillow starts a program or is seldom tested."""

_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")

Window = tuple[int, int, int, int]


_MAPS = ArrayMemory(max_bytes=3 * 120_000_000)
"""Maps that were decoded last: many questions in a row show windows of one file."""


def read_satellite(root: Path, image: SatelliteImage, max_px: int) -> np.ndarray:
    """Read a question's satellite image: its window, no side longer than `max_px`.

    Args:
        root: The dataset's root.
        image: Path and window of the image.
        max_px: Longest side that is returned; larger images are scaled down, smaller ones stay as they are.

    Returns:
        Pixels (H, W, 3) uint8 RGB.

    Raises:
        UnsafePathError: the path leaves the root.
        MediaError: the file is missing, broken, over `MAX_IMAGE_PX`, or smaller than the window.
    """
    return read_image_window(resolve_inside(root, image.path), image.window_px, max_px)


def read_image_window(path: Path, window_px: Window | None, max_px: int) -> np.ndarray:
    """Read a window (left, top, width, height) of an image file, no side longer than `max_px`.

    Raises:
        MediaError: the file is missing, broken, over `MAX_IMAGE_PX`, or smaller than the window.
    """
    if max_px < 1:
        raise MediaError(f"max_px must be 1 or more, got {max_px}.")
    _check_file(path)
    facts = path.stat()
    pixels = _MAPS.get((path, facts.st_size, facts.st_mtime_ns), lambda: _decode(path))
    if window_px is not None:
        pixels = _crop(pixels, window_px, path)
    return _fit(pixels, max_px)


def satellite_size(root: Path, image: SatelliteImage) -> tuple[int, int]:
    """Width and height of a question's satellite image before it is scaled, without decoding it.

    Raises:
        UnsafePathError: the path leaves the root.
        MediaError: the file is missing, broken or over `MAX_IMAGE_PX`.
    """
    if image.window_px is not None:
        return image.window_px[2:]
    path = resolve_inside(root, image.path)
    _check_file(path)
    with _open_image(path) as opened:
        return opened.size


def shown_scale(width_px: int, height_px: int, max_px: int) -> float:
    """Factor 0..1 by which an image shrinks so that its longer side is at most `max_px`."""
    return min(1.0, max_px / max(width_px, height_px))


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise MediaError(f"No satellite image at {path}. Check the dataset's root and the question's `satellite` path.")


@contextmanager
def _open_image(path: Path) -> Iterator[Image.Image]:
    """Open an image file; what goes wrong while reading it becomes a `MediaError`."""
    try:
        with _whole_images_only(), Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MAX_IMAGE_PX:
                raise MediaError(_too_large(path, f"{image.width} x {image.height} px"))
            yield image
    except Image.DecompressionBombError as error:
        raise MediaError(_too_large(path, str(error))) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise MediaError(
            f"{path} cannot be read as an image: {error}. It is damaged or of an unknown format."
        ) from error


def _decode(path: Path) -> np.ndarray:
    with _open_image(path) as image:
        if image.mode not in _MODES:
            raise MediaError(f"{path} has pixels of type '{image.mode}'. Convert it to an 8-bit RGB image.")
        return np.array(image.convert("RGB"))


_FLAG_LOCK = threading.Lock()


@contextmanager
def _whole_images_only() -> Iterator[None]:
    """Let Pillow refuse images that end early, whatever other packages of the process have told it.

    lmms-eval sets Pillow's flag to fill up what is missing with grey, and it is one flag for the whole process. The
    lock keeps our own threads from putting back one another's value.
    """
    with _FLAG_LOCK:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _too_large(path: Path, size: str) -> str:
    return f"{path} is too large ({size}); at most {MAX_IMAGE_PX} pixels are read. Cut it into tiles."


def _crop(pixels: np.ndarray, window_px: Window, path: Path) -> np.ndarray:
    left, top, width, height = window_px
    if left < 0 or top < 0 or left + width > pixels.shape[1] or top + height > pixels.shape[0]:
        raise MediaError(
            f"Window {window_px} (left, top, width, height) leaves {path}, which is {pixels.shape[1]} x "
            f"{pixels.shape[0]} px."
        )
    return pixels[top : top + height, left : left + width]


def _fit(pixels: np.ndarray, max_px: int) -> np.ndarray:
    height_px, width_px = pixels.shape[:2]
    scale = shown_scale(width_px, height_px, max_px)
    if scale == 1.0:
        return pixels.copy()
    size = max(1, round(width_px * scale)), max(1, round(height_px * scale))
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
