"""Tracks stay in the region, keep to their limits and never see the horizon."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from links2_tasks.construction.scene import Camera, ground_points
from links2_tasks.construction.simulate import FlightSpec
from links2_tasks.construction.simulate._flightpath import middle_of, plan_track


@given(seed=st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_footprints_stay_inside_and_limits_hold(seed: int) -> None:
    flight = FlightSpec("f", seed=seed, pitch_range_deg=(-90.0, -50.0))
    track = plan_track(flight, 1200.0, [])
    camera = Camera.from_hfov(flight.width_px, flight.height_px, flight.hfov_deg)
    corners = np.concatenate([ground_points(camera, pose, camera.corners_px) for pose in track.poses])
    assert corners.min() > 60
    assert corners.max() < 1140
    altitudes = np.array([pose.altitude_m for pose in track.poses])
    assert altitudes.min() >= 90 - 1e-3
    assert altitudes.max() <= 140 + 1e-3
    xy = np.array([(pose.east_m, pose.north_m) for pose in track.poses])
    speeds = np.hypot(*np.diff(xy, axis=0).T) / 0.2
    assert speeds.min() > 7.9
    assert speeds.max() < 13.1
    assert all(-90 <= pose.pitch_deg <= -50 for pose in track.poses)
    assert track.end_s >= flight.duration_s


def test_a_second_flight_keeps_away_from_the_first() -> None:
    first, second = FlightSpec("a", seed=1), FlightSpec("b", seed=2)
    camera = Camera.from_hfov(first.width_px, first.height_px, first.hfov_deg)
    track = plan_track(first, 1200.0, [])
    other = plan_track(second, 1200.0, [middle_of(camera, track)])
    assert np.hypot(*(middle_of(camera, other) - middle_of(camera, track))) > 250


def test_the_camera_may_look_aside() -> None:
    track = plan_track(FlightSpec("a", seed=4, yaw_offset_deg=40.0), 1200.0, [])
    xy = np.array([(pose.east_m, pose.north_m) for pose in track.poses])
    course = np.degrees(np.arctan2(*np.diff(xy, axis=0).T))
    heading = np.array([pose.heading_deg for pose in track.poses[:-1]])
    aside = (heading - course + 180) % 360 - 180
    assert abs(float(np.median(aside)) - 40.0) < 8.0
