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
OUT_OF_VIEW_M = 3.0
LEAN = 2.2
"""Roofs are seen up to this many times their height away from the ground they stand on, in the obliquest views."""
MOST_MARKS = 9
FEWEST_OPTIONS, MOST_OPTIONS = 3, 4
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
        inside = _in_window(window, group, rng)
        deal = _deal(len(inside.seen), len(inside.unseen), rng)
        if deal is None:
            yield Refusal("too few places of the class on the map window")
            continue
        yield _draft(clip, window, inside, deal, rng)


def _groups(clip: ClipView) -> list[_Sorted]:
    by_class: dict[str, list[Landmark]] = defaultdict(list)
    for landmark in clip.steady_landmarks:
        by_class[landmark.class_name].append(landmark)
    groups = []
    for class_name, members in sorted(by_class.items()):
        seen = tuple(one for one in members if _clearly_seen(clip, one))
        unseen = tuple(one for one in members if _clearly_unseen(clip, one))
        if seen and unseen:
            groups.append(_Sorted(class_name, seen, unseen))
    return groups


def _clearly_unseen(clip: ClipView, landmark: Landmark) -> bool:
    return bool(clip.seen_ground.distance(landmark.outline) > OUT_OF_VIEW_M + LEAN * landmark.height_m)


def _clearly_seen(clip: ClipView, landmark: Landmark) -> bool:
    if not clip.clearly_seen_ground.intersects(landmark.outline):
        return False
    least_m2 = IN_VIEW_SHARE * landmark.outline.area
    return any(
        footprint.intersection(landmark.outline).area >= least_m2 and not occluded(clip.scene, landmark, float(t_s))
        for t_s, footprint in zip(clip.sample_times_s, clip.inner_footprints, strict=True)
    )


def _in_window(window: Window, group: _Sorted, rng: np.random.Generator) -> _Sorted:
    """The places that the window shows whole: those in view in random order, the others as a group around one of them.

    Places in view lie close together; so do the others then.
    """
    seen, unseen = (
        [one for one in places if window.holds(_corners_m(one), margin_share=0.02)]
        for places in (group.seen, group.unseen)
    )
    middle = unseen[int(rng.integers(len(unseen)))].centre if unseen else np.zeros(2)
    distance_m = {id(one): np.linalg.norm(one.centre - middle) * rng.uniform(0.8, 1.25) for one in unseen}
    return _Sorted(
        group.class_name,
        tuple(seen[int(i)] for i in rng.permutation(len(seen))),
        tuple(sorted(unseen, key=lambda one: distance_m[id(one)])),
    )


def _corners_m(landmark: Landmark) -> Points:
    west, south, east, north = landmark.outline.bounds
    return np.array([(west, north), (east, south)])


@dataclass(frozen=True)
class _Deal:
    """Which numbers are offered, which of them is right, and how many places are marked."""

    lowest: int
    n_options: int
    count: int
    n_marked: int


def _deal(n_seen: int, n_unseen: int, rng: np.random.Generator) -> _Deal | None:
    """The options first and then, from among them, the count: what is offered says nothing of what is right."""
    n_options = min(MOST_OPTIONS, n_seen + 1)
    lowest = int(rng.integers(0, n_seen - n_options + 2)) if n_options >= FEWEST_OPTIONS else 0
    highest = lowest + n_options - 1
    # However the count falls, enough places must be there to mark, and at least one of them out of view.
    most_marked = min(MOST_MARKS, lowest + n_unseen)
    if n_options < FEWEST_OPTIONS or most_marked <= highest:
        return None
    n_marked = int(rng.integers(highest + 1, most_marked + 1))
    return _Deal(lowest, n_options, lowest + int(rng.integers(n_options)), n_marked)


def _draft(clip: ClipView, window: Window, group: _Sorted, deal: _Deal, rng: np.random.Generator) -> Draft:
    marked = [*group.seen[: deal.count], *group.unseen[: deal.n_marked - deal.count]]
    marked = [marked[int(i)] for i in rng.permutation(len(marked))]
    offered = range(deal.lowest, deal.lowest + deal.n_options)
    return Draft(
        text=(
            f"The {len(marked)} boxes on the satellite image mark places of the class '{class_phrase(group.class_name)}'. "
            "How many of these marked places come into view in the video, at least half of each? Count each place once."
        ),
        choices=tuple(Choice(text=str(n)) for n in sorted(offered, key=lambda n: n != deal.count)),
        satellite=(window.image,),
        span_s=clip.span_s,
        marks=tuple(
            Mark(image=0, kind="box", label=str(i + 1), xy_px=window.pixels(_corners_m(one)))
            for i, one in enumerate(marked)
        ),
        value=AnswerValue(kind="count", number=(float(deal.count),), unit="places"),
        balance=f"{deal.count - deal.lowest} above the lowest of {deal.n_options}",
    )


WRITER = Writer("object_counting", "1", write)
