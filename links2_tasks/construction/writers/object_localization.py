"""object_localization: which mark is the object seen at time t at the stated place in the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import Landmark
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._lots import as_keys, by_lot, ranks_of_first
from links2_tasks.construction.writers._places import SeenObject, image_gap, objects_to_ask, spread_out
from links2_tasks.construction.writers._window import Window, window_side_m, window_with
from links2_tasks.schema import AnswerValue
from links2_tasks.terms import place_phrase

Points = NDArray[np.float64]

WINDOW_REACHES = 2.2
GAP_REACHES = 0.1
IMAGE_GAP_SHARE = 0.2
_TRIES = 14
_DRAWS = 60


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Marks: the object and other landmarks, of its own class as far as there are enough."""
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for truth in objects_to_ask(clip, _TRIES, rng):
        if isinstance(truth, Refusal):
            yield truth
            continue
        window = window_with(clip.scene, truth.landmark.centre, side_m, rng)
        if window is None:
            yield Refusal("no map window around the object")
            continue
        wrong = _distractors(clip, window, truth, rng)
        if wrong is None:
            yield Refusal("no other landmarks among which the right one does not stand out")
            continue
        yield _draft(clip, window, truth, wrong)


def _distractors(
    clip: ClipView, window: Window, truth: SeenObject, rng: np.random.Generator
) -> tuple[Landmark, ...] | None:
    """Three landmarks seen elsewhere or not at all, among which neither class nor place betrays the truth.

    All four are of one class, or two are of one and two of another; which of the sets that can be drawn is taken is
    drawn by lot.
    """
    first = truth.landmark
    others = [
        one
        for one in clip.known_places
        if one is not first
        and window.holds(one.centre[None])
        and image_gap(clip.scene, one, truth.place, truth.t_s) >= IMAGE_GAP_SHARE
    ]
    draws = (_same_or_two_and_two(others, first.class_name, rng) for _ in range(_DRAWS))
    fit = (
        chosen
        for chosen in draws
        if len(chosen) == 3 and spread_out(_centres((first, *chosen)), GAP_REACHES * clip.reach_m)
    )
    return by_lot(fit, lambda chosen: ranks_of_first(window, _centres((first, *chosen))), rng)


def _centres(landmarks: Sequence[Landmark]) -> Points:
    return np.array([one.centre for one in landmarks])


def _same_or_two_and_two(others: Sequence[Landmark], class_name: str, rng: np.random.Generator) -> tuple[Landmark, ...]:
    """Three of one class; or one of it and two of another; empty where there are too few."""
    by_class: dict[str, list[Landmark]] = {}
    for i in rng.permutation(len(others)):
        by_class.setdefault(others[int(i)].class_name, []).append(others[int(i)])
    same = by_class.pop(class_name, [])
    if len(same) >= 3:
        return tuple(same[:3])
    pairs = [members[:2] for members in by_class.values() if len(members) >= 2]
    if not same or not pairs:
        return ()
    return (same[0], *pairs[int(rng.integers(len(pairs)))])


def _draft(clip: ClipView, window: Window, truth: SeenObject, wrong: Sequence[Landmark]) -> Draft:
    marked = [truth.landmark, *wrong]
    pixels = window.pixels(_centres(marked))
    return Draft(
        text=(
            f"At {truth.t_s:.1f} s, look at the video image at {place_phrase(*truth.place)}. "
            "Which mark on the satellite image lies on the object or area that is seen there?"
        ),
        choices=tuple(Choice(kind="point", xy_px=(xy,)) for xy in pixels),
        satellite=(window.image,),
        span_s=clip.span_s,
        query_time_s=truth.t_s,
        label="Mark",
        value=AnswerValue(kind="point", number=pixels[0], unit="px"),
        balance=as_keys(ranks_of_first(window, _centres(marked))),
    )


WRITER = Writer("object_localization", "2", write)
