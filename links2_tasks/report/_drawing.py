"""Figures as shapes with roles instead of colours: one description for a page in two themes and for a picture file."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
Marker = Literal["circle", "square", "triangle", "diamond"]
MARKERS: tuple[Marker, ...] = ("circle", "square", "triangle", "diamond")

N_SERIES = 8
"""Colours of series; a role is 's0' to 's7', or 'ink', 'faint', 'grid' or 'paper'."""


@dataclass(frozen=True)
class Line:
    """A line through points."""

    points: tuple[Point, ...]
    role: str
    width: float = 1.5
    dashed: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Area:
    """A filled polygon."""

    points: tuple[Point, ...]
    role: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Box:
    """A filled rectangle."""

    left: float
    top: float
    width: float
    height: float
    role: str
    tip: str = ""
    """What is shown when someone points at it."""


@dataclass(frozen=True)
class Dot:
    """A marker."""

    centre: Point
    role: str
    marker: Marker = "circle"
    radius: float = 4.5
    tip: str = ""


@dataclass(frozen=True)
class Words:
    """One line of text; `at` lies on its baseline."""

    at: Point
    text: str
    anchor: Anchor = "start"
    role: str = "ink"
    size: float = 12.0
    bold: bool = False


Shape: TypeAlias = Line | Area | Box | Dot | Words


@dataclass(frozen=True)
class Drawing:
    """Shapes on a canvas whose y points down; units are pixels at the size that is meant."""

    width: float
    height: float
    title: str
    summary: str
    """What it shows, for people who cannot see it."""
    shapes: tuple[Shape, ...]


def series_role(position: int) -> str:
    """Role of the series at a position; after the last colour they repeat."""
    return f"s{position % N_SERIES}"


def series_marker(position: int) -> Marker:
    """Marker of the series at a position, so that series differ without colour."""
    return MARKERS[position % len(MARKERS)]


def text_width(text: str, size: float) -> float:
    """About how wide a text is in a common sans-serif font."""
    wide = sum(1 for letter in text if unicodedata.east_asian_width(letter) in "WF")
    return size * (0.56 * (len(text) - wide) + 1.02 * wide)


def shortened(text: str, width: float, size: float) -> str:
    """The text, or as much of its beginning as fits."""
    if text_width(text, size) <= width:
        return text
    kept = text[: max(1, int(width / (0.5 * size)))]
    while len(kept) > 1 and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept + "…"
