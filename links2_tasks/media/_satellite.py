"""Reading satellite images and windows of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
from PIL import Image

from links2_tasks.errors import MediaError
from links2_tasks.media._paths import resolve_inside
from links2_tasks.schema import SatelliteImage

MAX_IMAGE_PX = 89_478_485
"""Images with more pixels are refused: a small file can unpack to fill the memory. This is Pillow's own limit."""

_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")

Window = tuple[int, int, int, int]


class _MapCache:
    """The few maps that were decoded last: many questions in a row show windows of one file."""

    def __init__(self, max_files: int, max_px: int) -> None:
        self._max_files = max_files
        self._max_px = max_px
        self._maps: OrderedDict[tuple[Path, int, int], np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path) -> np.ndarray:
        """Pixels of a file, (H, W, 3) uint8, not to be written to."""
        facts = path.stat()
        key = (path, facts.st_size, facts.st_mtime_ns)
        with self._lock:  # Held while decoding, so that threads that want one map do not all decode it.
            if key not in self._maps:
                self._maps[key] = _decode(path)
                self._shrink()
            self._maps.move_to_end(key)
            return self._maps[key]

    def _shrink(self) -> None:
        while len(self._maps) > 1 and (len(self._maps) > self._max_files or self._total_px() > self._max_px):
            self._maps.popitem(last=False)

    def _total_px(self) -> int:
        return sum(pixels.shape[0] * pixels.shape[1] for pixels in self._maps.values())


_CACHE = _MapCache(max_files=8, max_px=120_000_000)


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
    if not path.is_file():
        raise MediaError(f"No satellite image at {path}. Check the dataset's root and the question's `satellite` path.")
    pixels = _CACHE.get(path)
    if window_px is not None:
        pixels = _crop(pixels, window_px, path)
    return _fit(pixels, max_px)


def shown_scale(width_px: int, height_px: int, max_px: int) -> float:
    """Factor 0..1 by which an image shrinks so that its longer side is at most `max_px`."""
    return min(1.0, max_px / max(width_px, height_px))


def _decode(path: Path) -> np.ndarray:
    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_IMAGE_PX:
                raise MediaError(_too_large(path, f"{image.width} x {image.height} px"))
            if image.mode not in _MODES:
                raise MediaError(f"{path} has pixels of type '{image.mode}'. Convert it to an 8-bit RGB image.")
            pixels = np.array(image.convert("RGB"))
    except Image.DecompressionBombError as error:
        raise MediaError(_too_large(path, str(error))) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise MediaError(
            f"{path} cannot be read as an image: {error}. It is damaged or of an unknown format."
        ) from error
    pixels.flags.writeable = False
    return pixels


def _too_large(path: Path, size: str) -> str:
    return f"{path} is too large ({size}); at most {MAX_IMAGE_PX} pixels are read. Cut it into tiles."


def _crop(pixels: np.ndarray, window_px: Window, path: Path) -> np.ndarray:
    left, top, width, height = window_px
    if left < 0 or top < 0 or left + width > pixels.shape[1] or top + height > pixels.shape[0]:
        raise MediaError(
            f"Window {window_px} (left, top, width, height) leaves {path}, which is {pixels.shape[1]} x {pixels.shape[0]} px."
        )
    return pixels[top : top + height, left : left + width]


def _fit(pixels: np.ndarray, max_px: int) -> np.ndarray:
    height_px, width_px = pixels.shape[:2]
    scale = shown_scale(width_px, height_px, max_px)
    if scale == 1.0:
        return pixels.copy()
    size = max(1, round(width_px * scale)), max(1, round(height_px * scale))
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
