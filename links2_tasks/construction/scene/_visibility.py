"""When landmarks are in view, when something stands before them, and when the flight passes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from links2_tasks.construction.scene._scene import Landmark, Scene

Points = NDArray[np.float64]


@dataclass(frozen=True)
class VisibleSpan:
    """A stretch of time in which a landmark stays in view."""

    start_s: float
    end_s: float
    best_time_s: float
    """When most of it is in view; among equal times the one at which it is nearest to the image centre."""


class ClosestApproach(NamedTuple):
    """When the aircraft is nearest to a place, and how far away, over ground."""

    t_s: float
    distance_m: float


def share_in_view(scene: Scene, landmark: Landmark, t_s: float) -> float:
    """Share 0..1 of the landmark's outline that lies inside the footprint at `t_s`."""
    outline = landmark.outline
    return float(outline.intersection(scene.footprint(t_s)).area / outline.area)


def shares_in_view(scene: Scene, landmark: Landmark) -> Points:
    """Share 0..1 of the landmark's outline inside the footprint at each of the scene's `sample_times_s` (N,)."""
    footprints = np.array(scene.footprints, dtype=object)
    shares = np.zeros(len(footprints))
    shapely.prepare(landmark.outline)
    touched = shapely.intersects(landmark.outline, footprints)
    shares[touched] = shapely.area(shapely.intersection(landmark.outline, footprints[touched])) / landmark.outline.area
    return shares


def visible_spans(scene: Scene, landmark: Landmark, min_share: float = 0.5) -> tuple[VisibleSpan, ...]:
    """Stretches of time in which at least `min_share` of the landmark's outline is in the image, in order.

    This is geometry on the ground: whether something stands before the landmark is told by `occluded`, and whether it
    was there at all by `landmark.in_footage`. Times are those of `scene.sample_times_s`.
    """
    times = scene.sample_times_s
    shares = shares_in_view(scene, landmark)
    seen = np.flatnonzero(shares >= min_share)
    runs = np.split(seen, np.flatnonzero(np.diff(seen) > 1) + 1) if len(seen) else []
    return tuple(
        VisibleSpan(float(times[run[0]]), float(times[run[-1]]), _best_time(scene, landmark, run, shares))
        for run in runs
    )


def _best_time(scene: Scene, landmark: Landmark, run: NDArray[np.intp], shares: Points) -> float:
    # Shares are sums of floating-point areas: equal ones differ in the last digits.
    best = run[shares[run] >= shares[run].max() - 1e-6]
    centre = np.asarray(scene.camera.centre_px)
    off = [
        np.hypot(*(scene.pixels_at(float(t), landmark.centre[None])[0] - centre)) for t in scene.sample_times_s[best]
    ]
    return float(scene.sample_times_s[best[int(np.argmin(off))]])


def occluded(scene: Scene, target: Landmark | Points, t_s: float) -> bool:
    """Whether a landmark stands between the camera and the target at `t_s`.

    Landmarks are taken as upright prisms of their `height_m`. Those that the footage does not show stand in nobody's
    way.

    Args:
        scene: The flight.
        target: A ground point (2,) east, north; or a landmark, whose top is then looked at, in the middle.
        t_s: Time.
    """
    if isinstance(target, Landmark):
        return _blocked(scene, _Sight(target.centre, target.height_m, target), t_s)
    return _blocked(scene, _Sight(np.asarray(target, float), 0.0, None), t_s)


@dataclass(frozen=True)
class _Sight:
    """Where a line of sight starts."""

    point_m: Points
    height_m: float
    owner: Landmark | None
    """The landmark that it starts from, which does not stand in its way."""


def _blocked(scene: Scene, sight: _Sight, t_s: float) -> bool:
    others = [it for it in scene.landmarks if it is not sight.owner and it.in_footage and it.height_m > sight.height_m]
    if not others:
        return False
    pose = scene.pose_at(t_s)
    start = Point(*sight.point_m)
    line: BaseGeometry = LineString([start, (pose.east_m, pose.north_m)])
    if line.length < 1e-6:  # right below the camera; a line of no length crosses nothing
        line = start
    outlines = np.array([other.outline for other in others], dtype=object)
    crossed = np.flatnonzero(shapely.intersects(outlines, line))
    if not len(crossed):
        return False
    # Over an outline the line of sight is lowest where it enters, seen from the target.
    enters_m = shapely.distance(start, shapely.intersection(outlines[crossed], line))
    rise = (pose.altitude_m - sight.height_m) / max(line.length, 1e-9)
    heights_m = np.array([other.height_m for other in others])[crossed]
    return bool(np.any(sight.height_m + enters_m * rise < heights_m))


def closest_approach_s(scene: Scene, point_m: Points) -> ClosestApproach:
    """When the aircraft is nearest to a point (2,) east, north, and the distance over ground; the first of equal times.

    Only the time of the video counts. Between poses the aircraft flies straight.
    """
    first_s = min(max(0.0, scene.track.start_s), scene.video.duration_s)
    last_s = max(first_s, min(scene.video.duration_s, scene.track.end_s))
    ends = (scene.pose_at(first_s), scene.pose_at(last_s))
    poses = (ends[0], *(pose for pose in scene.track.poses if first_s < pose.t_s < last_s), ends[1])
    times = np.array([pose.t_s for pose in poses])
    places = np.array([pose.position[:2] for pose in poses])
    starts, ways = places[:-1], np.diff(places, axis=0)
    lengths = np.maximum((ways**2).sum(axis=1), 1e-12)
    shares = np.clip(((np.asarray(point_m, float) - starts) * ways).sum(axis=1) / lengths, 0.0, 1.0)
    distances = np.hypot(*(starts + shares[:, None] * ways - point_m).T)
    nearest = int(np.argmin(distances))
    return ClosestApproach(
        float(times[nearest] + shares[nearest] * (times[nearest + 1] - times[nearest])), float(distances[nearest])
    )
