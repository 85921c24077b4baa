"""Questions of different rows must fit together."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from links2_tasks.importing._convert import Converted
from links2_tasks.importing._records import UnusableError, in_a_line
from links2_tasks.importing._row import Row
from links2_tasks.schema import Clip, Question


class Kept:
    """Questions and clips of the new dataset, in the order in which they came."""

    def __init__(self) -> None:
        self.questions: dict[str, list[Question]] = {}
        self.clips: dict[str, Clip] = {}
        self.first: Question | None = None
        self._ids: dict[str, str] = {}
        self._asked: dict[Hashable, str] = {}

    def add(self, converted: Converted, row: Row) -> None:
        """Keep a question.

        Raises:
            UnusableError: it does not fit to an earlier one, which is named.
        """
        question, place = converted.question, f"{row.file} row {row.number}"
        if question.question_id in self._ids:
            raise UnusableError(
                "id twice", f"'{in_a_line(question.question_id)}' is that of {self._ids[question.question_id]}"
            )
        asked = (question.question, question.clip_id, question.video_span_s, question.satellite)
        if asked in self._asked:
            raise UnusableError("asked twice", f"as {self._asked[asked]}")
        known = self.clips.get(converted.clip.clip_id, converted.clip)
        if known != converted.clip:
            raise UnusableError("clip contradicts itself", _difference(known, converted.clip))
        self.clips[known.clip_id] = known
        self._ids[question.question_id] = self._asked[asked] = place
        self.questions.setdefault(converted.split, []).append(question)
        self.first = self.first or question

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Questions by split and task."""
        counted: dict[str, dict[str, int]] = {}
        for split, questions in sorted(self.questions.items()):
            names = sorted(question.task for question in questions)
            counted[split] = {name: names.count(name) for name in dict.fromkeys(names)}
        return counted

    def media(self) -> set[str]:
        """Paths of all videos and images that questions show."""
        everything = [question for questions in self.questions.values() for question in questions]
        videos = {question.video for question in everything}
        return videos | {image.path for question in everything for image in question.satellite}


def _difference(before: Clip, now: Clip) -> str:
    fields: dict[str, Any] = {name: getattr(now, name) for name in Clip.model_fields}
    name = next(name for name, value in fields.items() if getattr(before, name) != value)
    return in_a_line(f"{name} of clip '{now.clip_id}' is {fields[name]}, before it was {getattr(before, name)}")
