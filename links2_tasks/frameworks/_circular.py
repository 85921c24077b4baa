"""The figure of questions that were asked once for every rotation of their options: right only when all are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from links2_tasks.variants import base_id


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
