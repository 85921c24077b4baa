"""A real flight over a campus, which is no part of the project: skipped where the data are missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from links2_tasks.construction.scene import Scene, find_flights, read_scene, share_in_view, visible_spans

REAL = Path(__file__).resolve().parents[4] / "shared" / "real" / "nust"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real flight is not at {REAL}")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    pytest.importorskip("rasterio")
    pytest.importorskip("pyproj")
    return read_scene(REAL, work=tmp_path_factory.mktemp("maps"))


def test_it_is_found() -> None:
    assert find_flights(REAL.parent) == (REAL,)


def test_names_and_licence(scene: Scene) -> None:
    assert (scene.region, scene.source.licence, len(scene.landmarks)) == ("nust", "BSD 2-Clause License", 32)


def test_footprints_are_as_large_as_the_images_show(scene: Scene) -> None:
    sides = []
    for t_s in np.arange(0.0, 35.0, 0.5):
        corners = np.array(scene.footprint(float(t_s)).exterior.coords)
        sides.append((np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[1]))))
    assert np.median(sides, axis=0) == pytest.approx((221.0, 125.0), rel=0.05)


def test_the_black_around_the_mosaic_holds_no_data(scene: Scene) -> None:
    assert scene.map.valid is not None
    assert 0.6 < scene.map.valid.mean() < 0.7
    # The whole ground track lies on the mosaic.
    pixels = scene.map.georeference.to_pixels(scene.ground_track(scene.sample_times_s)).astype(int)
    assert scene.map.valid[pixels[:, 1], pixels[:, 0]].all()


@pytest.mark.parametrize(
    ("landmark_id", "t_s"),
    [
        ("round_fountain", 2.6),
        ("south_complex", 12.0),
        ("helipad_east", 23.2),
        ("avenue_star", 31.2),
        ("twin_gate_north", 40.6),
    ],
)
def test_landmarks_come_into_view_when_the_footage_shows_them(scene: Scene, landmark_id: str, t_s: float) -> None:
    """The times were read off the footage."""
    landmark = next(one for one in scene.landmarks if one.landmark_id == landmark_id)
    assert share_in_view(scene, landmark, t_s) > 0.95
    assert any(span.start_s <= t_s <= span.end_s for span in visible_spans(scene, landmark))


@pytest.mark.parametrize("landmark_id", ["pond", "lake_southeast", "hostels_north", "plus_building_west"])
def test_landmarks_beside_the_flight_stay_out_of_view(scene: Scene, landmark_id: str) -> None:
    landmark = next(one for one in scene.landmarks if one.landmark_id == landmark_id)
    assert visible_spans(scene, landmark) == ()


@pytest.mark.parametrize(
    ("landmark_id", "t_s", "seen_px"),
    [("helipad_east", 23.2, (130, 228)), ("helipad_west", 27.2, (141, 233)), ("round_fountain", 2.6, (395, 237))],
)
def test_round_landmarks_are_seen_where_they_were_read_off(
    scene: Scene, landmark_id: str, t_s: float, seen_px: tuple[float, float]
) -> None:
    landmark = next(one for one in scene.landmarks if one.landmark_id == landmark_id)
    pixel = scene.pixels_at(t_s, landmark.centre[None])[0]
    # 3 m on the ground: poses and hand-drawn outlines are good to a few metres.
    assert np.hypot(*(pixel - seen_px)) * 0.26 < 3.0
