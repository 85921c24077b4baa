"""A few questions as pictures, for the card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from links2_tasks.release._names import PICTURES_FOLDER
from links2_tasks.report import contact_sheet
from links2_tasks.schema import Question

_SHOWN = ("uav_localization", "object_localization", "trajectory_matching", "satellite_retrieval")
"""Tasks whose pictures say most, the best first."""
_MOST = 2


def write_pictures(folder: Path, questions: Mapping[str, Sequence[Question]]) -> tuple[str, ...]:
    """Draw the first question of two tasks.

    Returns:
        Relative paths, in the order of showing.

    Raises:
        MediaError: a file cannot be read.
    """
    every = [question for _, asked in sorted(questions.items()) for question in asked]
    tasks = sorted({question.task for question in every}, key=lambda task: (_rank(task), task))[:_MOST]
    written = []
    for task in tasks:
        file = f"{PICTURES_FOLDER}/{task}.png"
        (folder / file).parent.mkdir(exist_ok=True)
        first = next(question for question in every if question.task == task)
        contact_sheet(first, folder).save(folder / file, format="PNG")
        written.append(file)
    return tuple(written)


def _rank(task: str) -> int:
    return _SHOWN.index(task) if task in _SHOWN else len(_SHOWN)
