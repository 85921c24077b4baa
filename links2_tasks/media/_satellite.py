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
from links2_tasks.media._tiled import Window, check_window, read_tiff_window, tiff_facts
from links2_tasks.media._turning import turned_pixels, turned_size
from links2_tasks.schema import SatelliteImage

MAX_IMAGE_PX = 89_478_485
"""Images with more pixels are not decoded: a small file can unpack to fill the memory. This is Pillow's own limit.

Of a larger GeoTIFF a question can show windows that are not larger.
"""

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "JPEG2000", "BMP")
"""Only these: for some of its other formats, Pillow starts a program or is seldom tested."""

_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")

_MAPS = ArrayMemory(max_bytes=32 * 2**20)
"""Maps that were decoded last: many questions in a row show windows of one file. A larger one is kept alone."""


def read_satellite(root: Path, image: SatelliteImage, max_px: int) -> np.ndarray:
    """Read a question's satellite image as it is shown: its window, turned, no side longer than `max_px`.

    Args:
        root: The dataset's root.
        image: Path, window and turn of the image.
        max_px: Longest side that is returned; larger images are scaled down, smaller ones stay as they are.

    Returns:
        Pixels (H, W, 3) uint8 RGB.

    Raises:
        UnsafePathError: the path leaves the root.
        MediaError, MissingExtraError: as `read_image_window`.
    """
    pixels = read_image_window(resolve_inside(root, image.path), image.window_px, max_px)
    return np.ascontiguousarray(turned_pixels(pixels, image.turned_deg))


def read_image_window(path: Path, window_px: Window | None, max_px: int) -> np.ndarray:
    """Read a window (left, top, width, height) of an image file, no side longer than `max_px`.

    Raises:
        MediaError: the file is missing, broken, over `MAX_IMAGE_PX` and no GeoTIFF of which a window is shown, or
            smaller than the window.
        MissingExtraError: the file is such a GeoTIFF, and rasterio, which reads windows of it, is not installed.
    """
    if max_px < 1:
        raise MediaError(f"max_px must be 1 or more, got {max_px}.")
    _check_file(path)
    if window_px is not None and is_read_by_windows(path):
        return _fit(read_tiff_window(path, window_px, MAX_IMAGE_PX), max_px)
    facts = path.stat()
    pixels = _MAPS.get((path, facts.st_size, facts.st_mtime_ns), lambda: _decode(path))
    if window_px is not None:
        check_window(path, window_px, (pixels.shape[1], pixels.shape[0]))
        left, top, width, height = window_px
        pixels = pixels[top : top + height, left : left + width]
    return _fit(pixels, max_px)


def is_read_by_windows(path: Path) -> bool:
    """Whether an image file is a TIFF with so many pixels that only windows of it are read."""
    facts = tiff_facts(path)
    return facts is not None and not facts.turned and facts.width_px * facts.height_px > MAX_IMAGE_PX


def image_size(path: Path) -> tuple[int, int]:
    """Width and height of an image file, without decoding it; also of a GeoTIFF that is read by windows only.

    Raises:
        MediaError: the file is missing, broken, or over `MAX_IMAGE_PX` and not read by windows.
    """
    _check_file(path)
    facts = tiff_facts(path)
    if facts is not None and is_read_by_windows(path):
        return facts.width_px, facts.height_px
    with _open_image(path) as opened:
        return opened.size


def satellite_size(root: Path, image: SatelliteImage) -> tuple[int, int]:
    """Width and height of a question's satellite image as shown but for scaling, without decoding it.

    Raises:
        UnsafePathError: the path leaves the root.
        MediaError: the file is missing or broken, or is over `MAX_IMAGE_PX` and shown whole.
    """
    if image.window_px is not None:
        return turned_size(image.window_px[2:], image.turned_deg)
    path = resolve_inside(root, image.path)
    _check_file(path)
    with _open_image(path) as opened:
        return turned_size(opened.size, image.turned_deg)


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
    # The warning is an error where a process turns warnings into errors.
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
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
    facts = tiff_facts(path)
    if facts is not None:
        size = f"{facts.width_px} x {facts.height_px} px"
    advice = (
        "Show a window of it (the question's `window_px`) or cut it into tiles."
        if is_read_by_windows(path)
        else "Cut it into tiles, or make a tiled GeoTIFF of it (gdal_translate -co TILED=YES) and show windows of that."
    )
    return f"{path} is too large ({size}); at most {MAX_IMAGE_PX} pixels are read. {advice}"


def _fit(pixels: np.ndarray, max_px: int) -> np.ndarray:
    height_px, width_px = pixels.shape[:2]
    scale = shown_scale(width_px, height_px, max_px)
    if scale == 1.0:
        return pixels.copy()
    size = max(1, round(width_px * scale)), max(1, round(height_px * scale))
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
