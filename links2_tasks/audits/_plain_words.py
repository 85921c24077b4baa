"""One wording for all questions of a writer, so that which of several it got hides nothing."""

from __future__ import annotations

import re

from links2_tasks.schema import Question

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SAME_CHARS = 150
"""About as long as writers' texts are, of which a comparison lets a few characters differ, such as another time."""


def in_plain_words(question: Question) -> Question:
    """The question in words that are the same for all questions of its writer, with the numbers that it names.

    Questions of other origin keep their words.
    """
    if question.provenance.writer != question.task:
        return question
    same = f"{question.task} " * (1 + _SAME_CHARS // len(question.task))
    return question.model_copy(
        update={"question": f"{same[:_SAME_CHARS]} {' '.join(_NUMBER.findall(question.question))}"}
    )
