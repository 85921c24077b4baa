from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from links2_tasks.construction.scene import (
    Landmark,
    Pose,
    Scene,
    closest_approach_s,
    occluded,
    share_in_view,
    shares_in_view,
    visible_spans,
)

# The made scene flies east at 10 m/s with the image up to the east, at 100 m: the footprint is 50 m along the flight
# (25 ahead, 25 behind) and 100 m across.


def prism(name: str, east_m: float, north_m: float, half_m: float = 5.0, height_m: float = 0.0) -> Landmark:
    return Landmark(
        name, "building", name, box(east_m - half_m, north_m - half_m, east_m + half_m, north_m + half_m), height_m
    )


def test_a_landmark_is_in_view_while_the_footprint_passes(make_scene: Callable[..., Scene]) -> None:
    landmark = prism("kiosk", 50.0, 0.0)
    (span,) = visible_spans(make_scene([landmark]), landmark)
    assert (span.start_s, span.end_s) == pytest.approx((2.6, 7.4), abs=0.21)
    assert span.best_time_s == pytest.approx(5.0)


def test_shares_follow_the_overlap(make_scene: Callable[..., Scene]) -> None:
    landmark = prism("kiosk", 50.0, 0.0)
    scene = make_scene([landmark])
    assert [share_in_view(scene, landmark, t) for t in (0.0, 2.5, 5.0)] == pytest.approx([0.0, 0.5, 1.0])
    at_samples = [share_in_view(scene, landmark, float(t)) for t in scene.sample_times_s]
    assert shares_in_view(scene, landmark) == pytest.approx(at_samples)


def test_out_of_view_and_back_gives_two_spans(make_scene: Callable[..., Scene]) -> None:
    there_and_back = [Pose(t, 10.0 * min(t, 10 - t), 0.0, 100.0, 90.0) for t in range(11)]
    landmark = prism("kiosk", 20.0, 0.0)
    spans = visible_spans(make_scene([landmark], there_and_back), landmark, min_share=0.9)
    assert [span.best_time_s for span in spans] == pytest.approx([2.0, 8.0])
    assert visible_spans(make_scene(), prism("far", 0.0, 300.0)) == ()


def test_a_lake_larger_than_the_footprint_has_a_small_share(make_scene: Callable[..., Scene]) -> None:
    lake = prism("lake", 50.0, 0.0, half_m=500.0)
    assert share_in_view(make_scene([lake]), lake, 5.0) == pytest.approx(50 * 100 / 1000**2)


def test_a_tower_hides_what_lies_behind_it(make_scene: Callable[..., Scene]) -> None:
    # Seen from 100 m above (0, 0), the shadow of a 50 m tower at 40..50 m reaches to 100 m.
    tower = prism("tower", 45.0, 0.0, 5.0, height_m=50.0)
    scene = make_scene([tower])
    hidden = [occluded(scene, np.array([east_m, 0.0]), 0.0) for east_m in (39.0, 51.0, 99.0, 101.0)]
    assert hidden == [False, True, True, False]
    assert not occluded(scene, np.array([70.0, 20.0]), 0.0)
    assert not occluded(scene, np.array([70.0, 0.0]), 7.0)


def test_ground_under_a_building_is_hidden(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene([prism("hall", 0.0, 0.0, 5.0, height_m=8.0)])
    assert occluded(scene, np.array([0.0, 0.0]), 0.0)
    assert occluded(scene, np.array([2.0, 0.0]), 0.0)


def test_a_landmark_does_not_hide_itself_and_looks_over_lower_ones(make_scene: Callable[..., Scene]) -> None:
    low, high = prism("low", 60.0, 0.0, 5.0, 10.0), prism("high", 45.0, 0.0, 5.0, 50.0)
    mast = prism("mast", 75.0, 0.0, 1.0, 90.0)
    scene = make_scene([low, high, mast])
    assert occluded(scene, low, 0.0)
    assert not occluded(scene, high, 0.0)
    assert not occluded(scene, mast, 0.0)


def test_what_the_footage_does_not_show_hides_nothing(make_scene: Callable[..., Scene]) -> None:
    gone = Landmark("gone", "building", "gone", box(40, -5, 50, 5), 50.0, "removed")
    assert not occluded(make_scene([gone]), np.array([60.0, 0.0]), 0.0)


BENDS = (
    Pose(0.0, 0.0, 0.0, 100.0, 0.0),
    Pose(4.0, 60.0, 20.0, 100.0, 0.0),
    Pose(6.0, 60.0, -40.0, 100.0, 0.0),
    Pose(12.0, 120.0, 0.0, 100.0, 0.0),
)


@given(east_m=st.floats(-50, 150), north_m=st.floats(-80, 80))
def test_closest_approach_is_the_nearest_point_of_the_path(
    make_scene: Callable[..., Scene], east_m: float, north_m: float
) -> None:
    scene = make_scene(poses=BENDS)
    approach = closest_approach_s(scene, np.array([east_m, north_m]))
    places = np.array([scene.pose_at(float(t)).position[:2] for t in np.linspace(0.0, 10.0, 501)])
    assert approach.distance_m == pytest.approx(np.hypot(*(places - (east_m, north_m)).T).min(), abs=0.35)
    there = scene.pose_at(approach.t_s).position[:2]
    assert np.hypot(*(there - (east_m, north_m))) == pytest.approx(approach.distance_m, abs=1e-6)


def test_only_the_time_of_the_video_counts(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(poses=BENDS)
    approach = closest_approach_s(scene, np.array([120.0, 0.0]))
    assert approach.t_s == pytest.approx(10.0)
    assert approach.distance_m == pytest.approx(np.hypot(*(scene.pose_at(10.0).position[:2] - (120.0, 0.0))))


def test_a_single_pose_is_approached_too(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(poses=BENDS[:1])
    assert closest_approach_s(scene, np.array([3.0, 4.0])) == (0.0, 5.0)
