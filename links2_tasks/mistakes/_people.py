"""What people decide: a file of undecided cases to fill in, and its reader.

A line is one case. The person fills in `rater`, `category` and `comment`; everything else says what was asked, shown
and answered. Each person works on a copy of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError

from links2_tasks._files import write_text
from links2_tasks.errors import DataError
from links2_tasks.mistakes._categorise import Questions, wrong_choice
from links2_tasks.mistakes._records import CATEGORIES, UNDECIDED, Label, Mistake
from links2_tasks.results import ResultRow
from links2_tasks.schema import Question, Record

MOST_FAULTS_SHOWN = 10


def write_cases(path: Path, rows: Sequence[ResultRow], questions: Questions, mistakes: Sequence[Mistake]) -> int:
    """Write the undecided wrong answers of one run as JSONL, one case a line, in the order of `mistakes`.

    Args:
        path: The file; replaced where there is one.
        rows: Rows of the run.
        questions: The questions as the run asked them.
        mistakes: What `categorise` made of the rows.

    Returns:
        The number of cases.

    Raises:
        DataError: a mistake has no row or no question, or the file cannot be written.
    """
    by_key = {(row.scored.task, row.scored.question_id): row for row in rows if wrong_choice(row)}
    undecided = [one for one in mistakes if one.category is None]
    lines = []
    for one in undecided:
        key = (one.task, one.question_id)
        if key not in by_key or key not in questions:
            raise DataError(
                f"The mistake on '{one.question_id}' of task '{one.task}' belongs to another run or dataset."
            )
        lines.append(json.dumps(_case(by_key[key], questions[key], one), ensure_ascii=False) + "\n")
    write_text(path, "".join(lines))
    return len(lines)


def read_labels(path: Path) -> tuple[Label, ...]:
    """The labels of one person: lines of a file of cases that have a category.

    Lines whose category is still empty are passed over. 'undecided' is a category too: the person cannot tell.

    Raises:
        DataError: the file cannot be read; lines are bad, each named by its number; two lines label one answer; there
            is more than one rater, or no label at all.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"The labels in {path} cannot be read: {error.strerror}. Name a filled-in file.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"The labels in {path} are no UTF-8 text. Save the file as UTF-8.") from error
    labels: dict[tuple[str, str], Label] = {}
    faults: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            label = _label(line)
        except ValueError as error:
            faults.append(f"line {number}: {error}")
            continue
        if label is None:
            continue
        key = (label.task, label.question_id)
        if key in labels:
            faults.append(f"line {number}: the answer to '{label.question_id}' is labelled a second time")
        labels[key] = label
    raters = sorted({label.rater for label in labels.values()})
    if len(raters) > 1:
        faults.append(f"one file holds the labels of one rater, this one of {', '.join(raters)}")
    if faults:
        shown = "; ".join(faults[:MOST_FAULTS_SHOWN])
        more = f"; and {len(faults) - MOST_FAULTS_SHOWN} more" if len(faults) > MOST_FAULTS_SHOWN else ""
        raise DataError(f"{path}: {shown}{more}. Mend these lines and read the file again.")
    if not labels:
        raise DataError(
            f"No line of {path} has a category yet. The categories are: {', '.join(CATEGORIES)}, {UNDECIDED}."
        )
    return tuple(labels.values())


class _Line(Record):
    """What a filled-in line must hold; the rest of it is for the person."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    task: str
    question_id: str
    chosen: str
    rater: str
    category: str
    comment: str = ""


def _label(line: str) -> Label | None:
    """The label of a line; None where it is not filled in yet.

    Raises:
        ValueError: the line is bad.
    """
    try:
        found = _Line.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from error
    category = found.category.strip().lower()
    if not category:
        return None
    if not found.rater.strip():
        raise ValueError("it has a category but no rater")
    known = next((one for one in CATEGORIES if one == category), None)
    if known is None and category != UNDECIDED:
        raise ValueError(f"'{found.category}' is no category; they are {', '.join(CATEGORIES)}, {UNDECIDED}")
    return Label(found.rater.strip(), found.task, found.question_id, found.chosen, known, found.comment)


def _case(row: ResultRow, question: Question, mistake: Mistake) -> dict[str, Any]:
    return {
        "task": question.task,
        "question_id": question.question_id,
        "chosen": row.scored.prediction,
        "right": question.answer,
        "question": question.question,
        "options": dict(zip(question.letters, question.options, strict=True)),
        "reply": row.raw,
        "rules_say": mistake.evidence,
        "shown": dict(_shown(row, question)),
        "rater": "",
        "category": "",
        "comment": "",
    }


def _shown(row: ResultRow, question: Question) -> Iterator[tuple[str, Any]]:
    """Media and marks of the question, and which frames the model got where the run kept that."""
    yield "video", question.video
    yield "video_span_s", question.video_span_s
    yield "query_time_s", question.query_time_s
    yield "satellite", [image.model_dump(mode="json") for image in question.satellite]
    yield "marks", [mark.model_dump(mode="json") for mark in question.marks]
    yield "frames", _frames(row)


def _frames(row: ResultRow) -> Mapping[str, Any] | None:
    if row.manifest is None:
        return None
    manifest = row.manifest
    return {"strategy": manifest.strategy, "modality": manifest.modality, "times_s": manifest.times_s}
