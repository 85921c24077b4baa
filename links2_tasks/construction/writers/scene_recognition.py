"""scene_recognition: which marked area has the kind of land use that the UAV flies over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import box, unary_union
from shapely.geometry.base import BaseGeometry

from links2_tasks.construction.scene import Landmark
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._window import Window, random_window, window_side_m

Points = NDArray[np.float64]
Kinds = Mapping[str, BaseGeometry]

WINDOW_REACHES = 3.0
LEAST_RATIO = 1.5
LEAST_SHARE = 0.1
"""The winning kind covers at least this share of the ground in view."""
PATCH_SIDES_M = (60.0, 45.0, 32.0, 24.0)
PATCH_COVER = 0.94
EDGE_M = 2.0
"""Outlines are trusted to this far: a square keeps away from its area's edge."""
FEWEST_KINDS = 3
BACKGROUND = frozenset({"lawn", "grass", "trees", "forest", "bare_ground", "road", "garden", "parking_lot", "paving"})
"""Kinds that ground without a landmark may also be: no distractors where only landmarks are mapped."""
NUMBERS = {3: "three", 4: "four"}
_TRIES = 24
_WANTED = 8


@dataclass(frozen=True)
class _Patch:
    """A square that lies mostly inside an area of one kind."""

    kind: str
    corners: Points
    """South-west and north-east corner (2, 2)."""


@dataclass(frozen=True, eq=False)
class _Layout:
    """A window with a square of each kind, the truth first."""

    window: Window
    patches: tuple[_Patch, ...]
    share_rank: int
    """How many of the other kinds take up more of the window than the first."""


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Areas: equal squares, one of each of four kinds (three where there are no more), all outside the video's view."""
    kinds_of_area = _by_kind(clip.scene.land_use or clip.steady_landmarks)
    covered = {kind: float(whole.intersection(clip.seen_ground).area) for kind, whole in kinds_of_area.items()}
    kinds = sorted(covered, key=lambda kind: -covered[kind])
    reason = _reason_against(covered, kinds, clip.seen_ground.area)
    if reason:
        yield Refusal(reason)
        return
    truth = kinds[0]
    side_m = window_side_m(clip.scene, WINDOW_REACHES * clip.reach_m)
    layouts: list[_Layout] = []
    for _ in range(_TRIES):
        window = random_window(clip.scene, side_m, rng)
        patches = _patches(clip, window, kinds_of_area, truth, rng) if window else ()
        if window is None or len(patches) < FEWEST_KINDS:
            yield Refusal("too few kinds of area outside the view")
            continue
        layouts.append(_Layout(window, patches, _share_rank(window, kinds_of_area, patches)))
    # A kind that is seen is mostly a common one: it is asked about no more often than it is common, rare or between.
    of_rank = [[one for one in layouts if one.share_rank == rank] for rank in range(4)]
    written = 0
    while sum(map(bool, of_rank)) > 1 and written < _WANTED:
        for same in filter(None, of_rank):
            yield _draft(clip, same.pop(int(rng.integers(len(same)))))
            written += 1
    if not written:
        yield Refusal("on every map window the kind that is seen is equally common")


def _by_kind(areas: tuple[Landmark, ...]) -> Kinds:
    """All ground of each kind."""
    kinds = sorted({area.class_name for area in areas})
    return {kind: unary_union([area.outline for area in areas if area.class_name == kind]) for kind in kinds}


def _reason_against(covered: Mapping[str, float], kinds: list[str], seen_m2: float) -> str | None:
    if len(kinds) < FEWEST_KINDS:
        return "too few kinds of area are mapped"
    if covered[kinds[0]] < LEAST_SHARE * seen_m2:
        return "no kind covers enough of the ground in view"
    if covered[kinds[0]] < LEAST_RATIO * covered[kinds[1]]:
        return "two kinds cover almost the same ground"
    return None


def _patches(clip: ClipView, window: Window, kinds: Kinds, truth: str, rng: np.random.Generator) -> tuple[_Patch, ...]:
    """Squares of one size, the truth first: of four kinds, or of as many as the smallest size gives."""
    banned = frozenset() if clip.scene.land_use else BACKGROUND
    wrong = sorted(kinds.keys() - {truth} - banned)
    free = _frame(window).difference(clip.seen_ground)
    within = {kind: whole.buffer(-EDGE_M).intersection(free) for kind, whole in kinds.items()}
    most: list[_Patch] = []
    for side_m in PATCH_SIDES_M:
        first = _patch_of(truth, within[truth], free, side_m, rng)
        if first is None:
            continue
        found = [first]
        for i in rng.permutation(len(wrong)):
            apart = free.difference(unary_union([_square(p) for p in found]).buffer(8.0))
            patch = _patch_of(wrong[int(i)], within[wrong[int(i)]], apart, side_m, rng)
            found += [patch] if patch else []
            if len(found) == 4:
                return tuple(found)
        most = max(most, found, key=len)
    return tuple(most)


def _patch_of(
    kind: str, ground: BaseGeometry, free: BaseGeometry, side_m: float, rng: np.random.Generator
) -> _Patch | None:
    """A square of one kind inside the free ground, from random places in the kind's areas."""
    if ground.area < PATCH_COVER * side_m**2:
        return None
    west, south, east, north = ground.bounds
    for _ in range(60):
        corner = np.array([rng.uniform(west, max(west, east - side_m)), rng.uniform(south, max(south, north - side_m))])
        square = box(*corner, *(corner + side_m))
        if free.covers(square) and ground.intersection(square).area >= PATCH_COVER * side_m**2:
            return _Patch(kind, np.array([corner, corner + side_m]))
    return None


def _share_rank(window: Window, kinds: Kinds, patches: tuple[_Patch, ...]) -> int:
    """Rank of the first patch's kind among those of all patches by how much of the window it takes up.

    A UAV flies more often over what there is much of.
    """
    frame = _frame(window)
    share = [kinds[patch.kind].intersection(frame).area for patch in patches]
    return int(sum(other > share[0] for other in share))


def _frame(window: Window) -> BaseGeometry:
    corners = window.metres(np.array([(0, window.height), (window.width, 0)], float))
    return box(*corners[0], *corners[1]).buffer(-0.03 * window.width * window.scene.map.georeference.gsd_m)


def _square(patch: _Patch) -> BaseGeometry:
    return box(*patch.corners[0], *patch.corners[1])


def _draft(clip: ClipView, layout: _Layout) -> Draft:
    window, patches = layout.window, layout.patches
    return Draft(
        text=(
            f"The boxes on the satellite image mark areas of {NUMBERS[len(patches)]} different kinds of land use. Which "
            "box shows the kind that takes up more of the ground seen in the video than each of the other kinds? The "
            "boxed areas themselves are not in the video."
        ),
        choices=tuple(Choice(kind="box", xy_px=_corners_px(window, patch)) for patch in patches),
        satellite=(window.image,),
        span_s=clip.span_s,
        label="Box",
        balance=f"rank {layout.share_rank} of {len(patches)}",
    )


def _corners_px(window: Window, patch: _Patch) -> tuple[tuple[float, float], ...]:
    (left, bottom), (right, top) = window.pixels(patch.corners)
    return (left, top), (right, bottom)


WRITER = Writer("scene_recognition", "2", write)
