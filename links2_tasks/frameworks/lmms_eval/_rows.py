"""From a reply to the numbers that lmms-eval aggregates and the sample rows that it logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from links2_tasks.construction.mini import data_root
from links2_tasks.frameworks._asked import ASKED
from links2_tasks.frameworks._judging import (
    Judge,
    Row,
    Verdict,
    chance_of,
    judge_choice,
    number_judge,
    open_row,
    sample_row,
    verdict_on,
)
from links2_tasks.frameworks.lmms_eval import _host
from links2_tasks.frameworks.lmms_eval._docs import VARIANT, line_of
from links2_tasks.prompt import PromptSettings
from links2_tasks.scoring import WITHIN_M, share_within
from links2_tasks.scoring import median_error as median_of_errors


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Row]:
    """Score the letter of a reply; called from several threads, never raises (the host would retry, then give up)."""
    verdict, row = _scored(doc, results, judge_choice, sample_row)
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
    """Score the number or point of a reply to an open question; for the rest as `process_results`.

    What lies within some metres is asked only where the error is in metres, and a median is of one unit.
    """
    max_px = _host.max_satellite_px.get((doc[VARIANT], doc["task"]), PromptSettings().max_satellite_px)
    verdict, row = _scored(doc, results, number_judge(data_root, max_px), open_row)
    key = {"id": row["id"], "clip_id": row["clip_id"]}
    metrics = {"links2_open_score": row, "links2_extraction_failure": _failure(key, verdict)}
    unit = row["unit"]
    if unit:
        # Not called 'score': the host would make a standard error of the mean, which a median has not.
        metrics[f"links2_median_error_{unit}"] = {**key, "error": verdict.error}
    if unit == "m":
        for limit in WITHIN_M:
            metrics[f"links2_within_{limit}_m"] = {**key, "score": share_within([verdict.error], limit)}
    return metrics


def median_error(rows: Sequence[Row]) -> float | None:
    """Median of the rows' errors; None when half of the answers or more could not be read."""
    return median_of_errors([row["error"] for row in rows])


def mean_score(rows: Sequence[Row]) -> float:
    """Mean of the rows' scores; 0 when there are none."""
    return _mean(rows, "score")


def chance_corrected(rows: Sequence[Row]) -> float:
    """(accuracy - mean chance) / (1 - mean chance): 0 for guessing, 1 for all right."""
    chance = _mean(rows, "chance")
    return (_mean(rows, "hit") - chance) / (1.0 - chance)


def _mean(rows: Sequence[Row], key: str) -> float:
    return sum(row[key] for row in rows) / len(rows) if rows else 0.0


def _scored(
    doc: Mapping[str, Any], results: Sequence[str], judge: Judge, row: Callable[..., Row]
) -> tuple[Verdict, Row]:
    reply = str(results[0] or "") if results else ""
    line = line_of(doc)
    asked = ASKED.get(doc[VARIANT], line.shown.question_id)
    verdict = verdict_on(line, reply, asked, judge)
    return verdict, row(line, doc[VARIANT], reply, asked, verdict)


def _failure(key: Row, verdict: Verdict) -> Row:
    return {**key, "score": float(verdict.prediction is None), "reason": verdict.reason}
