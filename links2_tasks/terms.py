"""The words in which questions name directions, places in an image, counts of metres and routes, and their parsers.

Writers put these phrases into questions; whoever answers from pixels reads them back. One module holds both ways, so
they cannot drift apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

COMPASS = (
    "north", "north-north-east", "north-east", "east-north-east",
    "east", "east-south-east", "south-east", "south-south-east",
    "south", "south-south-west", "south-west", "west-south-west",
    "west", "west-north-west", "north-west", "north-north-west",
)  # fmt: skip
"""The 16 compass directions, clockwise from north, 22.5 degrees apart."""

Turn = Literal["straight ahead", "right", "back", "left"]
TURN_DEG: dict[str, float] = {"straight ahead": 0.0, "right": 90.0, "back": 180.0, "left": 270.0}


def compass_name(heading_deg: float, points: int = 16) -> str:
    """Name of the nearest of 4, 8 or 16 compass directions.

    Raises:
        ValueError: `points` is another number.
    """
    if points not in (4, 8, 16):
        raise ValueError(f"compass directions are named for 4, 8 or 16 points, not {points}")
    step = len(COMPASS) // points
    return COMPASS[round(heading_deg / (360 / points)) % points * step]


def compass_deg(name: str) -> float:
    """Degrees of a compass direction's name.

    Raises:
        ValueError: the name is none of the 16.
    """
    return COMPASS.index(name.strip().lower()) * 22.5


_NORTH_OF_TURN = {90: "to the right", 180: "down", 270: "to the left"}


def turned_phrase(turned_deg: int) -> str:
    """How a prompt says that a satellite image with north up was turned clockwise by 90, 180 or 270 degrees."""
    return f"turned {turned_deg} degrees clockwise so that north is {_NORTH_OF_TURN[turned_deg]}"


def angle_between_deg(first_deg: float, second_deg: float) -> float:
    """Unsigned angle 0..180 between two headings."""
    return abs((first_deg - second_deg + 180.0) % 360.0 - 180.0)


def place_phrase(x_share: float, y_share: float) -> str:
    """How questions name a place in the image, by its shares of width and height."""
    return (
        f"{round(100 * x_share)} % of the image width from the left and {round(100 * y_share)} % of the image height "
        "from the top"
    )


_PLACE = re.compile(r"(?<![\d.-])(\d+) % of the image width from the left and (\d+) % of the image height from the top")


def parse_place(text: str) -> tuple[float, float] | None:
    """Shares of width and height of the first place that `text` names, or None."""
    found = _PLACE.search(text)
    return (int(found[1]) / 100, int(found[2]) / 100) if found else None


@dataclass(frozen=True)
class Leg:
    """One leg of a route: a turn relative to the way one faces, then a straight line."""

    turn: Turn
    distance_m: int


_FIRST = {
    "straight ahead": "go straight ahead",
    "right": "turn right and go",
    "back": "turn around and go",
    "left": "turn left and go",
}
_LEG = re.compile(r"(straight ahead|turn right|turn around|turn left)[^\d]*?(\d+) m")
_TURN_OF: dict[str, Turn] = {
    "straight ahead": "straight ahead",
    "turn right": "right",
    "turn around": "back",
    "turn left": "left",
}


def route_phrase(legs: tuple[Leg, ...]) -> str:
    """A route as one sentence, for example 'turn left and go 120 m, then turn right and go 60 m'."""
    return ", then ".join(f"{_FIRST[leg.turn]} {leg.distance_m} m" for leg in legs)


def parse_route(text: str) -> tuple[Leg, ...]:
    """Legs of a route phrase; empty when `text` holds none."""
    return tuple(Leg(_TURN_OF[turn], int(metres)) for turn, metres in _LEG.findall(text.lower()))


def order_phrase(labels: tuple[str, ...]) -> str:
    """An order of marked places, for example '2, 1, 3'."""
    return ", ".join(labels)


def parse_order(text: str) -> tuple[str, ...]:
    """Labels of an order phrase."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
