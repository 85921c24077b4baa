"""What prompts of a dataset will show, also of a variant: what to decode before a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from links2_tasks import taxonomy
from links2_tasks.dataset import load_questions
from links2_tasks.errors import TaskError
from links2_tasks.frameworks._progress import progress_of
from links2_tasks.prompt import PromptSettings
from links2_tasks.schema import Question
from links2_tasks.variants import change_questions


@dataclass(frozen=True)
class ToShow:
    """Questions as they are asked, and how they are put."""

    questions: tuple[Question, ...]
    settings: PromptSettings


def questions_and_settings(root: Path, task: str | None, variant: str | None, settings: PromptSettings) -> ToShow:
    """The questions of a dataset, and of a variant as it asks and puts them.

    Args:
        root: Folder of the dataset.
        task: Only questions of this task; None takes all.
        variant: Name of a variant; None for questions as they stand in the dataset.
        settings: What the variant leaves open.

    Raises:
        TaskError: there is no such variant, or it cannot be asked of the task.
        DataError: the dataset has no such task, or does not allow the variant.
        MediaError: an image or a video that the variant looks at cannot be read.
    """
    if variant is None:
        return ToShow(load_questions(root, task), settings)
    found = taxonomy.variant(variant)
    names = [each.name for each in found.tasks]
    if task is not None and task not in names:
        raise TaskError(f"The variant '{found.name}' is not asked of '{task}'. It is of: {', '.join(names)}.")
    by_task: dict[str, list[Question]] = {}
    for question in load_questions(root, task):
        by_task.setdefault(question.task, []).append(question)
    questions: list[Question] = []
    for name in names:
        of_task = by_task.get(name, [])
        if found.change is None or not of_task:
            questions += of_task
            continue
        with progress_of(f"preparing the questions of {name} for '{found.change}'") as progress:
            questions += change_questions(found.change, of_task, root, progress)
    # The number of frames is the caller's to say; everything else is the variant's.
    put = {**settings.model_dump(), **found.settings, "n_frames": settings.n_frames}
    return ToShow(tuple(questions), PromptSettings.model_validate(put))
