"""Frozen records of the dataset format (format 1).

Conventions that every record shares: pixel x points right and y down, and (0, 0) is the outer corner of the top-left
pixel; headings are degrees clockwise from north; times are seconds from the start of the video file; units stand in
the names. Records refuse unknown fields, so a misspelt key is an error and not a silent default.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

FORMAT = 1
LETTERS = "ABCDEF"
DEFAULT_VARIANT = "default"
"""What rows of results name as their variant where questions are asked as they stand in the dataset."""
_DIGEST_HEX = 16

Point = tuple[float, float]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1)]
QuarterTurn = Literal[0, 90, 180, 270]
"""Degrees clockwise."""


class Record(BaseModel):
    """A frozen record without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _without_none(written: dict[str, Any], key: str) -> dict[str, Any]:
    """Fields as they are written, without one that says nothing."""
    return {name: value for name, value in written.items() if name != key or value is not None}


class SatelliteImage(Record):
    """One satellite image of a question, or a window of a larger one.

    Windows are data, like marks: many questions share one map file, and each shows its own part of it.
    """

    path: Name
    """Relative path below the dataset's root."""
    label: str | None = None
    """What the prompt calls the image when there are several, for example 'A'."""
    gsd_m: Annotated[float, Field(gt=0)]
    """Ground sample distance in metres per pixel."""
    north_up: bool = True
    window_px: tuple[int, int, int, int] | None = None
    """Left, top, width and height in the file of the part that is shown; None shows the whole file."""
    turned_deg: QuarterTurn = 0
    """How far this part is turned clockwise before it is shown. North then lies so far clockwise from up.

    Left out where nothing is turned, so that such a question is the same text as before there were turned images.
    """

    @property
    def north_deg(self) -> int | None:
        """Where north lies in the image as shown, in degrees clockwise from up; None when that is not known."""
        if self.north_up:
            return 0
        return self.turned_deg or None

    @model_validator(mode="after")
    def _window_has_area(self) -> SatelliteImage:
        if self.window_px is not None and (min(self.window_px[:2]) < 0 or min(self.window_px[2:]) < 1):
            raise ValueError(f"window_px must be (left >= 0, top >= 0, width > 0, height > 0), got {self.window_px}")
        return self

    @model_validator(mode="after")
    def _turned_away_from_north(self) -> SatelliteImage:
        if self.turned_deg and self.north_up:
            raise ValueError(f"an image with turned_deg {self.turned_deg} is not north up, so north_up must be false")
        return self

    @model_serializer(mode="wrap")
    def _without_no_turn(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = fields(self)
        if not self.turned_deg:
            written.pop("turned_deg", None)
        return written


MarkKind = Literal["point", "box", "path", "polygon"]
_POINTS_OF_KIND = {"point": (1, 1), "box": (2, 2), "path": (2, 10_000), "polygon": (3, 10_000)}


class Mark(Record):
    """Something drawn on a satellite image when the prompt is built."""

    image: Annotated[int, Field(ge=0)]
    """Index into the question's `satellite`."""
    kind: MarkKind
    label: str | None = None
    xy_px: tuple[Point, ...]
    """Points in pixels of the image as shown: 1 for a point, 2 corners for a box, else the vertices.

    As shown is after window and turn, and before it is scaled. A path is directed from its first point to its last.
    """

    @model_validator(mode="after")
    def _right_number_of_points(self) -> Mark:
        least, most = _POINTS_OF_KIND[self.kind]
        if not least <= len(self.xy_px) <= most:
            raise ValueError(f"a mark of kind '{self.kind}' takes {least} to {most} points, got {len(self.xy_px)}")
        return self


class AnswerValue(Record):
    """The truth as a number, for open answers."""

    kind: Literal["point", "degrees", "metres", "seconds", "count"]
    number: tuple[float, ...]
    """One number; two (x, y) for a point. Always a list on disk, so that a table column has one type."""
    unit: str
    """For a point: 'px' of the satellite image as shown."""

    @model_validator(mode="after")
    def _right_length(self) -> AnswerValue:
        wanted = 2 if self.kind == "point" else 1
        if len(self.number) != wanted:
            raise ValueError(f"a value of kind '{self.kind}' takes {wanted} number(s), got {len(self.number)}")
        return self


class Source(Record):
    """Where the footage comes from and on what terms."""

    dataset: Name
    licence: Name


class Wording(Record):
    """Who put a question into the words it has, where those are not its writer's own."""

    by: Name
    """'template 3', or the name of a language model."""
    temperature: float | None = None
    prompt_sha256: str | None = None
    """Digest of what the language model was asked."""
    cost_usd: float | None = None
    """What that cost, by the prices that were stated; None where none were."""


class Provenance(Record):
    """Who wrote a question."""

    writer: Name
    version: Name
    seed: int
    review: Literal["none", "accepted", "fixed", "rejected"] = "none"
    wording: Wording | None = None
    """Left out where the words are the writer's own, so that such a question is the same text as ever."""

    @model_serializer(mode="wrap")
    def _without_no_wording(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without_none(fields(self), "wording")


class Question(Record):
    """One multiple-choice question about one clip and one or more satellite images."""

    question_id: Name
    task: Name
    clip_id: Name
    video: Name
    """Relative path below the dataset's root."""
    video_span_s: tuple[Seconds, Seconds]
    """The part of the video that is shown and asked about."""
    query_time_s: Seconds | None = None
    satellite: tuple[SatelliteImage, ...]
    marks: tuple[Mark, ...] = ()
    question: Name
    options: Annotated[tuple[Name, ...], Field(min_length=2, max_length=len(LETTERS))]
    answer: Annotated[str, Field(pattern=f"^[{LETTERS}]$")]
    value: AnswerValue | None = None
    region: Name
    source: Source
    provenance: Provenance

    @property
    def letters(self) -> str:
        """Letters of the options, for example 'ABCD'."""
        return LETTERS[: len(self.options)]

    @property
    def answer_text(self) -> str:
        """Text of the right option."""
        return self.options[LETTERS.index(self.answer)]

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Question:
        start_s, end_s = self.video_span_s
        if start_s >= end_s:
            raise ValueError(f"video_span_s must be (start, end) with start < end, got {self.video_span_s}")
        if self.query_time_s is not None and not start_s <= self.query_time_s <= end_s:
            raise ValueError(f"query_time_s {self.query_time_s} lies outside video_span_s {self.video_span_s}")
        if self.answer not in self.letters:
            raise ValueError(f"answer '{self.answer}' is not one of the options {', '.join(self.letters)}")
        if len(set(self.options)) != len(self.options):
            raise ValueError("two options have the same text")
        for mark in self.marks:
            if mark.image >= len(self.satellite):
                raise ValueError(f"a mark names satellite image {mark.image}, but there are {len(self.satellite)}")
        return self


def question_sha256(question: Question) -> str:
    """Tells a question as it was asked from all others: the first 16 hex digits of the SHA-256 of its JSON."""
    return hashlib.sha256(question.model_dump_json().encode()).hexdigest()[:_DIGEST_HEX]


class Clip(Record):
    """A part of a video file that questions are asked about."""

    clip_id: Name
    video: Name
    span_s: tuple[Seconds, Seconds]
    width_px: Annotated[int, Field(gt=0)]
    height_px: Annotated[int, Field(gt=0)]
    fps: Annotated[float, Field(gt=0)]
    region: Name
    source: Source
    recorded_on: date | None = None
    """Day of the flight; left out where it is not known."""

    @model_serializer(mode="wrap")
    def _without_unknown_day(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without_none(fields(self), "recorded_on")

    @model_validator(mode="after")
    def _span_has_length(self) -> Clip:
        if self.span_s[0] >= self.span_s[1]:
            raise ValueError(f"span_s must be (start, end) with start < end, got {self.span_s}")
        return self


class FileFacts(Record):
    """Size and digest of one file of a dataset."""

    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class DatasetInfo(Record):
    """Content of `dataset.json`."""

    name: Name
    version: Name
    format: int
    licence: Name
    description: str
    splits: tuple[Name, ...]
    counts: dict[str, dict[str, int]]
    """Questions by split and task."""
    clips: tuple[Clip, ...]
    files: dict[str, FileFacts]
    """Every other file of the dataset, by relative path."""
    simulated: bool | None = None
    """Whether the footage is simulated; left out where the dataset does not say."""

    @model_serializer(mode="wrap")
    def _without_unsaid(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without_none(fields(self), "simulated")
