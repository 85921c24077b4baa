"""What a check of a dataset reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a dataset."""

    file: str
    """Path below the dataset's root."""
    line: int | None
    """Line of a question file, counted from 1; None when the fault is the whole file's."""
    message: str

    def __str__(self) -> str:
        """`file:line: message`, as editors understand it."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"
