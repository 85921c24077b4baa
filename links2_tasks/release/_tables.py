"""Questions as Parquet, beside the question files; every nested field has its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from links2_tasks._extras import import_extra
from links2_tasks.release._names import TABLES_FOLDER
from links2_tasks.schema import Question


def table_file(split: str, task: str) -> str:
    """Relative path of the table of one task in one split."""
    return f"{TABLES_FOLDER}/{split}/{task}.parquet"


def write_tables(folder: Path, questions: Mapping[str, Sequence[Question]]) -> tuple[str, ...]:
    """Write one table for each task of each split, in the order of the question files.

    Args:
        folder: The release.
        questions: By split.

    Returns:
        Relative paths of the tables.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    arrow = import_extra("pyarrow", "pyarrow", "release", "Writing Parquet")
    parquet = import_extra("pyarrow.parquet", "pyarrow", "release", "Writing Parquet")
    schema = _schema(arrow)
    written = []
    for split, asked in sorted(questions.items()):
        for task in sorted({question.task for question in asked}):
            file = table_file(split, task)
            rows = [_row(question) for question in asked if question.task == task]
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), folder / file, compression="snappy")
            written.append(file)
    return tuple(written)


def _row(question: Question) -> dict[str, Any]:
    """Every key of the schema, also those that a question file leaves out."""
    row = question.model_dump(mode="json")
    for image, record in zip(row["satellite"], question.satellite, strict=True):
        image["turned_deg"] = record.turned_deg
    row["provenance"].setdefault("wording", None)
    return row


def _schema(arrow: Any) -> Any:
    text, whole, number = arrow.string(), arrow.int64(), arrow.float64()

    def record(**fields: Any) -> Any:
        return arrow.struct([arrow.field(name, kind) for name, kind in fields.items()])

    image = record(
        path=text, label=text, gsd_m=number, north_up=arrow.bool_(), window_px=arrow.list_(whole), turned_deg=whole
    )
    mark = record(image=whole, kind=text, label=text, xy_px=arrow.list_(arrow.list_(number)))
    wording = record(by=text, temperature=number, prompt_sha256=text, cost_usd=number)
    kinds = {
        "question_id": text,
        "task": text,
        "clip_id": text,
        "video": text,
        "video_span_s": arrow.list_(number),
        "query_time_s": number,
        "satellite": arrow.list_(image),
        "marks": arrow.list_(mark),
        "question": text,
        "options": arrow.list_(text),
        "answer": text,
        "value": record(kind=text, number=arrow.list_(number), unit=text),
        "region": text,
        "source": record(dataset=text, licence=text),
        "provenance": record(writer=text, version=text, seed=whole, review=text, wording=wording),
    }
    return arrow.schema([arrow.field(name, kinds[name]) for name in Question.model_fields])
