"""Question files as the table that VLMEvalKit works on, and the same table with answers, as in a result file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from links2_tasks import taxonomy
from links2_tasks.dataset import load_info
from links2_tasks.errors import DataError, NoQuestionsError
from links2_tasks.frameworks._lines import SPLIT, QuestionLine, ShownFields, is_blank, read_line
from links2_tasks.frameworks._variants import changed_lines
from links2_tasks.media import resolve_inside

LINE, FAULT, PREDICTION = "line", "fault", "prediction"
_INDEX_HEX = 12


@dataclass(frozen=True)
class AnsweredLine:
    """A line with the reply that a model gave to it."""

    line: QuestionLine
    reply: str


def question_table(root: Path, tasks: Sequence[str], change: str | None = None) -> pd.DataFrame:
    """One row for each line of the question files of some tasks, ordered by clip, so that a clip is decoded once.

    `index` is a digest of the line: the host reuses an answer by its index, and an answer to a question that has
    changed since must not be taken for one to the new question.

    Args:
        root: Folder of the dataset.
        tasks: Names of the tasks; those that the dataset has no questions for are left out.
        change: What is done to the questions, as `variants.CHANGES` names it. A task that it cannot be done to is left
            out.

    Raises:
        NoQuestionsError: the dataset has no questions for any of the tasks, whatever it says of their number.
        DataError: a file of questions is missing or cannot be read, or the dataset does not allow the change.
        MediaError: an image or a video that the change looks at cannot be read.
    """
    counts = load_info(root).counts.get(SPLIT, {})
    lines: list[QuestionLine] = []
    lacks: list[DataError] = []
    for task in tasks:
        if counts.get(task):
            of_task = list(_lines(root, task))
            try:
                lines += of_task if change is None else changed_lines(of_task, change, root)
            except DataError as lack:
                lacks.append(lack)
                _warn(f"{task} is left out: {lack}")
    if not lines and lacks:
        raise lacks[-1]
    if not lines:
        have = ", ".join(task for task, count in counts.items() if count) or "none"
        raise NoQuestionsError(
            f"The dataset {root} has no questions for {', '.join(tasks)}. Tasks it should have: {have}."
        )
    lines.sort(key=lambda line: (line.shown.clip_id, line.shown.question_id))
    return pd.DataFrame([_row(line, index) for line, index in zip(lines, _indices(lines), strict=True)])


def _warn(what: str) -> None:
    from vlmeval.smp import get_logger

    get_logger("LinkS2").warning(what)


def line_in(row: pd.Series) -> QuestionLine:
    """The line of a row."""
    return QuestionLine(str(row[LINE]), ShownFields.of(row), str(row[FAULT]))


def answered_lines(result_file: str | Path) -> list[AnsweredLine]:
    """The rows of a result file.

    TSV is read here: the host's reader takes replies like 'NA' and 'None' for missing values.

    Raises:
        DataError: the file lacks a column, so it is no result of these datasets.
    """
    path = Path(result_file)
    if path.suffix == ".tsv":
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    else:
        from vlmeval.smp import load

        table = pd.DataFrame(load(str(path))).fillna("")
    missing = [name for name in (LINE, FAULT, PREDICTION) if name not in table]
    if missing:
        raise DataError(f"{path} has no column {', '.join(missing)}, so it holds no answers to links2 questions.")
    return [AnsweredLine(line_in(row), str(row[PREDICTION])) for _, row in table.iterrows()]


def _texts(root: Path, task: str) -> list[str]:
    path = resolve_inside(root, f"questions/{SPLIT}/{task}.jsonl")
    try:
        content = path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise DataError(
            f"Cannot read {path}: {error.strerror}, although dataset.json counts its questions. Restore the dataset."
        ) from error
    # Not splitlines(): a line may hold characters that it takes for ends of lines.
    return [text for text in content.split("\n") if not is_blank(text)]


def _lines(root: Path, task: str) -> Iterator[QuestionLine]:
    """The lines of a task's file, each under this task and with an id of its own, whatever it says."""
    ids: set[str] = set()
    for number, text in enumerate(_texts(root, task), start=1):
        line = read_line(text)
        place = f"{task}.jsonl:{number}"
        fault = line.fault
        if not fault and line.shown.question_id in ids:
            fault = f"question_id: '{line.shown.question_id}' stands twice in the file"
        if not fault and line.shown.task != task:
            fault = f"task: '{line.shown.task}' stands in the file of {task}"
        if not fault and line.shown.question_id.startswith(f"{task}.jsonl:"):
            fault = f"question_id: '{line.shown.question_id}' is what a line without a valid one would be called"
        ids.add(line.shown.question_id)
        question_id = place if fault else line.shown.question_id
        yield replace(line, fault=fault, shown=replace(line.shown, question_id=question_id, task=task))


def _row(line: QuestionLine, index: int) -> dict[str, object]:
    question = line.question
    dimension = next((task.dimension for task in taxonomy.tasks() if task.name == line.shown.task), "")
    return {
        "index": index,
        **asdict(line.shown),
        "dimension": dimension,
        "question": question.question if question else "",
        "options": "\n".join(question.options) if question else "",
        LINE: line.text,
        FAULT: line.fault,
    }


def _indices(lines: Iterable[QuestionLine]) -> list[int]:
    """A number for each line by its content; the second of two equal lines gets another one."""
    seen: Counter[str] = Counter()
    indices = []
    for line in lines:
        seen[line.text] += 1
        digest = hashlib.sha256(f"{seen[line.text]}:{line.text}".encode()).hexdigest()
        indices.append(int(digest[:_INDEX_HEX], 16))
    return indices
