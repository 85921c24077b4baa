"""Drawings and tables as PNG files, in the light theme, drawn by matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from links2_tasks.errors import MissingExtraError
from links2_tasks.report._drawing import Area, Box, Dot, Drawing, Line, Shape, Words, shortened, text_width
from links2_tasks.report._exhibits import Cell, Row, Table, interval_text
from links2_tasks.report._svg import marker_corners
from links2_tasks.report._text import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = {
    "ink": "#191c20", "faint": "#5c6570", "grid": "#dfe2e4", "chance": "#8a4b08", "on": "#ffffff", "paper": "#ffffff",
    "hollow": "#ffffff",
    "s0": "#17697a", "s1": "#c2571a", "s2": "#5b57b8", "s3": "#2f8a4c",
    "s4": "#b03a74", "s5": "#8a6d00", "s6": "#5e7386", "s7": "#9b4a3c",
}  # fmt: skip
_DPI = 200
_PX_PER_INCH = 100.0
_POINTS_PER_PX = 72.0 / _PX_PER_INCH
_PADDING = 18.0
_ROW, _SIZE = 24.0, 12.0
_MOST_COLUMN = 340.0


def check_matplotlib() -> None:
    """Say at once, and not after minutes of work, that pictures cannot be drawn.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise MissingExtraError("A picture of a table or figure", "matplotlib", "report")


def write_png(drawing: Drawing, path: Path) -> None:
    """Write a drawing with its title.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    check_matplotlib()
    # Not pyplot: it looks for a display, and keeps every figure.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    title_height = 30.0 if drawing.title else 0.0
    width, height = drawing.width + 2 * _PADDING, drawing.height + 2 * _PADDING + title_height
    figure = Figure(figsize=(width / _PX_PER_INCH, height / _PX_PER_INCH), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(-_PADDING, drawing.width + _PADDING)
    axes.set_ylim(drawing.height + _PADDING, -_PADDING - title_height)
    axes.set_axis_off()
    if drawing.title:
        _draw_words(axes, Words((0.0, -14.0), drawing.title, size=15.0, bold=True), 0)
    # Left to itself, matplotlib draws all lines over all areas.
    for order, shape in enumerate(drawing.shapes):
        _WRITERS[type(shape)](axes, shape, order)
    figure.savefig(path, dpi=_DPI, format="png", metadata={"Software": "links2"})


def _draw_line(axes: Axes, shape: Line, order: int) -> None:
    points = [*shape.points, shape.points[0]] if shape.closed else shape.points
    style = (0, (4, 3)) if shape.dashed else "solid"
    axes.plot(
        [x for x, _ in points], [y for _, y in points],
        color=_COLOURS[shape.role], linewidth=shape.width * _POINTS_PER_PX, linestyle=style,
        solid_capstyle="round", solid_joinstyle="round", zorder=order,
    )  # fmt: skip


def _draw_area(axes: Axes, shape: Area, order: int) -> None:
    axes.fill(
        [x for x, _ in shape.points], [y for _, y in shape.points],
        color=_COLOURS[shape.role], alpha=shape.opacity, linewidth=0, zorder=order,
    )  # fmt: skip


def _draw_box(axes: Axes, shape: Box, order: int) -> None:
    right, bottom = shape.left + max(0.0, shape.width), shape.top + shape.height
    corners = (shape.left, shape.top), (right, shape.top), (right, bottom), (shape.left, bottom)
    _draw_area(axes, Area(corners, shape.role.split()[0]), order)


def _draw_dot(axes: Axes, shape: Dot, order: int) -> None:
    (x, y), radius = shape.centre, shape.radius
    corners = [(x + radius * dx, y + radius * dy) for dx, dy in marker_corners(shape.marker)]
    axes.fill(
        [at for at, _ in corners], [at for _, at in corners], facecolor=_COLOURS[shape.role],
        edgecolor=_COLOURS["faint"] if shape.role == "hollow" else "white", linewidth=0.8, zorder=order,
    )  # fmt: skip


def _draw_words(axes: Axes, shape: Words, order: int) -> None:
    place = {"start": "left", "middle": "center", "end": "right"}[shape.anchor]
    axes.text(
        *shape.at, shown(shape.text).replace("\n", " "), fontsize=shape.size * _POINTS_PER_PX, ha=place, va="baseline",
        color=_COLOURS[shape.role], fontweight="bold" if shape.bold else "normal", parse_math=False, zorder=order,
    )  # fmt: skip


_WRITERS: dict[type[Shape], Callable[[Any, Any, int], None]] = {
    Line: _draw_line, Area: _draw_area, Box: _draw_box, Dot: _draw_dot, Words: _draw_words,
}  # fmt: skip


def table_drawing(table: Table) -> Drawing:
    """A table as a drawing; long texts are cut off."""
    texts = [[column.title for column in table.columns], *([_words(cell) for cell in row.cells] for row in table.rows)]
    widths = [
        min(_MOST_COLUMN, max(text_width(row[place], _SIZE) for row in texts if place < len(row)) + 26)
        for place in range(len(table.columns))
    ]
    shapes: list[Shape] = _row_words(table, texts[0], 0, widths, [True] * len(widths))
    total = sum(widths)
    shapes.append(_rule(0.0, total, 1.6))
    shapes.append(_rule(_ROW, total, 1.0))
    for number, (row, words) in enumerate(zip(table.rows, texts[1:], strict=True), start=1):
        if _begins_group(row, number):
            shapes.append(_rule(_ROW * number, total, 0.6))
        bold = [cell.best or (place == 0 and row.kind != "plain") for place, cell in enumerate(row.cells)]
        shapes += _row_words(table, words, number, widths, bold)
    height = _ROW * (len(table.rows) + 1)
    shapes.append(_rule(height, total, 1.6))
    return Drawing(total, height, table.title, "", tuple(shapes))


def _begins_group(row: Row, number: int) -> bool:
    return row.kind != "plain" and number > 1


def _rule(top: float, width: float, thickness: float) -> Shape:
    return Line(((0.0, top), (width, top)), "ink" if thickness >= 1.0 else "faint", thickness)


def _row_words(
    table: Table, words: Sequence[str], number: int, widths: Sequence[float], bold: Sequence[bool]
) -> list[Shape]:
    shapes: list[Shape] = []
    left, baseline = 0.0, _ROW * number + 16.5
    for place, (text, width, is_bold) in enumerate(zip(words, widths, bold, strict=True)):
        cut = shortened(text, width - 14, _SIZE)
        if place == 0 or table.columns[place].is_text:
            shapes.append(Words((left + 6, baseline), cut, "start", "ink", _SIZE, is_bold))
        else:
            shapes.append(Words((left + width - 6, baseline), cut, "end", "ink", _SIZE, is_bold))
        left += width
    return shapes


def _words(cell: Cell) -> str:
    return f"{cell.text} ({interval_text(cell.interval)})" if cell.interval is not None else cell.text
