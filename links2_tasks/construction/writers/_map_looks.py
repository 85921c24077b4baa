"""How alike two windows of a map look, for distractors that are not told apart at a glance."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from links2_tasks.construction.scene import MapImage

SHRINK = 8
BINS = 6


@dataclass(frozen=True)
class MapLooks:
    """A small copy (h, w, 3) of a map, one pixel for 8 x 8 of the map's."""

    pixels: NDArray[np.uint8] = field(compare=False)

    @classmethod
    def of(cls, image: MapImage) -> MapLooks:
        """Looks of a map file."""
        return _read(image.path)

    def difference(self, first: tuple[int, int, int, int] | None, second: tuple[int, int, int, int] | None) -> float:
        """Distance 0..2 between the colour histograms of two windows (left, top, width, height)."""
        return float(np.abs(self._histogram(first) - self._histogram(second)).sum())

    def _histogram(self, window_px: tuple[int, int, int, int] | None) -> NDArray[np.float64]:
        height, width = self.pixels.shape[:2]
        left, top, w, h = (v // SHRINK for v in window_px) if window_px else (0, 0, width, height)
        part = self.pixels[top : top + h, left : left + w].reshape(-1, 3)
        counts, _ = np.histogramdd(part.astype(float), bins=(BINS,) * 3, range=((0, 256),) * 3)
        return counts.ravel() / max(1.0, counts.sum())


@lru_cache(maxsize=8)
def _read(path: Path) -> MapLooks:
    with Image.open(path) as image:
        small = image.convert("RGB").resize(
            (max(1, image.width // SHRINK), max(1, image.height // SHRINK)), Image.Resampling.BOX
        )
    return MapLooks(np.asarray(small))
