"""One table of sample rows with what its framework says of the run that it is from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from links2_tasks.errors import DataError
from links2_tasks.results._records import Framework, ResultRow
from links2_tasks.results._rows import ReadRow


@dataclass(frozen=True)
class Identity:
    """What must be the same for tables to be of one run."""

    framework: Framework
    model: str
    model_args: str
    """Without secrets."""
    setting: str
    """What else tells runs apart: options of generation, or how the views are put to the model."""
    dataset: str
    """Folder of the questions; empty where the framework does not say."""


@dataclass(frozen=True)
class Source:
    """A table of rows of one task of lmms-eval, or of one dataset of VLMEvalKit."""

    identity: Identity
    display: str
    """What people call the model."""
    label: str
    """What the framework calls the task or dataset."""
    path: Path
    folder: Path
    """Of the run."""
    invocation: str
    """Tells apart the calls of the framework."""
    stamp: str
    """When it was written, in ISO 8601; later ones are greater."""
    started_at: str | None
    seconds: float | None
    max_new_tokens: int | None
    n_wanted: int | None
    """How many rows there are when all questions have one; None where the framework does not say."""
    read: Callable[[], Iterator[ReadRow]]
    remarks: tuple[str, ...] = ()

    @cached_property
    def first(self) -> ReadRow | None:
        """The first row; None where there is none, or it cannot be read."""
        try:
            return next(self.read(), None)
        except DataError:
            return None

    @property
    def variant(self) -> str:
        """The variant of the first row."""
        return self.first.row.variant if self.first is not None else ""


@dataclass(frozen=True)
class Problem:
    """A file that gives no table although it may belong to one."""

    path: Path
    text: str
    """What is wrong, with the path."""


@dataclass(frozen=True)
class Found:
    """Tables, and what stands in the way of others."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Table:
    """The rows of a source, each question once."""

    source: Source
    rows: tuple[ResultRow, ...]
    version: str
    remarks: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every question has a row, as far as is known."""
        return self.source.n_wanted is None or len(self.rows) >= self.source.n_wanted


def load(source: Source) -> Table:
    """Read all rows of a source.

    A framework that fills up the last batch logs an answer twice: it counts once, and is remarked on. Questions that
    share an id, as those of a damaged file may, are numbered.

    Raises:
        DataError: a row is damaged, or a question has two answers.
    """
    kept: dict[tuple[str, str], ReadRow] = {}
    counts: Counter[str] = Counter()
    for read in source.read():
        counts["damaged"] += read.manifest_is_damaged
        key = _key(read)
        while key in kept and not _same_document(kept[key], read):
            key = key[0], _next(key[1])
        if key not in kept:
            counts["numbered"] += key != _key(read)
            kept[key] = replace(read, row=_renamed(read.row, key[1]))
        elif _same_answer(kept[key].row, read.row):
            counts["twice"] += 1
        else:
            raise DataError(
                f"{source.path}:{read.line}: question '{key[1]}' of {key[0]} has another answer than in line "
                f"{kept[key].line}. Two runs wrote to one file: evaluate again into a new folder."
            )
    rows = [read.row for read in kept.values()]
    versions = [read.version for read in kept.values()]
    if len(set(versions)) > 1:
        raise DataError(
            f"{source.path} has rows of several versions of the benchmark ({', '.join(sorted(set(versions)))}), whose "
            "scores must not mix. Evaluate again into a new folder."
        )
    return Table(source, tuple(rows), versions[0] if versions else "", tuple(_remarks(source, counts, len(rows))))


def _remarks(source: Source, counts: Counter[str], n_rows: int) -> Iterator[str]:
    yield from source.remarks
    if counts["twice"]:
        yield f"{source.path}: {counts['twice']} answers are logged twice and count once"
    if counts["numbered"]:
        yield f"{source.path}: {counts['numbered']} questions have the id of another one and are numbered"
    if counts["damaged"]:
        yield f"{source.path}: what was shown cannot be read in {counts['damaged']} rows"
    if source.n_wanted is not None and n_rows < source.n_wanted:
        yield f"{source.path}: rows of {n_rows} of {source.n_wanted} questions"


def _key(read: ReadRow) -> tuple[str, str]:
    return read.row.scored.task, read.row.scored.question_id


def _next(question_id: str) -> str:
    base, joint, number = question_id.rpartition(" (")
    if joint and number.endswith(")") and number[:-1].isdecimal():
        return f"{base} ({int(number[:-1]) + 1})"
    return f"{question_id} (2)"


def _same_document(first: ReadRow, second: ReadRow) -> bool:
    return first.document == second.document


def _same_answer(first: ResultRow, second: ResultRow) -> bool:
    """Without the id, which may have been numbered."""
    return replace(first.scored, question_id="") == replace(second.scored, question_id="") and first.raw == second.raw


def _renamed(row: ResultRow, question_id: str) -> ResultRow:
    if row.scored.question_id == question_id:
        return row
    return replace(row, scored=replace(row.scored, question_id=question_id))
