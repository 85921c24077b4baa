"""From a reply to the numbers that lmms-eval aggregates and the sample rows that it logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from links2_tasks.frameworks.lmms_eval._asked import ASKED
from links2_tasks.frameworks.lmms_eval._docs import FAULT, VARIANT, question_of
from links2_tasks.schema import Question
from links2_tasks.scoring import extract_choice
from links2_tasks.taxonomy import BENCHMARK_VERSION, chance_level

RAW_CHARS = 4000
"""Replies are kept up to this length; the host keeps them whole beside the row."""

NOT_BUILT_HERE = "this process built no prompt for the question: the reply came from a cache, or the model takes none"


@dataclass(frozen=True)
class _Verdict:
    """What a reply is worth."""

    prediction: str | None
    reason: str
    note: str = ""


def process_results(doc: dict[str, Any], results: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Score one reply; called from several threads, never raises (the host would retry, then give up the run)."""
    reply = str(results[0]) if results else ""
    question = question_of(doc)
    try:
        verdict = _judge(doc, question, reply)
    except Exception as error:  # noqa: BLE001
        verdict = _Verdict(None, "scoring_error", f"{type(error).__name__}: {error}")
    score = float(question is not None and verdict.prediction == question.answer)
    chance = chance_level(len(question.options)) if question is not None else 0.0
    key = {"id": str(doc.get("question_id")), "clip_id": str(doc.get("clip_id"))}
    return {
        "links2_accuracy": {**key, "score": score, **_record(doc, reply, verdict, chance)},
        "links2_micro_accuracy": {**key, "score": score},
        "links2_chance_corrected": {**key, "score": (score - chance) / (1.0 - chance)},
        "links2_extraction_failure": {**key, "score": float(verdict.prediction is None), "reason": verdict.reason},
    }


def mean_score(rows: Sequence[Mapping[str, Any]]) -> float:
    """Mean of the rows' scores; 0 when there are none."""
    return sum(row["score"] for row in rows) / len(rows) if rows else 0.0


def _judge(doc: dict[str, Any], question: Question | None, reply: str) -> _Verdict:
    if question is None:
        return _Verdict(None, "bad_question", doc.get(FAULT, ""))
    asked = ASKED.get(doc[VARIANT], question.question_id)
    if asked is not None and asked.error:
        return _Verdict(None, "media_error", asked.error)
    extraction = extract_choice(reply, question.options)
    return _Verdict(extraction.letter, extraction.reason)


def _record(doc: dict[str, Any], reply: str, verdict: _Verdict, chance: float) -> dict[str, Any]:
    asked = ASKED.get(str(doc.get(VARIANT)), str(doc.get("question_id")))
    manifest = asked.manifest.model_dump(mode="json") if asked is not None and asked.manifest is not None else None
    note = verdict.note or ("" if manifest is not None else NOT_BUILT_HERE)
    return {
        "task": doc.get("task"),
        "variant": doc.get(VARIANT),
        "region": doc.get("region"),
        "prediction": verdict.prediction,
        "answer": doc.get("answer"),
        "reason": verdict.reason,
        "note": note,
        "chance": chance,
        "raw": reply[:RAW_CHARS],
        "benchmark_version": BENCHMARK_VERSION,
        "manifest": manifest,
    }
