"""Templates: each question gets one of its task's wordings, drawn from a seed and its id."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from links2_tasks.rewriting._records import Reworded
from links2_tasks.rewriting._wordings import rendered, slots_of, wordings
from links2_tasks.schema import Question, Wording


def reword(questions: Sequence[Question], seed: int) -> Reworded:
    """Questions in the wordings of `wordings.yaml`, without any network.

    The same seed and ids give the same words, in whatever order the questions come. A question whose text is not its
    writer's own is left as it is; so is one that draws the writer's own words.

    Args:
        questions: As the writers left them.
        seed: Draws the wordings.
    """
    found = tuple(_reworded(question, seed) for question in questions)
    changed = sum(one.question != other.question for one, other in zip(found, questions, strict=True))
    return Reworded(found, changed)


def drawn(seed: int, question: Question, n: int) -> int:
    """A number from 0 to n - 1, by the seed and the question's task and id."""
    digest = hashlib.sha256(f"{seed}:{question.task}:{question.question_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % n


def _reworded(question: Question, seed: int) -> Question:
    slots = slots_of(question.task, question.question)
    number = drawn(seed, question, len(wordings()[question.task])) if slots is not None else 0
    if slots is None or number == 0:
        return question
    provenance = question.provenance.model_copy(update={"wording": Wording(by=f"template {number + 1}")})
    return question.model_copy(update={"question": rendered(question.task, number, slots), "provenance": provenance})
