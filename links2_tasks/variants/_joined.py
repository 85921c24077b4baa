"""Rows of rotated questions taken together: right only when all rotations are."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from links2_tasks.scoring import READ_REASONS, ScoredRow
from links2_tasks.variants.circular import base_id


@dataclass(frozen=True)
class Joined:
    """All rows of one question of a circular run as one."""

    row: ScoredRow
    """The lowest score, the chance of guessing all rotations, and the first reason for which one was not read."""
    is_complete: bool
    """Whether each rotation has a row; some have none where a run was cut short."""


def joined_rotations(rows: Iterable[ScoredRow]) -> list[Joined]:
    """One row for each question, in the order in which they come.

    Args:
        rows: Rows of a run of the variant `circular`, each of one rotation.
    """
    by_question: dict[tuple[str, str], list[ScoredRow]] = defaultdict(list)
    for row in rows:
        by_question[row.task, base_id(row.question_id)].append(row)
    return [_joined(question_id, of_question) for (_, question_id), of_question in by_question.items()]


def _joined(question_id: str, rotations: Sequence[ScoredRow]) -> Joined:
    first = rotations[0]
    unread = [row.reason for row in rotations if row.reason not in READ_REASONS]
    row = replace(
        first,
        question_id=question_id,
        score=min(row.score for row in rotations),
        chance=math.prod(row.chance for row in rotations),
        reason=(unread or [first.reason])[0],
        prediction=None,
        answer=None,
    )
    # There are as many rotations as options, and each option is as likely to be guessed.
    return Joined(row, not first.chance or len(rotations) >= round(1 / first.chance))
