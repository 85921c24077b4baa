"""Rows of CSV and TSV files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TextIO

from links2_tasks.importing._found import Bad, Found
from links2_tasks.importing._records import UnusableError, in_a_line

MAX_CELL_CHARS = 64 * 2**20
"""Cells may hold images in base64; of longer ones the row is left out."""
MAX_LINE_CHARS = 128 * 2**20
_SNIFFED_BYTES = 4_096


def read_table(path: Path, separator: str, quotes: bool) -> Iterator[Found | Bad]:
    """The rows of a table whose first row names its columns.

    Args:
        path: A text file in UTF-8, with or without a byte order mark; lines end in LF, CR LF or CR.
        separator: Character between cells.
        quotes: Whether cells may stand in double quotes, in which quotes are doubled and lines may break.

    Raises:
        UnusableError: the file as a whole cannot be read.
        OSError: it cannot be opened.
    """
    _check_head(path)
    with (
        path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream,
        _long_cells_allowed(),
    ):
        lines = _Lines(stream)
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
        reader = csv.reader(lines, delimiter=separator, quoting=quoting, strict=True)
        header: list[str] | None = None
        while True:
            place = f"line {lines.n_read + 1}"
            try:
                cells = next(reader)
                _check_cells(cells)
                if header is None:
                    header = _header(cells) if cells else None
                elif cells:
                    _check_length(cells, header)
                    yield Found(dict(zip(header, cells, strict=True)), place)
            except StopIteration:
                break
            except (csv.Error, UnusableError) as error:
                told = error if isinstance(error, UnusableError) else _csv_fault(error)
                if header is None:
                    raise UnusableError("file not readable", f"its header: {told.detail}") from error
                yield Bad(place, told)
    if header is None:
        raise UnusableError("file not readable", "the file holds blank lines only")


class _Lines:
    """Lines of a stream, none longer than `MAX_LINE_CHARS`, and how many were read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.n_read = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(MAX_LINE_CHARS)
        if not line:
            raise StopIteration
        self.n_read += 1
        if len(line) < MAX_LINE_CHARS:
            return line
        while line and not line.endswith(("\n", "\r")):
            line = self._stream.readline(MAX_LINE_CHARS)
        raise UnusableError("line not readable", f"it holds {MAX_LINE_CHARS} characters or more")


def _check_head(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(_SNIFFED_BYTES)
    if not head:
        raise UnusableError("file not readable", "the file is empty")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(b"\0") > len(head) // 8:
        raise UnusableError("file not readable", "it is UTF-16 or no text at all; save it as UTF-8")


@contextmanager
def _long_cells_allowed() -> Iterator[None]:
    """The csv module has one limit for the whole process, too small for images."""
    before = csv.field_size_limit(MAX_CELL_CHARS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _header(cells: list[str]) -> list[str]:
    """Names of the columns; one without a name, as pandas writes for its index, is called by its number."""
    names = [cell.strip() or f"_{number}" for number, cell in enumerate(cells, start=1)]
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise UnusableError("file not readable", f"two columns are called '{in_a_line(twice[0])}'")
    return names


def _check_cells(cells: list[str]) -> None:
    for number, cell in enumerate(cells, start=1):
        # Not by encoding: cells may be long, and most are plain ASCII.
        if not cell.isascii() and any("\ud800" <= each <= "\udfff" for each in cell):
            raise UnusableError("line not readable", f"cell {number} is no UTF-8 text")


def _check_length(cells: list[str], header: list[str]) -> None:
    if len(cells) != len(header):
        raise UnusableError("ragged row", f"{len(cells)} cells, but the header has {len(header)}")


def _csv_fault(error: csv.Error) -> UnusableError:
    message = str(error)
    if "field larger" in message:
        return UnusableError("cell too long", f"a cell holds more than {MAX_CELL_CHARS} characters")
    if "NUL" in message:
        return UnusableError("line not readable", "it holds NUL")
    return UnusableError(
        "quotes not closed", f"{message}; where quotes are meant as they are, say `quotes: false` in `rows`"
    )
