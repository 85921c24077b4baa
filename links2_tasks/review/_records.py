"""What reviewers see and decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from links2_tasks.schema import Question, Record

Mode = Literal["check", "answer", "errors"]
"""Check questions; answer them as models do; say why a model's wrong answers are wrong."""
Verdict = Literal["accepted", "fixed", "rejected"]


class Edit(Record):
    """The texts of a question as a reviewer leaves them; the truth, marks and media are not theirs to change."""

    question: str
    options: tuple[str, ...]


class Decision(Record):
    """What one person decided about one question, at one time; the newest one of a person counts."""

    mode: Mode
    reviewer: str
    task: str
    question_id: str
    question_sha256: str
    """Of the question as it was shown: a decision about other words does not count."""
    verdict: Verdict | None = None
    """In mode 'check'."""
    edit: Edit | None = None
    """With the verdict 'fixed'."""
    reason: str = ""
    """With the verdict 'rejected'."""
    letter: str | None = None
    """In mode 'answer': of the options as stored, however they were shuffled when shown."""
    category: str | None = None
    """In mode 'errors': one of `mistakes.CATEGORIES`, or 'undecided'."""
    run: str = ""
    """In mode 'errors': name of the run whose answer this is."""
    chosen: str = ""
    """In mode 'errors': the letter that the model chose."""
    comment: str = ""
    seconds: float = 0.0
    """From when the question was shown until the decision."""
    decided_at: str
    """ISO 8601, UTC."""


@dataclass(frozen=True)
class Item:
    """One question as it waits for one reviewer."""

    question: Question
    """As stored."""
    shown: Question
    """As this reviewer sees it: options shuffled in mode 'answer', the same otherwise."""
    position: int
    """Counted from 1."""
    n_items: int
    decision: Decision | None
    """What this reviewer has decided about it before."""
