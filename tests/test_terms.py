"""Phrases for directions, places, routes and orders, and their way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks import terms
from links2_tasks.terms import Leg

headings = st.floats(-720.0, 720.0)
legs = st.builds(Leg, st.sampled_from(sorted(terms.TURN_DEG)), st.integers(0, 100_000))


@given(heading_deg=headings, points=st.sampled_from([4, 8, 16]))
def test_the_name_is_that_of_the_nearest_direction(heading_deg: float, points: int) -> None:
    name = terms.compass_name(heading_deg, points)
    off = terms.angle_between_deg(heading_deg, terms.compass_deg(name))
    assert off <= 180.0 / points + 1e-6
    assert round(terms.compass_deg(name) / (360.0 / points), 9).is_integer()


@pytest.mark.parametrize("name", terms.COMPASS)
def test_every_name_is_read_back(name: str) -> None:
    assert terms.compass_name(terms.compass_deg(name)) == name
    assert terms.compass_deg(f" {name.upper()} ") == terms.compass_deg(name)


def test_names_go_round_clockwise() -> None:
    assert len(set(terms.COMPASS)) == 16
    assert [terms.compass_name(90.0 * i, 4) for i in range(5)] == ["north", "east", "south", "west", "north"]
    assert terms.compass_name(225.0, 8) == "south-west"


@pytest.mark.parametrize("name", ["", "up", "north east", "northeast", "n"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        terms.compass_deg(name)


@given(first=headings, second=headings)
def test_angles_between_directions(first: float, second: float) -> None:
    angle = terms.angle_between_deg(first, second)
    assert 0.0 <= angle <= 180.0
    assert angle == pytest.approx(terms.angle_between_deg(second, first), abs=1e-6)
    assert angle == pytest.approx(terms.angle_between_deg(first + 360.0, second), abs=1e-6)
    assert np.cos(np.radians(angle)) == pytest.approx(np.cos(np.radians(first - second)), abs=1e-9)


@given(x=st.floats(0.0, 1.0), y=st.floats(0.0, 1.0))
def test_a_place_is_read_back_to_a_hundredth(x: float, y: float) -> None:
    place = terms.parse_place(f"At 4.0 s, look at the video image at {terms.place_phrase(x, y)}. Which is it?")
    assert place == pytest.approx((x, y), abs=0.00501)
    assert terms.place_phrase(*place) == terms.place_phrase(x, y)


@pytest.mark.parametrize("text", ["", "at 30 % of the image", "30 % from the left and 40 % from the top"])
def test_text_without_a_place_has_none(text: str) -> None:
    assert terms.parse_place(text) is None


@given(route=st.lists(legs, min_size=1, max_size=5).map(tuple))
def test_a_route_is_read_back(route: tuple[Leg, ...]) -> None:
    assert terms.parse_route(terms.route_phrase(route)) == route
    assert terms.parse_route(f"B. {terms.route_phrase(route).capitalize()}.") == route


def test_routes_read_as_sentences() -> None:
    route = (Leg("left", 120), Leg("straight ahead", 60), Leg("back", 10), Leg("right", 5))
    assert terms.route_phrase(route) == (
        "turn left and go 120 m, then go straight ahead 60 m, then turn around and go 10 m, then turn right and go 5 m"
    )


@pytest.mark.parametrize("text", ["", "turn left", "go 120 m", "go north 50 m"])
def test_text_without_a_route_has_no_legs(text: str) -> None:
    assert terms.parse_route(text) == ()


@given(labels=st.lists(st.text("ABC0123456789", min_size=1, max_size=2), min_size=1, max_size=6).map(tuple))
def test_an_order_is_read_back(labels: tuple[str, ...]) -> None:
    assert terms.parse_order(terms.order_phrase(labels)) == labels
