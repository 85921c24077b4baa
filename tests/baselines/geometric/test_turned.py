"""Maps that are turned before they are shown change no answer."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from links2_tasks.baselines.geometric import FootprintEstimator, GeometricBaseline
from links2_tasks.baselines.geometric._clip import Registrar
from links2_tasks.baselines.geometric._features import detect
from links2_tasks.media import turned_pixels, turned_points
from links2_tasks.schema import Mark, QuarterTurn, SatelliteImage
from links2_tasks.terms import COMPASS, place_phrase

WINDOW = (90, 130, 420, 380)
SIZE = WINDOW[2:]
TURNS = get_args(QuarterTurn)


@pytest.fixture(scope="module")
def baseline():
    """One for several tests, as it keeps the frames."""
    return GeometricBaseline()


@pytest.fixture(scope="module")
def registrar():
    """One for several tests, as it keeps the frames."""
    return Registrar()


@pytest.fixture(scope="module")
def estimator():
    """One for several tests, as it keeps the frames."""
    return FootprintEstimator()


def shown(turn):
    return SatelliteImage(path="map.png", gsd_m=0.5, window_px=WINDOW, turned_deg=turn, north_up=turn == 0)


def on(turn, point):
    (x, y) = turned_points(np.array([point]) - WINDOW[:2], SIZE, turn)[0]
    return float(x), float(y)


@pytest.mark.parametrize("turn", TURNS)
def test_features_turn_like_those_of_a_turned_image(world, turn):
    height, width = world.ground.shape[:2]
    plain, there = detect(world.ground, 800), detect(np.ascontiguousarray(turned_pixels(world.ground, turn)), 800)
    turned = plain.turned((width, height), turn)
    # One place may have features of several orientations, and the detector is not symmetric to the pixel.
    near = np.linalg.norm(turned.xy_px[:, None] - there.xy_px[None], axis=2) < 1.5
    aside = np.abs((turned.angle_deg[:, None] - there.angle_deg[None] + 180) % 360 - 180)
    alike = (near & (aside < 5)).any(axis=1)
    assert alike.sum() > 0.8 * near.any(axis=1).sum() > 0.5 * len(turned)


@pytest.mark.parametrize("turn", TURNS[1:])
def test_a_clip_lies_on_the_same_ground(world, ask, turn, registrar):
    plain = registrar.flight(ask(satellite=(shown(0),)), world.root)
    turned = registrar.flight(ask(satellite=(shown(turn),)), world.root)
    assert turned.track() == pytest.approx(turned_points(plain.track(), SIZE, turn), abs=1.0)


@pytest.mark.parametrize("turn", TURNS[1:])
def test_compass_directions_stay_true(world, ask, turn, baseline):
    # The flight's heading is 70 + 6 t degrees.
    heading = ask(task="heading_estimation", satellite=(shown(turn),), options=COMPASS[1:12:2], query_time_s=2.0)
    assert COMPASS[1:12:2]["ABCDEF".index(baseline.answer(heading, world.root))] == "east-north-east"
    place = world.seen(2.0, 0.3, 0.5)
    mark = Mark(image=0, kind="point", label="P", xy_px=(on(turn, place + (0, 80)),))
    direction = ask(
        task="relative_direction",
        question=f"From the object seen at {place_phrase(0.3, 0.5)} to the place marked P?",
        satellite=(shown(turn),),
        marks=(mark,),
        options=("north", "east", "south", "west"),
        query_time_s=2.0,
    )
    assert baseline.answer(direction, world.root) == "C"


def test_where_north_is_must_be_known(world, ask):
    aside = SatelliteImage(path="map.png", gsd_m=0.5, window_px=WINDOW, north_up=False)
    baseline = GeometricBaseline()
    baseline.answer(
        ask(task="heading_estimation", satellite=(aside,), options=("north", "south"), query_time_s=2.0), world.root
    )
    assert [outcome.reason for outcome in baseline.report()] == ["map not north-up"]


def test_what_is_seen_is_where_it_was_taken(world, ask, estimator):
    seen = estimator.seen(ask(satellite=(shown(0),), query_time_s=2.0), world.root)
    frame = min(seen.frames, key=lambda each: abs(each.t_s - 2.0))
    assert frame.centre_px == pytest.approx(world.seen(2.0) - WINDOW[:2], abs=1.5)
    assert frame.top_px == pytest.approx(world.seen(2.0, 0.5, 0.0) - WINDOW[:2], abs=2.5)
    corners = [world.seen(2.0, x, y) - WINDOW[:2] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    assert np.array(frame.outline_px) == pytest.approx(np.array(corners), abs=3.0)


def test_nothing_is_seen_on_a_map_of_elsewhere(world, ask, estimator):
    elsewhere = SatelliteImage(path="elsewhere.png", gsd_m=0.5)
    assert estimator.seen(ask(satellite=(elsewhere,)), world.root) is None
    both = estimator.seen(ask(satellite=(elsewhere, shown(90))), world.root)
    assert both is not None
    assert both.image == 1
