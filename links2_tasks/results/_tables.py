"""Tables in the formats that frameworks write, row by row with the line each stands in; nothing is unpickled."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from links2_tasks.errors import DataError, MissingExtraError

MOST_JSON_BYTES = 2**30
"""Files that have to be read whole are read up to this size."""
_MOST_UNPACKED_BYTES = 2**32

NumberedRows = Iterator[tuple[int, Mapping[str, Any]]]


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        DataError: it cannot be read, is no JSON, or is too large to be read whole.
    """
    try:
        if path.stat().st_size > MOST_JSON_BYTES:
            raise DataError(
                f"{path} is larger than {MOST_JSON_BYTES:,} bytes and can only be read whole. Have the framework write "
                "tables as TSV (PRED_FORMAT=tsv), which are read row by row."
            )
        return json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is no JSON: {error}. Was it cut off? Then evaluate again.") from error


def read_jsonl(path: Path) -> NumberedRows:
    """The objects of a JSONL file.

    Raises:
        DataError: a line is no JSON object; names file and line.
    """
    number = 0
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _object(json.loads(line), f"{path}:{number}")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}:{number + 1} or a line near it is no UTF-8 text: {error.reason}.") from error
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{path}:{number} is no JSON object: {error}. A line that is cut off is left by a run that was killed, or "
            "by a full disk: evaluate again."
        ) from error


def read_table(path: Path) -> NumberedRows:
    """The rows of a table, by its suffix: .tsv, .csv, .json or .xlsx.

    Raises:
        DataError: it is no such table, or is damaged; names file and line.
        MissingExtraError: .xlsx, and openpyxl is not installed.
    """
    return READERS[path.suffix.lower()](path)


def _read_tsv(path: Path) -> NumberedRows:
    return _read_separated(path, "\t")


def _read_csv(path: Path) -> NumberedRows:
    return _read_separated(path, ",")


def _read_separated(path: Path, delimiter: str) -> NumberedRows:
    # A row holds a whole reply.
    csv.field_size_limit(2**31 - 1)
    number = 1
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            # Strict: a table that is cut off inside a cell is an error.
            table = csv.DictReader(lines, delimiter=delimiter, strict=True)
            for row in table:
                if None in row or None in row.values():
                    raise DataError(
                        f"{path}:{number + 1} has another number of cells than the first line. Was the file cut off? "
                        "Then evaluate again."
                    )
                yield number + 1, row
                number = table.line_num
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}:{number + 1} or a line near it is no UTF-8 text: {error.reason}.") from error
    except csv.Error as error:
        raise DataError(f"{path}:{number + 1}: {error}. Was the file cut off? Then evaluate again.") from error


def _read_json_table(path: Path) -> NumberedRows:
    content = read_json(path)
    if not isinstance(content, list):
        raise DataError(f"{path} holds no list of rows. Evaluate again.")
    for number, row in enumerate(content, start=1):
        yield number, _object(row, f"{path}, row {number}")


def _read_xlsx(path: Path) -> NumberedRows:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise MissingExtraError(f"Reading {path}", "openpyxl", "vlmeval") from error
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED_BYTES:
                raise DataError(f"{path} unpacks to more than {_MOST_UNPACKED_BYTES:,} bytes, and is not read.")
        # Not data_only: a reply like '=B' was written as a formula, and its text is what is wanted.
        book = load_workbook(path, read_only=True)
        try:
            cells = book.worksheets[0].iter_rows(values_only=True)
            names = [str(name) for name in next(cells, ())]
            for number, row in enumerate(cells, start=2):
                yield number, dict(zip(names, row, strict=False))
        finally:
            book.close()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, SyntaxError, EOFError) as error:
        raise DataError(f"{path} is no workbook, or is damaged: {error}. Evaluate again.") from error


def _object(content: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise DataError(f"{place} holds {type(content).__name__} where an object should stand. Evaluate again.")
    return content


READERS: Mapping[str, Callable[[Path], NumberedRows]] = {
    ".tsv": _read_tsv,
    ".csv": _read_csv,
    ".json": _read_json_table,
    ".xlsx": _read_xlsx,
}
"""Readers of tables by suffix."""
