"""heading_estimation: which compass direction the top of the video image points to at time t."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._window import window_side_m, window_with
from links2_tasks.schema import AnswerValue
from links2_tasks.terms import angle_between_deg, compass_deg, compass_name

WINDOW_REACHES = 2.2
MARGIN_DEG = 8.0
"""Largest difference between the true heading and the direction that names it; 16 directions are 22.5 apart."""
_TRIES = 8


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Options: the named direction, its opposite, and another such pair, all at least 45 degrees apart."""
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for t_s in rng.choice(clip.query_times_s, min(_TRIES, len(clip.query_times_s)), replace=False):
        heading_deg = clip.scene.pose_at(float(t_s)).heading_deg
        name = compass_name(heading_deg)
        if angle_between_deg(heading_deg, compass_deg(name)) > MARGIN_DEG:
            yield Refusal("heading lies between two named directions")
            continue
        window = window_with(clip.scene, clip.scene.ground_at(float(t_s)), side_m, rng)
        if window is None:
            yield Refusal("no map window around the place")
            continue
        # Two pairs of opposite directions: a street on the map leaves both of its directions open.
        aside = 45.0 * int(rng.integers(1, 4))
        wrong = [compass_name(compass_deg(name) + turn) for turn in (180.0, aside, aside + 180.0)]
        yield Draft(
            text=(
                f"At {float(t_s):.1f} s, which compass direction does the top of the video image point to? "
                "The satellite image is north up."
            ),
            choices=tuple(Choice(text=option) for option in (name, *wrong)),
            satellite=(window.image,),
            span_s=clip.span_s,
            query_time_s=float(t_s),
            value=AnswerValue(kind="degrees", number=(round(heading_deg, 1),), unit="deg"),
            balance=name,
        )


WRITER = Writer("heading_estimation", "1", write)
