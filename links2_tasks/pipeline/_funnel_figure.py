"""The figure of a funnel: a bar for each step, with what it took out and why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from links2_tasks._extras import import_extra
from links2_tasks._files import told_where, write_whole

if TYPE_CHECKING:
    from links2_tasks.pipeline._funnel_step import FunnelStep

INK, FAINT, RULE = "#1a1c20", "#5c6570", "#d5d9dd"
LEFT_OVER, TAKEN_OUT = "#17697a", "#e5a673"
"""Of the bar; they differ in lightness too, so that grey prints and colour-blind people tell them apart."""

WIDTH = 10.5
"""All lengths are in inches."""
_MARGIN = 0.3
_TITLE_WIDTH, _NUMBER_WIDTH = 2.55, 1.75
_BAR = 0.2
_LINE = 0.17
_GAP = 0.17
_HEAD = 0.62
_GROUP = 0.34
_DPI = 160
_TITLE_CHARS, _WHY_CHARS = 32, 94
_MOST_WHY_LINES = 3
_LEAST_SEEN = 0.03
"""Bars of few among many are drawn at least so long: one question left is not none."""


@dataclass(frozen=True)
class _Row:
    """One step, its texts in lines."""

    step: FunnelStep
    title: tuple[str, ...]
    why: tuple[str, ...]

    @property
    def height(self) -> float:
        return max(_BAR + _LINE * len(self.why), _LINE * len(self.title)) + _GAP


def draw_funnel(steps: Sequence[FunnelStep], paths: Sequence[Path]) -> None:
    """Draw a funnel; the ending of each path says which kind of file.

    Bars of one unit share a scale: of all flights, all drafts, all questions. The same steps give the same bytes.

    Raises:
        DataError: a file cannot be written.
        MissingExtraError: matplotlib is not installed.
    """
    # Not pyplot: it looks for a display, and keeps every figure.
    matplotlib = import_extra("matplotlib", "matplotlib", "report", "The figure of a funnel")
    backend = import_extra("matplotlib.backends.backend_agg", "matplotlib", "report", "The figure of a funnel")
    figures = import_extra("matplotlib.figure", "matplotlib", "report", "The figure of a funnel")
    groups = [(unit, [_row(step) for step in members]) for unit, members in groupby(steps, lambda step: step.unit)]
    height = 2 * _MARGIN + _HEAD + sum(_GROUP + sum(row.height for row in rows) for _, rows in groups)
    # In SVG, text stays text; names of parts are drawn from the salt and not from the clock.
    with matplotlib.rc_context({"svg.hashsalt": "links2", "svg.fonttype": "none"}):
        figure = figures.Figure(figsize=(WIDTH, height), facecolor="white")
        backend.FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
        _draw(axes, groups, steps)
        for path in paths:
            with told_where(path):
                write_whole(path, partial(_save, figure, path.suffix.lstrip(".")))


def _save(figure: Any, kind: str, stream: IO[bytes]) -> None:
    metadata = {"Date": None, "Creator": "links2"} if kind == "svg" else {"Software": "links2"}
    figure.savefig(stream, dpi=_DPI, format=kind, metadata=metadata)


def _row(step: FunnelStep) -> _Row:
    title = textwrap.wrap(" ".join(step.title.split()), _TITLE_CHARS, max_lines=2, placeholder=" …") or [""]
    return _Row(step, tuple(title), tuple(_why(step)))


def _why(step: FunnelStep) -> Iterator[str]:
    """Reasons in lines; those that have no room are counted."""
    told = [f"{n:,}\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN} {' '.join(reason.split())}" for reason, n in step.told]
    for n_shown in range(len(told), -1, -1):
        rest = len(told) - n_shown
        parts = [*told[:n_shown], *([f"and {rest} more reason{'s'[: rest > 1]}"] if rest else [])]
        lines = textwrap.wrap(";  ".join(parts), _WHY_CHARS)
        if len(lines) <= _MOST_WHY_LINES or n_shown <= 1:
            if len(lines) > _MOST_WHY_LINES:
                lines = textwrap.wrap(";  ".join(parts), _WHY_CHARS, max_lines=_MOST_WHY_LINES, placeholder=" …")
            yield from lines
            return


def _draw(axes: Any, groups: Sequence[tuple[str, Sequence[_Row]]], steps: Sequence[FunnelStep]) -> None:
    top = _MARGIN
    _words(axes, _MARGIN, top + 0.1, "From footage to dataset", size=13, weight="bold")
    first, last = steps[0], steps[-1]
    whole = (
        f"{first.n_in:,} {_counted(first.unit, first.n_in)} in, {last.n_out:,} {_counted(last.unit, last.n_out)} out"
    )
    _words(axes, _MARGIN, top + 0.34, whole, size=9, color=FAINT)
    _legend(axes, top + 0.34)
    top += _HEAD
    for unit, rows in groups:
        _words(axes, _MARGIN, top + 0.13, " ".join(unit.split()).upper(), size=7.5, color=FAINT, weight="bold")
        axes.plot([_MARGIN, WIDTH - _MARGIN], [top, top], color=RULE, linewidth=0.8)
        top += _GROUP
        most = max(row.step.n_in for row in rows)
        for row in rows:
            _draw_row(axes, row, top, most)
            top += row.height


def _draw_row(axes: Any, row: _Row, top: float, most: int) -> None:
    step = row.step
    for i, line in enumerate(row.title):
        _words(axes, _MARGIN, top + _BAR / 2 + i * _LINE, line, size=9)
    left = _MARGIN + _TITLE_WIDTH
    room = WIDTH - 2 * _MARGIN - _TITLE_WIDTH - _NUMBER_WIDTH
    stays, goes = (_length(n, most, room) for n in (step.n_out, step.n_dropped))
    if step.n_in == 0:
        axes.plot([left, left], [top, top + _BAR], color=FAINT, linewidth=1.2)
    if stays:
        axes.barh(top + _BAR / 2, stays, left=left, height=_BAR, color=LEFT_OVER)
    if goes:
        axes.barh(top + _BAR / 2, goes, left=left + stays, height=_BAR, color=TAKEN_OUT)
    numbers = f"{step.n_out:,}" + (f"  (\N{MINUS SIGN}{step.n_dropped:,})" if step.n_dropped else "")
    _words(
        axes, left + stays + goes + 0.1, top + _BAR / 2, numbers, size=9, weight="bold" if step.n_dropped else "normal"
    )
    for i, line in enumerate(row.why):
        _words(axes, left, top + _BAR + 0.11 + i * _LINE, line, size=7.8, color=FAINT)


def _length(n: int, most: int, room: float) -> float:
    return max(_LEAST_SEEN, room * n / most) if n and most else 0.0


def _legend(axes: Any, y: float) -> None:
    x = WIDTH - _MARGIN - 2.35
    for colour, words, width in ((LEFT_OVER, "goes on", 0.95), (TAKEN_OUT, "taken out, and why", 0.0)):
        axes.barh(y, 0.18, left=x, height=0.12, color=colour)
        _words(axes, x + 0.26, y, words, size=8, color=FAINT)
        x += width


def _counted(unit: str, n: int) -> str:
    return unit[:-1] if n == 1 and unit.endswith("s") else unit


def _words(axes: Any, x: float, y: float, text: str, **style: Any) -> None:
    # No formulas: a reason with two dollar signs is a reason.
    axes.text(x, y, text, **{"va": "center", "ha": "left", "color": INK, "parse_math": False, **style})
