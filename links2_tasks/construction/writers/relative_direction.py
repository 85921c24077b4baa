"""relative_direction: from an object seen in the video, in which compass direction a marked place lies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._places import SeenObject, objects_to_ask
from links2_tasks.construction.writers._window import Window, window_at, window_side_m
from links2_tasks.schema import AnswerValue, Mark
from links2_tasks.terms import compass_deg, compass_name, place_phrase

Points = NDArray[np.float64]

WINDOW_REACHES = 2.2
MARGIN_DEG = 12.0
"""Largest difference between the true direction and the one of 8 that names it; they are 45 degrees apart."""
LEAST_REACHES, MOST_REACHES = 0.3, 0.9
LARGEST_REACHES = 0.25
_TRIES = 12


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """The marked place stands near the window's middle, so where it is drawn says nothing of the direction."""
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for chosen in objects_to_ask(clip, _TRIES, rng):
        if isinstance(chosen, Refusal):
            yield chosen
            continue
        origin = chosen.landmark.centre
        west, south, east, north = chosen.landmark.outline.bounds
        if max(east - west, north - south) > LARGEST_REACHES * clip.reach_m:
            yield Refusal("the object is too large to have a clear middle")
            continue
        bearing_deg = 45.0 * int(rng.integers(8)) + rng.uniform(-MARGIN_DEG, MARGIN_DEG)
        distance_m = rng.uniform(LEAST_REACHES, MOST_REACHES) * clip.reach_m
        direction = np.array([np.sin(np.radians(bearing_deg)), np.cos(np.radians(bearing_deg))])
        goal = origin + distance_m * direction
        window = window_at(clip.scene, goal + rng.uniform(-0.08, 0.08, 2) * side_m, side_m)
        if window is None or not window.holds(np.array([origin, goal])):
            yield Refusal("no map window around both places")
            continue
        yield _draft(clip, window, chosen, goal, rng)


def _draft(clip: ClipView, window: Window, origin: SeenObject, goal: Points, rng: np.random.Generator) -> Draft:
    east_m, north_m = goal - origin.landmark.centre
    bearing_deg = float(np.degrees(np.arctan2(east_m, north_m)) % 360)
    name = compass_name(bearing_deg, points=8)
    aside = 45.0 * int(rng.integers(1, 4))
    wrong = [compass_name(compass_deg(name) + turn, points=8) for turn in (180.0, aside, aside + 180.0)]
    return Draft(
        text=(
            f"At {origin.t_s:.1f} s, look at the video image at {place_phrase(*origin.place)}. In which compass direction from the "
            "middle of the object or area that is seen there lies the place marked P on the satellite image?"
        ),
        choices=tuple(Choice(text=option) for option in (name, *wrong)),
        satellite=(window.image,),
        span_s=clip.span_s,
        query_time_s=origin.t_s,
        marks=(Mark(image=0, kind="point", label="P", xy_px=window.pixels(goal)),),
        value=AnswerValue(kind="degrees", number=(round(bearing_deg, 1),), unit="deg"),
        balance=name,
    )


WRITER = Writer("relative_direction", "1", write)
