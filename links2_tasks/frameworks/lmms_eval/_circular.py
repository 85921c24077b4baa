"""Circular evaluation: each question once for every rotation of its options, right only when all are.

A model that prefers a letter, or is right by luck, loses here what it gains elsewhere (MMBench, arXiv:2307.06281).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from links2_tasks.frameworks._judging import Row
from links2_tasks.frameworks.lmms_eval._docs import LINE, process_docs, question_of
from links2_tasks.frameworks.lmms_eval._rows import process_results
from links2_tasks.schema import LETTERS, Question

if TYPE_CHECKING:
    from datasets import Dataset

_JOINT = "#"
"""Stands between a question's id and the number of a rotation."""


def process_circular_docs(dataset: Dataset) -> Dataset:
    """As `process_docs`, with a document for each rotation; rotations of a question stay together."""
    from datasets import Dataset

    return Dataset.from_list([rotated for doc in process_docs(dataset) for rotated in _rotated(doc)])


def process_circular_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Row]:
    """As `process_results`, with what the circular metric needs of a rotation."""
    metrics = process_results(doc, results)
    row = metrics["links2_accuracy"]
    # Not called 'score': the host would make a standard error of single rotations, which this metric is no mean of.
    circular = {"id": row["id"], "clip_id": row["clip_id"], "hit": row["score"]}
    return {**metrics, "links2_circular": circular}


def circular_accuracy(rows: Sequence[Row]) -> float:
    """Share of questions all of whose rotations are right."""
    hits: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        hits[row["id"].rpartition(_JOINT)[0]].append(row["hit"])
    return sum(min(each) for each in hits.values()) / len(hits) if hits else 0.0


def rotations(question: Question) -> Iterator[Question]:
    """The question with its options moved up by 0, 1, 2, ... places, the first ones to the end."""
    n_options = len(question.options)
    right = LETTERS.index(question.answer)
    for shift in range(n_options):
        changes = {
            "question_id": f"{question.question_id}{_JOINT}{shift}",
            "options": question.options[shift:] + question.options[:shift],
            "answer": LETTERS[(right - shift) % n_options],
        }
        yield question.model_copy(update=changes)


def _rotated(doc: dict[str, Any]) -> Iterator[dict[str, Any]]:
    question = question_of(doc)
    if question is None:
        yield {**doc, "question_id": f"{doc['question_id']}{_JOINT}0"}
        return
    for each in rotations(question):
        yield {**doc, "question_id": each.question_id, "answer": each.answer, LINE: each.model_dump_json()}
