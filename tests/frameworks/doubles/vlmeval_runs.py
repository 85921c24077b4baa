"""VLMEvalKit's own runner in this process, started as `links2 vlmeval` starts it; models for it; and what it leaves."""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from links2_tasks.frameworks.vlmeval.runner import run

needs_vlmeval = pytest.mark.skipif(importlib.util.find_spec("vlmeval") is None, reason="needs the extra 'vlmeval'")

Message = list[dict[str, str]]
Answer = Callable[[Message], Any]


@dataclass(frozen=True)
class HostRun:
    """One run of one model."""

    exit_status: int
    model: str
    folder: Path
    """Where the host keeps what belongs to the model."""

    def answers(self, dataset: str) -> dict[str, str]:
        """The replies in a result file, by question."""
        return {row["question_id"]: row["prediction"] for row in self.table(dataset)}

    def rows(self, dataset: str) -> dict[str, dict[str, Any]]:
        """Sample rows by question, with their frame manifests read."""
        found = self.table(dataset, "_score")
        assert len({row["id"] for row in found}) == len(found)
        return {row["id"]: {**row, "manifest": json.loads(row["manifest"])} for row in found}

    def table(self, dataset: str, suffix: str = "") -> list[dict[str, str]]:
        """The rows of one of the host's files, all as text."""
        import pandas as pd

        path = self.folder / f"{self.model}_{dataset}{suffix}.tsv"
        return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False).to_dict("records")

    def metrics(self, dataset: str) -> dict[str, Any]:
        """The figures of a dataset as the host keeps them."""
        entry = self.status(dataset)
        assert "metrics" in entry, entry
        return entry["metrics"]

    def status(self, dataset: str) -> dict[str, Any]:
        """What the host says became of a dataset."""
        files = sorted((*self.folder.glob("T*/status.json"), *self.folder.glob("status.json")))
        return json.loads(files[-1].read_text(encoding="utf-8"))["datasets"][dataset]


def ask(model: str, datasets: list[str], work_dir: Path, *options: str) -> HostRun:
    """Run a model that the host knows by name."""
    arguments = ["--data", *datasets, "--model", model, "--work-dir", str(work_dir), *options]
    return HostRun(run(arguments), model, work_dir / model)


@contextmanager
def quiet_host(folder: Path) -> Iterator[None]:
    """No network, folders of the host's and of ours that nobody else uses, and no pauses between requests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("LMUData", str(folder / "lmu"))
        patch.setenv("XDG_CACHE_HOME", str(folder / "xdg"))
        patch.setenv("PRED_FORMAT", "tsv")
        # Clients enlarge smaller images, and those of tests are tiny.
        patch.setenv("VLMEVAL_MIN_IMAGE_EDGE", "1")
        patch.delenv("MMEVAL_ROOT", raising=False)
        (folder / "lmu").mkdir(exist_ok=True)
        patch.setattr("vlmeval.api.base.time", SimpleNamespace(sleep=lambda _: None))
        yield


class Scripted:
    """A local model that answers as it is told and keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[Message] = []

    def reply(self, message: Message) -> Any:
        """Keep a message and answer it."""
        self.asked.append(message)
        return self.answer(message)


@contextmanager
def scripted(answer: Answer, name: str = "scripted", overrides_generate: bool = False) -> Iterator[Scripted]:
    """A scripted model under a name of the host's list, by a wrapper that takes both views in either form.

    Args:
        answer: gives the reply to a message, or raises.
        name: for --model.
        overrides_generate: whether the wrapper replaces the method of the host's base class that checks messages.
    """
    from vlmeval.config import supported_VLM
    from vlmeval.vlm import Qwen2VLChat
    from vlmeval.vlm.base import BaseModel

    model = Scripted(answer)

    class Wrapper(Qwen2VLChat):
        """By its base, runs know that it takes a video and an image in one message."""

        def __init__(self, **_: Any) -> None:
            BaseModel.__init__(self)
            self._use_custom_prompt = True

        def generate_inner(self, message: Message, dataset: str | None = None) -> Any:
            return model.reply(message)

    if overrides_generate:
        Wrapper.generate = Wrapper.generate_inner  # type: ignore[method-assign]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(supported_VLM, name, functools.partial(Wrapper))
        yield model


def text_of(message: Message) -> str:
    """All text of a message."""
    return "\n".join(item["value"] for item in message if item["type"] == "text")
