"""The questions of a run, as they were asked: `questions_of`."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from links2_tasks import taxonomy
from links2_tasks.dataset import resolve_inside
from links2_tasks.errors import DataError, TaskError
from links2_tasks.results._records import ResultRow, Run
from links2_tasks.schema import DEFAULT_VARIANT, LETTERS, Question, question_sha256
from links2_tasks.variants import change_questions

_SPLIT = "test"
"""The split that is evaluated."""
_BAD_LINE = "bad_question"


def questions_of(run: Run, root: Path) -> Mapping[tuple[str, str], Question]:
    """The questions that a run has rows of, as they were asked: with the change that its variant makes.

    Args:
        run: From `read_runs`.
        root: Folder of the dataset that it was asked.

    Returns:
        Questions by (task, question_id); rows of lines that are no valid question have none.

    Raises:
        DataError: the dataset is another one or has changed since, by the digests in the rows, or by the right answers
            where rows of older versions have no digests.
        MediaError: a change of the questions looks at an image or a video that cannot be read.
    """
    change = _change_of(run)
    found: dict[tuple[str, str], Question] = {}
    for task in dict.fromkeys(row.scored.task for row in run.rows):
        asked = _valid_questions(root, task)
        if change is not None and asked:
            asked = list(change_questions(change, asked, root))
        found.update({(task, question.question_id): question for question in reversed(asked)})
    rows = [row for row in run.rows if row.scored.reason != _BAD_LINE]
    wrong = [row for row in rows if not _fits(row, found.get(_key(row)), run.variant)]
    if wrong:
        raise DataError(
            f"{len(wrong)} of {len(rows)} rows of '{run.name}' in {run.folder} are not of the questions in {root}, as "
            f"'{wrong[0].scored.question_id}' of {wrong[0].scored.task}. Name the dataset that was asked, unchanged."
        )
    return {_key(row): found[_key(row)] for row in rows if _key(row) in found}


def _key(row: ResultRow) -> tuple[str, str]:
    return row.scored.task, row.scored.question_id


def _fits(row: ResultRow, question: Question | None, variant: str) -> bool:
    if question is None:
        return False
    if row.question_sha256 is not None:
        return row.question_sha256 == question_sha256(question)
    letter = row.scored.answer
    return variant != DEFAULT_VARIANT or letter is None or letter not in LETTERS or letter == question.answer


def _change_of(run: Run) -> str | None:
    """The change of questions that a variant makes.

    Raises:
        DataError: the variant is of a task file that does not come with this package, so what it does is not known.
    """
    if run.variant == DEFAULT_VARIANT:
        return None
    try:
        return taxonomy.variant(run.variant).change
    except TaskError as error:
        if all(row.question_sha256 is not None for row in run.rows if row.scored.reason != _BAD_LINE):
            # Prompts of any kind may differ; digests tell whether the questions do.
            return None
        raise DataError(f"What '{run.name}' in {run.folder} was asked is not known: {error}") from error


def _valid_questions(root: Path, task: str) -> Sequence[Question]:
    """The valid lines of a question file; the others were not asked, and their rows say so.

    Raises:
        DataError: the file cannot be read.
    """
    path = resolve_inside(root, f"questions/{_SPLIT}/{task}.jsonl")
    try:
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).split(b"\n")
    except OSError as error:
        raise DataError(
            f"Cannot read {path}: {error.strerror}. The run was asked questions of {task}; name the dataset that has "
            "them."
        ) from error
    return [question for line in lines if line.strip() and (question := _parsed(line)) is not None]


def _parsed(line: bytes) -> Question | None:
    try:
        return Question.model_validate_json(line)
    except ValidationError:
        return None
