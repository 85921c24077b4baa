"""What a check of a dataset reports."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_NOT_IN_A_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Kinds of characters that end a line, steer a terminal, or that no file can hold."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a dataset."""

    file: str
    """Path below the dataset's root."""
    line: int | None
    """Line of a question file, counted from 1; None when the fault is the whole file's."""
    message: str

    def __str__(self) -> str:
        """`file:line: message`, as editors understand it: one line, whatever the names and texts of a dataset hold."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return "".join(map(_in_a_line, f"{place}: {self.message}"))


def _in_a_line(character: str) -> str:
    if unicodedata.category(character) not in _NOT_IN_A_LINE:
        return character
    return character.encode("unicode_escape").decode("ascii")
