"""From a reply to a verdict and to the sample row that frameworks log: the same code for every framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from links2_tasks.frameworks._asked import Asked
from links2_tasks.frameworks._lines import QuestionLine
from links2_tasks.media import satellite_size, shown_scale
from links2_tasks.prompt import FrameManifest
from links2_tasks.schema import AnswerValue, Question, question_sha256
from links2_tasks.scoring import (
    ERROR_UNITS,
    chance_level,
    choice_score,
    extract_choice,
    extract_number,
    extract_point,
    number_error,
    open_score,
    point_error_m,
)
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
    truth: str | float | None = None
    """The number or point that was wanted; None when a letter was."""
    error: float | None = None
    """How far an open answer is off, in the unit of `scoring.ERROR_UNITS`; None when none was read."""
    note: str = ""


Judge = Callable[[Question, str], Verdict]


def judge_choice(question: Question, reply: str) -> Verdict:
    """Read a letter and score it."""
    extraction = extract_choice(reply, question.options)
    return Verdict(extraction.letter, extraction.reason, choice_score(extraction, question.answer))


def number_judge(root: Callable[[], Path], max_satellite_px: int) -> Judge:
    """A judge that reads a number or a point and scores it against the question's value.

    Args:
        root: Tells the folder of the dataset; asked only for points.
        max_satellite_px: The setting of the prompts: points are named in pixels of the image as it was shown.
    """

    def judge(question: Question, reply: str) -> Verdict:
        value = question.value
        if value is None:
            return Verdict(None, "bad_question", note="an open question needs a value")
        if value.kind != "point":
            return _judge_number(value, reply)
        if len(question.satellite) != 1:
            return Verdict(None, "bad_question", note="an open question about a point needs one satellite image")
        scale = shown_scale(*satellite_size(root(), question.satellite[0]), max_satellite_px)
        return _judge_point(value, reply, scale, question.satellite[0].gsd_m / scale)

    return judge


def _judge_number(value: AnswerValue, reply: str) -> Verdict:
    extraction = extract_number(reply, value.unit)
    return Verdict(
        extraction.number,
        extraction.reason,
        open_score(extraction, value),
        truth=value.number[0],
        error=number_error(extraction.number, value),
    )


def _judge_point(value: AnswerValue, reply: str, scale: float, shown_gsd_m: float) -> Verdict:
    shown = value.model_copy(update={"number": tuple(each * scale for each in value.number)})
    x_px, y_px = shown.number
    extraction = extract_point(reply)
    point = extraction.point
    return Verdict(
        _point_text(point) if point else None,
        extraction.reason,
        open_score(extraction, shown, shown_gsd_m),
        truth=_point_text((x_px, y_px)),
        error=point_error_m(point, (x_px, y_px), shown_gsd_m) if point else None,
    )


def _point_text(point: tuple[float, float]) -> str:
    """A point as replies write it, in pixels."""
    return f"({point[0]:.1f}, {point[1]:.1f})"


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
        "question_sha256": question_sha256(line.question) if line.question is not None else None,
        "manifest": manifest.model_dump(mode="json") if manifest is not None else None,
    }


def open_row(line: QuestionLine, variant: str, reply: str, asked: Asked | None, verdict: Verdict) -> Row:
    """As `sample_row` for an open answer: also how far it is off, and the unit of that. Nobody guesses a number."""
    row = sample_row(line, variant, reply, asked, verdict)
    return {**row, "error": verdict.error, "unit": error_unit(line), "chance": 0.0}


def error_unit(line: QuestionLine) -> str:
    """Unit of the error of an open answer to a line; empty for one that has no number or point for an answer."""
    value = line.question.value if line.question is not None else None
    return "" if value is None else ERROR_UNITS[value.kind]


def _note_on(manifest: FrameManifest | None) -> str:
    if manifest is None:
        return NOT_BUILT_HERE
    return SAMPLED_BY_HOST if manifest.decoder == "host" else ""
