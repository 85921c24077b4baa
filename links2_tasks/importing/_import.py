"""From a source and a mapping to a dataset."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from links2_tasks._files import write_text
from links2_tasks.dataset import atomic_directory, write_dataset
from links2_tasks.errors import DataError
from links2_tasks.importing._archives import opened_source
from links2_tasks.importing._convert import Converter
from links2_tasks.importing._kept import Kept
from links2_tasks.importing._mapping import ImportMapping
from links2_tasks.importing._media import Media
from links2_tasks.importing._members import ArchiveLimits
from links2_tasks.importing._place import Place
from links2_tasks.importing._read_mapping import read_mapping
from links2_tasks.importing._records import ImportReport, LeftOut, UnusableError
from links2_tasks.importing._row import Columns, Row
from links2_tasks.importing._rows import read_rows, row_files
from links2_tasks.importing._values import Values

REPORT_FILE = "import_report.json"
_UNPACKED = ".source"
"""A hidden folder in the unfinished dataset, so that what a killed process leaves behind is removed with it."""
_ROWS_BETWEEN_NEWS = 100
DEFAULT_LIMITS = ArchiveLimits()

Tell = Callable[[str], None]


class _NothingUsableError(DataError):
    """No row could be used, so there is nothing to write."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__("No row could be used.")
        self.report = report


def import_dataset(
    source: Path,
    mapping: Path,
    out: Path,
    progress: Tell | None = None,
    *,
    limit: int | None = None,
    limits: ArchiveLimits = DEFAULT_LIMITS,
) -> ImportReport:
    """Make a dataset of a foreign layout.

    What is good is written to `out`; what is not is listed in the report, which also lies in `out` as
    `import_report.json`. Where no row can be used, `out` is not made, and the report lies beside it.

    Args:
        source: A folder, or a zip or tar archive of one.
        mapping: A YAML file, as docs/importing.md says.
        out: Folder of the new dataset; must not exist yet, and not lie in `source`.
        progress: Told each file and step.
        limit: Look at so many rows at most.
        limits: How much may come out of an archive.

    Returns:
        What came in and what did not; `n_questions` is 0 where nothing was written.

    Raises:
        DataError: the mapping does not fit, there is nothing at `source`, an archive has a member that is refused, or
            `out` cannot be written.
        MissingExtraError: Parquet is read and pyarrow is not installed.
    """
    wanted, tell = read_mapping(mapping), progress or (lambda step: None)
    target = out.expanduser().absolute()
    if source.is_dir() and target.resolve().is_relative_to(source.resolve()):
        raise DataError(f"{out} lies in {source}, which is only read. Name a folder elsewhere.")
    try:
        with atomic_directory(target) as folder:
            with opened_source(source, wanted.archives, folder / _UNPACKED, limits, tell) as place:
                media = Media(place, folder, tell)
                kept, report = _converted(wanted, place, media, limit, tell)
                if not report.n_questions:
                    raise _NothingUsableError(report)
                media.write(kept.media())
            _write(folder, wanted, kept, report, tell)
    except _NothingUsableError as nothing:
        report = nothing.report
        write_text(target.with_name(f"{target.name}.{REPORT_FILE}"), report_json(report))
    except OSError as error:
        raise DataError(f"{out} cannot be written: {error.strerror}. Free some space or name another place.") from error
    return report


def try_import(
    source: Path,
    mapping: Path,
    progress: Tell | None = None,
    *,
    limit: int | None = None,
    limits: ArchiveLimits = DEFAULT_LIMITS,
) -> ImportReport:
    """Do all that `import_dataset` does except for copying files and writing a dataset.

    Raises:
        DataError, MissingExtraError: as `import_dataset`.
    """
    wanted, tell = read_mapping(mapping), progress or (lambda step: None)
    try:
        with (
            TemporaryDirectory(prefix="links2-import-") as folder,
            opened_source(source, wanted.archives, Path(folder, _UNPACKED), limits, tell) as place,
        ):
            return _converted(wanted, place, Media(place, Path(folder), tell), limit, tell)[1]
    except OSError as error:
        raise DataError(
            f"{source} cannot be tried: {error}. Free some space, or set TMPDIR to another disk."
        ) from error


def report_json(report: ImportReport) -> str:
    """The report as JSON, with the figures that it is asked for."""
    content = dataclasses.asdict(dataclasses.replace(report, first=None))
    del content["first"]
    figures = {"n_questions": report.n_questions, "reasons": report.reasons, "unused_columns": report.unused_columns}
    return json.dumps({**content, **figures}, ensure_ascii=False, indent=2) + "\n"


def _converted(
    mapping: ImportMapping, place: Place, media: Media, limit: int | None, tell: Tell
) -> tuple[Kept, ImportReport]:
    columns, kept = Columns(), Kept()
    columns.use_lists(mapping.rows.nested)
    converter = Converter(mapping, Values(columns), media)
    files = row_files(place, mapping.rows)
    left_out: list[LeftOut] = []
    n_rows = 0
    for row in islice(_all_rows(place, files, mapping, tell), limit):
        n_rows += 1
        if isinstance(row, LeftOut):
            left_out.append(row)
            continue
        columns.see(row)
        try:
            kept.add(converter.convert(row), row)
        except UnusableError as error:
            left_out.append(LeftOut(row.file, row.number, row.place, error.reason, error.detail))
        if n_rows % _ROWS_BETWEEN_NEWS == 0:
            tell(f"{n_rows} rows")
    report = ImportReport(
        files=files,
        n_rows=n_rows,
        counts=kept.counts(),
        n_clips=len(kept.clips),
        left_out=tuple(left_out),
        columns=columns.table(),
        absent_columns=columns.absent(),
        limit=limit if limit is not None and n_rows == limit else None,
        first=kept.first,
    )
    return kept, report


def _all_rows(place: Place, files: tuple[str, ...], mapping: ImportMapping, tell: Tell) -> Iterator[Row | LeftOut]:
    for file in files:
        tell(file)
        yield from read_rows(place, file, mapping.rows)


def _write(folder: Path, mapping: ImportMapping, kept: Kept, report: ImportReport, tell: Tell) -> None:
    """The report first: `dataset.json` lists it with its digest."""
    write_text(folder / REPORT_FILE, report_json(report))
    tell("dataset.json")
    facts = mapping.dataset
    write_dataset(
        folder,
        name=facts.name,
        version=facts.version,
        licence=facts.licence,
        description=facts.description,
        clips=list(kept.clips.values()),
        questions=kept.questions,
    )
