"""Bars and ranges over one scale from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from links2_tasks.report._drawing import (
    Box,
    Dot,
    Drawing,
    Line,
    Marker,
    Shape,
    Words,
    shortened,
    text_width,
)
from links2_tasks.scoring import Interval

WIDTH = 760.0
_LABELS = 250.0
_FIGURES = 54.0
_ROW = 30.0
_TOP = 34.0
_TEXT = 12.5


@dataclass(frozen=True)
class Lane:
    """One row of a chart: a label and a share 0..1."""

    label: str
    share: float
    interval: Interval | None
    role: str
    marker: Marker = "circle"
    detail: str = ""
    """What is shown when someone points at it."""


@dataclass(frozen=True)
class Stack:
    """One row of a chart of shares that make up a whole."""

    label: str
    n: int
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Part:
    """What a stack consists of; every stack of a chart has the same parts."""

    name: str
    role: str
    """With a class of its own for print, where colours are gone."""


def range_chart(
    title: str, lanes: Sequence[Lane], chance: float | None, apart: Sequence[Lane] = (), apart_title: str = ""
) -> Drawing:
    """A marker with its interval for each lane, and the level of guessing.

    Args:
        title: Title of the figure.
        lanes: What was measured here.
        chance: Level that guessing reaches; None where there is no one level.
        apart: What comes from elsewhere; it stands below a line, without intervals.
        apart_title: What it is.
    """
    bottom = _TOP + _ROW * len(lanes)
    shapes: list[Shape] = [*_scale(_TOP, bottom), *_guessing(_TOP, bottom, chance)]
    for position, lane in enumerate(lanes):
        shapes += _range(lane, _TOP + _ROW * (position + 0.5))
    height = _TOP + _ROW * len(lanes) + 12
    if apart:
        shapes += _apart(apart, apart_title, height)
        height += 30 + _ROW * len(apart) + 12
    return Drawing(WIDTH, height, title, _summary(lanes), tuple(shapes))


def bar_chart(title: str, lanes: Sequence[Lane], chance: float | None) -> Drawing:
    """A bar with its interval for each lane, and the level of guessing."""
    bottom = _TOP + _ROW * len(lanes)
    shapes: list[Shape] = [*_scale(_TOP, bottom)]
    for position, lane in enumerate(lanes):
        middle = _TOP + _ROW * (position + 0.5)
        shapes.append(Box(_LABELS, middle - 8, _x(lane.share) - _LABELS, 16, lane.role, lane.detail))
    shapes += _guessing(_TOP, bottom, chance)
    for position, lane in enumerate(lanes):
        middle = _TOP + _ROW * (position + 0.5)
        shapes += [*_label(lane, middle), *_whisker(lane, middle, "ink"), _figure(lane, middle)]
    return Drawing(WIDTH, _TOP + _ROW * len(lanes) + 12, title, _summary(lanes), tuple(shapes))


def stacked_chart(title: str, parts: Sequence[Part], stacks: Sequence[Stack]) -> Drawing:
    """For each stack a bar from 0 to 1 that is cut into its parts, with a legend."""
    legend, legend_height = _legend(parts)
    top = legend_height + 22
    shapes: list[Shape] = [*legend, *_scale(top, top + _ROW * len(stacks))]
    for position, stack in enumerate(stacks):
        middle = top + _ROW * (position + 0.5)
        shapes.append(Words((_LABELS - 10, middle + 4.5), shortened(stack.label, _LABELS - 16, _TEXT), "end"))
        left = _LABELS
        for part, share in zip(parts, stack.shares, strict=True):
            width = share * _span()
            tip = f"{stack.label}: {part.name} {share:.0%} of {stack.n}"
            if share > 0:
                shapes.append(Box(left + 0.75, middle - 9, width - 1.5, 18, part.role, tip))
            if width >= 30:
                shapes.append(Words((left + width / 2, middle + 4.5), f"{share:.0%}", "middle", "on", 11.0, True))
            left += width
        shapes.append(Words((WIDTH - 4, middle + 4.5), f"n = {stack.n}", "end", "faint", 11.0))
    words = "; ".join(
        f"{stack.label}: "
        + ", ".join(f"{part.name} {share:.0%}" for part, share in zip(parts, stack.shares, strict=True))
        for stack in stacks
    )
    return Drawing(WIDTH, top + _ROW * len(stacks) + 12, title, words, tuple(shapes))


def _scale(top: float, bottom: float) -> list[Shape]:
    shapes: list[Shape] = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        shapes.append(Line(((_x(tick), top), (_x(tick), bottom)), "grid", 1.0))
        shapes.append(Words((_x(tick), top - 8), f"{tick:g}", "middle", "faint", 11.0))
    return shapes


def _guessing(top: float, bottom: float, chance: float | None) -> list[Shape]:
    if chance is None:
        return []
    return [
        Line(((_x(chance), top - 4), (_x(chance), bottom)), "chance", 1.6, dashed=True),
        Words((_x(chance), top - 20), f"guessing {chance:.2f}", "middle", "chance", 11.0),
    ]


def _range(lane: Lane, middle: float) -> list[Shape]:
    marker = Dot((_x(lane.share), middle), lane.role, lane.marker, 5.5, lane.detail)
    return [*_label(lane, middle), *_whisker(lane, middle, lane.role), marker, _figure(lane, middle)]


def _label(lane: Lane, middle: float) -> list[Shape]:
    return [Words((_LABELS - 10, middle + 4.5), shortened(lane.label, _LABELS - 16, _TEXT), "end", "ink", _TEXT)]


def _whisker(lane: Lane, middle: float, role: str) -> list[Shape]:
    if lane.interval is None:
        return []
    low, high = _x(lane.interval.low), _x(lane.interval.high)
    ends = [Line(((at, middle - 4), (at, middle + 4)), role, 1.6) for at in (low, high)]
    return [Line(((low, middle), (high, middle)), role, 1.6), *ends]


def _figure(lane: Lane, middle: float) -> Shape:
    return Words((WIDTH - 4, middle + 4.5), f"{lane.share:.2f}", "end", "ink", _TEXT, True)


def _apart(lanes: Sequence[Lane], title: str, top: float) -> list[Shape]:
    bottom = top + 30 + _ROW * len(lanes)
    shapes: list[Shape] = [
        Line(((8, top + 4), (WIDTH - 4, top + 4)), "faint", 1.0),
        Words((8, top + 22), title, "start", "faint", 11.5),
        *(Line(((_x(tick), top + 30), (_x(tick), bottom)), "grid", 1.0) for tick in (0.0, 0.25, 0.5, 0.75, 1.0)),
    ]
    for position, lane in enumerate(lanes):
        middle = top + 30 + _ROW * (position + 0.5)
        shapes += [*_label(lane, middle), Dot((_x(lane.share), middle), "hollow", lane.marker, 5.5, lane.detail)]
        shapes.append(Words((WIDTH - 4, middle + 4.5), f"{lane.share:.3f}", "end", "faint", _TEXT))
    return shapes


def _legend(parts: Sequence[Part]) -> tuple[list[Shape], float]:
    shapes: list[Shape] = []
    left, top = 8.0, 8.0
    for part in parts:
        width = 30 + text_width(part.name, 12)
        if left + width > WIDTH and left > 8:
            left, top = 8.0, top + 22
        shapes.append(Box(left, top, 14, 14, part.role))
        shapes.append(Words((left + 20, top + 11.5), part.name, "start", "ink", 12.0))
        left += width + 8
    return shapes, top + 22


def _summary(lanes: Sequence[Lane]) -> str:
    return "; ".join(f"{lane.label}: {lane.share:.2f}" for lane in lanes)


def _span() -> float:
    return WIDTH - _LABELS - _FIGURES


def _x(share: float) -> float:
    return _LABELS + min(1.0, max(0.0, share)) * _span()
