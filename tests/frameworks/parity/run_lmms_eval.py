"""One side of the comparison: questions through lmms-eval's own evaluation to a model that records them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import seen
from lmms_eval.api.model import lmms
from lmms_eval.protocol import ChatMessages
from seen import Recorder, Shown

from links2_tasks import taxonomy

Row = dict[str, Any]

_recorder = Recorder({})
"""The host makes models by the names of their classes, so what they record lies here."""


@dataclass(frozen=True)
class LmmsRun:
    """What one run of lmms-eval showed and scored."""

    shown: Mapping[str, Shown]
    """By question."""
    samples: Sequence[Row]
    """Rows of the samples that the host logs."""
    results: Mapping[str, Mapping[str, Any]]
    """Figures by task and group, as the host prints them."""

    @property
    def rows(self) -> Mapping[str, Row]:
        """Rows by question."""
        return {row["id"]: row for row in self.samples}


class ChatRecorder(lmms):
    """Asks for a prompt as lmms-eval's chat models do."""

    is_simple = False

    def __init__(self, **host_arguments: Any) -> None:
        super().__init__()

    def generate_until(self, requests: list[Any]) -> list[str]:
        replies = []
        for request in requests:
            _, doc_to_messages, _, doc_id, task, split = request.args
            doc = self.task_dict[task][split][doc_id]
            (turn,) = ChatMessages(messages=doc_to_messages(doc)).messages
            assert turn.role == "user"
            replies.append(_recorder.ask(doc["question_id"], tuple(_piece(content) for content in turn.content)))
        return replies

    def loglikelihood(self, requests: list[Any]) -> list[Any]:
        raise NotImplementedError

    def generate_until_multi_round(self, requests: list[Any]) -> list[str]:
        raise NotImplementedError


class SimpleRecorder(ChatRecorder):
    """Takes images and a text as lmms-eval's simple models do: all images, then the text."""

    is_simple = True

    def generate_until(self, requests: list[Any]) -> list[str]:
        replies = []
        for request in requests:
            context, _, doc_to_visual, doc_id, task, split = request.args
            doc = self.task_dict[task][split][doc_id]
            images = [seen.image(each) for each in doc_to_visual(doc)]
            replies.append(_recorder.ask(doc["question_id"], (*images, seen.text(context))))
        return replies


def run(
    replies: Mapping[str, str],
    model: str,
    tasks: Sequence[str],
    include_paths: Sequence[Path] = (),
    **arguments: Any,
) -> LmmsRun:
    """Evaluate the recorder.

    Args:
        replies: By question.
        model: Name for the recorder; the strategy `auto` goes by a model's name.
        tasks: Tasks or groups.
        include_paths: Folders with task files besides those of the package.
        arguments: For the host's `simple_evaluate`.
    """
    global _recorder
    _recorder = Recorder(replies)
    _register(model)
    results = evaluate(model, tasks, include_paths, **arguments)
    samples = [_whole(sample) for of_task in results["samples"].values() for sample in of_task]
    return LmmsRun(_recorder.shown, samples, results["results"])


def _whole(sample: Mapping[str, Any]) -> Row:
    """The whole record among the metrics of a sample."""
    (row,) = (each for each in sample.values() if isinstance(each, dict) and "benchmark_version" in each)
    return row


def evaluate(model: str, tasks: Sequence[str], include_paths: Sequence[Path] = (), **arguments: Any) -> dict[str, Any]:
    """lmms-eval's own evaluation in this process, without the tasks that come with it, which take long to list."""
    from lmms_eval import evaluator
    from lmms_eval.tasks import TaskManager

    folders = [str(taxonomy.task_yaml_dir()), *map(str, include_paths)]
    manager = TaskManager(include_path=folders, include_defaults=False, model_name=model)
    results = evaluator.simple_evaluate(
        model=model,
        tasks=list(tasks),
        task_manager=manager,
        batch_size=1,
        log_samples=True,
        bootstrap_iters=0,
        **arguments,
    )
    assert results is not None
    return results


def arguments_of_the_command(model: str, tasks: Sequence[str]) -> argparse.Namespace:
    """What the host's own command line hands on when nothing more is said than a model and tasks."""
    from lmms_eval.__main__ import parse_eval_args

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["lmms-eval", "--model", model, "--tasks", ",".join(tasks)])
        return parse_eval_args()[1]


def register_plugin() -> None:
    """What lmms-eval does with the entry point."""
    from lmms_eval.models import MODEL_REGISTRY_V2

    from links2_tasks.frameworks.lmms_eval.plugin import register

    for manifest in register():
        MODEL_REGISTRY_V2.register_manifest(manifest, overwrite=True)


def _register(name: str) -> None:
    from lmms_eval.models import MODEL_REGISTRY_V2
    from lmms_eval.models.registry_v2 import ModelManifest

    manifest = ModelManifest(
        name,
        simple_class_path=f"{__name__}.{SimpleRecorder.__name__}",
        chat_class_path=f"{__name__}.{ChatRecorder.__name__}",
    )
    MODEL_REGISTRY_V2.register_manifest(manifest, overwrite=True)


def _piece(content: Any) -> seen.Piece:
    if content.type == "text":
        return seen.text(content.text)
    if content.type == "image":
        return seen.image(content.url)
    assert content.type == "video"
    return seen.video(content.url) if isinstance(content.url, str) else seen.frame_list(content.url)
