"""Sample rows as the frameworks leave them, read to one form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from links2_tasks import taxonomy
from links2_tasks.errors import Links2Error
from links2_tasks.results import OTHER
from links2_tasks.schema import DEFAULT_VARIANT
from links2_tasks.scoring import ScoredRow


@dataclass(frozen=True)
class LabelledRow:
    """One row of a framework's results."""

    scored: ScoredRow
    """Its `task` is what the framework calls the task."""
    dimension: str
    variant: str
    note: str
    """Why there is no answer, in words."""


def read_row(label: str, row: Mapping[str, Any]) -> LabelledRow:
    """A row as `frameworks` write it, its values as they are or as text.

    Args:
        label: What the framework calls the task.
        row: The row.
    """
    prediction = row["prediction"]
    scored = ScoredRow(
        question_id=str(row["id"]),
        task=label,
        clip_id=str(row["clip_id"]),
        region=str(row["region"]),
        score=float(row["score"]),
        chance=float(row.get("chance", 0.0)),
        reason=str(row["reason"]),
        prediction=None if prediction in (None, "") else str(prediction),
        answer=str(row["answer"]),
    )
    # A failed request has its reason in the reply itself.
    note = row["raw"] if scored.reason == "request_failed" else row["note"]
    return LabelledRow(scored, _dimension(str(row["task"])), str(row.get("variant") or DEFAULT_VARIANT), str(note))


def with_ids_of_their_own(rows: Iterable[LabelledRow]) -> list[LabelledRow]:
    """The same rows; where an id stands twice, as it may in damaged question files, the later ones are numbered."""
    seen: Counter[tuple[str, str]] = Counter()
    told_apart = []
    for row in rows:
        key = row.scored.task, row.scored.question_id
        seen[key] += 1
        if seen[key] > 1:
            row = replace(row, scored=replace(row.scored, question_id=f"{key[1]} ({seen[key]})"))
        told_apart.append(row)
    return told_apart


def _dimension(task: str) -> str:
    try:
        return taxonomy.task(task).dimension
    except Links2Error:
        return OTHER
