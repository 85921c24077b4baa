"""Where a clip was flown, in pixels of the map: what the answers are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from links2_tasks.baselines.geometric._features import Floats
from links2_tasks.baselines.geometric._plane import apply, corners
from links2_tasks.baselines.geometric._register import Registration


@dataclass(frozen=True)
class Flight:
    """Registered frames of one clip on one map, in order of time; never empty."""

    registrations: tuple[Registration, ...]

    @property
    def inliers(self) -> int:
        """Pairs of features that agree, over all frames."""
        return sum(registration.inliers for registration in self.registrations)

    @property
    def times_s(self) -> Floats:
        """Times of the frames (N,)."""
        return np.array([registration.frame.t_s for registration in self.registrations])

    def near(self, t_s: float, most_s: float) -> Registration | None:
        """The registration nearest in time, or None when all are further than `most_s` away."""
        gaps = np.abs(self.times_s - t_s)
        nearest = int(gaps.argmin())
        return self.registrations[nearest] if gaps[nearest] <= most_s else None

    def track(self) -> Floats:
        """Map points (N, 2) at the image centres of all frames."""
        return np.concatenate([ground_point(registration, 0.5, 0.5) for registration in self.registrations])

    def footprints(self) -> list[Floats]:
        """Outlines (4, 2) of the frames on the map."""
        return [footprint(registration) for registration in self.registrations]


def ground_point(registration: Registration, x_share: float, y_share: float) -> Floats:
    """Map point (1, 2) that is seen at shares of the image's width and height."""
    return apply(registration.homography, registration.frame.at(x_share, y_share))


def footprint(registration: Registration) -> Floats:
    """Outline (4, 2) of a frame on the map."""
    return apply(registration.homography, corners(registration.frame.width_px, registration.frame.height_px))


def heading_deg(registration: Registration) -> float:
    """Direction of the image's up direction at the image centre, clockwise from the map's up."""
    low, high = ground_point(registration, 0.5, 0.52)[0], ground_point(registration, 0.5, 0.48)[0]
    return direction_deg(low, high)


def direction_deg(start: Floats, end: Floats) -> float:
    """Direction from one map point to another, clockwise from the map's up."""
    dx, dy = np.asarray(end, float) - np.asarray(start, float)
    return float(np.degrees(np.arctan2(dx, -dy)) % 360.0)
