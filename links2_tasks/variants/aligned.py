"""The ground that the video shows, estimated by registration and drawn on the map: alignment made explicit.

What a model still gets wrong here is not for want of aligning the two views. The estimate comes from pixels alone;
where the frames cannot be placed, the question stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from links2_tasks.schema import Question
from links2_tasks.variants._drawing import Drawn, drawing
from links2_tasks.variants._estimates import Estimates

CAUTION = "All this is estimated by matching image features, and may be wrong."


def change(questions: Sequence[Question], root: Path, progress: Callable[[str], None]) -> Iterator[Question]:
    """Each question with the estimate drawn on its map, and a sentence before its text that says what is drawn."""
    estimates = Estimates()
    for number, question in enumerate(questions, start=1):
        progress(f"aligned: question {number} of {len(questions)}, {question.question_id}")
        seen = estimates.of(question, root)
        drawn = drawing(question, seen, root) if seen is not None else ()
        yield _with(question, drawn) if drawn else question


def _with(question: Question, drawn: Sequence[Drawn]) -> Question:
    # Last, so that the question's own marks keep their colours, and the places of their labels come first.
    marks = (*question.marks, *(one.mark for one in drawn))
    words = "; ".join(one.words for one in drawn)
    text = f"{words[0].upper()}{words[1:]}. {CAUTION} {question.question}"
    return question.model_copy(update={"marks": marks, "question": text})
