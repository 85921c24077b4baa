from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from links2_tasks.construction.scene import VideoFacts, ground_points
from links2_tasks.construction.scene._coordinates import LocalCoordinates
from links2_tasks.construction.scene._read_telemetry import Telemetry, TelemetryRow, camera_and_track, course_deg
from links2_tasks.errors import SceneError

VIDEO = VideoFacts(Path("uav.mp4"), 800, 400, 30.0, 300, 10.0)
LOCAL = LocalCoordinates()
FLOWN = Telemetry(Path("a.srt"), (), geographic=True)


def telemetry(*rows: TelemetryRow) -> Telemetry:
    return Telemetry(Path("telemetry.csv"), rows, geographic=False)


def row(t_s: float = 0.0, **values: Any) -> TelemetryRow:
    return replace(TelemetryRow(line=int(t_s) + 2, t_s=t_s, place=(10.0 * t_s, 0.0), heading_deg=90.0), **values)


def footprint_m(given: Telemetry, hfov_deg: float | None = None) -> tuple[float, float]:
    camera, track = camera_and_track(given, VIDEO, hfov_deg, LOCAL)
    corners = ground_points(camera, track.poses[0], camera.corners_px)
    return float(np.hypot(*(corners[1] - corners[0]))), float(np.hypot(*(corners[2] - corners[1])))


def test_ground_sample_distance_gives_the_footprint() -> None:
    assert footprint_m(telemetry(row(gsd_m=0.25))) == pytest.approx((200.0, 100.0))


def test_altitude_and_field_of_view_give_the_footprint() -> None:
    width_m = 2 * 100 * math.tan(math.radians(30))
    assert footprint_m(telemetry(row(altitude_m=100.0, hfov_deg=60.0))) == pytest.approx((width_m, width_m / 2))
    assert footprint_m(telemetry(row(altitude_m=100.0)), 60.0) == pytest.approx((width_m, width_m / 2))


def test_altitude_goes_first_only_with_a_field_of_view() -> None:
    assert footprint_m(telemetry(row(altitude_m=100.0, gsd_m=0.25))) == pytest.approx((200.0, 100.0))
    assert footprint_m(telemetry(row(altitude_m=100.0, gsd_m=0.25)), 90.0) == pytest.approx((200.0, 100.0))
    assert footprint_m(telemetry(row(altitude_m=50.0, gsd_m=0.25)), 90.0) == pytest.approx((100.0, 50.0))


def test_the_scene_file_goes_before_the_telemetry() -> None:
    camera, _ = camera_and_track(telemetry(row(altitude_m=100.0, hfov_deg=60.0)), VIDEO, 90.0, LOCAL)
    assert camera.focal_px == pytest.approx(400.0)


@pytest.mark.parametrize(
    ("given", "pitch_deg"),
    [
        (row(gsd_m=0.2, pitch_deg=-89.6), -90.0),
        (row(altitude_m=90.0, hfov_deg=60.0, pitch_deg=-89.6), -89.6),
        (row(altitude_m=90.0, hfov_deg=60.0, pitch_deg=-90.3), -90.0),
    ],
)
def test_pitch_is_kept_where_it_counts(given: TelemetryRow, pitch_deg: float) -> None:
    _, track = camera_and_track(telemetry(given), VIDEO, None, LOCAL)
    assert track.poses[0].pitch_deg == pitch_deg


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((row(altitude_m=100.0),), "horizontal field of view"),
        ((row(gsd_m=0.25), row(1.0, gsd_m=0.25, pitch_deg=-60.0)), "telemetry.csv:3: pitch_deg -60"),
        ((row(altitude_m=90.0, hfov_deg=60.0), row(1.0, altitude_m=90.0, hfov_deg=30.0)), "zoom"),
    ],
)
def test_footprints_that_cannot_be_known(rows: tuple[TelemetryRow, ...], words: str) -> None:
    with pytest.raises(SceneError) as caught:
        camera_and_track(telemetry(*rows), VIDEO, None, LOCAL)
    assert words in str(caught.value)


def test_without_yaw_the_course_is_the_heading() -> None:
    rows = [row(float(t), heading_deg=None, gsd_m=0.25) for t in range(5)]
    _, track = camera_and_track(telemetry(*rows), VIDEO, None, LOCAL)
    assert [pose.heading_deg for pose in track.poses] == pytest.approx([90.0] * 5)


def test_course_keeps_its_direction_while_hovering() -> None:
    north = [(0.0, float(y)) for y in range(0, 30, 2)]
    hover = [(0.0 + 0.1 * (i % 2), 28.0) for i in range(20)]
    courses = course_deg(np.array(north + hover), FLOWN)
    assert courses == pytest.approx([0.0] * len(courses), abs=2.0)


def test_course_follows_a_turn_at_once() -> None:
    corner = [(0.0, float(y)) for y in range(0, 40, 2)] + [(float(x), 38.0) for x in range(2, 40, 2)]
    courses = course_deg(np.array(corner), FLOWN)
    assert courses[10] == pytest.approx(0.0)
    assert courses[26] == pytest.approx(90.0)


def test_a_hovering_flight_without_yaw_is_refused() -> None:
    with pytest.raises(SceneError, match="moves less than 5 m"):
        course_deg(np.array([(0.0, 0.0), (1.0, 1.0)]), FLOWN)


def test_a_course_needs_many_steps_of_the_positions() -> None:
    """Positions rounded to 11 m, 1 s apart at 5 m/s towards 60 degrees."""
    way = np.array([(5.0 * t * math.sin(math.radians(60)), 5.0 * t * math.cos(math.radians(60))) for t in range(60)])
    rounded = np.round(way / 11.1) * 11.1
    courses = course_deg(rounded, replace(FLOWN, place_step_m=11.1))
    assert courses == pytest.approx([60.0] * 60, abs=8.0)
    with pytest.raises(SceneError, match="moves less than 111 m"):
        course_deg(rounded[:15], replace(FLOWN, place_step_m=11.1))
