"""What the simulated camera shows lies where the scene's camera model says it lies."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import Polygon

from links2_tasks.construction.scene import Camera, Pose, project
from links2_tasks.construction.simulate import RegionSpec
from links2_tasks.construction.simulate import _light as light_module
from links2_tasks.construction.simulate._buildings import flat_block, gabled_house
from links2_tasks.construction.simulate._city import City, Solid, Surface, Thing, Trees
from links2_tasks.construction.simulate._eye import Eye
from links2_tasks.construction.simulate._light import Light, Material, Sun, season
from links2_tasks.construction.simulate._noise import GroundNoise, Window
from links2_tasks.construction.simulate._paint import paint_ground
from links2_tasks.construction.simulate._render import render_flight
from links2_tasks.construction.simulate._shapes import rectangle
from links2_tasks.construction.simulate._view import Stage
from links2_tasks.construction.simulate._write import plan_region

CAMERA = Camera.from_hfov(320, 180, 65.0)
WINDOW = Window(0.0, 400.0, 0.25, 1600, 1600)
LIGHT = Light(Sun(150.0, 50.0), season("spring"), "temperate")
MAGENTA = Material((255.0, 0.0, 255.0), (255.0, 0.0, 255.0), 0.0, 0.0)
RING = rectangle(np.array([205.0, 196.0]), 30.0, 16.0, 0.5)

poses = st.builds(
    Pose,
    t_s=st.just(0.0),
    east_m=st.floats(185, 215),
    north_m=st.floats(185, 215),
    altitude_m=st.floats(80, 130),
    heading_deg=st.floats(0, 360),
    pitch_deg=st.floats(-90, -68),
)


@pytest.fixture(autouse=True)
def magenta(monkeypatch: pytest.MonkeyPatch) -> None:
    """A material of a colour that no city has."""
    monkeypatch.setitem(light_module.MATERIALS, "probe", MAGENTA)


@pytest.fixture(scope="module")
def noise() -> GroundNoise:
    """Ground texture."""
    return GroundNoise(1)


def stage_of(thing: Thing, noise: GroundNoise) -> Stage:
    """A stage with nothing but one thing on grass."""
    city = City(400.0, (), (), (thing,), Trees(), (), (), (), ())
    return Stage(WINDOW, paint_ground(city, (), WINDOW, LIGHT, noise), (), thing.solids, LIGHT)


def magenta_pixels(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where an image shows the probe."""
    red, green, blue = (image[..., channel].astype(int) for channel in range(3))
    return (red - green > 60) & (blue - green > 60)


def overlap(shown: NDArray[np.bool_], outline_px: NDArray[np.float64]) -> float:
    """Intersection over union of what is shown and a polygon in pixels."""
    expected = np.zeros(shown.shape, np.uint8)
    cv2.fillPoly(expected, [np.round((outline_px - 0.5) * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    both, either = shown & (expected > 0), shown | (expected > 0)
    return float(both.sum() / max(float(either.sum()), 1.0))


quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(pose=poses)
@quick
def test_ground_is_seen_where_project_says(pose: Pose, noise: GroundNoise) -> None:
    thing = Thing(Polygon(RING), "probe", surfaces=(Surface("probe", (RING,), 8),))
    image = stage_of(thing, noise).ground(Eye.of_pose(CAMERA, pose))
    expected = project(CAMERA, pose, RING)
    inside = np.all((expected > 0) & (expected < (CAMERA.width_px, CAMERA.height_px)))
    if inside:
        assert overlap(magenta_pixels(image), expected) > 0.93


@given(pose=poses, height_m=st.floats(5, 35))
@quick
def test_a_flat_roof_is_seen_at_its_height(pose: Pose, height_m: float, noise: GroundNoise) -> None:
    solid = flat_block([RING], height_m, "probe", "brick", windows="none")
    stage = stage_of(Thing(Polygon(RING), "building", solids=(solid,)), noise)
    eye = Eye.of_pose(CAMERA, pose)
    frame = stage.ground(eye)
    stage.add_solids(frame, eye)
    expected = project(CAMERA, pose, RING, height_m)
    if np.all((expected > 0) & (expected < (CAMERA.width_px, CAMERA.height_px))):
        assert overlap(magenta_pixels(frame), expected) > 0.9


@given(pose=poses)
@quick
def test_the_eye_projects_as_the_scene_does(pose: Pose) -> None:
    eye = Eye.of_pose(CAMERA, pose)
    points = np.array([(190.0, 210.0, 0.0), (203.0, 188.0, 12.0), (220.0, 195.0, 40.0)])
    assert np.allclose(eye.project(points), project(CAMERA, pose, points[:, :2], points[:, 2]), atol=1e-6)


def test_a_gabled_roof_meets_its_walls() -> None:
    solid = gabled_house(np.array([10.0, 20.0]), 12.0, 8.0, 0.4, 5.0, 3.0, "tile_red", "brick", hip_m=2.0)
    top = {tuple(np.round(corner, 6)) for wall in solid.walls for corner in wall[2:]}
    for face in solid.roof:
        a, b, c = face.plane
        for corner in face.rings[0]:
            height = float(corner @ (a, b) + c)
            on_ridge = abs(height - solid.height_m) < 1e-6
            assert on_ridge or tuple(np.round((*corner, height), 6)) in top


def test_walls_face_outwards() -> None:
    def normals(solid: Solid) -> NDArray[np.float64]:
        along = np.array([wall[1, :2] - wall[0, :2] for wall in solid.walls])
        return np.column_stack([along[:, 1], -along[:, 0]])

    solid = flat_block([RING[::-1], rectangle(RING.mean(axis=0), 8.0, 5.0, 0.5)], 9.0, "flat_grey", "brick")
    middles = np.array([wall[:2, :2].mean(axis=0) for wall in solid.walls])
    outwards = np.sum(normals(solid) * (middles - RING.mean(axis=0)), axis=1)
    assert np.all(outwards[:4] > 0), "outer walls look away from the middle"
    assert np.all(outwards[4:] < 0), "walls of a courtyard look into it"


def test_a_flight_shows_a_landmark_at_its_outline(tiny: RegionSpec) -> None:
    """The whole way from the plan to a frame, with the camera's noise and all."""
    city, tracks = plan_region(tiny)
    flight = tiny.flights[0]
    camera = Camera.from_hfov(flight.width_px, flight.height_px, flight.hfov_deg)
    pose = tracks[0].at(1.0)
    centre = project_back(camera, pose)
    ring = rectangle(centre, 18.0, 12.0, 0.3)
    probe = Thing(Polygon(ring), "probe", surfaces=(Surface("probe", (ring,), 99),))
    bare = replace(city, things=(probe,), trees=Trees(), bays=(), roads=(), markings=())
    frame = list(render_flight(bare, tiny, flight, tracks[0]))[flight.fps]
    shown = magenta_pixels(frame)
    assert overlap(shown, project(camera, pose, ring)) > 0.85
    rows, columns = np.nonzero(shown)
    middle = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
    assert np.hypot(*(middle - project(camera, pose, ring).mean(axis=0))) < 1.5


def project_back(camera: Camera, pose: Pose) -> NDArray[np.float64]:
    """Ground point (2,) at the image centre."""
    from links2_tasks.construction.scene import ground_points

    return ground_points(camera, pose, np.array([camera.centre_px]))[0]


def test_what_lies_behind_the_camera_is_not_drawn(noise: GroundNoise) -> None:
    """Behind the image plane a projection turns inside out and would cover the whole frame."""
    ring = rectangle(np.array([200.0, 40.0]), 60.0, 30.0, 0.0)
    solid = flat_block([ring], 12.0, "probe", "brick")
    stage = stage_of(Thing(Polygon(ring), "building", solids=(solid,)), noise)
    eye = Eye.of_pose(CAMERA, Pose(0.0, 200.0, 300.0, 90.0, 0.0, -50.0))
    frame = stage.ground(eye)
    before = frame.copy()
    stage.add_solids(frame, eye)
    assert np.array_equal(frame, before)
