"""What an import leaves: rows that could not be used and why, columns that were seen, counts."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from links2_tasks.errors import DataError
from links2_tasks.schema import Question

REASONS: Mapping[str, str] = {
    "file not readable": (
        "the file is empty, no UTF-8 text, no JSON, no Parquet, lacks its header, is a link out of SOURCE, or holds no "
        "list where the mapping says"
    ),
    "line not readable": "one line is no UTF-8 text, no JSON object, has a key twice, or is too long",
    "ragged row": "the row has more or fewer cells than the header",
    "quotes not closed": "a quoted cell does not end, or something follows its closing quote",
    "cell too long": "a cell holds more text than is read",
    "no rows inside": "a nested list that the mapping names is missing, empty or no list",
    "column missing": "the row has no column of a name that the mapping uses, and the mapping gives no default",
    "cell empty": "a cell that a question needs is empty, and the mapping gives no default",
    "not in the lookup": "the lookup of the mapping has no entry for the value",
    "task without a mapping": "the name is no task of links2, and the lookup of `task` does not name it",
    "not a text": "a list or an object stands where a text is needed",
    "unfit text": "a text holds halves of characters or NUL, or a name holds control characters or line breaks",
    "not a number": "a number is needed; NaN and infinity are none, and metres per pixel are above 0",
    "not a day": "`recorded_on` is no day such as 2026-05-01",
    "number of options": "fewer than 2 or more than 6 options are filled in",
    "options not readable": "the cell with the options is no list, object or text as the mapping says",
    "option empty": "an option of a list is empty, or the answer names an empty one",
    "options alike": "two options have the same text but for case and spaces",
    "answer names no option": "the letter, index or text of the answer is that of no option",
    "path refused": "a path leaves SOURCE, also through a link, is absolute or a URL, or holds control characters",
    "media missing": "there is no such file or folder, or no image in the folder",
    "video not decodable": "the video is damaged, empty or no video",
    "image not readable": "a satellite image is damaged, too large or no image",
    "frames not usable": "a frame is damaged, or frames of a folder differ in size",
    "outside the video": "the span or the moment that is asked about is empty or not within the video",
    "clip contradicts itself": "an earlier row gives the clip another video, region, source or day",
    "id twice": "an earlier row has the same question id",
    "asked twice": "an earlier row asks the same of the same clip and images",
    "question refused": "the question breaks another rule of format 1",
}
"""Why a row is left out, and what that means."""

_LOOKUPS = ("task without a mapping", "not in the lookup")
_SHOWN_CHARS = 300
_NOT_SHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})


class UnusableError(DataError):
    """A row, or a whole file of rows, cannot be used; it is listed, and the import goes on."""

    def __init__(self, reason: str, detail: str) -> None:
        """Name one of `REASONS`, and what exactly was found."""
        super().__init__(f"{reason}: {detail}")
        if reason not in REASONS:
            raise KeyError(reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class LeftOut:
    """A row that could not be used."""

    file: str
    """Path below SOURCE."""
    row: int | None
    """Counts from 1 within the file, without the header; None where it is the whole file."""
    place: str
    """Where editors find it: 'line 7', or 'clips.0.questions.2' in nested JSON."""
    reason: str
    """One of `REASONS`."""
    detail: str
    """What exactly was found."""


@dataclass(frozen=True)
class Column:
    """A column that was seen; keys of objects in JSON are columns too."""

    name: str
    """With the names of the nested lists before it: 'questions.answer'."""
    n_filled: int
    """Rows in which it is not empty."""
    example: str
    """The first value that is not empty, cut short."""
    used: bool
    """Whether the mapping uses it."""


@dataclass(frozen=True)
class ImportReport:
    """What came in and what did not."""

    files: tuple[str, ...]
    """Files that rows were read from, as paths below SOURCE."""
    n_rows: int
    """Rows that were looked at, those that were left out among them."""
    counts: Mapping[str, Mapping[str, int]]
    """Questions by split and task."""
    n_clips: int
    left_out: tuple[LeftOut, ...]
    columns: tuple[Column, ...]
    absent_columns: tuple[str, ...]
    """Names that the mapping uses and that no row had."""
    limit: int | None
    """No more rows than this were looked at; None where all were."""
    first: Question | None
    """The first question as it was converted."""

    @property
    def n_questions(self) -> int:
        """Questions that were converted."""
        return sum(sum(tasks.values()) for tasks in self.counts.values())

    @property
    def unused_columns(self) -> tuple[str, ...]:
        """Columns that the mapping does not use."""
        return tuple(column.name for column in self.columns if not column.used)

    @property
    def reasons(self) -> Mapping[str, int]:
        """Rows left out by reason, the most frequent first."""
        return dict(Counter(each.reason for each in self.left_out).most_common())

    @property
    def values_without_mapping(self) -> Mapping[str, int]:
        """Names of tasks, and values of other fields, that no lookup knows, with the number of their rows."""
        return dict(Counter(each.detail for each in self.left_out if each.reason in _LOOKUPS).most_common())


def in_a_line(value: object, n_chars: int = _SHOWN_CHARS) -> str:
    """A text for tables and messages: one line, no control characters, not long."""
    text = str(value)[: n_chars + 1]
    shown = "".join(" " if unicodedata.category(each) in _NOT_SHOWN else each for each in text)
    return shown if len(shown) <= n_chars else f"{shown[: n_chars - 3]}..."
