"""From a reply to a verdict and to the sample row that frameworks log: the same code for every framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from links2_tasks.frameworks._asked import Asked
from links2_tasks.frameworks._lines import QuestionLine
from links2_tasks.prompt import FrameManifest
from links2_tasks.schema import Question
from links2_tasks.scoring import chance_level, choice_score, extract_choice, extract_number, open_score
from links2_tasks.taxonomy import BENCHMARK_VERSION

RAW_CHARS = 4000
"""Replies are kept up to this length; frameworks keep them whole beside the row."""

NOT_BUILT_HERE = (
    "no prompt for the question was built here: the reply came from a cache or another run, or the model takes none"
)
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


def judge_choice(question: Question, reply: str) -> Verdict:
    """Read a letter and score it."""
    extraction = extract_choice(reply, question.options)
    return Verdict(extraction.letter, extraction.reason, choice_score(extraction, question.answer))


def judge_number(question: Question, reply: str) -> Verdict:
    """Read a number and score it against the question's value."""
    if question.value is None:
        return Verdict(None, "bad_question", note="an open question needs a value")
    extraction = extract_number(reply, question.value.unit)
    score = open_score(extraction, question.value)
    return Verdict(extraction.number, extraction.reason, score, truth=question.value.number[0])


def verdict_on(line: QuestionLine, reply: str, asked: Asked | None, judge: Judge) -> Verdict:
    """What the reply to a line is worth; never raises, as frameworks take an error for the end of a run."""
    if line.question is None:
        return Verdict(None, "bad_question", note=line.fault)
    if asked is not None and asked.reason:
        return Verdict(None, asked.reason, note=asked.error)
    try:
        return judge(line.question, reply)
    except Exception as error:  # noqa: BLE001
        return Verdict(None, "scoring_error", note=f"{type(error).__name__}: {error}")


def chance_of(line: QuestionLine) -> float:
    """Expected score of a guess among the options of a line; 0 for a line that is no valid question."""
    return chance_level(len(line.question.options)) if line.question is not None else 0.0


def sample_row(line: QuestionLine, variant: str, reply: str, asked: Asked | None, verdict: Verdict) -> Row:
    """The record of one answer: what was asked and shown, what was read from the reply, and why."""
    manifest = asked.manifest if asked is not None else None
    return {
        "id": line.shown.question_id,
        "clip_id": line.shown.clip_id,
        "task": line.shown.task,
        "variant": variant,
        "region": line.shown.region,
        "prediction": verdict.prediction,
        "answer": line.shown.answer if verdict.truth is None else verdict.truth,
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
