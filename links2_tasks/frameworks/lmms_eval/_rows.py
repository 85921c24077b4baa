"""From a reply to the numbers that lmms-eval aggregates and the sample rows that it logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from links2_tasks.frameworks.lmms_eval._asked import ASKED, Asked
from links2_tasks.frameworks.lmms_eval._docs import FAULT, VARIANT, question_of
from links2_tasks.prompt import FrameManifest
from links2_tasks.schema import Question
from links2_tasks.scoring import chance_level, choice_score, extract_choice, extract_number, open_score
from links2_tasks.taxonomy import BENCHMARK_VERSION

RAW_CHARS = 4000
"""Replies are kept up to this length; the host keeps them whole beside the row."""

NOT_BUILT_HERE = "this process built no prompt for the question: the reply came from a cache, or the model takes none"
SAMPLED_BY_HOST = (
    "the model read a clip of exactly the planned frames; arguments of its own may have made it take fewer"
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What a reply is worth."""

    prediction: str | float | None
    """What was read from it; None when nothing could be."""
    reason: str
    score: float = 0.0
    truth: float | None = None
    """The number that was wanted; None when a letter was."""
    note: str = ""


Judge = Callable[[Question, str], Verdict]


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Row]:
    """Score the letter of a reply; called from several threads, never raises (the host would retry, then give up)."""
    verdict, row = _scored(doc, results, _judge_choice)
    question = question_of(doc)
    chance = chance_level(len(question.options)) if question is not None else 0.0
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
    verdict, row = _scored(doc, results, _judge_number)
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


def _judge_choice(question: Question, reply: str) -> Verdict:
    extraction = extract_choice(reply, question.options)
    return Verdict(extraction.letter, extraction.reason, choice_score(extraction, question.answer))


def _judge_number(question: Question, reply: str) -> Verdict:
    if question.value is None:
        return Verdict(None, "bad_question", note="an open question needs a value")
    extraction = extract_number(reply, question.value.unit)
    score = open_score(extraction, question.value)
    return Verdict(extraction.number, extraction.reason, score, truth=question.value.number[0])


def _scored(doc: Mapping[str, Any], results: Sequence[str], judge: Judge) -> tuple[Verdict, Row]:
    reply = str(results[0] or "") if results else ""
    asked = ASKED.get(doc[VARIANT], doc["question_id"])
    try:
        verdict = _judged(doc, reply, asked, judge)
    except Exception as error:  # noqa: BLE001
        verdict = Verdict(None, "scoring_error", note=f"{type(error).__name__}: {error}")
    return verdict, _row(doc, reply, asked, verdict)


def _judged(doc: Mapping[str, Any], reply: str, asked: Asked | None, judge: Judge) -> Verdict:
    question = question_of(doc)
    if question is None:
        return Verdict(None, "bad_question", note=doc[FAULT])
    if asked is not None and asked.reason:
        return Verdict(None, asked.reason, note=asked.error)
    return judge(question, reply)


def _row(doc: Mapping[str, Any], reply: str, asked: Asked | None, verdict: Verdict) -> Row:
    manifest = asked.manifest if asked is not None else None
    return {
        "id": doc["question_id"],
        "clip_id": doc["clip_id"],
        "task": doc["task"],
        "variant": doc[VARIANT],
        "region": doc["region"],
        "prediction": verdict.prediction,
        "answer": doc["answer"] if verdict.truth is None else verdict.truth,
        "score": verdict.score,
        "reason": verdict.reason,
        "note": verdict.note or _note_on(manifest),
        "raw": reply[:RAW_CHARS],
        "benchmark_version": BENCHMARK_VERSION,
        "manifest": manifest.model_dump(mode="json") if manifest is not None else None,
    }


def _note_on(manifest: FrameManifest | None) -> str:
    if manifest is None:
        return NOT_BUILT_HERE
    return SAMPLED_BY_HOST if manifest.decoder == "host" else ""


def _failure(key: Row, verdict: Verdict) -> Row:
    return {**key, "score": float(verdict.prediction is None), "reason": verdict.reason}
