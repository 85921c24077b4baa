"""One row becomes one question and the clip that it asks about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from links2_tasks import __version__
from links2_tasks.errors import TaskError
from links2_tasks.importing._mapping import ImportMapping, Made, Value
from links2_tasks.importing._maps import Maps
from links2_tasks.importing._media import ImportedVideo, Media, candidates
from links2_tasks.importing._options import choices_of, right_choice
from links2_tasks.importing._records import UnusableError, in_a_line
from links2_tasks.importing._row import Row
from links2_tasks.importing._values import Values, as_day, as_number
from links2_tasks.schema import LETTERS, AnswerValue, Clip, Provenance, Question, Source
from links2_tasks.taxonomy import Task
from links2_tasks.taxonomy import task as find_task

_UNITS = {"point": "px", "degrees": "deg", "metres": "m", "seconds": "s", "count": "count"}
_SLACK_S = 0.05
"""A span may end with the last frame's time or with its end; containers differ by about a frame."""
_MAX_FPS = 1_000.0
_SPLIT_CHARS = frozenset("-_")


@dataclass(frozen=True)
class Converted:
    """What a row became."""

    split: str
    question: Question
    clip: Clip


class Converter:
    """Makes questions as one mapping says."""

    def __init__(self, mapping: ImportMapping, values: Values, media: Media) -> None:
        self._mapping = mapping
        self._values = values
        self._media = media
        self._maps = Maps(mapping.satellite, values, media)

    def convert(self, row: Row) -> Converted:
        """The question that a row asks.

        Texts come first and files last: what a row lacks is told before its media are opened.

        Raises:
            UnusableError: the row cannot be used; says why.
        """
        try:
            return self._converted(row)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            told = f"{place}: {first['msg']}" if place else first["msg"]
            raise UnusableError("question refused", in_a_line(told)) from error

    def _converted(self, row: Row) -> Converted:
        mapping, values = self._mapping, self._values
        self._maps.note(row)
        texts = self._texts(row)
        split, day = self._split(row), self._day(mapping.recorded_on, row)
        moment_s = values.number_or_none(mapping.query_time_s, row)
        clip_id = values.name(mapping.clip_id, row) if mapping.clip_id is not None else None
        video = self._video(row)
        question = Question(
            **texts,
            clip_id=clip_id or video.name,
            video=video.path,
            video_span_s=self._span(row, video, moment_s),
            query_time_s=moment_s,
            satellite=self._maps.images(row),
            marks=(),
            provenance=Provenance(writer="import", version=__version__, seed=0),
        )
        clip = Clip(
            clip_id=question.clip_id,
            video=video.path,
            span_s=(0.0, video.duration_s),
            width_px=video.width_px,
            height_px=video.height_px,
            fps=video.fps,
            region=question.region,
            source=question.source,
            recorded_on=day,
        )
        return Converted(split, question, clip)

    def _texts(self, row: Row) -> dict[str, Any]:
        """Fields of the question that need no media."""
        mapping, values = self._mapping, self._values
        task = self._task(row)
        choices = choices_of(mapping.options, row, values)
        right = right_choice(mapping.answer, choices, row, values)
        filled = [choice for choice in choices if choice.text]
        return {
            "question_id": self._question_id(row),
            "task": task.name,
            "question": values.text(mapping.question, row),
            "options": tuple(choice.text for choice in filled),
            "answer": LETTERS[filled.index(right)],
            "value": self._value(row, task),
            "region": values.name(mapping.region, row),
            "source": self._source(row),
        }

    def _task(self, row: Row) -> Task:
        made = self._mapping.task
        given = self._values.name(made.model_copy(update={"lookup": {}}), row)
        try:
            return find_task(made.lookup.get(given, given))
        except TaskError as error:
            raise UnusableError("task without a mapping", f"'{in_a_line(given)}'") from error

    def _question_id(self, row: Row) -> str:
        if self._mapping.question_id is not None:
            return self._values.name(self._mapping.question_id, row)
        return f"{PurePosixPath(row.file).stem}-{row.number}"

    def _split(self, row: Row) -> str:
        split = self._values.name(self._mapping.split, row)
        # As `dataset.write_dataset` wants it: splits are names of folders.
        if not all(each.isalnum() or each in _SPLIT_CHARS for each in split) or split.startswith("-"):
            raise UnusableError(
                "unfit text", f"the split '{in_a_line(split)}' holds more than letters, digits, '_', '-'"
            )
        return split

    def _day(self, made: Made | None, row: Row) -> date | None:
        return None if made is None or not self._values.has(made, row) else as_day(self._values.text(made, row))

    def _source(self, row: Row) -> Source:
        wanted, dataset = self._mapping.source, self._mapping.dataset
        return Source(
            dataset=dataset.name if wanted.dataset is None else self._values.name(wanted.dataset, row),
            licence=dataset.licence if wanted.licence is None else self._values.name(wanted.licence, row),
        )

    def _value(self, row: Row, task: Task) -> AnswerValue | None:
        wanted = self._mapping.value
        if wanted is None:
            return None
        kind = wanted.kind or task.open_answer
        if kind is None:
            return None
        numbers = tuple(self._numbers(wanted, row))
        if not numbers:
            return None
        if len(numbers) != (2 if kind == "point" else 1):
            raise UnusableError("not a number", f"{len(numbers)} numbers for a value of kind '{kind}'")
        unit = _UNITS[kind] if wanted.unit is None else wanted.unit
        return AnswerValue(kind=kind, number=numbers, unit=unit)  # type: ignore[arg-type]

    def _numbers(self, wanted: Value, row: Row) -> Iterator[float]:
        for made in (wanted.number, wanted.x, wanted.y):
            cell = None if made is None or made.column is None else self._values.cell_or_none(row, made.column)
            found = map(as_number, cell) if isinstance(cell, list) else (self._values.number_or_none(made, row),)
            yield from (number for number in found if number is not None)

    def _video(self, row: Row) -> ImportedVideo:
        wanted = self._mapping.video
        if wanted.frames is None or wanted.fps is None:
            return self._media.video(candidates(self._values.filled(wanted.file or "", row), wanted.suffixes))
        fps = self._values.number(wanted.fps, row)
        if not 0 < fps <= _MAX_FPS:
            raise UnusableError("not a number", f"{fps:g} frames per second; more than 0 and at most {_MAX_FPS:g}")
        return self._media.video_of(self._values.filled(wanted.frames, row).rstrip("/"), fps)

    def _span(self, row: Row, video: ImportedVideo, moment_s: float | None) -> tuple[float, float]:
        start_s = self._values.number_or_none(self._mapping.span_start_s, row) or 0.0
        stated_s = self._values.number_or_none(self._mapping.span_end_s, row)
        end_s = video.duration_s if stated_s is None else min(stated_s, video.duration_s)
        if not 0 <= start_s < end_s or (stated_s or 0.0) > video.duration_s + _SLACK_S:
            raise UnusableError(
                "outside the video",
                f"{start_s:g} to {end_s if stated_s is None else stated_s:g} s of a video that lasts "
                f"{video.duration_s:.3f} s",
            )
        if moment_s is not None and not start_s <= moment_s <= end_s:
            raise UnusableError(
                "outside the video", f"the moment {moment_s:g} s of the span {start_s:g} to {end_s:g} s"
            )
        return start_s, end_s
