"""Rows of Parquet files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from links2_tasks._extras import import_extra
from links2_tasks.importing._found import Bad, Found
from links2_tasks.importing._records import UnusableError

_ROWS_AT_ONCE = 64
"""Few: a row may hold an image."""


def read_parquet(path: Path) -> Iterator[Found | Bad]:
    """The rows of a Parquet file.

    Raises:
        UnusableError: the file is damaged, has two columns of one name, or holds no row.
        MissingExtraError: pyarrow is not installed.
        OSError: the file cannot be opened.
    """
    parquet = import_extra("pyarrow.parquet", "pyarrow", "release", "Reading Parquet")
    arrow = import_extra("pyarrow", "pyarrow", "release", "Reading Parquet")
    number = 0
    try:
        with path.open("rb") as stream, parquet.ParquetFile(stream) as file:
            twice = [name for name, n in Counter(file.schema_arrow.names).items() if n > 1]
            if twice:
                raise UnusableError("file not readable", f"two columns are called '{twice[0]}'")
            for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    number += 1
                    yield Found(row, f"row {number}")
    except (arrow.ArrowException, OSError, ValueError, OverflowError, NotImplementedError) as error:
        raise UnusableError("file not readable", f"no Parquet that can be read, after row {number}: {error}") from error
    if not number:
        raise UnusableError("file not readable", "the file holds no row")
