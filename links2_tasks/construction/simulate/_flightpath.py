"""Where a flight goes: a smooth course with turns, climbs and a camera that nods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import Camera, Pose, Track, ground_points
from links2_tasks.construction.simulate._spec import FlightSpec

Points = NDArray[np.float64]

STEP_S = 0.2
_MARGIN_SHARE = 0.11
_SPREAD_SHARE = 0.42
_CANDIDATES = 160
_STRIDE = 8
"""Looking at every eighth pose is enough to know where a flight goes."""


def plan_track(flight: FlightSpec, size_m: float, avoid: Sequence[Points]) -> Track:
    """A track whose footprints stay well inside the region and, where possible, away from other flights.

    `avoid` holds the middles (2,) of the region's earlier flights.
    """
    camera = Camera.from_hfov(flight.width_px, flight.height_px, flight.hfov_deg)
    tracks: list[Track] = []
    scores: list[float] = []
    for attempt in range(_CANDIDATES):
        track = _candidate(flight, size_m, np.random.default_rng([flight.seed, 3, attempt]))
        room = _room(camera, track, size_m) - _MARGIN_SHARE * size_m
        spread = _spread(camera, track, avoid, size_m) if room >= 0 else 0.0
        tracks.append(track)
        scores.append(min(room / size_m, 0.0) * 20 + min(spread, _SPREAD_SHARE))
        if room >= 0 and spread >= _SPREAD_SHARE:
            break
    return tracks[int(np.argmax(scores))]


def middle_of(camera: Camera, track: Track) -> Points:
    """Mean ground point (2,) at the image centre."""
    spots = [ground_points(camera, pose, np.array([camera.centre_px]))[0] for pose in track.poses[::_STRIDE]]
    return np.mean(spots, axis=0)


def _spread(camera: Camera, track: Track, avoid: Sequence[Points], size_m: float) -> float:
    """Distance to the nearest other flight, in shares of the region's size."""
    middle = middle_of(camera, track)
    return min((float(np.hypot(*(middle - other))) for other in avoid), default=size_m) / size_m


def _room(camera: Camera, track: Track, size_m: float) -> float:
    """Smallest distance of any footprint corner to the region's edge; negative outside."""
    corners = np.concatenate([ground_points(camera, pose, camera.corners_px) for pose in track.poses[::_STRIDE]])
    return float(min(corners.min(), (size_m - corners).min()))


def _candidate(flight: FlightSpec, size_m: float, rng: np.random.Generator) -> Track:
    n = int(np.ceil(flight.duration_s / STEP_S)) + 1
    t: Points = np.arange(n, dtype=np.float64) * STEP_S
    course = rng.uniform(0, 360) + _wander(t, rng, 14.0)
    for _ in range(rng.integers(1, 3)):
        when, lasts = rng.uniform(0.2, 0.8) * flight.duration_s, rng.uniform(3.0, 6.0)
        course += rng.choice([-1, 1]) * rng.uniform(30, 95) / (1 + np.exp(-(t - when) * 4 / lasts))
    speed = _between(t, rng, flight.speed_range_mps)
    altitude = _between(t, rng, flight.altitude_range_m)
    pitch = _between(t, rng, flight.pitch_range_deg)
    heading = course + flight.yaw_offset_deg + _wander(t, rng, 3.0)
    step = np.column_stack([np.sin(np.radians(course)), np.cos(np.radians(course))]) * speed[:, None] * STEP_S
    path = np.vstack([np.zeros((1, 2)), np.cumsum(step[:-1], axis=0)])
    spot = rng.uniform(0.2, 0.8, 2) * size_m
    path += spot - path[n // 2]
    rows = zip(t, path, altitude, heading % 360, pitch, strict=True)
    return Track(
        tuple(
            Pose(
                round(float(when), 3),
                round(float(xy[0]), 3),
                round(float(xy[1]), 3),
                round(float(up), 3),
                round(float(look), 3) % 360.0,
                round(float(nod), 3),
            )
            for when, xy, up, look, nod in rows
        )
    )


def _wander(t: Points, rng: np.random.Generator, amplitude: float) -> Points:
    waves = [
        amplitude / 2 * np.sin(2 * np.pi * t / period + rng.uniform(0, 2 * np.pi)) for period in rng.uniform(9, 30, 2)
    ]
    return np.asarray(np.sum(waves, axis=0), np.float64)


def _between(t: Points, rng: np.random.Generator, limits: tuple[float, float]) -> Points:
    """A smooth curve that uses most of the range between two limits."""
    low, high = limits
    wave = np.sin(2 * np.pi * t / rng.uniform(18, 40) + rng.uniform(0, 2 * np.pi)) + 0.35 * np.sin(
        2 * np.pi * t / rng.uniform(7, 14) + rng.uniform(0, 6)
    )
    return low + (high - low) * np.clip(0.5 + wave / 2.7, 0, 1)
