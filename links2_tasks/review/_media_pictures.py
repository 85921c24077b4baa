"""Maps and frames as picture files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from links2_tasks.media import draw_marks, read_satellite, satellite_size
from links2_tasks.schema import Mark, SatelliteImage

LEAST_MAP_PX = 1400
"""A smaller map is enlarged before its marks are drawn, so that they stay crisp when a reviewer looks closely."""
MOST_MAP_PX = 2400
"""Longest side of a map; a larger one is scaled down to it."""

_QUALITY = 92


def write_map(root: Path, image: SatelliteImage, marks: Sequence[Mark], out: Path) -> None:
    """Write a question's map, with marks or without, as large as it is useful to look at.

    Raises:
        UnsafePathError: the map's path leaves the root.
        MediaError: it cannot be read, or a mark lies outside it.
    """
    pixels = _enlarged(read_satellite(root, image, MOST_MAP_PX))
    if marks:
        width_px, height_px = satellite_size(root, image)
        pixels = draw_marks(pixels, marks, max(pixels.shape[:2]) / max(width_px, height_px))
    # Full resolution of colours: marks are thin and bright.
    Image.fromarray(pixels).save(out, "JPEG", quality=_QUALITY, subsampling=0)


def write_exact(pixels: np.ndarray, out: Path) -> None:
    """Write pixels (H, W, 3) uint8 RGB without loss, fast rather than small."""
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)


def _enlarged(pixels: np.ndarray) -> np.ndarray:
    height_px, width_px = pixels.shape[:2]
    grow = LEAST_MAP_PX / max(height_px, width_px)
    if grow <= 1:
        return pixels
    size = max(1, round(width_px * grow)), max(1, round(height_px * grow))
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
