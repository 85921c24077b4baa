"""Questions whose answer is a number, as they are asked without options.

Where the answer is a point of the map, the options are marks on it: they are taken off, and the question asks for a
point, else the right one would be among the few that are drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from links2_tasks.schema import Question

_MARK = re.compile(r"\bmark\b")


def change(questions: Sequence[Question], root: Path, progress: Callable[[str], None]) -> Iterator[Question]:
    """The questions with a value; those without one are left out."""
    for question in questions:
        if question.value is None:
            continue
        if question.value.kind != "point":
            yield question
            continue
        asked = _MARK.sub("point", question.question)
        yield question.model_copy(update={"marks": (), "question": asked})
