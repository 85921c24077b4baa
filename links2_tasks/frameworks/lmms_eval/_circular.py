"""Circular evaluation: what lmms-eval needs to count a question as right only when all its rotations are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from links2_tasks.frameworks._circular import circular_share
from links2_tasks.frameworks._judging import Row
from links2_tasks.frameworks.lmms_eval._rows import process_results


def process_circular_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Row]:
    """As `process_results`, with what the circular metric needs of a rotation."""
    metrics = process_results(doc, results)
    row = metrics["links2_accuracy"]
    # Not called 'score': the host would make a standard error of single rotations, which this metric is no mean of.
    circular = {"id": row["id"], "clip_id": row["clip_id"], "hit": row["score"]}
    return {**metrics, "links2_circular": circular}


def circular_accuracy(rows: Sequence[Row]) -> float:
    """Share of questions all of whose rotations are right; 0 when there are none."""
    return circular_share([(row["id"], row["hit"]) for row in rows])
