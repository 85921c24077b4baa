"""Where a north-up map lies: pixels to metres east and north, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Georeference:
    """A north-up map with square pixels in a metric coordinate system.

    `crs` is an authority code such as 'EPSG:32643', or 'local' for metres from an arbitrary origin.
    """

    west_m: float
    """East coordinate of the map's left edge."""
    north_m: float
    """North coordinate of the map's top edge."""
    gsd_m: float
    width_px: int
    height_px: int
    crs: str = "local"

    def to_pixels(self, points_m: Points) -> Points:
        """Pixels (N, 2) of points (N, 2) east, north."""
        points_m = np.asarray(points_m, float).reshape(-1, 2)
        return np.column_stack([points_m[:, 0] - self.west_m, self.north_m - points_m[:, 1]]) / self.gsd_m

    def to_metres(self, pixels: Points) -> Points:
        """East, north (N, 2) of pixels (N, 2)."""
        pixels = np.asarray(pixels, float).reshape(-1, 2) * self.gsd_m
        return np.column_stack([self.west_m + pixels[:, 0], self.north_m - pixels[:, 1]])

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return (
            self.west_m,
            self.north_m - self.height_px * self.gsd_m,
            self.west_m + self.width_px * self.gsd_m,
            self.north_m,
        )
