"""The changes by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from links2_tasks.errors import TaskError
from links2_tasks.schema import Question

CHANGES = ("circular", "open", "wrong_satellite", "rotated_satellite", "aligned")
"""Names of the changes; each is a module of this package with a function `change`, imported when asked for."""


class Change(Protocol):
    """What a module of a change holds."""

    def change(self, questions: Sequence[Question], root: Path, progress: Callable[[str], None]) -> Iterator[Question]:
        """The changed questions, in the order of `questions`."""


def change_questions(
    name: str, questions: Sequence[Question], root: Path, progress: Callable[[str], None] = lambda step: None
) -> tuple[Question, ...]:
    """The questions as a change asks them; the same questions and files give the same change.

    Args:
        name: One of `CHANGES`.
        questions: All questions of one task of a dataset; some changes look at several.
        root: Folder of the dataset.
        progress: Told what is at work, where a change takes long.

    Raises:
        TaskError: there is no such change.
        DataError: the dataset does not allow it, as a single region does not allow another region's map.
        MediaError: an image or a video that the change looks at cannot be read.
    """
    if name not in CHANGES:
        raise TaskError(f"There is no change of questions '{name}'. The changes are: {', '.join(CHANGES)}.")
    module = cast(Change, import_module(f"links2_tasks.variants.{name}"))
    return tuple(module.change(questions, root, progress))
