"""From a row to texts, numbers and days, as the mapping says they are made."""

from __future__ import annotations

import difflib
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from string import Formatter
from typing import Any

from links2_tasks.importing._mapping import Made, names_in
from links2_tasks.importing._records import UnusableError, in_a_line
from links2_tasks.importing._row import MISSING, Columns, Row, is_empty

_NO_NAME = frozenset({"Cc", "Cs", "Zl", "Zp"})
_NUMBER_CHARS = 400


class Values:
    """Looks up what a mapping names in rows, and remembers which columns there are and which are used."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def cell(self, row: Row, column: str) -> Any:
        """A cell as it stands; None where it is empty.

        Raises:
            UnusableError: the row has no such column.
        """
        value = self._columns.find(row, column)
        if value is MISSING:
            near = difflib.get_close_matches(column, self._columns.known(), n=3)
            hint = f"; near it: {', '.join(map(in_a_line, near))}" if near else ""
            raise UnusableError("column missing", f"'{column}'{hint}")
        return None if is_empty(value) else value

    def cell_or_none(self, row: Row, column: str) -> Any:
        """A cell as it stands; None where it is empty or the row has no such column."""
        value = self._columns.find(row, column)
        return None if value is MISSING or is_empty(value) else value

    def raw(self, made: Made, row: Row) -> Any:
        """What a field is made from, before it is looked up: a text, or the cell as it stands.

        Raises:
            UnusableError: a column is missing or empty, and there is no default.
        """
        try:
            if made.constant is not None:
                return made.constant
            if made.template is not None:
                return self.filled(made.template, row)
            value = self.cell(row, made.column or "")
            if value is None:
                raise UnusableError("cell empty", f"'{made.column}'")
        except UnusableError as error:
            if made.default is None or error.reason not in ("column missing", "cell empty"):
                raise
            return _Default(made.default)
        return value

    def text(self, made: Made, row: Row) -> str:
        """A text that is there, looked up.

        Raises:
            UnusableError: it is not there, is no text, or is not in the lookup.
        """
        value = self.raw(made, row)
        if isinstance(value, _Default):
            return str(value)
        found = as_text(value)
        if made.lookup and found not in made.lookup:
            raise UnusableError("not in the lookup", f"'{in_a_line(found)}'")
        return made.lookup.get(found, found)

    def name(self, made: Made, row: Row) -> str:
        """A text that names something: one line without control characters.

        Raises:
            UnusableError: as `text`, or the text is no name.
        """
        found = self.text(made, row)
        if any(unicodedata.category(each) in _NO_NAME for each in found):
            raise UnusableError("unfit text", f"a name with control characters or line breaks: '{in_a_line(found)}'")
        return found

    def number(self, made: Made, row: Row) -> float:
        """A finite number.

        Raises:
            UnusableError: it is not there, is no number, or is not in the lookup.
        """
        # NaN is not taken for an empty cell here: someone has divided by nought.
        if made.column is not None and _is_nan(self._columns.find(row, made.column)):
            raise UnusableError("not a number", f"'{made.column}' is NaN")
        if made.lookup or made.column is None:
            return as_number(self.text(made, row))
        return as_number(self.raw(made, row))

    def number_or_none(self, made: Made | None, row: Row) -> float | None:
        """A finite number; None where nothing is mapped, the row has no such column, or the cell is empty.

        Raises:
            UnusableError: what is there is no number, or is not in the lookup.
        """
        if made is None:
            return None
        is_nan = made.column is not None and _is_nan(self._columns.find(row, made.column))
        return self.number(made, row) if is_nan or self.has(made, row) else None

    def has(self, made: Made | None, row: Row) -> bool:
        """Whether there is something to make a field from: it is mapped, and its column is there and not empty."""
        if made is None:
            return False
        if made.constant is not None or made.default is not None:
            return True
        names = (made.column,) if made.column is not None else names_in(made.template or "")
        cells = [self._columns.find(row, name) for name in names]
        return not any(cell is MISSING or is_empty(cell) for cell in cells)

    def filled(self, template: str, row: Row) -> str:
        """A template with the row's texts in place of its names.

        Raises:
            UnusableError: a column is missing, empty or no text.
        """
        parts = []
        for before, name, _, _ in Formatter().parse(template):
            parts.append(before)
            if name is not None:
                value = self.cell(row, name)
                if value is None:
                    raise UnusableError("cell empty", f"'{name}'")
                parts.append(as_text(value))
        return "".join(parts)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


class _Default(str):
    """A text that stands in for a cell that is not there."""

    __slots__ = ()


def with_item(row: Row, item: Any) -> Row:
    """A row that has one entry of a list as the column `item`."""
    return replace(row, levels=({"item": item}, *row.levels), prefixes=("each", *row.prefixes))


def as_text(value: Any) -> str:
    """A cell as text, without blanks at its ends; whole numbers without a decimal point.

    Raises:
        UnusableError: the cell is a list, an object or of another kind without one text; or the text is unfit.
    """
    if isinstance(value, str):
        found = value
    elif isinstance(value, bytes):
        found = _decoded(value)
    elif isinstance(value, bool):
        found = "true" if value else "false"
    elif isinstance(value, float):
        found = str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    elif isinstance(value, (int, Decimal)):
        found = _digits(value)
    elif isinstance(value, (date, datetime)):
        found = value.isoformat()
    else:
        what = "an object" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else type(value)
        raise UnusableError("not a text", f"{what}: {in_a_line(value, 60)}")
    if "\0" in found or any("\ud800" <= each <= "\udfff" for each in found):
        raise UnusableError("unfit text", f"half a character or NUL in '{in_a_line(found, 60)}'")
    return found.strip()


def as_number(value: Any) -> float:
    """A cell as a finite number.

    Raises:
        UnusableError: it is none.
    """
    text = value if isinstance(value, str) else "true" if isinstance(value, bool) else as_text(value)
    try:
        # Not 1_000, which Python would take for a thousand.
        found = math.nan if "_" in text or len(text) > _NUMBER_CHARS else float(text)
    except (ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise UnusableError("not a number", f"'{in_a_line(text, 60)}'")
    return found


def as_day(text: str) -> date:
    """A day such as 2026-05-01; a time after it is passed over.

    Raises:
        UnusableError: it is none.
    """
    day, rest = text[:10], text[10:]
    try:
        # Python 3.11 takes other forms too, such as 20260501, and 3.10 does not.
        if [len(part) for part in day.split("-")] != [4, 2, 2] or rest[:1] not in ("", "T", " "):
            raise ValueError(text)
        return date(*map(int, day.split("-")))
    except ValueError as error:
        raise UnusableError("not a day", f"'{in_a_line(text, 60)}'") from error


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise UnusableError("not a text", f"{len(value)} bytes that are no UTF-8") from error


def _digits(value: int | Decimal) -> str:
    try:
        return str(value)
    except ValueError as error:  # Python prints no whole numbers of more than 4,300 digits.
        raise UnusableError("not a number", "it has thousands of digits") from error
