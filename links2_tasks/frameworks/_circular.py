"""Questions that were asked once for every rotation of their options: right only when all rotations are."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from links2_tasks.scoring import READ_REASONS, ScoredRow
from links2_tasks.variants import base_id

CIRCULAR = "circular"
"""Name of the variant, and of the change of questions that it makes."""


def circular_share(scores: Iterable[tuple[str, float]]) -> float:
    """Share of questions all of whose rotations are right; 0 when there are none.

    Args:
        scores: Id and score of each rotation of one task's questions.
    """
    lowest: dict[str, float] = defaultdict(lambda: 1.0)
    for rotation_id, score in scores:
        question = base_id(rotation_id)
        lowest[question] = min(lowest[question], score)
    return sum(lowest.values()) / len(lowest) if lowest else 0.0


def joined_rotations(rows: Iterable[ScoredRow]) -> list[ScoredRow]:
    """One row for each question: its lowest score, the chance of guessing all rotations, and why one was not read."""
    by_question: dict[tuple[str, str], list[ScoredRow]] = defaultdict(list)
    for row in rows:
        by_question[row.task, base_id(row.question_id)].append(row)
    return [_joined(question_id, of_question) for (_, question_id), of_question in by_question.items()]


def _joined(question_id: str, rotations: Sequence[ScoredRow]) -> ScoredRow:
    unread = [row.reason for row in rotations if row.reason not in READ_REASONS]
    return replace(
        rotations[0],
        question_id=question_id,
        score=min(row.score for row in rotations),
        chance=math.prod(row.chance for row in rotations),
        reason=(unread or [rotations[0].reason])[0],
        prediction=None,
        answer=None,
    )
