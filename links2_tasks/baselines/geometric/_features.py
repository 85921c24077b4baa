"""Local features (RootSIFT) of frames and maps, found once and kept."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.media import turned_points
from links2_tasks.schema import QuarterTurn

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

_CONTRAST_GRID = (8, 8)


@dataclass(frozen=True)
class Features:
    """Oriented, scaled points with descriptors of unit length, so that a dot product is their likeness."""

    xy_px: Floats
    """Places (N, 2); the origin is the outer corner of the top-left pixel."""
    size_px: Floats
    """Diameters (N,)."""
    angle_deg: Floats
    """Orientations (N,), clockwise as the image is seen."""
    descriptors: NDArray[np.float16]
    """RootSIFT (N, 128), in half precision, as thousands of them are kept for each of hundreds of frames."""

    def __len__(self) -> int:
        """Number of points."""
        return len(self.xy_px)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Features:
        """The chosen points."""
        return Features(self.xy_px[chosen], self.size_px[chosen], self.angle_deg[chosen], self.descriptors[chosen])

    def unit_descriptors(self) -> NDArray[np.float32]:
        """Descriptors in the precision in which they are compared."""
        return self.descriptors.astype(np.float32)

    def moved(self, dx_px: float, dy_px: float) -> Features:
        """The same points in an image whose origin lies (-dx, -dy) from here."""
        return Features(self.xy_px + np.array([dx_px, dy_px]), self.size_px, self.angle_deg, self.descriptors)

    def turned(self, size_px: tuple[int, int], turn_deg: QuarterTurn) -> Features:
        """The same points in the image, of a width and a height, turned clockwise.

        Descriptors are made relative to a point's orientation, so they stay.
        """
        places = turned_points(self.xy_px, size_px, turn_deg)
        return Features(places, self.size_px, (self.angle_deg + turn_deg) % 360.0, self.descriptors)

    def inside(self, left: float, top: float, right: float, bottom: float) -> Features:
        """The points within a rectangle."""
        x, y = self.xy_px.T
        return self.take((x >= left) & (x < right) & (y >= top) & (y < bottom))


def joined(parts: list[Features]) -> Features:
    """All points of several sets."""
    if not parts:
        return Features(np.empty((0, 2)), np.empty(0), np.empty(0), np.empty((0, 128), np.float16))
    return Features(
        np.concatenate([part.xy_px for part in parts]),
        np.concatenate([part.size_px for part in parts]),
        np.concatenate([part.angle_deg for part in parts]),
        np.concatenate([part.descriptors for part in parts]),
    )


def detect(image: Pixels, most: int) -> Features:
    """RootSIFT features of an RGB image (H, W, 3), at most `most`, the strongest first.

    Local contrast is equalised beforehand: shadows, haze and season change brightness far more than edges.
    """
    grey = cv2.createCLAHE(2.0, _CONTRAST_GRID).apply(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    points, descriptors = cv2.SIFT.create(nfeatures=most, contrastThreshold=0.02).detectAndCompute(grey, None)
    if descriptors is None or not points:
        return joined([])
    places = np.array([point.pt for point in points], float) + 0.5  # OpenCV counts from the centre of the first pixel
    sizes = np.array([point.size for point in points], float)
    angles = np.array([point.angle for point in points], float)
    roots = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-9))
    return Features(places, sizes, angles, roots.astype(np.float16))
