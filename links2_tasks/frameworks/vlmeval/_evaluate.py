"""From a result file to scores, in the host's own score files."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from links2_tasks import taxonomy
from links2_tasks.errors import DataError
from links2_tasks.frameworks._asked import Asked
from links2_tasks.frameworks._judging import Row, chance_of, judge_choice, sample_row, verdict_on
from links2_tasks.frameworks.vlmeval import _shown
from links2_tasks.frameworks.vlmeval._messages import NOT_ASKED
from links2_tasks.frameworks.vlmeval._names import DatasetName
from links2_tasks.frameworks.vlmeval._table import AnsweredLine, answered_lines
from links2_tasks.prompt import PromptSettings
from links2_tasks.scoring import Scoreboard, ScoredRow, Summary, aggregate
from links2_tasks.taxonomy import BENCHMARK_VERSION

OVERALL = "overall"
FAILED_REQUESTS = "failed_requests"
FAILED_QUESTIONS = "failed_questions"
"""Questions that were never put to the model as they should be: a bad line, media or settings."""
_NOT_ASKED = ("bad_question", "media_error", "prompt_error", "scoring_error")


def evaluate(eval_file: str, name: DatasetName, lines: Iterable[str]) -> dict[str, Any]:
    """Score a result file and write `_score` (a row for each question) and `_acc` (figures) beside it.

    Args:
        eval_file: The result file.
        name: The dataset.
        lines: Its lines as they are now.

    Returns:
        Accuracy (0 to 1) overall and for each dimension and task, and how many requests and questions failed.

    Raises:
        DataError: the file holds no answers to links2 questions, or not those of this dataset.
    """
    from vlmeval.smp import dump, get_intermediate_file_path

    answers = answered_lines(eval_file)
    _refuse_others(eval_file, [each.line.text for each in answers], lines)
    rows = score(answers, name.name, name.sampling.settings)
    board = aggregate(map(_scored, rows), {task.name: task.dimension for task in taxonomy.tasks()})
    dump(_as_table(rows), get_intermediate_file_path(eval_file, "_score"))
    dump(pd.DataFrame(list(_figures(board))), get_intermediate_file_path(eval_file, "_acc"))
    return _metrics(board, Counter(row["reason"] for row in rows))


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


def score(answers: Iterable[AnsweredLine], variant: str, settings: PromptSettings) -> list[Row]:
    """The sample rows of some answers."""
    return [_row(each, variant, settings) for each in answers]


def _row(each: AnsweredLine, variant: str, settings: PromptSettings) -> Row:
    asked = _asked_of(each, settings)
    verdict = verdict_on(each.line, each.reply, asked, judge_choice)
    row = sample_row(each.line, variant, each.reply, asked, verdict)
    return {**row, "chance": chance_of(each.line)}


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


def _as_table(rows: Sequence[Row]) -> pd.DataFrame:
    return pd.DataFrame([{**row, "manifest": json.dumps(row["manifest"])} for row in rows])


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
        FAILED_QUESTIONS: sum(reasons[reason] for reason in _NOT_ASKED),
        "questions": overall.n,
        "benchmark_version": BENCHMARK_VERSION,
    }
