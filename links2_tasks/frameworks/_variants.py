"""Lines of question files as a variant asks them: the same code for every framework."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from links2_tasks.errors import NoQuestionsError
from links2_tasks.frameworks._lines import QuestionLine, ShownFields
from links2_tasks.frameworks._progress import progress_of
from links2_tasks.schema import Question
from links2_tasks.variants import change_questions


def changed_lines(lines: Iterable[QuestionLine], change: str, root: Path) -> list[QuestionLine]:
    """The lines of one task with their questions changed; a line that is no valid question stays as it is.

    Args:
        lines: All lines of the task, in the order of its file: a change may look at several questions.
        change: One of `links2_tasks.variants.CHANGES`.
        root: Folder of the dataset.

    Raises:
        NoQuestionsError: the change leaves no question.
        DataError: the dataset does not allow the change.
        MediaError: an image or a video that the change looks at cannot be read.
    """
    every = list(lines)
    questions = [line.question for line in every if line.question is not None]
    faulty = [line for line in every if line.question is None]
    task = questions[0].task if questions else "this task"
    with progress_of(
        f"preparing the questions of {task} for '{change}'; what takes long is kept for the next run"
    ) as progress:
        changed = change_questions(change, questions, root, progress)
    if questions and not changed:
        raise NoQuestionsError(f"No question of {task} in {root} can be asked as the change '{change}' has it.")
    return [*map(_line, changed), *faulty]


def _line(question: Question) -> QuestionLine:
    return QuestionLine(question.model_dump_json(), ShownFields.of(question.model_dump()), "")
