"""Croissant metadata (1.0, with its RAI vocabulary): what tools of others read a dataset by."""

from __future__ import annotations

import datetime
import json
import logging
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from links2_tasks._extras import import_extra
from links2_tasks.errors import DataError
from links2_tasks.release._facts import Facts
from links2_tasks.release._licences import single_ids
from links2_tasks.release._media import sha256_of
from links2_tasks.release._names import CROISSANT_FILE, TABLES_FOLDER
from links2_tasks.release._records import LedgerRow

QUESTIONS = "questions"
"""Id of the record set that holds all questions."""
_TABLES = "tables"
_SUFFIX_TYPES = {".jsonl": "application/jsonlines", ".parquet": "application/x-parquet"}
_TEXT, _WHOLE, _NUMBER, _TRUTH = "TEXT", "INTEGER", "FLOAT", "BOOL"
"""Names of mlcroissant's kinds of data."""
_FIELDS: Mapping[str, str | Mapping[str, str]] = {
    "question_id": _TEXT,
    "task": _TEXT,
    "clip_id": _TEXT,
    "video": _TEXT,
    "video_span_s": _NUMBER,
    "query_time_s": _NUMBER,
    "satellite": {
        "path": _TEXT,
        "label": _TEXT,
        "gsd_m": _NUMBER,
        "north_up": _TRUTH,
        "window_px": _WHOLE,
        "turned_deg": _WHOLE,
    },
    "marks": {"image": _WHOLE, "kind": _TEXT, "label": _TEXT, "xy_px": _NUMBER},
    "question": _TEXT,
    "options": _TEXT,
    "answer": _TEXT,
    "value": {"kind": _TEXT, "number": _NUMBER, "unit": _TEXT},
    "region": _TEXT,
    "source": {"dataset": _TEXT, "licence": _TEXT},
    "provenance": {"writer": _TEXT, "version": _TEXT, "seed": _WHOLE, "review": _TEXT},
}
_LISTS = frozenset({"video_span_s", "satellite", "marks", "options"})
_DESCRIPTIONS = {
    "question_id": "Tells this question from all others.",
    "task": "One of the tasks of links2.",
    "clip_id": "The clip that is asked about; one of the clips of dataset.json.",
    "video": "Path of the video file.",
    "video_span_s": "Start and end of the part that is shown, in seconds from the start of the file.",
    "query_time_s": "The moment that is asked about, in seconds from the start of the file.",
    "satellite": "Satellite images that are shown, in order.",
    "marks": "What is drawn on them: points, boxes, paths and polygons, in pixels of the image as shown.",
    "question": "The text of the question.",
    "options": "The options, in the order of their letters.",
    "answer": "Letter of the right option.",
    "value": "The truth as a number, for open answers.",
    "region": "Name of the place.",
    "source": "Where the footage comes from and on what terms.",
    "provenance": "Who wrote the question, and whether it went through review.",
}


def write_croissant(
    folder: Path,
    facts: Facts,
    ledger: Sequence[LedgerRow],
    files: Sequence[str],
    *,
    title: str,
    version: str,
    citation: str | None,
    published: datetime.date | None,
    privacy: str,
    limits: Sequence[str],
) -> Path:
    """Write `croissant.json` and check it with mlcroissant.

    Args:
        folder: The release; all of `files` lie in it.
        facts: Of the dataset.
        ledger: Sources and their licences.
        files: Question files and tables, each of which becomes a file object with its digest.
        title: Name of the dataset for people.
        version: Of the release.
        citation: BibTeX, if there is one.
        published: Day of publication, if it is known.
        privacy: What was done to hide places, in words.
        limits: Known limits, in words.

    Raises:
        MissingExtraError: mlcroissant is not installed.
        DataError: mlcroissant finds a fault.
    """
    croissant = import_extra("mlcroissant", "mlcroissant", "release", "Croissant metadata")
    with _quiet():
        try:
            metadata = croissant.Metadata(
                ctx=croissant.Context(conforms_to=croissant.Context().conforms_to),
                name=title,
                description=facts.info.description,
                version=version,
                license=_licences(ledger),
                cite_as=citation,
                date_published=_moment(published),
                in_language=["en"],
                keywords=["UAV", "satellite imagery", "visual question answering", "cross-view", "links2"],
                distribution=[*_objects(croissant, folder, files), *_sets(croissant, facts)],
                record_sets=[_records(croissant)],
                **_responsible(facts, privacy, limits),
            )
            content = metadata.to_json()
        except croissant.ValidationError as error:
            raise DataError(f"mlcroissant does not accept the metadata of this release: {error}.") from error
    path = folder / CROISSANT_FILE
    path.write_bytes((json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())
    check_croissant(path)
    return path


def check_croissant(path: Path) -> None:
    """Read a Croissant file as others will.

    Raises:
        DataError: mlcroissant finds a fault in it.
    """
    croissant = import_extra("mlcroissant", "mlcroissant", "release", "Croissant metadata")
    with _quiet():
        try:
            read = croissant.Dataset(jsonld=str(path))
        except (croissant.ValidationError, ValueError) as error:
            raise DataError(f"mlcroissant finds faults in {path}: {error}.") from error
        if read.metadata.ctx.issues.errors:
            raise DataError(f"mlcroissant finds faults in {path}: {read.metadata.ctx.issues.report()}.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what mlcroissant logs to itself: it is what a dataset could say besides, such as who made it."""
    logger = logging.getLogger("absl")
    root = logging.getLogger()
    before = logger.level, root.level
    logger.setLevel(logging.ERROR)
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before[0])
        root.setLevel(before[1])


def _moment(day: datetime.date | None) -> datetime.datetime | None:
    return None if day is None else datetime.datetime(day.year, day.month, day.day)


def _licences(ledger: Sequence[LedgerRow]) -> list[str]:
    known = [
        each if each.startswith("LicenseRef-") else f"https://spdx.org/licenses/{each}.html"
        for each in single_ids(ledger)
    ]
    return [*known, *sorted({row.stated for row in ledger if row.spdx is None})]


def _objects(croissant: Any, folder: Path, files: Sequence[str]) -> list[Any]:
    return [
        croissant.FileObject(
            id=file,
            name=file,
            content_url=file,
            content_size=f"{(folder / file).stat().st_size} B",
            encoding_formats=[_SUFFIX_TYPES[Path(file).suffix]],
            sha256=sha256_of(folder / file),
        )
        for file in sorted(files)
    ]


def _sets(croissant: Any, facts: Facts) -> list[Any]:
    """Files by kind. Those of media may be many thousands: dataset.json and SHA256SUMS hold their digests."""
    videos = sorted({clip.video for clip in facts.info.clips})
    images = sorted({image.path for asked in facts.questions.values() for one in asked for image in one.satellite})
    sets = [
        croissant.FileSet(
            id=_TABLES,
            name=_TABLES,
            description="All questions, one table for each task of each split.",
            includes=[f"{TABLES_FOLDER}/*.parquet"],
            encoding_formats=[_SUFFIX_TYPES[".parquet"]],
        )
    ]
    for name, paths in (("videos", videos), ("satellite", images)):
        patterns = sorted({str(Path(path).parent / f"*{Path(path).suffix}") for path in paths})
        kinds = sorted({mimetypes.guess_type(path)[0] or "application/octet-stream" for path in paths})
        if patterns:
            sets.append(croissant.FileSet(id=name, name=name, includes=patterns, encoding_formats=kinds))
    return sets


def _records(croissant: Any) -> Any:
    split = croissant.Field(
        id=f"{QUESTIONS}/split",
        name="split",
        description="The split that the question belongs to.",
        data_types=[croissant.DataType.TEXT],
        source=croissant.Source(
            file_set=_TABLES,
            extract=croissant.Extract(file_property="fullpath"),
            transforms=[croissant.Transform(regex=f"{TABLES_FOLDER}/([^/]+)/.*")],
        ),
    )
    fields = [split, *(_field(croissant, name, kind) for name, kind in _FIELDS.items())]
    return croissant.RecordSet(
        id=QUESTIONS,
        name=QUESTIONS,
        description="All questions of all splits.",
        key=[f"{QUESTIONS}/question_id"],
        fields=fields,
    )


def _field(croissant: Any, name: str, kind: str | Mapping[str, str]) -> Any:
    common = {"id": f"{QUESTIONS}/{name}", "name": name, "description": _DESCRIPTIONS[name]}
    repeated = True if name in _LISTS else None
    if isinstance(kind, str):
        return croissant.Field(
            **common, data_types=[getattr(croissant.DataType, kind)], repeated=repeated, source=_source(croissant, name)
        )
    parts = [
        croissant.Field(
            id=f"{QUESTIONS}/{name}/{part}",
            name=part,
            data_types=[getattr(croissant.DataType, of)],
            source=_source(croissant, name, part),
        )
        for part, of in kind.items()
    ]
    return croissant.Field(**common, repeated=repeated, sub_fields=parts)


def _source(croissant: Any, column: str, part: str | None = None) -> Any:
    transforms = [] if part is None else [croissant.Transform(json_path=part)]
    return croissant.Source(file_set=_TABLES, extract=croissant.Extract(column=column), transforms=transforms)


def _responsible(facts: Facts, privacy: str, limits: Sequence[str]) -> dict[str, Any]:
    """RAI fields, as far as the dataset tells; the rest is left out."""
    days = [day for region in facts.regions for day in (region.first_day, region.last_day) if day is not None]
    kinds = {True: "simulated", False: "recorded by UAVs", None: None}
    kind = kinds[facts.info.simulated]
    writers = ", ".join(facts.writers)
    machines = [f"writers: {writers}"]
    machines += [f"wording: {by}" for by in facts.wordings if by not in {"the writer"}]
    computed = ["Questions and answers are computed from telemetry and maps."] if facts.by_our_writers else []
    reviewed = f"{facts.n_reviewed} of {facts.n_questions} questions were accepted or mended in review."
    return {
        "data_collection": None if kind is None else f"Footage is {kind}; maps show the same regions.",
        "data_collection_timeframe": [moment for day in (min(days), max(days)) if (moment := _moment(day))]
        if days
        else None,
        "data_annotation_protocol": [*computed, reviewed],
        "machine_annotation_tools": machines,
        "data_limitations": list(limits),
        "personal_sensitive_information": [privacy],
        "data_use_cases": ["Evaluation of vision-language models on UAV video together with satellite images."],
    }
