"""All rows of a source: files are found, read in their format, and nested lists are walked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from links2_tasks.errors import DataError, UnsafePathError
from links2_tasks.importing._found import Bad, Found
from links2_tasks.importing._json_rows import read_json, read_json_lines
from links2_tasks.importing._mapping import RowFormat, Rows
from links2_tasks.importing._parquet import read_parquet
from links2_tasks.importing._place import Place
from links2_tasks.importing._records import LeftOut, UnusableError
from links2_tasks.importing._row import MISSING, Row, step_into
from links2_tasks.importing._tables import read_table

FORMAT_OF_SUFFIX: Mapping[str, RowFormat] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}


def row_files(place: Place, rows: Rows) -> tuple[str, ...]:
    """Files that the mapping names, as paths below SOURCE in natural order.

    Raises:
        DataError: there is none.
    """
    files = place.matching(rows.files)
    if not files:
        shown = ", ".join(place.some_files()) or "none"
        raise DataError(f"No file in {place} matches {', '.join(rows.files)} (`rows.files`). Files there: {shown}.")
    return files


def read_rows(place: Place, file: str, rows: Rows) -> Iterator[Row | LeftOut]:
    """The rows of one file, and what should be rows and is not."""
    number = 0
    try:
        path = place.find(file)
        if path is None or not path.is_file():
            raise UnusableError("file not readable", "it is no file")
        for found in _read(path, rows):
            for row in _nested(file, found, rows.nested):
                number += 1
                yield _numbered(row, number)
    except UnusableError as error:
        yield LeftOut(file, None, "", error.reason, error.detail)
    except UnsafePathError as error:
        yield LeftOut(file, None, "", "file not readable", place.told(error))
    except OSError as error:
        yield LeftOut(file, None, "", "file not readable", str(error.strerror))


def _read(path: Path, rows: Rows) -> Iterator[Found | Bad]:
    form = rows.format or FORMAT_OF_SUFFIX.get(path.suffix.lower())
    if form is None:
        raise UnusableError("file not readable", f"its suffix '{path.suffix}' tells no format; set `rows.format`")
    if form == "json":
        return read_json(path, rows.path)
    if form == "jsonl":
        return read_json_lines(path)
    if form == "parquet":
        return read_parquet(path)
    return read_table(path, rows.separator or ("\t" if form == "tsv" else ","), rows.quotes)


def _nested(file: str, found: Found | Bad, nested: tuple[str, ...]) -> Iterator[Row | LeftOut]:
    """The rows inside a row; the row itself where nothing is nested. They are numbered later."""
    if isinstance(found, Bad):
        yield LeftOut(file, 0, found.place, found.error.reason, found.error.detail)
        return
    yield from _inside(Row(file, 0, found.place, (found.content,), ("",)), nested, 0)


def _inside(row: Row, nested: tuple[str, ...], depth: int) -> Iterator[Row | LeftOut]:
    if depth == len(nested):
        yield row
        return
    name, prefix = nested[depth], ".".join(nested[: depth + 1])
    value = step_into(row.levels[0], name)[1]
    items = _items(value)
    if not items:
        what = "missing" if value is MISSING else "empty or no list"
        yield LeftOut(row.file, 0, row.place, "no rows inside", f"'{name}' is {what}")
    for key, item in items:
        place = f"{row.place}, {name}.{key}" if row.place.startswith(("line", "row")) else f"{row.place}.{name}.{key}"
        if isinstance(item, dict):
            own = {"_key": key, **item} if isinstance(key, str) else item
            inner = Row(row.file, 0, place, (own, *row.levels), (prefix, *row.prefixes))
            yield from _inside(inner, nested, depth + 1)
        else:
            yield LeftOut(row.file, 0, place, "line not readable", "no object")


def _items(value: Any) -> list[tuple[int | str, Any]]:
    if isinstance(value, list):
        return list(enumerate(value))
    return list(value.items()) if isinstance(value, dict) else []


def _numbered(row: Row | LeftOut, number: int) -> Row | LeftOut:
    if isinstance(row, Row):
        return Row(row.file, number, row.place, row.levels, row.prefixes)
    return LeftOut(row.file, number, row.place, row.reason, row.detail)
