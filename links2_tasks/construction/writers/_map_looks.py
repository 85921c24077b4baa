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
    """A small copy of a map: the bin (h, w) of the colour of each block of 8 x 8 pixels."""

    colours: NDArray[np.intp] = field(compare=False)

    @classmethod
    def of(cls, image: MapImage) -> MapLooks:
        """Looks of a map file."""
        return _read(image.path)

    def histogram(self, window_px: tuple[int, int, int, int] | None) -> NDArray[np.float64]:
        """Share of each colour in a window."""
        height, width = self.colours.shape
        left, top, w, h = (v // SHRINK for v in window_px) if window_px else (0, 0, width, height)
        counts = np.bincount(self.colours[top : top + h, left : left + w].ravel(), minlength=BINS**3)
        return counts / max(1, counts.sum())

    def difference(self, first: tuple[int, int, int, int] | None, second: tuple[int, int, int, int] | None) -> float:
        """Distance 0..2 between the colour histograms of two windows (left, top, width, height)."""
        return float(np.abs(self.histogram(first) - self.histogram(second)).sum())


@lru_cache(maxsize=8)
def _read(path: Path) -> MapLooks:
    with Image.open(path) as image:
        size = max(1, image.width // SHRINK), max(1, image.height // SHRINK)
        small = np.asarray(image.convert("RGB").resize(size, Image.Resampling.BOX)).astype(np.intp)
    bins = small * BINS // 256
    return MapLooks((bins[..., 0] * BINS + bins[..., 1]) * BINS + bins[..., 2])
