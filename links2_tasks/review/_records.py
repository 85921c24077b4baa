"""What reviewers are given, see and decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from links2_tasks.errors import DataError
from links2_tasks.prompt import FrameManifest
from links2_tasks.schema import LETTERS, Question, Record, Seconds

Mode = Literal["check", "answer", "errors"]
"""Check questions; answer them as models do; say why a model's wrong answers are wrong."""
MODES: tuple[Mode, ...] = get_args(Mode)
Verdict = Literal["accepted", "fixed", "rejected"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Reviewer = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
"""Name of a person: letters, digits, '.', '_' and '-'."""

Key = tuple[str, str, str]
"""Task, id and digest of a question: other words are another question."""


class Edit(Record):
    """The texts of a question as a reviewer leaves them; the truth, marks and media are not theirs to change."""

    question: str
    options: tuple[str, ...]


class Decision(Record):
    """What one person decided about one question, at one time; the newest one of a person counts."""

    mode: Mode
    reviewer: Reviewer
    task: str
    question_id: str
    question_sha256: str
    """Of the question as it is stored: a decision about other words does not count."""
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
    adjudicates: bool = False
    """Whether this settles what others differ on."""
    comment: str = ""
    seconds: Seconds = 0.0
    """From when the question was shown until the decision."""
    manifest: FrameManifest | None = None
    """In mode 'answer': what was shown, where the page kept that."""
    decided_at: str
    """ISO 8601, UTC."""

    @property
    def key(self) -> Key:
        """Which question, in which words."""
        return self.task, self.question_id, self.question_sha256


@dataclass(frozen=True)
class ModelAnswer:
    """A model's wrong answer, as mode 'errors' shows it."""

    run: str
    chosen: str
    """Letter of the option that the model chose."""
    reply: str
    note: str
    rules_say: str
    """What the rules of `links2 mistakes` found, in words; empty where they found nothing."""


@dataclass(frozen=True)
class Item:
    """One question as it waits for one reviewer."""

    question: Question
    """As stored, or as the run asked it in mode 'errors'."""
    shown: Question
    """As this reviewer sees it: options shuffled in mode 'answer', the same otherwise."""
    position: int
    """Counted from 1."""
    n_items: int
    decision: Decision | None
    """What this reviewer has decided about it before."""
    stored_letters: str = ""
    """Letter as stored of each option as shown, in the order shown."""
    model_answer: ModelAnswer | None = None
    """In mode 'errors'."""
    others: tuple[Decision, ...] = ()
    """What others decided; empty unless this reviewer adjudicates, so that nobody is led."""

    def stored_letter(self, shown: str) -> str:
        """The stored letter of an option as shown.

        Raises:
            DataError: there is no such option.
        """
        if len(shown) != 1 or shown not in self.shown.letters:
            raise DataError(f"'{shown}' is none of the options {', '.join(self.shown.letters)}. Choose one of them.")
        return self.stored_letters[LETTERS.index(shown)]

    def shown_letter(self, stored: str) -> str:
        """The letter as shown of an option as stored."""
        return LETTERS[self.stored_letters.index(stored)]


@dataclass(frozen=True)
class DeskSettings:
    """What a queue is made of."""

    reviewers_per_question: int = 2
    """In modes 'check' and 'errors'; in mode 'answer' everyone answers everything."""
    seed: int = 0
    """The same seed gives a person the same order."""
    tasks: tuple[str, ...] = ()
    """Only these; all where empty."""
    sample: int | None = None
    """In mode 'answer': so many questions of each task, the same for all."""
    adjudicate: bool = False
    """Only what others differ on, with the last word."""
    results: Path | None = None
    """In mode 'errors': a folder that `links2 mistakes` reads."""
    run: str | None = None
    """In mode 'errors': which run, where the folder holds several."""
    only_undecided: bool = True
    """In mode 'errors': leave out what the rules of `links2 mistakes` have decided."""
    hold_hours: float = 12.0
    """For how long a question that was given to a person who shows no sign is kept for that person."""


@dataclass(frozen=True)
class ReviewSettings:
    """How the app is started."""

    mode: Mode = "check"
    desk: DeskSettings = field(default_factory=DeskSettings)
    store: Path | None = None
    """File of the decisions; None for `.links2/review.sqlite` in the dataset."""
    host: str = "127.0.0.1"
    port: int | None = None
    """None takes the first free one from 7860 on."""
    open_browser: bool = True


@dataclass(frozen=True)
class Progress:
    """How far one person is with one task."""

    mode: Mode
    reviewer: str
    task: str
    n_done: int
    n_given: int
    """Questions that the person has got so far; in mode 'answer' all that they will get."""
