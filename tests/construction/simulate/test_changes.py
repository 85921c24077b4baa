"""What changes between map and flight is seen in one of the two only."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from links2_tasks.construction.simulate import RegionSpec
from links2_tasks.construction.simulate._changes import as_seen
from links2_tasks.construction.simulate._city import City, Thing
from links2_tasks.construction.simulate._light import Light, Sun, season
from links2_tasks.construction.simulate._noise import GroundNoise, Window
from links2_tasks.construction.simulate._paint import paint_ground
from links2_tasks.construction.simulate._write import plan_region


@pytest.fixture(scope="module")
def city(tiny: RegionSpec) -> City:
    """The small region with its changes."""
    return plan_region(tiny)[0]


def painted(city: City, window: Window) -> NDArray[np.int64]:
    """The ground in one and the same light, without cars."""
    light = Light(Sun(150.0, 60.0), season("spring"), "temperate")
    return paint_ground(city, (), window, light, GroundNoise(3)).astype(int)


def inside(thing: Thing, window: Window) -> NDArray[np.bool_]:
    """Pixels of a thing's outline."""
    mask = np.zeros((window.height_px, window.width_px), np.uint8)
    ring = window.pixels(np.asarray(thing.outline.exterior.coords))
    cv2.fillPoly(mask, [np.round(ring).astype(np.int32)], 1)
    return mask > 0


def test_changed_things_are_seen_in_one_view_only(city: City, tiny: RegionSpec) -> None:
    n = int(tiny.size_m * 2)
    window = Window(0.0, tiny.size_m, 0.5, n, n)
    on_map, in_footage = painted(as_seen(city, "added"), window), painted(as_seen(city, "removed"), window)
    difference = np.abs(on_map - in_footage).max(axis=2)
    changed = [thing for thing in city.things if thing.change is not None]
    assert {thing.change for thing in changed} == {"added", "removed"}
    for thing in changed:
        assert np.mean(difference[inside(thing, window)] > 12) > 0.5, thing.thing_id
    far = np.ones(difference.shape, bool)
    for thing in changed:
        west, south, east, north = thing.outline.buffer(40 + 2 * thing.height_m).bounds
        far[
            int(max(0, (tiny.size_m - north) * 2)) : int((tiny.size_m - south) * 2),
            int(max(0, west * 2)) : int(east * 2),
        ] = False
    assert not np.any(difference[far]), "what did not change looks the same"


def test_views_leave_out_what_they_must(city: City) -> None:
    assert all(thing.change != "added" for thing in as_seen(city, "added").things)
    assert all(thing.change != "removed" for thing in as_seen(city, "removed").things)
    n_changed = sum(thing.change is not None for thing in city.things)
    assert n_changed == len(city.things) * 2 - len(as_seen(city, "added").things) - len(as_seen(city, "removed").things)
