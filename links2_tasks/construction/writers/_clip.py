"""The part of a flight that a writer asks about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from shapely import Point, Polygon, STRtree, unary_union
from shapely.geometry.base import BaseGeometry

from links2_tasks.construction.scene import Landmark, Scene

Points = NDArray[np.float64]

N_QUERY_TIMES = 32
"""Query times are bin centres of the default frame plan, so the model gets the very frame that is asked about."""


@dataclass(frozen=True)
class ClipView:
    """A clip of a scene: what its writers see."""

    scene: Scene
    clip_id: str
    span_s: tuple[float, float]

    @cached_property
    def query_times_s(self) -> Points:
        """Times (32,) that questions may ask about, rounded to 0.1 s as questions print them."""
        start_s, end_s = self.span_s
        centres = start_s + (np.arange(N_QUERY_TIMES) + 0.5) * (end_s - start_s) / N_QUERY_TIMES
        return np.unique(np.clip(np.round(centres, 1), start_s, end_s))

    @cached_property
    def sample_times_s(self) -> Points:
        """Times (N,) every 0.2 s at which footprints are looked at."""
        start_s, end_s = self.span_s
        return np.linspace(start_s, end_s, max(2, round((end_s - start_s) / 0.2) + 1))

    @cached_property
    def footprints(self) -> tuple[Polygon, ...]:
        """Footprint at each of `sample_times_s`."""
        return tuple(self.scene.footprint(float(t)) for t in self.sample_times_s)

    @cached_property
    def inner_footprints(self) -> tuple[Polygon, ...]:
        """Footprints without the outer tenth of the image, for what is clearly in view."""
        return tuple(self.scene.footprint(float(t), shrink=0.1) for t in self.sample_times_s)

    @cached_property
    def seen_ground(self) -> BaseGeometry:
        """All the ground that comes into view."""
        return unary_union(self.footprints)

    @cached_property
    def clearly_seen_ground(self) -> BaseGeometry:
        """All the ground that comes into the inner part of the image."""
        return unary_union(self.inner_footprints)

    @cached_property
    def reach_m(self) -> float:
        """Typical diagonal of a footprint: the scale on which gaps between marks are chosen."""
        corners = np.array([footprint.exterior.coords[:4] for footprint in self.footprints])
        return float(np.median(np.linalg.norm(corners[:, 2] - corners[:, 0], axis=1)))

    @cached_property
    def ground_track(self) -> Points:
        """Ground points (N, 2) at the image centre at `sample_times_s`."""
        return self.scene.ground_track(self.sample_times_s)

    @cached_property
    def steady_landmarks(self) -> tuple[Landmark, ...]:
        """Landmarks that both the map and the footage show."""
        return tuple(landmark for landmark in self.scene.landmarks if landmark.change is None)

    @cached_property
    def known_places(self) -> tuple[Landmark, ...]:
        """Steady landmarks whose middle lies in them and in no other, so that a mark there can mean only them."""
        return tuple(
            one
            for one in self.steady_landmarks
            if one.outline.covers(one.outline.centroid) and self.landmarks_within(one.centre, 0.0) == (one,)
        )

    def landmarks_within(self, point: Points, distance_m: float) -> tuple[Landmark, ...]:
        """All landmarks, changed ones too, whose outline comes this near to a point (2,)."""
        near = self._landmark_tree.query(Point(point), predicate="dwithin", distance=distance_m)
        return tuple(self.scene.landmarks[int(i)] for i in near)

    @cached_property
    def _landmark_tree(self) -> STRtree:
        return STRtree([landmark.outline for landmark in self.scene.landmarks])
