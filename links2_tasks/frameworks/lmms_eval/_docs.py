"""Documents of lmms-eval: the lines of a question file, each with its variant and the fault found in it.

The host reads question files as text, not as JSON. Its JSON tables guess types from the data: one line of another type
ends the run, and clips that are named by their dates become timestamps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from links2_tasks.schema import Question

if TYPE_CHECKING:
    from datasets import Dataset

LINE = "text"
"""Column with the line as it stands in the file."""
VARIANT = "links2_variant"
"""Column with the `dataset_name` of the task file: it tells two variants of a task in one run apart."""
FAULT = "links2_fault"
"""Column with what is wrong with the line; empty for a valid question."""

_SHOWN = ("question_id", "task", "clip_id", "region", "answer")
"""Fields that documents show as columns; a line that lacks one shows an empty text."""


def process_docs(dataset: Dataset) -> Dataset:
    """Check each line, note its variant, and order by clip, so that a clip's frames are decoded once.

    A line that is no valid question stays, with its fault: it scores 0 and is counted, and the run goes on.
    """
    from datasets import Dataset

    variant = dataset.info.config_name or "default"
    docs = [_document(row[LINE], variant) for row in dataset if row[LINE].strip()]
    docs.sort(key=lambda doc: (doc["clip_id"], doc["question_id"]))
    return Dataset.from_list(docs)


def question_of(doc: Mapping[str, Any]) -> Question | None:
    """The question of a document, or None for a line that is no valid question."""
    return None if doc[FAULT] else Question.model_validate_json(doc[LINE])


def _document(line: str, variant: str) -> dict[str, str]:
    fields = _fields_of(line)
    shown = {name: str(fields.get(name, "")) for name in _SHOWN}
    return {**shown, LINE: line, VARIANT: variant, FAULT: _fault_of(line)}


def _fields_of(line: str) -> Mapping[str, Any]:
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _fault_of(line: str) -> str:
    try:
        Question.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}".removeprefix(": ")
    return ""
