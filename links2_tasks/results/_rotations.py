"""The rows of a run by questions, whichever way its variant asks them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from links2_tasks.results._records import ResultRow, Run
from links2_tasks.variants import CIRCULAR, base_id, joined_rotations


@dataclass(frozen=True)
class QuestionRows:
    """One row for each question of a run."""

    rows: tuple[ResultRow, ...]
    n_incomplete: int
    """Questions of a circular run that are left out, as some of their rotations have no row."""


def question_rows(run: Run) -> QuestionRows:
    """The rows of a run; of a circular one, those of each question as one that is right only when all of them are."""
    if run.variant != CIRCULAR:
        return QuestionRows(run.rows, 0)
    first_of: dict[tuple[str, str], ResultRow] = {}
    for row in run.rows:
        first_of.setdefault((row.scored.task, base_id(row.scored.question_id)), row)
    joined = joined_rotations(run.scored)
    rows = tuple(
        replace(first_of[one.row.task, one.row.question_id], scored=one.row, question_sha256=None)
        for one in joined
        if one.is_complete
    )
    return QuestionRows(rows, len(joined) - len(rows))
