"""From a result file to scores, in the host's own score files."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from links2_tasks import taxonomy
from links2_tasks.errors import DataError
from links2_tasks.frameworks._asked import Asked
from links2_tasks.frameworks._circular import circular_share
from links2_tasks.frameworks._judging import (
    Judge,
    Row,
    chance_of,
    judge_choice,
    number_judge,
    open_row,
    sample_row,
    verdict_on,
)
from links2_tasks.frameworks.vlmeval import _shown
from links2_tasks.frameworks.vlmeval._messages import NOT_ASKED
from links2_tasks.frameworks.vlmeval._names import DatasetName, Sampling
from links2_tasks.frameworks.vlmeval._table import AnsweredLine, answered_lines
from links2_tasks.prompt import PromptSettings
from links2_tasks.scoring import (
    UNASKABLE_REASONS,
    WITHIN_M,
    Scoreboard,
    ScoredRow,
    Summary,
    aggregate,
    median_error,
    share_within,
)
from links2_tasks.taxonomy import BENCHMARK_VERSION
from links2_tasks.variants import CIRCULAR

OVERALL = "overall"
FAILED_REQUESTS = "failed_requests"
FAILED_QUESTIONS = "failed_questions"
"""Questions that were never put to the model as they should be: a bad line, media or settings."""


def evaluate(eval_file: str, name: DatasetName, lines: Iterable[str], root: Path) -> dict[str, Any]:
    """Score a result file and write `_score` (a row for each question) and `_acc` (figures) beside it.

    Args:
        eval_file: The result file.
        name: The dataset.
        lines: Its lines as they are now.
        root: Folder of the dataset.

    Returns:
        Accuracy (0 to 1) overall and for each dimension and task, and how many requests and questions failed. Where
        numbers are asked for, their score stands in place of the accuracy, and where all rotations of a question are
        asked, the share of questions all of whose rotations are right.

    Raises:
        DataError: the file holds no answers to links2 questions, or not those of this dataset.
    """
    from vlmeval.smp import dump, get_intermediate_file_path

    answers = answered_lines(eval_file)
    _refuse_others(eval_file, [each.line.text for each in answers], lines)
    rows = score(answers, name.sampling, root)
    board = aggregate(map(_scored, rows), {task.name: task.dimension for task in taxonomy.tasks()})
    of_variant = _figures_of_variant(board, rows, name.sampling)
    figures = [{**row, **of_variant.get((row["level"], row["name"]), {})} for row in _figures(board)]
    dump(pd.DataFrame(rows), get_intermediate_file_path(eval_file, "_score"))
    dump(pd.DataFrame(figures), get_intermediate_file_path(eval_file, "_acc"))
    metrics = _metrics(board, Counter(row["reason"] for row in rows))
    return {**metrics, **_circular_metrics(of_variant)}


def _refuse_others(eval_file: str, answered: Iterable[str], lines: Iterable[str]) -> None:
    """The host takes an old result file of a video dataset for complete, also after the dataset has changed."""
    had, have = Counter(answered), Counter(lines)
    lacking, others = (have - had).total(), (had - have).total()
    if lacking or others:
        raise DataError(
            f"{eval_file} is of another state of the dataset: answers to {lacking} of its questions are missing, and "
            f"{others} answers are to other questions. To ask the questions as they are now, move the file away or "
            "name another --work-dir, and leave out --reuse."
        )


def score(answers: Iterable[AnsweredLine], sampling: Sampling, root: Path) -> list[Row]:
    """The sample rows of some answers, as a table's cells: the manifest as JSON, which takes a fifth of its memory."""
    settings = sampling.settings
    wants_number = settings.answer_form == "number"
    judge = number_judge(lambda: root, settings.max_satellite_px) if wants_number else judge_choice
    return [_cells(_row(each, sampling, judge)) for each in answers]


def _row(each: AnsweredLine, sampling: Sampling, judge: Judge) -> Row:
    asked = _asked_of(each, sampling.settings)
    verdict = verdict_on(each.line, each.reply, asked, judge)
    if sampling.settings.answer_form == "number":
        return open_row(each.line, sampling.variant, each.reply, asked, verdict)
    row = sample_row(each.line, sampling.variant, each.reply, asked, verdict)
    return {**row, "chance": chance_of(each.line)}


def _cells(row: Row) -> Row:
    return {**row, "manifest": json.dumps(row["manifest"])}


def _asked_of(each: AnsweredLine, settings: PromptSettings) -> Asked | None:
    """What was shown.

    Another run may have overwritten or lost the record, and the reply tells whether a prompt was built.
    """
    asked = _shown.recall(each.line.text, settings)
    failed = asked is not None and bool(asked.reason)
    if each.reply == NOT_ASKED:
        return asked if failed else Asked(reason="media_error", error="why is not known here any more")
    return None if failed else asked


def _scored(row: Row) -> ScoredRow:
    return ScoredRow(
        question_id=row["id"],
        task=row["task"],
        clip_id=row["clip_id"],
        region=row["region"],
        score=row["score"],
        chance=row["chance"],
        reason=row["reason"],
        prediction=row["prediction"],
        answer=row["answer"],
    )


def _figures(board: Scoreboard) -> Iterator[dict[str, Any]]:
    levels = (("overall", (board.overall,)), ("dimension", board.dimensions), ("task", board.tasks))
    for level, summaries in levels:
        for summary in summaries:
            yield {"level": level, **_flat(summary), "benchmark_version": BENCHMARK_VERSION}


def _flat(summary: Summary) -> dict[str, Any]:
    return {**dataclasses.asdict(summary), "extraction_failures": json.dumps(dict(summary.extraction_failures))}


def _metrics(board: Scoreboard, reasons: Counter[str]) -> dict[str, Any]:
    overall = board.overall
    return {
        OVERALL: overall.macro_accuracy,
        "micro_accuracy": overall.micro_accuracy,
        "chance_corrected": overall.chance_corrected_accuracy,
        **{summary.name: summary.macro_accuracy for summary in (*board.dimensions, *board.tasks)},
        "extraction_failures": overall.n_failures,
        FAILED_REQUESTS: reasons["request_failed"],
        FAILED_QUESTIONS: sum(reasons[reason] for reason in UNASKABLE_REASONS),
        "questions": overall.n,
        "benchmark_version": BENCHMARK_VERSION,
    }


_Place = tuple[str, str]
"""Level and name of a row of figures."""


def _figures_of_variant(board: Scoreboard, rows: Sequence[Row], sampling: Sampling) -> Mapping[_Place, Row]:
    """What a variant is measured by besides the figures of all datasets."""
    if sampling.settings.answer_form == "number":
        return {("task", task.name): _errors(_rows_of(rows, task.name)) for task in board.tasks}
    if sampling.change != CIRCULAR:
        return {}
    dimension_of = {task.name: task.dimension for task in taxonomy.tasks()}
    shares = {
        task.name: circular_share([(row["id"], row["score"]) for row in _rows_of(rows, task.name)])
        for task in board.tasks
    }
    found = {("task", task): share for task, share in shares.items()}
    for dimension in board.dimensions:
        of_tasks = [share for task, share in shares.items() if dimension_of[task] == dimension.name]
        found["dimension", dimension.name] = sum(of_tasks) / len(of_tasks)
    found["overall", board.overall.name] = sum(shares.values()) / len(shares)
    return {place: {"circular_accuracy": share} for place, share in found.items()}


def _circular_metrics(of_variant: Mapping[_Place, Row]) -> dict[str, float]:
    return {
        OVERALL if level == "overall" else name: figures["circular_accuracy"]
        for (level, name), figures in of_variant.items()
        if "circular_accuracy" in figures
    }


def _rows_of(rows: Sequence[Row], task: str) -> list[Row]:
    return [row for row in rows if row["task"] == task]


def _errors(rows: Sequence[Row]) -> Row:
    """How far the open answers of one task are off."""
    errors = [row["error"] for row in rows if row["unit"]]
    units = {row["unit"] for row in rows if row["unit"]}
    if len(units) != 1:
        return {}
    (unit,) = units
    within = {f"within_{limit}_m": share_within(errors, limit) for limit in WITHIN_M} if unit == "m" else {}
    return {"median_error": median_error(errors), "error_unit": unit, **within}
