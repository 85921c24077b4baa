"""Documents of lmms-eval: rows of a question file, each with the name of its variant and the fault found in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from links2_tasks.schema import Question

if TYPE_CHECKING:
    from datasets import Dataset

VARIANT = "links2_variant"
"""Column with the `dataset_name` of the task file: it tells two variants of a task in one run apart."""
FAULT = "links2_fault"
"""Column with what is wrong with a row; empty for a valid question."""


def process_docs(dataset: Dataset) -> Dataset:
    """Check each row, note its variant, and order the rows by clip, so that a clip's frames are decoded once.

    A row that is no valid question stays, with its fault: it scores 0 and is counted, and the run goes on.
    """
    rows = list(dataset)
    order = sorted(range(len(rows)), key=lambda i: (str(rows[i].get("clip_id")), str(rows[i].get("question_id"))))
    variant = dataset.info.config_name or "default"
    dataset = dataset.add_column(VARIANT, [variant] * len(rows))
    dataset = dataset.add_column(FAULT, [_fault_of(row) for row in rows])
    return dataset.select(order)


def question_of(doc: Mapping[str, Any]) -> Question | None:
    """The question of a document, or None for a row that is no valid question."""
    try:
        return _parse(doc)
    except ValidationError:
        return None


def _parse(row: Mapping[str, Any]) -> Question:
    return Question.model_validate({key: value for key, value in row.items() if key not in (VARIANT, FAULT)})


def _fault_of(row: Mapping[str, Any]) -> str:
    try:
        _parse(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}".removeprefix(": ")
    return ""
