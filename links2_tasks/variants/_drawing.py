"""Drawing an estimate on a map: marks, and the words that say what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

from shapely import LineString, Polygon, box, intersects_xy, unary_union
from shapely.geometry.base import BaseGeometry

from links2_tasks.baselines.geometric import SEEN, SeenFrame, SeenGround
from links2_tasks.media import satellite_size
from links2_tasks.schema import Mark, MarkKind, Point, Question

_NEAR_S = 0.5
"""A frame further than this from the time that is asked about does not stand for it."""
_LEAST_AREA_PX = 100.0
_LEAST_LINE_PX = 8.0
_SMOOTH_PX = 1.0
"""Corners of an outline that stand out by less are left out."""
_LINE_SMOOTH_PX = 0.1
_STEPS = 10
"""Into how many pieces a straight part is cut, to end it near the edge of the map."""
_CENTRE = "the ground point at the centre of the video image"


@dataclass(frozen=True)
class Drawn:
    """A mark with what is said of it."""

    mark: Mark
    words: str


@dataclass(frozen=True)
class _Page:
    """The map that is drawn on."""

    image: int
    name: str
    """What the prompt calls the map."""
    extent: Polygon
    taken: frozenset[str]
    """Labels of the question's own marks, in small letters."""

    def label(self, wanted: str) -> str:
        """A label that no mark of the question has."""
        return f"{wanted}, estimated" if wanted.lower() in self.taken else wanted

    def mark(self, kind: MarkKind, label: str, points: Sequence[tuple[float, ...]]) -> Mark:
        """A mark with its points to a tenth of a pixel."""
        xy_px = tuple((round(x, 1), round(y, 1)) for x, y in points)
        return Mark(image=self.image, kind=kind, label=label, xy_px=xy_px)


def drawing(question: Question, seen: SeenGround, root: Path) -> tuple[Drawn, ...]:
    """What to draw of an estimate; nothing where no part of it lies on the map as shown.

    For a question about a moment this is the outline of its frame with an arrow to the frame's upper edge; for others
    the outline of all that comes into view, with the way of the image centre. Where the options are paths, one more
    along the right one would hide it, so only its ends are marked.
    """
    image = question.satellite[seen.image]
    page = _Page(
        image=seen.image,
        name=f"satellite image {image.label}" if image.label else "the satellite image",
        extent=box(0, 0, *satellite_size(root, image)),
        taken=frozenset(mark.label.lower() for mark in question.marks if mark.label),
    )
    # Far from where it could be matched, a frame that was only carried there may come out crossed over.
    frames = [frame for frame in seen.frames if Polygon(frame.outline_px).is_valid]
    if not frames:
        return ()
    if question.query_time_s is not None:
        return _of_a_moment(page, frames, question.query_time_s)
    paths_are_asked = any(mark.kind == "path" for mark in question.marks)
    return _of_the_span(page, frames, paths_are_asked)


def _of_a_moment(page: _Page, frames: Sequence[SeenFrame], t_s: float) -> tuple[Drawn, ...]:
    frame = min(frames, key=lambda each: abs(each.t_s - t_s))
    if abs(frame.t_s - t_s) > _NEAR_S:
        return ()
    outlines = _outlines(page, Polygon(frame.outline_px), f"where the video frame at {t_s:.1f} s lies on {page.name}")
    arrow = _arrow(page, frame)
    return (*outlines, *arrow) if outlines else ()


def _of_the_span(page: _Page, frames: Sequence[SeenFrame], only_ends: bool) -> tuple[Drawn, ...]:
    area = unary_union([Polygon(frame.outline_px) for frame in frames]).simplify(_SMOOTH_PX)
    outlines = _outlines(page, area, f"the ground on {page.name} that comes into view in the video")
    if not outlines:
        return ()
    centres = [frame.centre_px for frame in frames]
    return (*outlines, *(_ends(page, centres) if only_ends else _track(page, centres)))


def _outlines(page: _Page, area: BaseGeometry, meaning: str) -> tuple[Drawn, ...]:
    """The parts of an area that lie on the map, each with its number where there are several."""
    shown = area.intersection(page.extent)
    parts = [part for part in getattr(shown, "geoms", [shown]) if part.area >= _LEAST_AREA_PX]
    parts.sort(key=lambda part: -part.area)
    found = []
    for number, part in enumerate(parts, start=1):
        label = page.label(SEEN if len(parts) == 1 else f"{SEEN} {number}")
        words = f"the outline marked '{label}' shows {meaning if number == 1 else 'another part of it'}"
        found.append(Drawn(page.mark("polygon", label, part.exterior.coords[:-1]), words))
    return tuple(found)


def _arrow(page: _Page, frame: SeenFrame) -> tuple[Drawn, ...]:
    line = _longest(page, [frame.upper_px, frame.top_px])
    if line is None:
        return ()
    label = page.label("top")
    words = f"the arrow marked '{label}' points to the upper edge of that frame"
    return (Drawn(page.mark("path", label, line), words),)


def _track(page: _Page, centres: Sequence[Point]) -> tuple[Drawn, ...]:
    line = _longest(page, centres)
    if line is None:
        return ()
    label = page.label("track")
    return (Drawn(page.mark("path", label, line), f"the path marked '{label}' is the way of {_CENTRE}"),)


def _ends(page: _Page, centres: Sequence[Point]) -> tuple[Drawn, ...]:
    found = []
    for wanted, centre, when in (("start", centres[0], "first"), ("end", centres[-1], "last")):
        if intersects_xy(page.extent, *centre):
            label = page.label(wanted)
            words = f"the point marked '{label}' is {_CENTRE} in the {when} frame"
            found.append(Drawn(page.mark("point", label, [centre]), words))
    return tuple(found)


def _longest(page: _Page, line: Sequence[Point]) -> Sequence[tuple[float, ...]] | None:
    """The longest part of a line that lies on the map, in the line's direction; None for a mere dot."""
    steps = [_between(first, second, step / _STEPS) for first, second in pairwise(line) for step in range(_STEPS)]
    runs = groupby([*steps, line[-1]], lambda place: bool(intersects_xy(page.extent, *place)))
    inside = [list(run) for is_inside, run in runs if is_inside]
    parts = [LineString(run) for run in inside if len(run) > 1]
    longest = max(parts, key=lambda part: part.length, default=None)
    if longest is None or longest.length < _LEAST_LINE_PX:
        return None
    return list(longest.simplify(_LINE_SMOOTH_PX).coords)


def _between(first: Point, second: Point, share: float) -> Point:
    return first[0] + share * (second[0] - first[0]), first[1] + share * (second[1] - first[1])
