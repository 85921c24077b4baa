"""A question before its letters are dealt, and the step that deals them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.schema import LETTERS, AnswerValue, Clip, Mark, MarkKind, Point, Provenance, Question, SatelliteImage


@dataclass(frozen=True)
class Choice:
    """One option: a text, or a mark or an image that gets the option's letter as its label."""

    text: str | None = None
    kind: MarkKind | None = None
    xy_px: tuple[Point, ...] = ()
    satellite: SatelliteImage | None = None


@dataclass(frozen=True)
class Draft:
    """A question whose first choice is the right one."""

    text: str
    choices: tuple[Choice, ...]
    satellite: tuple[SatelliteImage, ...]
    span_s: tuple[float, float]
    query_time_s: float | None = None
    label: str | None = None
    """What labelled options are called: 'Mark' gives 'Mark A'."""
    marks: tuple[Mark, ...] = ()
    value: AnswerValue | None = None
    balance: str | tuple[str, ...] = ""
    """Drafts are chosen so that these keys are evenly spread: what a guesser could learn is made useless.

    Of several keys, each is spread by itself.
    """

    @property
    def balance_keys(self) -> tuple[tuple[int, str], ...]:
        """The keys with their places."""
        return tuple(enumerate((self.balance,) if isinstance(self.balance, str) else self.balance))


@dataclass(frozen=True)
class Refusal:
    """Why a writer did not write a question."""

    reason: str


class Write(Protocol):
    """What a writer does: drafts and refusals for one clip."""

    def __call__(self, clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
        """Yield drafts and refusals."""
        ...


@dataclass(frozen=True)
class Writer:
    """The writer of one task."""

    task: str
    version: str
    write: Write


@dataclass(frozen=True)
class WrittenBy:
    """What a finished question says of its making."""

    writer: Writer
    clip: Clip
    question_id: str
    seed: int


def finish(draft: Draft, by: WrittenBy, letter: str, rng: np.random.Generator) -> Question:
    """Deal the letters so that the right choice gets `letter`, and make the record."""
    wrong = [draft.choices[1 + int(i)] for i in rng.permutation(len(draft.choices) - 1)]
    place = LETTERS.index(letter)
    choices = [*wrong[:place], draft.choices[0], *wrong[place:]]
    return Question(
        question_id=by.question_id,
        task=by.writer.task,
        clip_id=by.clip.clip_id,
        video=by.clip.video,
        video_span_s=draft.span_s,
        query_time_s=draft.query_time_s,
        satellite=draft.satellite + _labelled_images(choices),
        marks=draft.marks + _labelled_marks(choices),
        question=draft.text,
        options=tuple(_option_text(draft, choice, LETTERS[i]) for i, choice in enumerate(choices)),
        answer=letter,
        value=draft.value,
        region=by.clip.region,
        source=by.clip.source,
        provenance=Provenance(writer=by.writer.task, version=by.writer.version, seed=by.seed),
    )


def _option_text(draft: Draft, choice: Choice, letter: str) -> str:
    return choice.text if choice.text is not None else f"{draft.label} {letter}"


def _labelled_marks(choices: Sequence[Choice]) -> tuple[Mark, ...]:
    return tuple(
        Mark(image=0, kind=choice.kind, label=LETTERS[i], xy_px=choice.xy_px)
        for i, choice in enumerate(choices)
        if choice.kind is not None
    )


def _labelled_images(choices: Sequence[Choice]) -> tuple[SatelliteImage, ...]:
    return tuple(
        choice.satellite.model_copy(update={"label": LETTERS[i]})
        for i, choice in enumerate(choices)
        if choice.satellite is not None
    )
