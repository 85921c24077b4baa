"""Lines of question files as frameworks keep them: a line that is no valid question stays, with its fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from links2_tasks.schema import Question

SPLIT = "test"
"""The split that is evaluated."""


BYTE_ORDER_MARK = "\ufeff"
"""Some editors write it at the head of a file."""


@dataclass(frozen=True)
class ShownFields:
    """Fields that a framework's tables show beside a line; a line that lacks one shows an empty text."""

    question_id: str
    task: str
    clip_id: str
    region: str
    answer: str

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> ShownFields:
        """Those of a parsed line or of a row of a framework's table."""
        return cls(**{field.name: _storable(content.get(field.name, "")) for field in fields(cls)})


@dataclass(frozen=True)
class QuestionLine:
    """One line: its text, what tables show of it, and what is wrong with it."""

    text: str
    shown: ShownFields
    fault: str
    """Empty for a valid question."""

    @property
    def question(self) -> Question | None:
        """The question, or None for a line that is no valid question."""
        return None if self.fault else _question_in(self.text)


def is_blank(text: str) -> bool:
    """Whether a line holds nothing."""
    return not text.removeprefix(BYTE_ORDER_MARK).strip()


def read_line(text: str) -> QuestionLine:
    """Parse a line; never raises, so that one bad line costs no run.

    A byte order mark before it, which the head of a file may have, is no part of it.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    return QuestionLine(text, ShownFields.of(_content(text)), _fault_of(text))


@lru_cache(maxsize=64)
def _question_in(text: str) -> Question:
    """The question of a valid line. Only the latest are kept: a question takes ten times the memory of its line."""
    return Question.model_validate_json(text)


def _storable(value: object) -> str:
    """As text that every table and file takes: JSON may hold halves of a character, which no file can."""
    return str(value).encode("utf-8", errors="replace").decode("utf-8")


def _content(text: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _fault_of(text: str) -> str:
    try:
        Question.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}".removeprefix(": ")
    return ""
