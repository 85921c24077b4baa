from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from links2_tasks.construction.scene import Georeference, Landmark, MapImage, Pose, Scene


def test_footprint_has_the_size_and_direction_of_the_image(make_scene: Callable[..., Scene]) -> None:
    footprint = make_scene().footprint(3.0)
    assert footprint.bounds == pytest.approx((5.0, -50.0, 55.0, 50.0))
    assert footprint.exterior.coords[0] == pytest.approx((55.0, 50.0))


def test_footprints_shrink_and_grow(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene()
    assert scene.footprint(3.0, 0.1).area == pytest.approx(0.64 * scene.footprint(3.0).area)
    assert scene.footprint(3.0, -0.1).covers(scene.footprint(3.0))


OBLIQUE = tuple(Pose(t, 9.0 * t, 4.0 * t, 100.0 + t, 340.0 + 8.0 * t, -60.0) for t in range(11))


@given(t_s=st.floats(0, 10), x_px=st.floats(0, 200), y_px=st.floats(0, 100), height_m=st.floats(0, 40))
def test_pixels_return_from_the_ground(
    make_scene: Callable[..., Scene], t_s: float, x_px: float, y_px: float, height_m: float
) -> None:
    scene = make_scene(poses=OBLIQUE)
    point = scene.ground_at(t_s, x_px, y_px, height_m)
    assert scene.pixels_at(t_s, point[None], height_m)[0] == pytest.approx((x_px, y_px), abs=1e-6)


def test_ground_track_is_under_a_nadir_camera(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene()
    assert scene.ground_track(np.array([0.0, 2.5])) == pytest.approx(np.array([[0.0, 0.0], [25.0, 0.0]]))


def test_samples_stay_inside_video_and_telemetry(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(poses=[Pose(2.0, 0.0, 0.0, 100.0, 0.0), Pose(30.0, 9.0, 0.0, 100.0, 0.0)])
    times = scene.sample_times_s
    assert (times[0], times[-1] < 10.0, len(scene.footprints)) == (2.0, True, len(times))


def test_the_centre_of_a_ring_lies_on_it() -> None:
    ring = Polygon(box(0, 0, 10, 10).exterior, [box(1, 1, 9, 9).exterior])
    assert ring.covers(Point(Landmark("ring", "road", "a ring", ring).centre))


def test_share_of_valid_pixels_in_a_window() -> None:
    valid = np.zeros((10, 20), bool)
    valid[:, :5] = True
    image = MapImage(Path("map.png"), Georeference(0.0, 0.0, 1.0, 20, 10), valid)
    assert image.valid_share((0, 0, 10, 10)) == 0.5
    assert image.valid_share((40, 0, 10, 10)) == 0.0
    assert MapImage(Path("map.png"), image.georeference).valid_share((0, 0, 10, 10)) == 1.0
