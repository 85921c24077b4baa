"""Routes along mapped roads, on a crossing whose answers can be read off."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString

from links2_tasks.construction.writers._roads import road_map_of, turn_between
from links2_tasks.terms import Leg

EAST_WEST = LineString([(0, 0), (200, 0)])
NORTH_SOUTH = LineString([(100, -100), (100, 100)])


def routes(start: tuple[float, float], heading_deg: float) -> dict[tuple[Leg, ...], tuple[float, float]]:
    found = road_map_of((EAST_WEST, NORTH_SOUTH)).routes_from(np.array(start), heading_deg)
    return {route: (round(float(end[0])), round(float(end[1]))) for route, end in found}


def test_facing_along_the_road_one_turns_at_the_crossing() -> None:
    ahead = Leg("straight ahead", 70)
    assert routes((30.0, 2.0), 90.0) == {
        (ahead, Leg("left", 100)): (100, 100),
        (ahead, Leg("right", 100)): (100, -100),
    }


def test_facing_across_the_road_one_turns_onto_it_first() -> None:
    assert set(routes((30.0, 2.0), 0.0)) == {
        (Leg("right", 70), Leg("left", 100)),
        (Leg("right", 70), Leg("right", 100)),
    }


def test_away_from_roads_there_is_no_route() -> None:
    assert not routes((30.0, 40.0), 90.0)


def test_a_heading_between_two_turns_gives_no_route() -> None:
    assert not routes((30.0, 2.0), 45.0)


@pytest.mark.parametrize(
    ("after_deg", "turn"), [(0.0, "straight ahead"), (80.0, "right"), (185.0, "back"), (300.0, "left"), (45.0, None)]
)
def test_turns_have_names_near_right_angles_only(after_deg: float, turn: str | None) -> None:
    assert turn_between(0.0, after_deg) == turn
