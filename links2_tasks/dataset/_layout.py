"""Names of the files of a dataset, and the one reader of question files."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from links2_tasks.schema import Question

INFO_FILE = "dataset.json"
QUESTIONS_FOLDER = "questions"
UNLISTED = frozenset({INFO_FILE, "README.md", "SHA256SUMS"})
"""Files of the root that `dataset.json` does not list: itself, the card, and the digests of all files and of these."""


def question_file(split: str, task: str) -> str:
    """Relative path of the questions of one task in one split."""
    return f"{QUESTIONS_FOLDER}/{split}/{task}.jsonl"


@dataclass(frozen=True)
class Line:
    """One line of a question file: the question, or what is wrong with the line."""

    number: int
    """Counts from 1."""
    question: Question | None
    fault: str = ""


def read_lines(path: Path) -> Iterator[Line]:
    """Parse a question file line by line; blank lines are skipped and keep their number.

    A UTF-8 byte order mark at its head, which some editors write, is no part of the first line.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("rb") as stream:
        for number, read in enumerate(stream, start=1):
            line = read.removeprefix(codecs.BOM_UTF8) if number == 1 else read
            if line.strip():
                yield _parse(number, line)


def _parse(number: int, line: bytes) -> Line:
    try:
        return Line(number, Question.model_validate_json(line))
    except ValidationError as error:
        return Line(number, None, explain(error))


def explain(error: ValidationError) -> str:
    """What pydantic found, in one line, without its links and echoes of the input."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(_explain_one(detail["loc"], detail["msg"]) for detail in found)


def _explain_one(location: Iterable[int | str], message: str) -> str:
    field = ".".join(str(part) for part in location)
    message = message.removeprefix("Value error, ")
    return f"{field}: {message}" if field else message
