"""Cars: their sizes and colours, how they stand in bays, and how they are drawn from above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.simulate._city import Bays
from links2_tasks.construction.simulate._noise import DRAW_SHIFT, Window
from links2_tasks.construction.simulate._shapes import placed, rectangle

Points = NDArray[np.float64]
Image = NDArray[np.uint8]

PAINTS = (
    (222, 222, 220),
    (196, 198, 200),
    (150, 152, 154),
    (84, 86, 90),
    (48, 50, 54),
    (128, 46, 44),
    (52, 74, 112),
    (176, 168, 150),
)
_PAINT_SHARES = (0.28, 0.2, 0.14, 0.12, 0.11, 0.06, 0.06, 0.03)


@dataclass(frozen=True)
class Car:
    """One car from above."""

    xy: Points
    direction: float
    length_m: float
    width_m: float
    colour: tuple[int, int, int]

    @property
    def ring(self) -> Points:
        """Outline (4, 2) on the ground."""
        return rectangle(self.xy, self.length_m, self.width_m, self.direction)


def parked_cars(bays: Sequence[Bays], rng: np.random.Generator) -> tuple[Car, ...]:
    """Cars that stand in some of the bays today."""
    cars = []
    for row in bays:
        for xy, direction in zip(row.xy, row.direction, strict=True):
            draws = rng.random(5)
            if draws[0] < row.occupancy:
                turn = np.pi if draws[1] < 0.5 else 0.0
                spot = xy + 0.5 * (draws[2:4] - 0.5)
                cars.append(Car(spot, float(direction + turn + 0.08 * (draws[4] - 0.5)), *car_body(rng)))
    return tuple(cars)


def car_body(rng: np.random.Generator) -> tuple[float, float, tuple[int, int, int]]:
    """Length, width and colour of a car or, now and then, a van."""
    van = rng.random() < 0.1
    length, width = (rng.uniform(5.2, 6.4), 2.1) if van else (rng.uniform(3.9, 4.9), rng.uniform(1.72, 1.9))
    paint = PAINTS[0] if van else PAINTS[int(rng.choice(len(PAINTS), p=_PAINT_SHARES))]
    return float(length), float(width), paint


def car_parts(length_m: float, width_m: float) -> tuple[tuple[Points, float, str], ...]:
    """Parts of a car from below to above: outline around its centre, height, and what it is made of."""
    x, y = length_m / 2, width_m / 2
    return (
        (np.array([(-x, -y), (x, -y), (x, y), (-x, y)]), 0.3, "body"),
        (np.array([(-x, -y), (x * 0.96, -y * 0.9), (x * 0.96, y * 0.9), (-x, y)]), 0.8, "body"),
        (
            np.array([(-x * 0.82, -y * 0.84), (x * 0.42, -y * 0.84), (x * 0.42, y * 0.84), (-x * 0.82, y * 0.84)]),
            0.95,
            "glass",
        ),
        (
            np.array([(-x * 0.62, -y * 0.78), (x * 0.1, -y * 0.78), (x * 0.1, y * 0.78), (-x * 0.62, y * 0.78)]),
            1.4,
            "top",
        ),
    )


def part_colour(colour: tuple[int, int, int], part: str) -> tuple[float, float, float]:
    """Colour of a part of a car with a paint."""
    gain = {"body": 0.92, "top": 1.06}.get(part)
    if gain is None:
        return 46.0, 52.0, 58.0
    return min(255.0, colour[0] * gain), min(255.0, colour[1] * gain), min(255.0, colour[2] * gain)


def draw_parked(canvas: Image, cars: Sequence[Car], window: Window) -> None:
    """Draw standing cars as seen from straight above."""
    for car in cars:
        if window.overlaps(car.ring):
            for outline, _, part in car_parts(car.length_m, car.width_m)[1:]:
                ring = window.fixed_pixels(placed(outline, car.xy, car.direction))
                cv2.fillConvexPoly(canvas, ring, part_colour(car.colour, part), cv2.LINE_AA, DRAW_SHIFT)
