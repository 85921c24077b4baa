"""Read a dataset: what it says of itself, and its questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from links2_tasks.dataset._find import find_root
from links2_tasks.dataset._layout import INFO_FILE, explain, question_file, read_lines
from links2_tasks.errors import DataError
from links2_tasks.media import resolve_inside
from links2_tasks.schema import FORMAT, DatasetInfo, Question

_Value = TypeVar("_Value")


def load_info(root: str | Path | None = None) -> DatasetInfo:
    """Content of a dataset's `dataset.json`.

    Args:
        root: as in `find_root`.

    Raises:
        DataError: the file is missing, is no JSON, is of another format, or misses fields.
    """
    return read_info(find_root(root) / INFO_FILE)


def read_info(path: Path) -> DatasetInfo:
    """Parse one `dataset.json`.

    Raises:
        DataError: the file cannot be read, is no JSON, is of another format, or misses fields.
    """
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"Cannot read {path}: {error}. Restore the file, or build the dataset again.") from error
    # The format is looked at first: of a file of another format, the fields need not make sense.
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise DataError(
            f"{path} is of format {found!r}; this version of links2 reads format {FORMAT}. Build the dataset again "
            "with this version, or install the version of links2-tasks that wrote it."
        )
    try:
        return DatasetInfo.model_validate(content)
    except ValidationError as error:
        raise DataError(f"{path} is not a valid dataset.json: {explain(error)}. Build the dataset again.") from error


def load_questions(
    root: str | Path | None = None, task: str | None = None, split: str = "test"
) -> tuple[Question, ...]:
    """Questions of one split, of one task or of all tasks in the order of their names.

    Args:
        root: as in `find_root`.
        task: name of a task, for example 'uav_localization'; None takes all that the split holds.
        split: name of a split.

    Raises:
        DataError: the dataset has no such split or task, or a line is bad; the message names file and line.
    """
    folder = find_root(root)
    info = load_info(folder)
    tasks = _known(info.counts, split, f"split in {folder}")
    chosen = sorted(tasks) if task is None else [task]
    questions: list[Question] = []
    for name in chosen:
        _known(tasks, name, f"task in split '{split}' of {folder}")
        questions += _read(resolve_inside(folder, question_file(split, name)))
    return tuple(questions)


def _known(table: Mapping[str, _Value], key: str, what: str) -> _Value:
    if key not in table:
        raise DataError(f"There is no {what} named '{key}'. Known: {', '.join(sorted(table)) or 'none'}.")
    return table[key]


def _read(path: Path) -> list[Question]:
    try:
        lines = list(read_lines(path))
    except OSError as error:
        raise DataError(
            f"Cannot read {path}: {error.strerror}. `links2 validate` shows what else is missing."
        ) from error
    questions = []
    for line in lines:
        if line.question is None:
            raise DataError(f"{path}:{line.number}: {line.fault}. `links2 validate` lists every fault of a dataset.")
        questions.append(line.question)
    return questions
