"""object_localization: which mark is the object seen at time t at the stated place in the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import Landmark
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._places import image_gap, known_places, place_in_image, spread_out
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
    places = known_places(clip)
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for t_s in rng.choice(clip.query_times_s, min(_TRIES, len(clip.query_times_s)), replace=False):
        seen = [(one, where) for one in places if (where := place_in_image(clip.scene, one, float(t_s)))]
        if not seen:
            yield Refusal("no object is clearly in view")
            continue
        truth, where = seen[int(rng.integers(len(seen)))]
        window = window_with(clip.scene, truth.centre, side_m, rng)
        if window is None:
            yield Refusal("no map window around the object")
            continue
        wrong = _distractors(clip, window, truth, where, float(t_s), rng)
        if len(wrong) < 3:
            yield Refusal("too few other landmarks on the map window")
            continue
        yield _draft(clip, window, [truth, *wrong], where, float(t_s))


def _distractors(
    clip: ClipView,
    window: Window,
    truth: Landmark,
    where: tuple[float, float],
    t_s: float,
    rng: np.random.Generator,
) -> list[Landmark]:
    """Three landmarks seen elsewhere or not at all, of the truth's class as far as there are any."""
    others = [one for one in known_places(clip) if one is not truth and window.holds(one.centre[None])]
    others = [others[int(i)] for i in rng.permutation(len(others))]
    others.sort(key=lambda one: one.class_name != truth.class_name)
    chosen: list[Landmark] = []
    for one in others:
        centres = np.array([other.centre for other in (truth, *chosen, one)])
        if image_gap(clip.scene, one, where, t_s) < IMAGE_GAP_SHARE:
            continue
        if spread_out(centres, GAP_REACHES * clip.reach_m):
            chosen.append(one)
        if len(chosen) == 3:
            break
    return chosen


def _draft(clip: ClipView, window: Window, marked: Sequence[Landmark], where: tuple[float, float], t_s: float) -> Draft:
    pixels = window.pixels(np.array([one.centre for one in marked]))
    rank = int(np.argsort(np.argsort([window.centrality(one.centre) for one in marked]))[0])
    return Draft(
        text=(
            f"At {t_s:.1f} s, look at the video image at {place_phrase(*where)}. "
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
