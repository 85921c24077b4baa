"""What a source holds, before there is a mapping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from links2_tasks.errors import UnsafePathError
from links2_tasks.importing._archives import opened_source
from links2_tasks.importing._import import DEFAULT_LIMITS
from links2_tasks.importing._json_rows import places_of_rows
from links2_tasks.importing._mapping import Rows
from links2_tasks.importing._members import ArchiveLimits
from links2_tasks.importing._place import Place
from links2_tasks.importing._records import Column, LeftOut
from links2_tasks.importing._row import Columns
from links2_tasks.importing._rows import FORMAT_OF_SUFFIX, read_rows

_MAX_FILES = 20


@dataclass(frozen=True)
class FileLook:
    """One file that may hold rows."""

    file: str
    rows: Rows
    """What `rows` of a mapping would say; of JSON, the first list of objects that was found."""
    n_rows: int
    """Rows that were looked at."""
    columns: tuple[Column, ...]
    fault: str
    """Why it gave no row, or what the first fault was; empty where there was none."""


def look(
    source: Path,
    progress: Callable[[str], None] | None = None,
    *,
    limit: int = 100,
    limits: ArchiveLimits = DEFAULT_LIMITS,
) -> tuple[FileLook, ...]:
    """Columns of the first files whose suffix tells that they may hold rows.

    Args:
        source: A folder or an archive.
        progress: Told each file.
        limit: Look at so many rows of each file at most.
        limits: How much may come out of an archive.

    Raises:
        DataError: there is nothing at `source`, or an archive has a member that is refused.
        MissingExtraError: a file is Parquet and pyarrow is not installed.
    """
    tell = progress or (lambda step: None)
    with (
        TemporaryDirectory(prefix="links2-import-") as folder,
        opened_source(source, (), Path(folder, "source"), limits, tell) as place,
    ):
        files = [file for file in place.matching(("**/*",)) if PurePosixPath(file).suffix.lower() in FORMAT_OF_SUFFIX]
        looks = []
        for file in files[:_MAX_FILES]:
            tell(file)
            columns, n_rows, fault = Columns(), 0, ""
            rows = _rows_of(place, file)
            for row in islice(read_rows(place, file, rows), limit):
                if isinstance(row, LeftOut):
                    fault = fault or f"{row.reason}: {row.detail}"
                else:
                    columns.see(row)
                    n_rows += 1
            looks.append(FileLook(file, rows, n_rows, columns.table(), fault))
    return tuple(looks)


def _rows_of(place: Place, file: str) -> Rows:
    """Where the rows of a file are; what is wrong with it is told when it is read."""
    try:
        path = place.find(file)
        if path is not None and FORMAT_OF_SUFFIX.get(path.suffix.lower()) == "json":
            list_path, nested = places_of_rows(path)
            return Rows(files=(file,), path=list_path, nested=nested)
    except (OSError, UnsafePathError):
        pass
    return Rows(files=(file,))
