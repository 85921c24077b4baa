"""The questions of a dataset with what people say of them: `checked`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from links2_tasks.dataset import load_info, load_questions
from links2_tasks.review._cases import key_of
from links2_tasks.review._outcomes import UNREVIEWED, Outcome, outcomes
from links2_tasks.review._records import Decision, Progress
from links2_tasks.review._store import Store
from links2_tasks.schema import Question

Word = Literal["unreviewed", "waiting", "accepted", "fixed", "rejected", "open"]
WORDS: tuple[Word, ...] = ("unreviewed", "waiting", "accepted", "fixed", "rejected", "open")
"""Nobody has looked; one more reviewer is wanted; the three verdicts; reviewers differ."""


@dataclass(frozen=True)
class Checked:
    """One question, and what mode 'check' gave about it."""

    split: str
    question: Question
    outcome: Outcome

    @property
    def word(self) -> Word:
        """Where it stands."""
        if self.outcome.final is not None and self.outcome.final.verdict is not None:
            return self.outcome.final.verdict
        return {"waiting": "waiting", "open": "open"}.get(self.outcome.state, "unreviewed")  # type: ignore[return-value]


@dataclass(frozen=True)
class Status:
    """How far the review of a dataset is."""

    counts: Mapping[str, Mapping[str, int]]
    """In mode 'check': questions by task and where they stand (`WORDS`)."""
    progress: tuple[Progress, ...]
    """Of each person, in all modes."""
    users: tuple[str, ...]
    """Those who have a password."""
    outdated: tuple[Decision, ...]
    """Decisions of modes 'check' and 'answer' about other words than the dataset has now; they count for nothing."""
    open: tuple[Checked, ...]
    """What reviewers differ on and nobody has settled."""
    errors: Mapping[str, Mapping[str, int]]
    """In mode 'errors': wrong answers by run and where they stand: waiting, agreed, open or adjudicated."""


def checked(store: Store, root: Path, n_reviewers: int = 2) -> tuple[Checked, ...]:
    """Every question of a dataset with its outcome in mode 'check', in the order of splits, tasks and questions.

    Args:
        store: Of the dataset.
        root: The dataset.
        n_reviewers: So many people must have decided before a question is through.

    Raises:
        DataError: the dataset or the store cannot be read.
    """
    found = outcomes(store.logged("check"), n_reviewers)
    return tuple(
        Checked(split, question, found.get(key_of(question), UNREVIEWED))
        for split in load_info(root).splits
        for question in load_questions(root, split=split)
    )


def status(store: Store, root: Path, n_reviewers: int = 2) -> Status:
    """How far the review of a dataset is.

    Raises:
        DataError: the dataset or the store cannot be read.
    """
    questions = checked(store, root, n_reviewers)
    known = {key_of(each.question) for each in questions}
    decisions = [each.decision for mode in ("check", "answer") for each in store.logged(mode)]
    return Status(
        counts=counted(questions),
        progress=tuple(each for mode in ("check", "answer", "errors") for each in store.progress(mode)),
        users=store.users(),
        outdated=tuple(each for each in decisions if each.key not in known),
        open=tuple(each for each in questions if each.word == "open"),
        errors=_errors(store, n_reviewers),
    )


def _errors(store: Store, n_reviewers: int) -> dict[str, dict[str, int]]:
    logged = store.logged("errors")
    return {
        run: dict(
            Counter(each.state for each in outcomes([o for o in logged if o.decision.run == run], n_reviewers).values())
        )
        for run in sorted({each.decision.run for each in logged})
    }


def counted(questions: Sequence[Checked]) -> dict[str, dict[str, int]]:
    """Questions by task and where they stand."""
    found = Counter((each.question.task, each.word) for each in questions)
    tasks = dict.fromkeys(sorted(each.question.task for each in questions))
    return {task: {word: found[task, word] for word in WORDS} for task in tasks}
