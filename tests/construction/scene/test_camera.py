from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.construction.scene import Camera, Pose, ground_homography, ground_points, project
from links2_tasks.errors import SceneError

CAMERA = Camera(640, 360, 500.0)
poses = st.builds(
    Pose,
    t_s=st.just(0.0),
    east_m=st.floats(-1e5, 1e5),
    north_m=st.floats(-1e5, 1e5),
    altitude_m=st.floats(20, 500),
    heading_deg=st.floats(-720, 720),
    pitch_deg=st.floats(-90, -35),
)
pixels = st.tuples(st.floats(0, 640), st.floats(0, 360))


@given(poses, pixels, st.floats(0, 15))
def test_a_pixel_returns_from_the_ground(pose: Pose, pixel: tuple[float, float], height_m: float) -> None:
    there = ground_points(CAMERA, pose, np.array([pixel]), height_m)
    assert project(CAMERA, pose, there, height_m)[0] == pytest.approx(pixel, abs=1e-3)


@given(poses, st.lists(pixels, min_size=1, max_size=5), st.floats(0, 15))
def test_homography_agrees_with_projection(pose: Pose, seen: list[tuple[float, float]], height_m: float) -> None:
    points = ground_points(CAMERA, pose, np.array(seen), height_m)
    # Positions far from the origin would cost the homography its digits; it is exact near the camera.
    near = Pose(0.0, 0.0, 0.0, pose.altitude_m, pose.heading_deg, pose.pitch_deg)
    points = points - (pose.east_m, pose.north_m)
    flat = np.column_stack([points, np.ones(len(points))]) @ ground_homography(CAMERA, near, height_m).T
    assert flat[:, :2] / flat[:, 2:] == pytest.approx(project(CAMERA, near, points, height_m), abs=1e-2)


@given(st.floats(0, 360), st.floats(1, 100))
def test_ahead_is_up_in_a_nadir_image(heading_deg: float, distance_m: float) -> None:
    pose = Pose(0.0, 7.0, -3.0, 100.0, heading_deg)
    ahead = np.array(
        [[7 + distance_m * math.sin(math.radians(heading_deg)), -3 + distance_m * math.cos(math.radians(heading_deg))]]
    )
    assert project(CAMERA, pose, ahead)[0] == pytest.approx((320, 180 - 5.0 * distance_m), abs=1e-6)


def test_east_is_right_when_the_image_points_north() -> None:
    pose = Pose(0.0, 0.0, 0.0, 100.0, 0.0)
    assert project(CAMERA, pose, np.array([[10.0, 0.0]]))[0] == pytest.approx((370, 180))


def test_tall_things_lean_away_from_the_nadir_point() -> None:
    pose = Pose(0.0, 0.0, 0.0, 100.0, 0.0)
    point = np.array([[10.0, 0.0]])
    assert project(CAMERA, pose, point, 20.0)[0, 0] > project(CAMERA, pose, point)[0, 0]


def test_oblique_camera_looks_ahead_of_itself() -> None:
    pose = Pose(0.0, 0.0, 0.0, 100.0, 90.0, -45.0)
    assert ground_points(CAMERA, pose, np.array([CAMERA.centre_px]))[0] == pytest.approx((100.0, 0.0))


def test_points_behind_the_camera_have_no_pixel() -> None:
    pose = Pose(0.0, 0.0, 0.0, 100.0, 0.0, -30.0)
    assert np.isnan(project(CAMERA, pose, np.array([[0.0, -1000.0]]))).all()


def test_the_horizon_has_no_ground_point() -> None:
    with pytest.raises(SceneError, match="horizon"):
        ground_points(CAMERA, Pose(3.0, 0.0, 0.0, 100.0, 0.0, -5.0), CAMERA.corners_px)


@pytest.mark.parametrize("hfov_deg", [40.0, 73.7, 120.0])
def test_field_of_view_spans_the_image_width(hfov_deg: float) -> None:
    camera = Camera.from_hfov(640, 360, hfov_deg)
    left, right = ground_points(camera, Pose(0.0, 0.0, 0.0, 100.0, 0.0), np.array([(0.0, 180.0), (640.0, 180.0)]))
    assert right[0] - left[0] == pytest.approx(200 * math.tan(math.radians(hfov_deg / 2)))


@pytest.mark.parametrize("hfov_deg", [0.0, -10.0, 180.0, math.nan])
def test_impossible_fields_of_view_are_refused(hfov_deg: float) -> None:
    with pytest.raises(SceneError, match="field of view"):
        Camera.from_hfov(640, 360, hfov_deg)
