"""The other side: the same questions through VLMEvalKit's own runner to a model that records them."""

from __future__ import annotations

import csv
import functools
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import seen
from PIL import Image
from seen import Recorder, Shown
from vlmeval.vlm.base import BaseModel

from links2_tasks.frameworks.vlmeval._messages import LINE_OF_MESSAGE, Message

Row = dict[str, Any]

RECORDER = "parity_recorder"
_recorders: dict[str, Recorder] = {}
"""By dataset. The host makes the model, so what it records lies here."""


@dataclass(frozen=True)
class VlmRun:
    """What one dataset of VLMEvalKit showed and scored."""

    shown: Mapping[str, Shown]
    """By question."""
    rows: Mapping[str, Row]
    """Rows of its `_score` file by question."""
    figures: pd.DataFrame
    """Its `_acc` file: figures of tasks, dimensions and all."""


class RecordingModel(BaseModel):
    """A wrapper that takes everything in order, checked and prepared by the host's base class."""

    INTERLEAVE = True
    VIDEO_LLM = True

    def __init__(self, **host_arguments: Any) -> None:
        super().__init__()

    def generate_inner(self, message: Message, dataset: str | None = None) -> str:
        assert dataset is not None
        line = LINE_OF_MESSAGE.get(message)
        assert line is not None, "the host has changed the message"
        return _recorders[dataset].ask(json.loads(line)["question_id"], tuple(map(_piece, message)))


def run(replies: Mapping[str, Mapping[str, str]], work_dir: Path) -> dict[str, VlmRun]:
    """Evaluate the recorder on some datasets in one run of the host.

    Args:
        replies: By dataset and question.
        work_dir: Where the host's files go.
    """
    from vlmeval.config import supported_VLM

    supported_VLM[RECORDER] = functools.partial(RecordingModel)
    _recorders.clear()
    _recorders.update({dataset: Recorder(of_dataset) for dataset, of_dataset in replies.items()})
    try:
        call_runner(["--data", *replies, "--model", RECORDER, "--work-dir", str(work_dir)])
    finally:
        del supported_VLM[RECORDER]
    return {dataset: _result(dataset, work_dir / RECORDER) for dataset in replies}


def register_package() -> None:
    """What this package's own command does before it hands over to the host."""
    from links2_tasks.frameworks.vlmeval.registry import register

    register()


def call_runner(arguments: Sequence[str]) -> None:
    """The host's own `main`, as its command calls it."""
    import vlmeval.run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["vlmeval", *arguments])
        vlmeval.run.main()


def _result(dataset: str, folder: Path) -> VlmRun:
    stem = folder / f"{RECORDER}_{dataset}"
    assert Path(f"{stem}_acc.csv").is_file(), (folder / "status.json").read_text()
    rows = [_row(row) for row in _table(Path(f"{stem}_score.tsv"))]
    return VlmRun(_recorders[dataset].shown, {row["id"]: row for row in rows}, pd.read_csv(f"{stem}_acc.csv"))


def _table(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def _row(cells: Mapping[str, str]) -> Row:
    """The types that a table of texts has lost."""
    error = {"error": float(cells["error"]) if cells["error"] else None} if "error" in cells else {}
    return {
        **cells,
        **error,
        "prediction": cells["prediction"] or None,
        "question_sha256": cells["question_sha256"] or None,
        "score": float(cells["score"]),
        "chance": float(cells["chance"]),
        "manifest": json.loads(cells["manifest"]),
    }


def _piece(item: Mapping[str, str]) -> seen.Piece:
    if item["type"] == "text":
        return seen.text(item["value"])
    if item["type"] == "image":
        with Image.open(item["value"]) as opened:
            return seen.image(opened)
    assert item["type"] == "video"
    return seen.video(item["value"])
