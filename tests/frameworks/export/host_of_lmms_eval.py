"""Runs lmms-eval on a folder of task files with a model that records what it is shown, and gives told replies.

A program of its own, so that it can run where links2_tasks cannot be imported. It reads a request from the file that its
first argument names, and writes what it saw to the file that the second one names.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import sys
import unittest
from pathlib import Path
from typing import Any


class Absent:
    """Finder that hides a package."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] == self._package:
            raise ModuleNotFoundError(f"{self._package} is hidden", name=name)


request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
if request["hidden"]:
    sys.meta_path.insert(0, Absent(request["hidden"]))

import av  # noqa: E402
from lmms_eval import evaluator  # noqa: E402
from lmms_eval.api.model import lmms  # noqa: E402
from lmms_eval.models import MODEL_REGISTRY_V2  # noqa: E402
from lmms_eval.models.registry_v2 import ModelManifest  # noqa: E402
from lmms_eval.tasks import TaskManager  # noqa: E402

replies: dict[str, str] = {}
shown: dict[str, list[list[str]]] = {}


def digest(image: Any) -> str:
    """Of an image's pixels and size."""
    return hashlib.sha256(f"{image.mode} {image.size}".encode() + image.tobytes()).hexdigest()


def video_digest(url: Any) -> str:
    """Of a video's frames: decoded here from a file, or given as images."""
    if isinstance(url, list):
        return f"{len(url)} images {hashlib.sha256(''.join(map(digest, url)).encode()).hexdigest()}"
    with av.open(url) as container:
        frames = [(frame.pts, frame.to_ndarray(format="rgb24").tobytes()) for frame in container.decode(video=0)]
    return f"{len(frames)} frames {hashlib.sha256(repr(frames).encode()).hexdigest()}"


class Chat(lmms):
    """Asks for messages, as lmms-eval's chat models do."""

    is_simple = False

    def __init__(self, **host_arguments: Any) -> None:
        super().__init__()

    def generate_until(self, requests: list[Any]) -> list[str]:
        return [self.reply(one.args) for one in requests]

    def reply(self, arguments: Any) -> str:
        _, doc_to_messages, _, doc_id, task, split = arguments
        doc = self.task_dict[task][split][doc_id]
        (turn,) = doc_to_messages(doc)
        pieces = [[turn["role"], ""]]
        for part in turn["content"]:
            url = part.get("url")
            found = {
                "text": lambda p=part: p["text"],
                "image": lambda u=url: digest(u),
                "video": lambda u=url: video_digest(u),
            }
            pieces.append([part["type"], found[part["type"]]()])
        return record(task, doc["question_id"], pieces)

    def loglikelihood(self, requests: list[Any]) -> list[Any]:
        raise NotImplementedError

    def generate_until_multi_round(self, requests: list[Any]) -> list[str]:
        raise NotImplementedError


class Simple(Chat):
    """Asks for images and a text, as lmms-eval's simple models do."""

    is_simple = True

    def reply(self, arguments: Any) -> str:
        context, _, doc_to_visual, doc_id, task, split = arguments
        doc = self.task_dict[task][split][doc_id]
        pieces = [["image", digest(image)] for image in doc_to_visual(doc)]
        return record(task, doc["question_id"], [*pieces, ["text", context]])


def record(task: str, question_id: str, pieces: list[list[str]]) -> str:
    """Keep what was shown; the reply to the question, or one that its name decides."""
    shown[f"{task} {question_id}"] = pieces
    return replies.get(question_id) or "ABCD"[len(question_id) % 4]


def evaluate(run: dict[str, Any]) -> dict[str, Any]:
    """One evaluation."""
    replies.clear()
    replies.update(run["replies"])
    shown.clear()
    manifest = ModelManifest(
        run["model"], simple_class_path="__main__.Simple", chat_class_path=None if run["simple"] else "__main__.Chat"
    )
    MODEL_REGISTRY_V2._manifests.pop(run["model"], None)
    MODEL_REGISTRY_V2.register_manifest(manifest, overwrite=True)
    manager = TaskManager(include_path=request["tasks"], include_defaults=False, model_name=run["model"])
    results = evaluator.simple_evaluate(
        model=run["model"], tasks=run["tasks"], task_manager=manager, batch_size=1, log_samples=True, bootstrap_iters=0
    )
    rows = {
        f"{task} {sample['doc_id']}": {key: value for key, value in sample.items() if key.startswith("links2_")}
        for task, samples in results["samples"].items()
        for sample in samples
    }
    versions = results["versions"]
    return {"shown": dict(shown), "results": results["results"], "rows": rows, "versions": versions}


def run_tests(file: str) -> dict[str, Any]:
    """The unit tests of one file."""
    spec = importlib.util.spec_from_file_location("exported_tests", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stream = io.StringIO()
    result = unittest.TextTestRunner(stream).run(unittest.defaultTestLoader.loadTestsFromModule(module))
    return {"n": result.testsRun, "ok": result.wasSuccessful(), "text": stream.getvalue()}


if __name__ == "__main__":
    answer = {
        "runs": [evaluate(run) for run in request["runs"]],
        "models": MODEL_REGISTRY_V2.list_model_names(),
        "loaded": sorted(name for name in sys.modules if name.partition(".")[0] == "links2_tasks"),
        "tests": run_tests(request["tests"]) if request["tests"] else None,
        "host": str(Path(evaluator.__file__).parent),
    }
    Path(sys.argv[2]).write_text(json.dumps(answer, default=str), encoding="utf-8")
