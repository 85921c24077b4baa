"""Answers kept on disk: one JSON file for each request, so that a rerun asks nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from pydantic import ValidationError

from links2_tasks._files import locked, told_where, write_text
from links2_tasks.language._records import Content, Request
from links2_tasks.schema import Record

_MOST_BYTES = 4_000_000
"""Larger files are none of ours."""


class _Taken(Record):
    """What an answer took when it was asked."""

    n_asked: int
    input_tokens: int
    output_tokens: int
    temperature: float | None


@dataclass(frozen=True)
class Kept(Generic[Content]):
    """An answer with what it took when it was asked."""

    content: Content
    n_asked: int
    input_tokens: int
    output_tokens: int
    temperature: float | None
    """That of the answer; None where the endpoint took none."""


class Cache:
    """A folder of answers, shared by threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Keep answers in `folder`, which is made when the first one comes."""
        self._folder = folder

    @contextmanager
    def held(self, key: str) -> Iterator[None]:
        """Keep others from asking the same thing meanwhile; they wait, and find the answer.

        Raises:
            DataError: the folder cannot be written.
        """
        path = self._path(key)
        with ExitStack() as stack:
            with told_where(path):
                stack.enter_context(locked(path.with_suffix(".lock")))
            yield

    def read(self, key: str, request: Request[Content]) -> Kept[Content] | None:
        """The answer; None where there is none, or where the file is damaged."""
        path = self._path(key)
        try:
            if path.stat().st_size > _MOST_BYTES:
                return None
            written = json.loads(path.read_text(encoding="utf-8"))
            if written["key"] != key:
                return None
            taken = _Taken.model_validate(written["taken"])
            content = request.answer.model_validate(written["content"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError, ValidationError):
            return None
        return Kept(content, **taken.model_dump())

    def write(self, key: str, request: Request[Content], kept: Kept[Content]) -> None:
        """Keep an answer; what was asked is not kept, so that no image or text lies here a second time.

        Raises:
            DataError: the file cannot be written.
        """
        taken = _Taken(
            n_asked=kept.n_asked,
            input_tokens=kept.input_tokens,
            output_tokens=kept.output_tokens,
            temperature=kept.temperature,
        )
        written = {
            "key": key,
            "purpose": request.purpose,
            "content": kept.content.model_dump(mode="json"),
            "taken": taken.model_dump(),
        }
        write_text(self._path(key), json.dumps(written, indent=1) + "\n")

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
