"""From a reply to the numbers that lmms-eval aggregates and the sample rows that it logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from links2_tasks.frameworks._asked import ASKED
from links2_tasks.frameworks._judging import (
    Judge,
    Row,
    Verdict,
    chance_of,
    judge_choice,
    judge_number,
    sample_row,
    verdict_on,
)
from links2_tasks.frameworks.lmms_eval._docs import VARIANT, line_of


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Row]:
    """Score the letter of a reply; called from several threads, never raises (the host would retry, then give up)."""
    verdict, row = _scored(doc, results, judge_choice)
    chance = chance_of(line_of(doc))
    key = {"id": row["id"], "clip_id": row["clip_id"]}
    corrected = {"score": (verdict.score - chance) / (1.0 - chance), "hit": verdict.score, "chance": chance}
    return {
        "links2_accuracy": {**row, "chance": chance},
        "links2_micro_accuracy": {**key, "score": verdict.score},
        "links2_chance_corrected": {**key, **corrected},
        "links2_extraction_failure": _failure(key, verdict),
    }


def process_open_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Row]:
    """Score the number of a reply to an open question; for the rest as `process_results`."""
    verdict, row = _scored(doc, results, judge_number)
    key = {"id": row["id"], "clip_id": row["clip_id"]}
    return {"links2_open_score": row, "links2_extraction_failure": _failure(key, verdict)}


def mean_score(rows: Sequence[Row]) -> float:
    """Mean of the rows' scores; 0 when there are none."""
    return _mean(rows, "score")


def chance_corrected(rows: Sequence[Row]) -> float:
    """(accuracy - mean chance) / (1 - mean chance): 0 for guessing, 1 for all right."""
    chance = _mean(rows, "chance")
    return (_mean(rows, "hit") - chance) / (1.0 - chance)


def _mean(rows: Sequence[Row], key: str) -> float:
    return sum(row[key] for row in rows) / len(rows) if rows else 0.0


def _scored(doc: Mapping[str, Any], results: Sequence[str], judge: Judge) -> tuple[Verdict, Row]:
    reply = str(results[0] or "") if results else ""
    line = line_of(doc)
    asked = ASKED.get(doc[VARIANT], line.shown.question_id)
    verdict = verdict_on(line, reply, asked, judge)
    return verdict, sample_row(line, doc[VARIANT], reply, asked, verdict)


def _failure(key: Row, verdict: Verdict) -> Row:
    return {**key, "score": float(verdict.prediction is None), "reason": verdict.reason}
