"""object_localization: which mark is the object seen at time t at the stated place in the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import Landmark
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._places import SeenObject, image_gap, seen_objects, spread_out
from links2_tasks.construction.writers._window import Window, window_side_m, window_with
from links2_tasks.schema import AnswerValue
from links2_tasks.terms import place_phrase

Points = NDArray[np.float64]

WINDOW_REACHES = 2.2
GAP_REACHES = 0.1
IMAGE_GAP_SHARE = 0.2
_TRIES = 10


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Marks: the object and other landmarks, those of its own class first."""
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for t_s in rng.choice(clip.query_times_s, min(_TRIES, len(clip.query_times_s)), replace=False):
        seen = seen_objects(clip.scene, clip.known_places, float(t_s))
        if not seen:
            yield Refusal("no object is clearly in view")
            continue
        truth = seen[int(rng.integers(len(seen)))]
        window = window_with(clip.scene, truth.landmark.centre, side_m, rng)
        if window is None:
            yield Refusal("no map window around the object")
            continue
        wrong = _distractors(clip, window, truth, float(t_s), rng)
        if len(wrong) < 3:
            yield Refusal("too few other landmarks on the map window")
            continue
        yield _draft(clip, window, truth, wrong, float(t_s))


def _distractors(
    clip: ClipView, window: Window, truth: SeenObject, t_s: float, rng: np.random.Generator
) -> list[Landmark]:
    """Three landmarks seen elsewhere or not at all, of the truth's class as far as there are any."""
    first = truth.landmark
    others = [one for one in clip.known_places if one is not first and window.holds(one.centre[None])]
    others = [others[int(i)] for i in rng.permutation(len(others))]
    others.sort(key=lambda one: one.class_name != first.class_name)
    chosen: list[Landmark] = []
    for one in others:
        centres = np.array([other.centre for other in (first, *chosen, one)])
        if image_gap(clip.scene, one, truth.place, t_s) < IMAGE_GAP_SHARE:
            continue
        if spread_out(centres, GAP_REACHES * clip.reach_m):
            chosen.append(one)
        if len(chosen) == 3:
            break
    return chosen


def _draft(clip: ClipView, window: Window, truth: SeenObject, wrong: Sequence[Landmark], t_s: float) -> Draft:
    marked = [truth.landmark, *wrong]
    pixels = window.pixels(np.array([one.centre for one in marked]))
    rank = int(np.argsort(np.argsort([window.centrality(one.centre) for one in marked]))[0])
    return Draft(
        text=(
            f"At {t_s:.1f} s, look at the video image at {place_phrase(*truth.place)}. "
            "Which mark on the satellite image lies on the object or area that is seen there?"
        ),
        choices=tuple(Choice(kind="point", xy_px=(xy,)) for xy in pixels),
        satellite=(window.image,),
        span_s=clip.span_s,
        query_time_s=t_s,
        label="Mark",
        value=AnswerValue(kind="point", number=pixels[0], unit="px"),
        balance=f"centrality {rank}",
    )


WRITER = Writer("object_localization", "1", write)
