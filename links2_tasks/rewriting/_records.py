"""What rewriting gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from links2_tasks.language import Usage
from links2_tasks.schema import Question


@dataclass(frozen=True)
class RewriteRefusal:
    """A rewrite that was not taken; the question keeps the words it had."""

    question_id: str
    task: str
    reason: str
    """One of few, to be counted, for example 'a number changed'."""
    detail: str
    """What changed to what."""
    text: str
    """The rewrite."""


@dataclass(frozen=True)
class Reworded:
    """Questions in other words, in the order they came."""

    questions: tuple[Question, ...]
    n_reworded: int
    refused: tuple[RewriteRefusal, ...] = ()
    usage: Usage = field(default_factory=Usage)
