"""Which pixels of a map its file calls transparent. Models see some colour there, but it means nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from links2_tasks.media import resolve_inside, turned_pixels
from links2_tasks.schema import SatelliteImage

Mask = NDArray[np.bool_]

FORMATS = ("PNG", "TIFF", "WEBP")
"""Those that may have transparent parts."""


def transparent_part(root: Path, image: SatelliteImage, size_px: tuple[int, int]) -> Mask | None:
    """Which pixels (H, W) of an image as shown, at a width and height, are transparent; None where it has no such part.

    Files that are too large to be decoded whole, or broken, give None as well; other code speaks of those.

    Raises:
        UnsafePathError: the path leaves the root.
    """
    path = resolve_inside(root, image.path)
    state = path.stat()
    clear = _transparent(path, state.st_mtime_ns, state.st_size)
    if clear is None:
        return None
    if image.window_px is not None:
        left, top, width, height = image.window_px
        clear = clear[top : top + height, left : left + width]
    shown = Image.fromarray(np.ascontiguousarray(turned_pixels(clear, image.turned_deg)))
    return np.asarray(shown.resize(size_px, Image.Resampling.NEAREST), bool)


@lru_cache(maxsize=2)
def _transparent(path: Path, modified_ns: int, size: int) -> Mask | None:
    try:
        with Image.open(path, formats=FORMATS) as opened:
            if "A" not in opened.getbands() or opened.width * opened.height > (Image.MAX_IMAGE_PIXELS or 0):
                return None
            clear = np.asarray(opened.getchannel("A")) == 0
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return clear if clear.any() else None
