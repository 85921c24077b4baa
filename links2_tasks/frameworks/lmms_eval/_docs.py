"""Documents of lmms-eval: the lines of a question file, each with its variant and the fault found in it.

The host reads question files as text, not as JSON. Its JSON tables guess types from the data: one line of another type
ends the run, and clips that are named by their dates become timestamps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from links2_tasks.frameworks._lines import QuestionLine, ShownFields, is_blank, read_line
from links2_tasks.schema import DEFAULT_VARIANT, Question

if TYPE_CHECKING:
    from datasets import Dataset

LINE = "text"
"""Column with the line as it stands in the file."""
VARIANT = "links2_variant"
"""Column with the `dataset_name` of the task file: it tells two variants of a task in one run apart."""
FAULT = "links2_fault"
"""Column with what is wrong with the line; empty for a valid question."""


def process_docs(dataset: Dataset) -> Dataset:
    """Check each line, note its variant, and order by clip, so that a clip's frames are decoded once.

    A line that is no valid question stays, with its fault: it scores 0 and is counted, and the run goes on.
    """
    return documents(lines_in(dataset), dataset)


def lines_in(dataset: Dataset) -> Iterator[QuestionLine]:
    """The lines of the host's table, in the order of the file."""
    return (read_line(row[LINE]) for row in dataset if not is_blank(row[LINE]))


def documents(lines: Iterable[QuestionLine], dataset: Dataset) -> Dataset:
    """Documents of some lines, under the variant that the host's table is named by."""
    from datasets import Dataset

    variant = dataset.info.config_name or DEFAULT_VARIANT
    docs = [_document(line, variant) for line in lines]
    docs.sort(key=lambda doc: (doc["clip_id"], doc["question_id"]))
    return Dataset.from_list(docs)


def line_of(doc: Mapping[str, Any]) -> QuestionLine:
    """The line of a document."""
    return QuestionLine(doc[LINE], ShownFields.of(doc), doc[FAULT])


def question_of(doc: Mapping[str, Any]) -> Question | None:
    """The question of a document, or None for a line that is no valid question."""
    return line_of(doc).question


def _document(line: QuestionLine, variant: str) -> dict[str, str]:
    return {**asdict(line.shown), LINE: line.text, VARIANT: variant, FAULT: line.fault}
