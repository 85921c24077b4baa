"""Texture of the ground that stays where it is: the same worn spots in every season, window and resolution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

DRAW_SHIFT = 4
"""Fractional bits of the coordinates that things are drawn with."""


@dataclass(frozen=True)
class Window:
    """A north-up pixel grid over part of the region."""

    west_m: float
    north_m: float
    gsd_m: float
    width_px: int
    height_px: int

    def pixels(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels (..., 2) of points (..., 2), measured from the corner of the top-left pixel."""
        return (points_m - (self.west_m, self.north_m)) * (1 / self.gsd_m, -1 / self.gsd_m)

    def fixed_pixels(self, points_m: NDArray[np.float64]) -> NDArray[np.int32]:
        """Pixels (..., 2) as OpenCV draws them: from the centre of a pixel, in fractions of 2 ** -DRAW_SHIFT."""
        return np.round((self.pixels(points_m) - 0.5) * (1 << DRAW_SHIFT)).astype(np.int32)

    def overlaps(self, points_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether the bounds of the points (..., N, 2) touch the window, for each leading index."""
        west, south, east, north = self.bounds_m
        low, high = points_m.min(axis=-2), points_m.max(axis=-2)
        return np.asarray((high > (west, south)).all(axis=-1) & (low < (east, north)).all(axis=-1))

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return (
            self.west_m,
            self.north_m - self.height_px * self.gsd_m,
            self.west_m + self.width_px * self.gsd_m,
            self.north_m,
        )


class GroundNoise:
    """Periodic noise fields fixed to the ground; the period is larger than what one image shows of it."""

    _TILE_PX = 1024
    _FINE_GSD_M = 0.25
    _COARSE_GSD_M = 2.0

    def __init__(self, seed: int) -> None:
        """Draw the fields."""
        rng = np.random.default_rng([seed, 77])
        grain = [
            (_periodic(rng, self._TILE_PX, sigma), weight) for sigma, weight in ((0.9, 0.55), (2.2, 0.5), (5.0, 0.4))
        ]
        self._grain = _summed(grain)
        self._patches = _summed(
            [(_periodic(rng, self._TILE_PX, sigma), weight) for sigma, weight in ((7.0, 0.5), (18.0, 0.8), (40.0, 0.6))]
        )
        self._coarse = _summed(
            [(_periodic(rng, self._TILE_PX, sigma), weight) for sigma, weight in ((8.0, 0.6), (20.0, 0.9))]
        )

    def grain(self, window: Window) -> Field:
        """Fine texture of blades, stones and cracks, standard deviation near 1."""
        return _cut(self._grain, self._FINE_GSD_M, window)

    def patches(self, window: Window) -> Field:
        """Spots of a few metres, standard deviation near 1."""
        return _cut(self._patches, self._FINE_GSD_M, window)

    def coarse(self, window: Window) -> Field:
        """Slow change over tens of metres, standard deviation near 1."""
        return _cut(self._coarse, self._COARSE_GSD_M, window)


@lru_cache(maxsize=1)
def ground_noise(seed: int) -> GroundNoise:
    """The fields of a region, drawn once for all its views."""
    return GroundNoise(seed)


def _periodic(rng: np.random.Generator, size: int, sigma: float) -> Field:
    frequency = np.fft.fftfreq(size)[:, None] ** 2 + np.fft.rfftfreq(size)[None, :] ** 2
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * np.exp(-2 * (np.pi * sigma) ** 2 * frequency)
    field = np.fft.irfft2(spectrum, s=(size, size))
    return (field / field.std()).astype(np.float32)


def _summed(parts: list[tuple[Field, float]]) -> Field:
    total = sum(field * np.float32(weight) for field, weight in parts)
    return np.asarray(total / np.std(total), np.float32)


def _cut(tile: Field, tile_gsd_m: float, window: Window) -> Field:
    """The part of a periodic tile that lies under a window; where pixels are larger than the tile's, their mean."""
    n = tile.shape[0]
    period_m = n * tile_gsd_m
    if window.gsd_m > 1.01 * tile_gsd_m:
        n = max(8, round(period_m / window.gsd_m))
        tile = np.asarray(cv2.resize(tile, (n, n), interpolation=cv2.INTER_AREA), np.float32)
    scale = window.gsd_m * n / period_m
    # Pixel centres of the window, counted in pixels of the tile from the centre of its first.
    left = window.west_m * n / period_m + scale / 2 - 0.5
    top = -window.north_m * n / period_m + scale / 2 - 0.5
    columns = int(np.floor(left)) + np.arange(int(np.ceil(window.width_px * scale)) + 3)
    rows = int(np.floor(top)) + np.arange(int(np.ceil(window.height_px * scale)) + 3)
    part = tile[np.ix_(rows % n, columns % n)]
    move = np.array([[scale, 0, left - np.floor(left)], [0, scale, top - np.floor(top)]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (window.width_px, window.height_px)
    return np.asarray(cv2.warpAffine(part, move, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)
