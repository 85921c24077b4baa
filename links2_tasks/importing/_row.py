"""A row, and how names of columns find their values in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from links2_tasks.importing._records import Column, in_a_line

_PARENT = "parent."
_MAX_COLUMNS = 2_000
_EXAMPLE_CHARS = 60


class Missing:
    """Stands for a column that a row does not have."""


MISSING: Final = Missing()


@dataclass(frozen=True)
class Row:
    """One row, and the rows that it is nested in."""

    file: str
    """Path below SOURCE."""
    number: int
    """Counts from 1 within the file."""
    place: str
    """Where editors find it."""
    levels: tuple[Mapping[str, Any], ...]
    """Its own columns first, then those of the row around it."""
    prefixes: tuple[str, ...]
    """Names of the nested lists that lead to each level, for example 'clips.questions'; empty for the outermost."""


def is_empty(value: Any) -> bool:
    """Whether a cell holds nothing: null, blanks, or NaN, which pandas writes for nothing."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and not value.strip())


class Columns:
    """Columns that were seen, with an example of each, and those that were asked for."""

    def __init__(self) -> None:
        self._filled: dict[str, int] = {}
        self._examples: dict[str, str] = {}
        self._used: set[str] = set()
        self._sought: dict[str, bool] = {}

    def see(self, row: Row) -> None:
        """Note the columns of a row. Of objects with ever new keys, only the first are noted."""
        for level, prefix in zip(row.levels, row.prefixes, strict=True):
            for key, value in level.items():
                name = f"{prefix}.{key}" if prefix else str(key)
                if name not in self._filled and len(self._filled) >= _MAX_COLUMNS:
                    continue
                filled = not is_empty(value)
                self._filled[name] = self._filled.get(name, 0) + filled
                if filled and name not in self._examples:
                    self._examples[name] = in_a_line(value, _EXAMPLE_CHARS)

    def use_lists(self, nested: tuple[str, ...]) -> None:
        """Note that the lists which rows are nested in are used."""
        self._used.update(".".join(nested[: depth + 1]) for depth in range(len(nested)))

    def find(self, row: Row, name: str) -> Any:
        """The value of a column, from the row itself or else from the rows around it; `MISSING` where none has it.

        A name with dots leads into objects and lists, unless a column has this very name. `parent.` skips a level.
        """
        self._sought.setdefault(name, False)
        wanted, first = name, 0
        while wanted.startswith(_PARENT) and "parent" not in row.levels[first] and first + 1 < len(row.levels):
            wanted, first = wanted.removeprefix(_PARENT), first + 1
        for level, prefix in zip(row.levels[first:], row.prefixes[first:], strict=True):
            head, value = step_into(level, wanted)
            if value is not MISSING:
                self._used.add(f"{prefix}.{head}" if prefix else head)
                self._sought[name] = True
                return value
        return MISSING

    def known(self) -> list[str]:
        """Names of all columns that were seen."""
        return list(self._filled)

    def absent(self) -> tuple[str, ...]:
        """Names that were asked for and that no row had."""
        return tuple(name for name, found in self._sought.items() if not found)

    def table(self) -> tuple[Column, ...]:
        """The columns in the order in which they came."""
        return tuple(
            Column(in_a_line(name), n, self._examples.get(name, ""), name in self._used)
            for name, n in self._filled.items()
        )


def step_into(level: Mapping[str, Any], name: str) -> tuple[str, Any]:
    """The first key that was followed, and the value at a dotted path; `MISSING` where there is none."""
    if name in level:
        return name, level[name]
    head, _, rest = name.partition(".")
    if not rest or head not in level:
        return head, MISSING
    return head, _inside(level[head], rest)


def _inside(value: Any, path: str) -> Any:
    if isinstance(value, Mapping):
        return step_into(value, path)[1]
    if isinstance(value, list):
        head, _, rest = path.partition(".")
        if head.isdecimal() and len(head) < 10 and int(head) < len(value):
            return _inside(value[int(head)], rest) if rest else value[int(head)]
    return MISSING
