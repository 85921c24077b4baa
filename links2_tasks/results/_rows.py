"""One sample row of a framework, whose values are as they were or text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from links2_tasks import taxonomy
from links2_tasks.errors import DataError, TaskError
from links2_tasks.prompt import FrameManifest
from links2_tasks.results._records import ResultRow
from links2_tasks.schema import DEFAULT_VARIANT
from links2_tasks.scoring import ScoredRow

_NEEDED = ("id", "task", "clip_id", "region", "prediction", "answer", "score", "reason", "benchmark_version")
"""Without these a row says too little; what else it may hold has a meaning for its absence."""
_OF_VLMEVALKIT = "LinkS2"
"""What its datasets' names begin with; older rows have such a name for their variant."""


@dataclass(frozen=True)
class ReadRow:
    """A row of a file."""

    row: ResultRow
    version: str
    document: str | None
    """What the framework calls the document; two rows of one document are one answer that was logged twice."""
    line: int
    manifest_is_damaged: bool


def is_ours(content: object) -> bool:
    """Whether something is a sample row of links2, complete or not."""
    return isinstance(content, Mapping) and "benchmark_version" in content and "clip_id" in content


def read_row(
    content: Mapping[str, Any],
    place: str,
    line: int,
    *,
    label: str,
    document: str | None = None,
    output_tokens: int | None = None,
) -> ReadRow:
    """Read a row.

    Args:
        content: The row.
        place: File and line, for errors.
        line: The line alone.
        label: What the framework calls the task; tells the task of a damaged line of a question file.
        document: See `ReadRow`.
        output_tokens: Length of the reply.

    Raises:
        DataError: a column is missing, or a number is none.
    """
    if missing := [name for name in _NEEDED if name not in content]:
        raise DataError(
            f"{place}: the row lacks {', '.join(missing)}. It was written by another version, or was changed; evaluate "
            "again."
        )
    manifest, is_damaged = _manifest(content.get("manifest"))
    row = ResultRow(
        scored=_scored(content, place, label),
        variant=_variant(content, label),
        raw=_text(content.get("raw")),
        note=_text(content.get("note")),
        question_sha256=_text(content.get("question_sha256")) or None,
        manifest=manifest,
        output_tokens=output_tokens,
        error=_number(content, "error", place) if _text(content.get("error")) else None,
        error_unit=_text(content.get("unit")),
    )
    return ReadRow(row, _text(content["benchmark_version"]), document, line, is_damaged)


def _scored(content: Mapping[str, Any], place: str, label: str) -> ScoredRow:
    try:
        return ScoredRow(
            question_id=_text(content["id"]),
            task=_task(_text(content["task"]), label),
            clip_id=_text(content["clip_id"]),
            region=_text(content["region"]),
            score=_number(content, "score", place),
            # Open answers have none.
            chance=_number(content, "chance", place) if _text(content.get("chance")) else 0.0,
            reason=_text(content["reason"]),
            prediction=_text(content["prediction"]) or None,
            answer=_text(content["answer"]) or None,
        )
    except DataError as error:
        raise DataError(f"{place}: {str(error).removeprefix(f'{place}: ')}. Evaluate again.") from error


def _number(content: Mapping[str, Any], name: str, place: str) -> float:
    try:
        return float(content[name])
    except (TypeError, ValueError) as error:
        raise DataError(f"{place}: {name} is {content[name]!r}, which is no number") from error


def _text(value: object) -> str:
    """Tables have an empty cell, None or NaN for what is not there."""
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)


def _manifest(value: object) -> tuple[FrameManifest | None, bool]:
    """What was shown, and whether it could not be read: a workbook cuts cells at 32,767 characters."""
    try:
        content = json.loads(value) if isinstance(value, str) and value.strip() else value
        if not isinstance(content, Mapping):
            return None, isinstance(content, str) and bool(content.strip())
        return FrameManifest.model_validate(content), False
    except (ValueError, RecursionError, ValidationError):
        return None, True


def _task(name: str, label: str) -> str:
    """The short name of a task; a damaged line of a question file may name none, and then the file does."""
    try:
        return taxonomy.task(name).name
    except TaskError:
        fitting = [task.name for task in taxonomy.tasks() if label.startswith(task.lmms_eval_name)]
        return max(fitting, key=len, default=name or label)


def _variant(content: Mapping[str, Any], label: str) -> str:
    """Its name, which a task file without a `dataset_name` of its own has in the name of its task alone."""
    variant = _text(content.get("variant")) or DEFAULT_VARIANT
    if variant.startswith(_OF_VLMEVALKIT):
        return DEFAULT_VARIANT
    if variant == DEFAULT_VARIANT:
        name = f"{taxonomy.PREFIX}{_task(_text(content['task']), label)}_"
        return label.removeprefix(name) if label.startswith(name) else variant
    return variant
