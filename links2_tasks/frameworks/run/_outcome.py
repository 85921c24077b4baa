"""What an attempt came to: figures, what has failed, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from links2_tasks.frameworks.run._rows import LabelledRow
from links2_tasks.scoring import UNASKABLE_REASONS, Scoreboard, aggregate
from links2_tasks.variants import CIRCULAR, joined_rotations

LOST = "request_failed"
EMPTY = "empty"


@dataclass(frozen=True)
class Failure:
    """A question without an answer."""

    task: str
    question_id: str
    reason: str
    note: str


@dataclass(frozen=True)
class RunOutcome:
    """What an attempt came to."""

    boards: Mapping[str, Scoreboard]
    """Figures by variant, in the order of the tasks; none where the framework left no rows."""
    failures: tuple[Failure, ...]
    n_missing: Mapping[str, int]
    """Rows that should be there and are not, by task; only tasks that lack some."""
    n_empty: int
    """Replies without any text; some models hide errors that way."""

    @property
    def complete(self) -> bool:
        """Whether every question has an answer."""
        return bool(self.boards) and not self.failures and not self.n_missing

    @property
    def exit_status(self) -> int:
        """0 when every question has an answer, else 1."""
        return int(not self.complete)


def outcome_of(rows: Sequence[LabelledRow], wanted: Mapping[str, int]) -> RunOutcome:
    """Sum up the rows of an attempt.

    Args:
        rows: All of them.
        wanted: How many there must be for each task.
    """
    found = Counter(row.scored.task for row in rows)
    return RunOutcome(
        boards=_boards(rows, wanted),
        failures=tuple(
            Failure(row.scored.task, row.scored.question_id, row.scored.reason, row.note)
            for row in rows
            if row.scored.reason == LOST or row.scored.reason in UNASKABLE_REASONS
        ),
        n_missing={task: n_rows - found[task] for task, n_rows in wanted.items() if found[task] < n_rows},
        n_empty=sum(row.scored.reason == EMPTY for row in rows),
    )


def _boards(rows: Sequence[LabelledRow], wanted: Iterable[str]) -> dict[str, Scoreboard]:
    """Figures of each variant: a mean over questions that were put otherwise would say nothing."""
    tasks = {row.scored.task: row for row in rows}
    ordered = [tasks[task] for task in dict.fromkeys((*wanted, *tasks)) if task in tasks]
    boards: dict[str, Scoreboard] = {}
    for variant in dict.fromkeys(row.variant for row in ordered):
        of_variant = [row.scored for row in rows if row.variant == variant]
        if variant == CIRCULAR:
            # Also those that lack a rotation, as in the figures of the framework itself.
            of_variant = [joined.row for joined in joined_rotations(of_variant)]
        boards[variant] = aggregate(of_variant, {row.scored.task: row.dimension for row in ordered})
    return boards
