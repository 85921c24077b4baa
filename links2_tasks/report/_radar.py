"""Several shares of several runs as polygons about one centre."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from links2_tasks.report._drawing import (
    Area,
    Dot,
    Drawing,
    Line,
    Point,
    Shape,
    Words,
    series_marker,
    series_role,
    shortened,
)

WIDTH, PLOT = 610.0, 400.0
_CENTRE = (WIDTH / 2, 200.0)
_RADIUS = 148.0
MOST_FILLS = 3
_RINGS = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Web:
    """The shares of one run, one for each axis; None where the run has none."""

    label: str
    shares: tuple[float | None, ...]


def radar_chart(title: str, axes: Sequence[str], webs: Sequence[Web], chance: Sequence[float]) -> Drawing:
    """A radar of at least three axes, with the level of guessing as a dashed polygon and a legend.

    The summary tells all figures in words.
    """
    shapes = [*_frame(axes), *_guessing(chance)]
    for position, web in enumerate(webs):
        shapes += _polygon(position, web, axes, len(webs))
    shapes += _legend(webs)
    words = "; ".join(
        f"{web.label}: "
        + ", ".join(f"{axis} {share:.2f}" for axis, share in zip(axes, web.shares, strict=True) if share is not None)
        for web in webs
    )
    return Drawing(WIDTH, PLOT + 24 * len(webs) + 34, title, words, tuple(shapes))


def _frame(axes: Sequence[str]) -> list[Shape]:
    shapes: list[Shape] = []
    for ring in _RINGS:
        corners = tuple(_at(position, len(axes), ring) for position in range(len(axes)))
        shapes.append(Line(corners, "grid", 1.0, closed=True))
        shapes.append(Words((_CENTRE[0] + 4, _CENTRE[1] - _RADIUS * ring + 11), f"{ring:g}", "start", "faint", 10.0))
    for position, axis in enumerate(axes):
        end = _at(position, len(axes), 1.0)
        shapes.append(Line((_CENTRE, end), "grid", 1.0))
        shapes.append(_axis_label(axis, position, len(axes)))
    return shapes


def _axis_label(axis: str, position: int, n_axes: int) -> Shape:
    x, y = _at(position, n_axes, 1.0 + 14 / _RADIUS)
    side = x - _CENTRE[0]
    text = axis.replace("_", " ")
    if abs(side) < 1:
        return Words((x, y if y < _CENTRE[1] else y + 10), text, "middle", "ink", 12.0)
    room = (WIDTH - x if side > 0 else x) - 4
    return Words((x, y + 4), shortened(text, room, 12.0), "start" if side > 0 else "end", "ink", 12.0)


def _guessing(chance: Sequence[float]) -> list[Shape]:
    corners = tuple(_at(position, len(chance), share) for position, share in enumerate(chance))
    return [Line(corners, "chance", 1.6, dashed=True, closed=True)]


def _polygon(position: int, web: Web, axes: Sequence[str], n_webs: int) -> list[Shape]:
    role, marker = series_role(position), series_marker(position)
    known = [(axis, share) for axis, share in enumerate(web.shares) if share is not None]
    corners = tuple(_at(axis, len(axes), share) for axis, share in known)
    dots = [
        Dot(corner, role, marker, 4.5, f"{web.label}, {axes[axis].replace('_', ' ')}: {share:.2f}")
        for corner, (axis, share) in zip(corners, known, strict=True)
    ]
    if len(corners) < 3:
        return [*dots]
    # With many polygons, fills add up to mud.
    fill = [Area(corners, role, 0.08)] if n_webs <= MOST_FILLS else []
    return [*fill, Line(corners, role, 2.0, closed=True), *dots]


def _legend(webs: Sequence[Web]) -> list[Shape]:
    shapes: list[Shape] = []
    left = WIDTH / 2 - 150
    for position, web in enumerate(webs):
        middle = PLOT + 24 * position + 12
        shapes.append(Line(((left, middle), (left + 28, middle)), series_role(position), 2.0))
        shapes.append(Dot((left + 14, middle), series_role(position), series_marker(position)))
        shapes.append(Words((left + 38, middle + 4), shortened(web.label, 330.0, 12.0), "start", "ink", 12.0))
    middle = PLOT + 24 * len(webs) + 12
    shapes.append(Line(((left, middle), (left + 28, middle)), "chance", 1.6, dashed=True))
    shapes.append(Words((left + 38, middle + 4), "guessing", "start", "ink", 12.0))
    return shapes


def _at(position: int, n_axes: int, share: float) -> Point:
    """Place on an axis; the first axis points up, the others follow clockwise."""
    turn = 2 * math.pi * position / n_axes
    reach = _RADIUS * max(0.0, share)
    return _CENTRE[0] + reach * math.sin(turn), _CENTRE[1] - reach * math.cos(turn)
