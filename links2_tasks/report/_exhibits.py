"""What a report consists of: tables, drawings of them, and sections that hold both. Nothing here knows HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from links2_tasks.report._drawing import Drawing
from links2_tasks.scoring import Interval

NOT_RECORDED = "not recorded"
"""What a table says of something that a framework did not keep."""

RowKind = Literal["plain", "part", "whole"]


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    text: str
    number: float | None = None
    """The same as a number, for CSV; None where the cell holds words."""
    interval: Interval | None = None
    """Of the number, when clips are what was sampled."""
    region_interval: Interval | None = None
    """Of the number, when whole regions are what was sampled."""
    chance: float | None = None
    """Level that guessing reaches, where the number is an accuracy."""
    best: bool = False
    """Whether it is the best of its row."""


@dataclass(frozen=True)
class Column:
    """Heading of a column."""

    title: str
    is_text: bool = False
    """Text stands left, numbers stand right."""


@dataclass(frozen=True)
class Row:
    """One row of a table; its first cell is its heading."""

    cells: tuple[Cell, ...]
    kind: RowKind = "plain"
    """A 'part' sums up the plain rows after it, a 'whole' sums up the table."""


@dataclass(frozen=True)
class Table:
    """A table, which becomes HTML, CSV, LaTeX and a picture."""

    name: str
    """Name of its files, without an ending."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    """What a reader must know to read it."""


@dataclass(frozen=True)
class Exhibit:
    """A table, with a drawing of it where one helps."""

    table: Table
    drawing: Drawing | None = None
    folded: bool = False
    """Whether the table only repeats the drawing in numbers, so that a page may show it on request."""


@dataclass(frozen=True)
class Section:
    """A part of a report with a heading."""

    name: str
    title: str
    lead: str
    """One or two sentences that say what it shows."""
    exhibits: tuple[Exhibit, ...]
    remarks: tuple[str, ...] = ()
    """Findings below the exhibits."""


def text_cell(text: object) -> Cell:
    """A cell of words."""
    return Cell(str(text))


def count_cell(number: int) -> Cell:
    """A cell with a count."""
    return Cell(f"{number:,}", float(number))


def share_cell(share: float, interval: Interval | None = None, chance: float | None = None) -> Cell:
    """A cell with a share 0..1."""
    return Cell(f"{share:.2f}", share, interval, chance=chance)


def signed_cell(difference: float, interval: Interval | None = None) -> Cell:
    """A cell with a difference of shares."""
    return Cell(f"{round(difference, 2) + 0.0:+.2f}", difference, interval)


def p_cell(p_value: float | None) -> Cell:
    """A cell with a p-value."""
    if p_value is None:
        return Cell("-")
    return Cell("< 0.001" if p_value < 0.001 else f"{p_value:.3f}", p_value)


def two_digits(number: float) -> str:
    """A number with two digits, and no minus sign before a zero."""
    return f"{round(number, 2) + 0.0:.2f}"


def interval_text(interval: Interval) -> str:
    """An interval in words, for example '0.81 to 0.95'."""
    return f"{two_digits(interval.low)} to {two_digits(interval.high)}"


def span_text(interval: Interval) -> str:
    """An interval as short as can be: joined by a dash, or by a word where a minus sign would be lost beside it."""
    words = interval_text(interval)
    return words if "-" in words else words.replace(" to ", "\u2013")
