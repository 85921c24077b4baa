"""Asks VLMEvalKit for datasets by their names, keeps the messages that they make, and scores told replies.

A program of its own, so that it can run where links2_tasks cannot be imported. It reads a request from the file that its
first argument names, and writes what it saw to the file that the second one names.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
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
from PIL import Image  # noqa: E402
from vlmeval import dataset as host  # noqa: E402
from vlmeval.dataset.video_dataset_config import supported_video_datasets  # noqa: E402
from vlmeval.smp import dump  # noqa: E402

if not request["hidden"]:
    from links2_tasks.frameworks.vlmeval.registry import register_datasets

    register_datasets()


def digest(item: dict[str, str]) -> str:
    """A text as it is; of an image and of a video, the pixels."""
    if item["type"] == "text":
        return item["value"]
    if item["type"] == "image":
        with Image.open(item["value"]) as image:
            return hashlib.sha256(f"{image.mode} {image.size}".encode() + image.tobytes()).hexdigest()
    with av.open(item["value"]) as container:
        frames = [(frame.pts, frame.to_ndarray(format="rgb24").tobytes()) for frame in container.decode(video=0)]
    return f"{len(frames)} frames {hashlib.sha256(repr(frames).encode()).hexdigest()}"


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of one of the host's tables."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t" if path.suffix == ".tsv" else ","))


def evaluate(run: dict[str, Any]) -> dict[str, Any]:
    """One dataset: its messages, and what is made of the replies."""
    name, replies = run["dataset"], run["replies"]
    dataset = host.build_dataset(name)
    messages = [dataset.build_prompt(dataset.data.iloc[place]) for place in range(len(dataset))]
    questions = [str(one) for one in dataset.data["question_id"]]
    answered = dataset.data.assign(prediction=[replies.get(one, request["otherwise"]) for one in questions])
    result = Path(f"model_{name}.tsv").absolute()
    dump(answered, str(result))
    metrics = dataset.evaluate(str(result))
    return {
        "shown": {
            one: [[item["type"], digest(item)] for item in message]
            for one, message in zip(questions, messages, strict=True)
        },
        "paths": [item["value"] for message in messages for item in message if item["type"] != "text"],
        "metrics": metrics,
        "primary": type(dataset).report_primary_metric(metrics),
        "rows": rows_of(Path(f"model_{name}_score.tsv")),
        "figures": rows_of(Path(f"model_{name}_acc.csv")),
        "class": f"{type(dataset).__module__}.{type(dataset).__name__}",
        "facts": [host.DATASET_MODALITY(name), host.DATASET_TYPE(name), dataset.dataset_name, dataset.nframe],
        "columns": list(dataset.data.columns),
    }


if __name__ == "__main__":
    answer = {
        "runs": [evaluate(run) for run in request["runs"]],
        "names": [name for name in host.SUPPORTED_DATASETS if name.startswith("LinkS2")],
        "videos": [name for name in supported_video_datasets if name.endswith("_video") and "LinkS2" in name],
        "lists": [[cls.__name__ for cls in one] for one in (host.IMAGE_DATASET, host.VIDEO_DATASET)],
        "all": host.__all__,
        "loaded": sorted(name for name in sys.modules if name.partition(".")[0] == "links2_tasks"),
        "host": str(Path(host.__file__).parent),
    }
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
