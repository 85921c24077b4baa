"""What a browser asks of the review page's server, and what it is told."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from links2_tasks.review._records import Edit, Mode, Verdict
from links2_tasks.schema import Record, Seconds

REASONS = (
    "the truth is wrong",
    "more than one option is right",
    "a mark is misplaced or cannot be read",
    "the video does not show what is asked about",
    "the map does not show what is asked about",
    "one view alone gives it away",
    "the text cannot be understood",
    "people or private places can be recognised",
)
"""Reasons for rejecting a question that a key each stands for; any other can be written."""


class Ask(Record):
    """One request of the page."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_max_length=20_000)

    kind: Literal["open", "next", "decide", "undo", "clip"]
    number: int
    """Comes back with the reply."""
    name: str = ""
    """Who asks, where nobody has to log in."""
    task: str = ""
    """Only questions of this task; all where empty."""
    position: int = 0
    """Of the question that is meant; with 'next', the place after which one is wanted."""
    question_sha256: str = ""
    """With 'decide': digest of the question that was shown, so that a decision never goes to another one."""
    verdict: Verdict | None = None
    edit: Edit | None = None
    reason: str = ""
    letter: str | None = None
    category: str | None = None
    comment: str = ""
    seconds: Seconds = 0.0
    webm: bool = False
    """With 'clip': the browser cannot play H.264."""


class Picture(Record):
    """A frame or a map."""

    caption: str
    address: str
    bare: str = ""
    """Address of the same map without its marks; empty where it has none, or may not be seen without them."""


class ModelView(Record):
    """A model's wrong answer."""

    run: str
    letter: str
    """Of the option that it chose."""
    reply: str
    note: str
    rules_say: str


class Other(Record):
    """What somebody else decided, in words."""

    reviewer: str
    words: str
    edit: Edit | None


class Shown(Record):
    """One question as the page shows it."""

    position: int
    n_items: int
    question_sha256: str
    task: str
    title: str
    facts: tuple[str, ...] = ()
    """Id, clip, region and the like, for those who check."""
    frames_heading: str = ""
    question: str
    letters: str
    """Of the options; empty where the question cannot be answered because its media cannot be read."""
    options: tuple[str, ...] = ()
    instruction: str = ""
    right: str = ""
    """Letter of the right option; empty where it must not be seen."""
    value: str = ""
    """The right answer as a number."""
    span_s: tuple[float, float]
    asked_s: float | None = None
    place: tuple[float, float] | None = None
    """Where in the frame of that moment the question looks, as shares of its width and height."""
    frames: tuple[Picture, ...] = ()
    """Instead of a clip: the frames that a model is shown."""
    maps: tuple[Picture, ...] = ()
    decided: str = ""
    """What this person decided before, in words."""
    edit: Edit | None = None
    """The texts as this person left them before."""
    model: ModelView | None = None
    others: tuple[Other, ...] = ()


class ClipView(Record):
    """A playable file with the frames of a question's span."""

    position: int
    address: str
    fps: float
    times_s: tuple[float, ...]
    """Of each frame, in seconds from the start of the recording."""


class TaskCount(Record):
    """How far a person is with a task."""

    task: str
    title: str
    n_done: int
    n_given: int


class State(Record):
    """How far this person is."""

    mode: Mode
    reviewer: str
    task: str
    n_done: int
    n_items: int
    tasks: tuple[TaskCount, ...]


class Reply(Record):
    """One answer to the page."""

    number: int
    fault: str = ""
    """Why nothing was done; the page stays where it is."""
    note: str = ""
    state: State | None = None
    shown: Shown | None = None
    """None where everything is done."""
    clip: ClipView | None = None
