"""Frames of a clip registered to one map: a first registration where it is easiest, carried along the clip and refined.

Matching two frames a second apart is far easier than matching a frame to a satellite image of another day. So doubtful
matches of several frames are gathered in one frame's coordinates, where the few right ones agree. The registration found
there is carried to the neighbours by the homographies between frames, and each carried one is refined by looking for
matches only where they are expected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from links2_tasks.baselines.geometric._consensus import fit, proposals
from links2_tasks.baselines.geometric._features import Features, Floats, joined
from links2_tasks.baselines.geometric._matching import Matches, guided_match, match
from links2_tasks.baselines.geometric._plane import apply, inverse, local_similarity, plausible, scaled
from links2_tasks.baselines.geometric._views import Frame

_MAP_RATIO = 0.92
_POOLED_FRAMES = 4
_PROPOSALS = 5
_LOOSE_TOLERANCE_PX = 6.0
_TOLERANCE_PX = 3.0
_START_RADII_PX = (24.0, 10.0, 6.0)
_NEXT_RADII_PX = (12.0, 6.0)
_LEAST_INLIERS = 9
_LEAST_ADVANTAGE = 2.0
_START_INLIERS = 12
_START_ADVANTAGE = 3.0
_BEYOND_DOUBT = 80
_LONELY_RUN = 3


@dataclass(frozen=True)
class MapView:
    """The map that a question shows, with its features."""

    features: Features
    width_px: int
    height_px: int

    @property
    def size_px(self) -> tuple[float, float]:
        """Width and height."""
        return float(self.width_px), float(self.height_px)


@dataclass(frozen=True)
class Registration:
    """How one frame lies on the map."""

    frame: Frame
    homography: Floats
    """From pixels of the frame at working size to pixels of the map as shown."""
    inliers: int
    """Pairs of features that agree with it; 0 when it was only carried from a neighbour."""
    advantage: float
    """How many times more pairs agree here than when the frame is laid elsewhere; 0 when it was only carried."""
    source: Literal["matched", "carried"]


@dataclass(frozen=True)
class _Run:
    """Neighbouring frames that are all linked."""

    frames: tuple[Frame, ...]
    links: tuple[Floats, ...]
    """For each pair of neighbours, the homography from the later frame to the earlier one."""

    def to_frame(self, reference: int) -> tuple[Floats, ...]:
        """Homographies from each frame to the reference frame."""
        found = {reference: np.eye(3)}
        for index in range(reference + 1, len(self.frames)):
            found[index] = scaled(found[index - 1] @ self.links[index - 1])
        for index in range(reference - 1, -1, -1):
            found[index] = scaled(found[index + 1] @ inverse(self.links[index]))
        return tuple(found[index] for index in range(len(self.frames)))


@dataclass(frozen=True)
class _Pool:
    """Matches of several frames to the map, the frames' side in one reference frame's coordinates, the most alike first."""

    matches: Matches
    owners: NDArray[np.int64]
    """Index in the run of the frame that each match comes from."""


def register_clip(frames: Sequence[Frame], links: Sequence[Floats | None], view: MapView) -> tuple[Registration, ...]:
    """Register the frames of a clip.

    Args:
        frames: Frames in order of time.
        links: For each pair of neighbours, the homography from the later frame to the earlier one, or None.
        view: The map.

    Returns:
        The registrations that were found, in order of time; empty when the clip cannot be placed on the map.
    """
    found: list[Registration] = []
    for run in _runs(frames, links):
        found += _placed(run, view)
    return tuple(found)


def _runs(frames: Sequence[Frame], links: Sequence[Floats | None]) -> list[_Run]:
    """The frames cut where a link is missing."""
    runs: list[_Run] = []
    for frame, link in zip(frames, [None, *links], strict=True):
        if link is None:
            runs.append(_Run((frame,), ()))
        else:
            runs[-1] = _Run((*runs[-1].frames, frame), (*runs[-1].links, link))
    return runs


def _placed(run: _Run, view: MapView) -> list[Registration]:
    """Registrations of a run by the start that most features of the whole run agree with; empty when none convinces."""
    best: list[Registration] = []
    for start in _starts(run, view):
        walked = _carried(start, run, view)
        if sum(one.inliers for one in walked) > sum(one.inliers for one in best):
            best = walked
        if start.inliers >= _BEYOND_DOUBT:
            break
    alone = sum(one.source == "matched" for one in best) < 2
    return [] if alone and len(run.frames) >= _LONELY_RUN else best


def _starts(run: _Run, view: MapView) -> Iterator[Registration]:
    """Single frames of a run that register convincingly, found from the matches of several frames together."""
    n_frames = len(run.frames)
    chosen = sorted({round(place) for place in np.linspace(0, n_frames - 1, min(_POOLED_FRAMES, n_frames))})
    to_reference = run.to_frame(chosen[len(chosen) // 2])
    pool = _pooled(chosen, run, to_reference, view)
    for mask in proposals(pool.matches, _PROPOSALS):
        supporters = pool.matches.take(mask)
        first, _ = fit(supporters.first.xy_px, supporters.second.xy_px, _LOOSE_TOLERANCE_PX)
        if first is None:
            continue
        strongest = int(np.bincount(pool.owners[mask]).argmax())
        start = _refined(run.frames[strongest], scaled(first @ to_reference[strongest]), view, _START_RADII_PX)
        if start is not None and start.inliers >= _START_INLIERS and start.advantage >= _START_ADVANTAGE:
            yield start


def _pooled(chosen: Sequence[int], run: _Run, to_reference: Sequence[Floats], view: MapView) -> _Pool:
    """Matches of the chosen frames to the map."""
    parts = [match(run.frames[index].features, view.features, _MAP_RATIO) for index in chosen]
    first = [_seen_through(part.first, to_reference[index]) for index, part in zip(chosen, parts, strict=True)]
    matches = Matches(joined(first), joined([part.second for part in parts]))
    owners = np.repeat(np.asarray(chosen, np.int64), [len(part) for part in parts])
    likeness = np.einsum("nd,nd->n", matches.first.unit_descriptors(), matches.second.unit_descriptors())
    usable = np.flatnonzero(np.isfinite(matches.first.xy_px).all(axis=1) & (matches.first.size_px > 0))
    order = usable[np.argsort(-likeness[usable], kind="stable")]
    return _Pool(matches.take(order), owners[order])


def _seen_through(features: Features, homography: Floats) -> Features:
    """Features as they would lie in another frame."""
    scale, turn_deg = local_similarity(homography, features.xy_px)
    return Features(
        apply(homography, features.xy_px), features.size_px * scale, features.angle_deg + turn_deg, features.descriptors
    )


def _refined(frame: Frame, homography: Floats, view: MapView, radii_px: tuple[float, ...]) -> Registration | None:
    """A registration improved by matches near where it expects them, or None when chance explains them as well."""
    inliers = 0
    for radius_px in radii_px:
        if not plausible(homography, frame.width_px, frame.height_px, view.size_px):
            return None
        matches = guided_match(frame.features, view.features, homography, radius_px)
        found, inliers = fit(matches.first.xy_px, matches.second.xy_px, _TOLERANCE_PX)
        if found is None or inliers < _LEAST_INLIERS:
            return None
        homography = found
    if not plausible(homography, frame.width_px, frame.height_px, view.size_px):
        return None
    advantage = inliers / max(_chance(frame, homography, view, radii_px[-1]), 1.0)
    return Registration(frame, homography, inliers, advantage, "matched") if advantage >= _LEAST_ADVANTAGE else None


def _chance(frame: Frame, homography: Floats, view: MapView, radius_px: float) -> float:
    """How many pairs would agree if the frame lay elsewhere: the mean over shifted places."""
    counts = []
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        shift = np.array([[1.0, 0.0, 5 * dx * radius_px], [0.0, 1.0, 5 * dy * radius_px], [0.0, 0.0, 1.0]])
        matches = guided_match(frame.features, view.features, shift @ homography, radius_px)
        counts.append(fit(matches.first.xy_px, matches.second.xy_px, _TOLERANCE_PX)[1])
    return float(np.mean(counts))


def _carried(start: Registration, run: _Run, view: MapView) -> list[Registration]:
    """Registrations of a whole run, walked from one frame in both directions."""
    first = run.frames.index(start.frame)
    later, earlier = [start], [start]
    for index in range(first + 1, len(run.frames)):
        later.append(_next(later[-1], run.frames[index], run.links[index - 1], view))
    for index in range(first - 1, -1, -1):
        earlier.append(_next(earlier[-1], run.frames[index], inverse(run.links[index]), view))
    return earlier[:0:-1] + later


def _next(known: Registration, frame: Frame, link: Floats, view: MapView) -> Registration:
    """Registration of a frame next to a registered one: carried over, and refined where the map allows."""
    carried = scaled(known.homography @ link)
    refined = _refined(frame, carried, view, _NEXT_RADII_PX)
    return refined if refined is not None else Registration(frame, carried, 0, 0.0, "carried")
