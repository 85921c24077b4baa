"""object_counting: how many of the marked places of one class come into view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import Landmark, occluded
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._places import class_phrase
from links2_tasks.construction.writers._window import Window, window_side_m, window_with
from links2_tasks.schema import AnswerValue, Mark

Points = NDArray[np.float64]

WINDOW_REACHES = 3.0
IN_VIEW_SHARE = 0.6
"""A counted place shows at least this share of its outline in the inner part of one frame; others show none at all."""
MOST_MARKS = 9
_TRIES = 6


@dataclass(frozen=True)
class _Sorted:
    """Landmarks of one class by whether they come into view."""

    class_name: str
    seen: tuple[Landmark, ...]
    unseen: tuple[Landmark, ...]


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Marks: some places that come into view and some that stay out; which is which only the video tells."""
    groups = _groups(clip)
    if not groups:
        yield Refusal("no class has places both in and out of view")
        return
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    for _ in range(_TRIES):
        group = groups[int(rng.integers(len(groups)))]
        anchor = clip.ground_track[int(rng.integers(len(clip.ground_track)))]
        window = window_with(clip.scene, anchor, side_m, rng)
        if window is None:
            yield Refusal("no map window around the flight")
            continue
        seen, unseen = (_in_window(window, marked, rng) for marked in (group.seen, group.unseen))
        if not seen or not unseen or len(seen) + len(unseen) < 4:
            yield Refusal("too few places of the class on the map window")
            continue
        yield _draft(clip, window, group.class_name, seen, unseen, rng)


def _groups(clip: ClipView) -> list[_Sorted]:
    by_class: dict[str, list[Landmark]] = defaultdict(list)
    for landmark in clip.steady_landmarks:
        by_class[landmark.class_name].append(landmark)
    groups = []
    seen_at_all = clip.seen_ground.buffer(3.0)
    for class_name, members in sorted(by_class.items()):
        seen = tuple(one for one in members if _clearly_seen(clip, one))
        unseen = tuple(one for one in members if not seen_at_all.intersects(one.outline))
        if seen and unseen:
            groups.append(_Sorted(class_name, seen, unseen))
    return groups


def _clearly_seen(clip: ClipView, landmark: Landmark) -> bool:
    if not clip.clearly_seen_ground.intersects(landmark.outline):
        return False
    least_m2 = IN_VIEW_SHARE * landmark.outline.area
    return any(
        footprint.intersection(landmark.outline).area >= least_m2 and not occluded(clip.scene, landmark, float(t_s))
        for t_s, footprint in zip(clip.sample_times_s, clip.inner_footprints, strict=True)
    )


def _in_window(window: Window, landmarks: tuple[Landmark, ...], rng: np.random.Generator) -> list[Landmark]:
    inside = [one for one in landmarks if window.holds(_corners_m(one), margin_share=0.02)]
    return [inside[int(i)] for i in rng.permutation(len(inside))]


def _corners_m(landmark: Landmark) -> Points:
    west, south, east, north = landmark.outline.bounds
    return np.array([(west, north), (east, south)])


def _draft(
    clip: ClipView,
    window: Window,
    class_name: str,
    seen: list[Landmark],
    unseen: list[Landmark],
    rng: np.random.Generator,
) -> Draft:
    count = int(rng.integers(1, min(len(seen), MOST_MARKS - 1) + 1))
    n_unseen = int(rng.integers(1, min(len(unseen), MOST_MARKS - count) + 1))
    marked = seen[:count] + unseen[: max(n_unseen, min(len(unseen), 4 - count))]
    marked = [marked[int(i)] for i in rng.permutation(len(marked))]
    numbers = _near_numbers(count, len(marked), rng)
    return Draft(
        text=(
            f"The {len(marked)} boxes on the satellite image mark places of the class '{class_phrase(class_name)}'. "
            "How many of these marked places come into view in the video? Count each place once."
        ),
        choices=tuple(Choice(text=str(number)) for number in numbers),
        satellite=(window.image,),
        span_s=clip.span_s,
        marks=tuple(
            Mark(image=0, kind="box", label=str(i + 1), xy_px=window.pixels(_corners_m(one)))
            for i, one in enumerate(marked)
        ),
        value=AnswerValue(kind="count", number=(float(count),), unit="places"),
        balance=f"rank {sorted(numbers).index(count)}",
    )


def _near_numbers(count: int, n_marked: int, rng: np.random.Generator) -> tuple[int, ...]:
    """The count and three neighbours of it, with the count at a random rank among the four."""
    lowest = int(rng.integers(max(0, count - 3), min(count, max(0, n_marked - 3)) + 1))
    return count, *(number for number in range(lowest, lowest + 4) if number != count)


WRITER = Writer("object_counting", "1", write)
