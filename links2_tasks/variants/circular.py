"""Each question once for every rotation of its options, right only when all are.

A model that prefers a letter, or is right by luck, loses here what it gains elsewhere (MMBench, arXiv:2307.06281).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from links2_tasks.schema import LETTERS, Question

CIRCULAR = "circular"
"""Name of the variant, and of the change of questions that it makes."""

JOINT = "#"
"""Stands between a question's id and the number of a rotation."""


def change(questions: Sequence[Question], root: Path, progress: Callable[[str], None]) -> Iterator[Question]:
    """All rotations of each question; those of one question stay together."""
    for question in questions:
        yield from rotations(question)


def rotations(question: Question) -> Iterator[Question]:
    """The question with its options moved up by 0, 1, 2, ... places, the first ones to the end."""
    n_options = len(question.options)
    right = LETTERS.index(question.answer)
    for shift in range(n_options):
        changes = {
            "question_id": f"{question.question_id}{JOINT}{shift}",
            "options": question.options[shift:] + question.options[:shift],
            "answer": LETTERS[(right - shift) % n_options],
        }
        yield question.model_copy(update=changes)


def base_id(question_id: str) -> str:
    """Id of the question that a rotation is of; other ids stay as they are."""
    base, joint, shift = question_id.rpartition(JOINT)
    return base if joint and shift.isdecimal() else question_id
