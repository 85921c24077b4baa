"""Registration of clips against the homographies that rendered them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.baselines.geometric._clip import Registrar, frame_times_s
from links2_tasks.baselines.geometric._features import detect
from links2_tasks.baselines.geometric._flight import ground_point, heading_deg
from links2_tasks.baselines.geometric._plane import apply
from links2_tasks.baselines.geometric._register import MapView, register_clip
from links2_tasks.baselines.geometric._views import Recent, Videos
from links2_tasks.errors import MediaError, UnsafePathError
from links2_tasks.schema import SatelliteImage


@pytest.fixture(scope="module")
def registrar():
    return Registrar()


@given(st.floats(0, 500), st.floats(0.05, 600), st.one_of(st.none(), st.floats(0, 1)))
def test_frame_times_stay_in_the_span_and_are_few(start_s, length_s, share):
    end_s = start_s + length_s
    query_s = None if share is None else start_s + share * (end_s - start_s)
    times = frame_times_s((start_s, end_s), query_s)
    assert list(times) == sorted(set(times))
    assert times[0] == start_s
    assert times[-1] <= end_s
    assert len(times) <= 12
    assert query_s is None or query_s in times


def test_clips_that_overlap_share_frames():
    first, second = frame_times_s((0.0, 8.0), None), frame_times_s((2.5, 10.5), None)
    assert len(set(first) & set(second)) >= 5


@pytest.mark.parametrize(("video", "foreshortening"), [("down.mp4", 0.0), ("oblique.mp4", 0.0012)])
def test_every_frame_lands_where_it_was_taken(world, ask, registrar, video, foreshortening):
    flight = registrar.flight(ask(video=video), world.root)
    assert len(flight.registrations) == 5
    outline = np.array([(40.0, 40.0), (360.0, 40.0), (360.0, 260.0), (40.0, 260.0)])
    for registration in flight.registrations:
        truth = world.frame_to_map(registration.frame.t_s, foreshortening)
        assert apply(registration.homography, outline) == pytest.approx(apply(truth, outline), abs=2.0)
        assert registration.source == "matched"
        assert registration.inliers > 30


def test_a_window_moves_the_answer_by_its_corner(world, ask, registrar):
    window = SatelliteImage(path="map.png", gsd_m=0.5, window_px=(90, 130, 400, 380))
    flight = registrar.flight(ask(satellite=(window,), query_time_s=1.3), world.root)
    registration = flight.near(1.3, 0.1)
    assert ground_point(registration, 0.5, 0.5)[0] == pytest.approx(world.seen(1.3) - (90, 130), abs=1.5)
    assert heading_deg(registration) == pytest.approx(70 + 6 * 1.3, abs=1.0)


def test_a_map_of_elsewhere_hardly_agrees(world, ask, registrar):
    there = registrar.flight(ask(), world.root)
    elsewhere = registrar.flight(ask(satellite=(SatelliteImage(path="elsewhere.png", gsd_m=0.5),)), world.root)
    assert elsewhere is None or elsewhere.inliers < 0.1 * there.inliers


def test_a_flight_is_registered_once(world, ask):
    registrar = Registrar()
    first = registrar.flight(ask(), world.root)
    assert registrar.flight(ask(question_id="q2", task="heading_estimation"), world.root) is first


def test_frames_that_do_not_match_their_neighbours_are_registered_alone(world):
    frames = Videos().frames(world.root / "down.mp4", [0.0, 1.0, 2.0])
    view = MapView(detect(world.ground, 4000), *world.ground.shape[:2])
    found = register_clip(frames, [None, None], view)
    assert [registration.frame.t_s for registration in found] == pytest.approx([0.0, 1.0, 2.0])


def test_a_frame_the_map_cannot_confirm_is_carried_from_its_neighbour(world):
    videos, path = Videos(), world.root / "down.mp4"
    frames = videos.frames(path, [0.0, 0.5, 1.0])
    links = [videos.link(path, frames[0], frames[1]), videos.link(path, frames[1], frames[2])]
    features = detect(world.ground, 4000)
    hidden = apply(world.frame_to_map(1.0), np.array([(0.0, 0.0), (400.0, 0.0), (400.0, 300.0), (0.0, 300.0)]))
    known = features.take(~_inside(features.xy_px, hidden))
    found = register_clip(frames, links, MapView(known, *world.ground.shape[:2]))
    assert found == () or found[-1].inliers < found[0].inliers
    partly = features.take((features.xy_px[:, 0] < 215) | ~_inside(features.xy_px, hidden))
    found = register_clip(frames, links, MapView(partly, *world.ground.shape[:2]))
    assert apply(found[-1].homography, np.array([(200.0, 150.0)]))[0] == pytest.approx(world.seen(1.0), abs=6.0)


def test_bad_media_raise_what_a_caller_can_catch(world, ask, registrar, tmp_path):
    with pytest.raises(MediaError):
        registrar.flight(ask(video="missing.mp4"), world.root)
    with pytest.raises(MediaError):
        registrar.flight(ask(satellite=(SatelliteImage(path="missing.png", gsd_m=0.5),)), world.root)
    with pytest.raises(UnsafePathError):
        registrar.flight(ask(video="../down.mp4"), world.root)


def test_recent_keeps_what_was_used_last():
    kept: Recent[int] = Recent(2)
    kept["a"], kept["b"] = 1, 2
    assert kept["a"] == 1
    kept["c"] = 3
    assert "a" in kept
    assert "b" not in kept
    assert "c" in kept


def _inside(points: np.ndarray, outline: np.ndarray) -> np.ndarray:
    sides = np.roll(outline, -1, axis=0) - outline
    offsets = points[:, None] - outline[None]
    return (sides[None, :, 0] * offsets[..., 1] - sides[None, :, 1] * offsets[..., 0] > 0).all(axis=1)
