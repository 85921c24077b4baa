"""Questions that two runs both answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from links2_tasks.errors import DataError
from links2_tasks.scoring import ScoredRow
from links2_tasks.statistics._groups import Key


@dataclass(frozen=True)
class Pair:
    """One question that both runs answered."""

    first: ScoredRow
    second: ScoredRow

    @property
    def difference(self) -> float:
        """Score of the second run less that of the first."""
        return self.second.score - self.first.score

    @property
    def all_or_nothing(self) -> bool:
        """Whether both scores are 0 or 1."""
        return {self.first.score, self.second.score} <= {0.0, 1.0}


def paired(first: Mapping[Key, ScoredRow], second: Mapping[Key, ScoredRow]) -> list[Pair]:
    """Pairs in the order of the first run's keys.

    Raises:
        DataError: there are none, or a question is about another clip in the other run.
    """
    pairs = [Pair(row, second[key]) for key, row in first.items() if key in second]
    if not pairs:
        raise DataError(
            "the two runs have no question in common; compare runs on the same dataset and the same tasks, or estimate "
            "each by itself"
        )
    for pair in pairs:
        if pair.first.clip_id != pair.second.clip_id:
            raise DataError(
                f"question '{pair.first.question_id}' of task '{pair.first.task}' is about clip "
                f"'{pair.first.clip_id}' in one run and '{pair.second.clip_id}' in the other; compare runs on the same "
                "dataset"
            )
    return pairs
