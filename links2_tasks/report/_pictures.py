"""Contact sheets of many questions, as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from links2_tasks.dataset import load_questions
from links2_tasks.errors import DataError
from links2_tasks.report._contact_sheet import contact_sheet
from links2_tasks.schema import Question


def draw_questions(
    root: Path,
    out: Path,
    *,
    task: str | None = None,
    question_id: str | None = None,
    limit: int = 5,
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[Path, ...]:
    """Write one PNG per question into `out`, named by the question's place in the drawing and its id.

    Args:
        root: Folder of a dataset.
        out: Folder for the pictures; made where it is missing.
        task: Only this task.
        question_id: Only this question.
        limit: At most this many questions of each task.
        progress: Called with the id of each question.

    Raises:
        DataError: there is no such dataset, task or question.
        MediaError: media cannot be read.
    """
    questions = load_questions(root, task)
    if question_id is not None:
        questions = tuple(question for question in questions if question.question_id == question_id)
        if not questions:
            raise DataError(f"No question '{question_id}' in {root}. The ids stand in {root / 'questions'}.")
    out.mkdir(parents=True, exist_ok=True)
    drawn: list[Path] = []
    for question in _first_of_each_task(questions, limit):
        progress(question.question_id)
        # Ids come from data, names of files from us.
        path = out / f"{question.task}-{len(drawn) + 1:03d}.png"
        contact_sheet(question, root).save(path)
        drawn.append(path)
    return tuple(drawn)


def _first_of_each_task(questions: tuple[Question, ...], limit: int) -> Iterator[Question]:
    """Up to `limit` of each task, from clips spread over all of them."""
    totals = Counter(question.task for question in questions)
    seen: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for question in questions:
        number, total = seen[question.task], totals[question.task]
        seen[question.task] += 1
        if number * limit >= taken[question.task] * total and taken[question.task] < limit:
            taken[question.task] += 1
            yield question
