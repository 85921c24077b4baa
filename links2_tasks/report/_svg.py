"""A drawing as SVG inside a page. Colours come from the page's style sheet, so they follow its theme."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from links2_tasks.report._drawing import Area, Box, Dot, Drawing, Line, Marker, Point, Shape, Words
from links2_tasks.report._exhibits import Cell
from links2_tasks.report._text import shown

if TYPE_CHECKING:
    from markupsafe import Markup


def svg(drawing: Drawing, name: str) -> Markup:
    """The drawing as an `svg` element; `name` tells its ids from those of others on the page."""
    from markupsafe import Markup

    body = "\n".join(_WRITERS[type(shape)](shape) for shape in drawing.shapes)
    title, summary = _text(drawing.title), _text(drawing.summary)
    # All text that comes from data went through `_text`; everything else is made here.
    return Markup(  # noqa: S704
        f'<svg class="drawing" role="img" viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}" '
        f'width="{_n(drawing.width)}" height="{_n(drawing.height)}" '
        f'aria-labelledby="{escape(name)}-t {escape(name)}-d">'
        f'<title id="{escape(name)}-t">{title}</title><desc id="{escape(name)}-d">{summary}</desc>\n{body}\n</svg>'
    )


def mini_range(cell: Cell) -> Markup:
    """A cell's accuracy with its interval and the level of guessing, as a picture of the size of a word."""
    from markupsafe import Markup

    share, interval, chance = cell.number or 0.0, cell.interval, cell.chance
    parts = ['<line class="stroke grid" x1="4" x2="64" y1="6" y2="6" stroke-width="1"/>']
    if chance is not None:
        x = _at(chance)
        parts.append(f'<line class="stroke chance" x1="{x}" x2="{x}" y1="1" y2="11" stroke-width="1.5"/>')
    if interval is not None:
        low, high = _at(interval.low), _at(interval.high)
        parts.append(f'<line class="stroke s0" x1="{low}" x2="{high}" y1="6" y2="6" stroke-width="3"/>')
    parts.append(f'<circle class="dot s0" cx="{_at(share)}" cy="6" r="3.4"/>')
    return Markup(f'<svg class="mini" aria-hidden="true" viewBox="0 0 68 12">{"".join(parts)}</svg>')  # noqa: S704


def _at(share: float) -> str:
    return _n(4 + 60 * min(1.0, max(0.0, share)))


def _line(shape: Line) -> str:
    kind = "polygon" if shape.closed else "polyline"
    dashes = ' stroke-dasharray="5 4"' if shape.dashed else ""
    return (
        f'<{kind} class="stroke {shape.role}" points="{_points(shape.points)}" '
        f'stroke-width="{_n(shape.width)}"{dashes}/>'
    )


def _area(shape: Area) -> str:
    return f'<polygon class="fill {shape.role}" points="{_points(shape.points)}" fill-opacity="{_n(shape.opacity)}"/>'


def _box(shape: Box) -> str:
    return (
        f'<rect class="fill {shape.role}" x="{_n(shape.left)}" y="{_n(shape.top)}" width="{_n(max(0.0, shape.width))}" '
        f'height="{_n(shape.height)}">{_tip(shape.tip)}</rect>'
    )


def _dot(shape: Dot) -> str:
    tip = _tip(shape.tip)
    (x, y), radius = shape.centre, shape.radius
    if shape.marker == "circle":
        return f'<circle class="dot {shape.role}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}">{tip}</circle>'
    corners = tuple((x + radius * dx, y + radius * dy) for dx, dy in marker_corners(shape.marker))
    return f'<polygon class="dot {shape.role}" points="{_points(corners)}">{tip}</polygon>'


def _words(shape: Words) -> str:
    weight = ' font-weight="600"' if shape.bold else ""
    return (
        f'<text class="words {shape.role}" x="{_n(shape.at[0])}" y="{_n(shape.at[1])}" text-anchor="{shape.anchor}" '
        f'font-size="{_n(shape.size)}"{weight} unicode-bidi="isolate">{_text(shape.text)}</text>'
    )


_WRITERS: dict[type[Shape], Callable[[Any], str]] = {Line: _line, Area: _area, Box: _box, Dot: _dot, Words: _words}


def marker_corners(marker: Marker) -> tuple[Point, ...]:
    """Corners of a marker of radius 1 about (0, 0); of a circle, enough of them to look round."""
    if marker == "square":
        return (-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)
    if marker == "triangle":
        return (0.0, -1.15), (1.08, 0.8), (-1.08, 0.8)
    if marker == "diamond":
        return (0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)
    return tuple((math.cos(k * math.pi / 12), math.sin(k * math.pi / 12)) for k in range(24))


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _tip(text: str) -> str:
    return f"<title>{_text(text)}</title>" if text else ""


def _text(text: str) -> str:
    return escape(shown(text))
