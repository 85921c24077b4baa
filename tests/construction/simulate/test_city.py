"""The simulated city: things stand on land and apart, several of a kind, in regions that differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import unary_union

from links2_tasks.construction.simulate import FlightSpec, RegionSpec, RegionStyle, mini_regions
from links2_tasks.construction.simulate._city import City
from links2_tasks.construction.simulate._light import season
from links2_tasks.construction.simulate._noise import GroundNoise, Window
from links2_tasks.construction.simulate._traffic import Traffic
from links2_tasks.construction.simulate._zones import build_city
from links2_tasks.errors import SceneError


@pytest.fixture(scope="module")
def city() -> City:
    """A region of the mini set, a little smaller."""
    return build_city(replace(mini_regions(7)[1], size_m=800.0))


def test_several_things_of_each_common_class(city: City) -> None:
    counts = Counter(thing.class_name for thing in city.things)
    for name in ("building", "house", "parking_lot", "warehouse", "sports_court", "container_yard"):
        assert counts[name] >= 2, name


def test_ids_are_unique_and_outlines_valid(city: City) -> None:
    ids = [thing.thing_id for thing in city.things]
    assert len(set(ids)) == len(ids)
    assert all(thing.outline.is_valid and thing.outline.area > 3 for thing in city.things)


def test_buildings_stand_beside_roads_and_water(city: City) -> None:
    roads = unary_union([road.centre.buffer(road.width_m / 2) for road in city.roads])
    water = unary_union([zone.area for zone in city.zones if zone.use == "water"])
    for thing in city.things:
        if thing.solids:
            assert not thing.outline.intersects(roads), thing.thing_id
            assert not thing.outline.intersects(water), thing.thing_id


def test_buildings_do_not_overlap(city: City) -> None:
    outlines = [thing.outline for thing in city.things if thing.solids]
    tree = shapely.STRtree(outlines)
    first, second = tree.query(outlines, predicate="overlaps")
    shared = [outlines[a].intersection(outlines[b]).area for a, b in zip(first, second, strict=True) if a < b]
    assert sum(area > 1.0 for area in shared) == 0


def test_trees_do_not_stand_in_buildings_or_on_roads(city: City) -> None:
    taken = unary_union([thing.outline for thing in city.things if thing.solids])
    assert not np.any(shapely.contains_xy(taken, city.trees.xy[:, 0], city.trees.xy[:, 1]))
    locals_ = unary_union([road.centre.buffer(road.width_m / 2) for road in city.roads if not road.median_m])
    assert np.mean(shapely.contains_xy(locals_, city.trees.xy[:, 0], city.trees.xy[:, 1])) < 0.02


def test_land_use_areas_do_not_overlap(city: City) -> None:
    areas = [zone.area for zone in city.zones]
    assert sum(area.area for area in areas) <= unary_union(areas).area + 1.0


def test_cars_keep_to_the_roads(city: City) -> None:
    asphalt = unary_union(
        [
            *(road.centre.buffer(road.width_m / 2) for road in city.roads),
            *(shapely.Point(ring.xy).buffer(ring.outer_m) for ring in city.roundabouts),
        ]
    )
    islands = unary_union([shapely.Point(ring.xy).buffer(ring.island_m) for ring in city.roundabouts])
    traffic = Traffic(city, np.random.default_rng(1))
    for t_s in (0.0, 7.3, 20.0):
        xy, _ = traffic.places(t_s)
        assert len(xy) > 50
        assert np.all(shapely.contains_xy(asphalt, xy[:, 0], xy[:, 1]))
        assert not np.any(shapely.contains_xy(islands, xy[:, 0], xy[:, 1]))


def test_cars_move_at_the_speed_of_cars(city: City) -> None:
    traffic = Traffic(city, np.random.default_rng(1))
    step = np.hypot(*(traffic.places(3.1)[0] - traffic.places(3.0)[0]).T) / 0.1
    assert 4.0 < np.median(step) < 16.0


def test_ground_texture_is_the_same_in_every_window() -> None:
    noise = GroundNoise(3)
    whole, part = Window(0.0, 100.0, 0.25, 400, 400), Window(20.0, 90.0, 0.25, 80, 60)
    assert np.allclose(noise.grain(whole)[40:100, 80:160], noise.grain(part), atol=1e-3)
    coarser = noise.patches(Window(0.0, 100.0, 0.5, 200, 200))
    mean = noise.patches(whole).reshape(200, 2, 200, 2).mean(axis=(1, 3))
    assert np.corrcoef(coarser.ravel(), mean.ravel())[0, 1] > 0.999


@given(
    seed=st.integers(0, 100_000),
    azimuth=st.floats(-90, 90),
    river=st.sampled_from([0.0, 15.0, 50.0]),
    missing=st.sampled_from([0.0, 0.3, 1.0]),
    roofs=st.sampled_from(["terracotta", "slate", "mixed", "flat"]),
)
@settings(max_examples=10, deadline=None)
def test_any_style_makes_a_city(seed: int, azimuth: float, river: float, missing: float, roofs: str) -> None:
    style = RegionStyle(azimuth, river_width_m=river, missing_streets=missing, roofs=roofs)
    built = build_city(RegionSpec("any", seed, size_m=320.0, style=style))
    assert built.zones
    assert all(thing.outline.is_valid and not thing.outline.is_empty for thing in built.things)
    assert all(thing.outline.geom_type == "Polygon" for thing in built.things)
    assert all(np.isfinite(surface.rings[0]).all() for surface in built.surfaces)


def test_unknown_looks_are_refused() -> None:
    with pytest.raises(SceneError, match=r"known: .*slate"):
        RegionStyle(roofs="straw")
    with pytest.raises(SceneError, match=r"known: .*arid"):
        RegionStyle(ground="lunar")
    with pytest.raises(SceneError, match=r"known: .*autumn"):
        RegionStyle(map_season="winter")


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(SceneError, match="at least 200"):
        RegionSpec("small", 1, size_m=50.0)
    with pytest.raises(SceneError, match="pitch_range_deg"):
        FlightSpec("f", 1, pitch_range_deg=(-90.0, -20.0))
    with pytest.raises(SceneError, match="no frame"):
        FlightSpec("f", 1, duration_s=0.0)
    with pytest.raises(SceneError, match="known seasons: spring"):
        season("monsoon")
    with pytest.raises(SceneError, match="same name"):
        RegionSpec("twice", 1, flights=(FlightSpec("f", 1), FlightSpec("f", 2)))
