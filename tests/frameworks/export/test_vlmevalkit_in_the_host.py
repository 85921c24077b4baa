"""The export in VLMEvalKit, where links2_tasks cannot be imported, against the plug-in: same messages, same scores."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.frameworks._lines import read_line
from links2_tasks.frameworks.export import ExportReport
from links2_tasks.frameworks.export._patch import Insertion
from links2_tasks.frameworks.export._stand_ins import VARIANTS_LEFT_OUT
from links2_tasks.frameworks.export._vlmevalkit_registries import INSERTIONS
from links2_tasks.frameworks.vlmeval._messages import NOT_ASKED
from links2_tasks.frameworks.vlmeval._names import dataset_names, names_with
from links2_tasks.schema import Question

HOST = Path(__file__).with_name("host_of_vlmevalkit.py")
DATASETS = ("LinkS2", "LinkS2_video", "LinkS2_images", "LinkS2-localization_8frame")
FRAMES, VIDEO, IMAGES_FIRST, FEW = range(len(DATASETS))
"""Places in the list of runs."""
UNSHOWN = ("lost", "heading_estimation.jsonl:3")
"""The questions that no prompt can be built for."""

Answer = dict[str, Any]


@dataclass(frozen=True)
class Sides:
    """What both sides answered."""

    plugin: Answer
    export: Answer


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, parity: Callable[[str], ModuleType]) -> Path:
    """A dataset with all tasks, a video that is missing, and a line that is no question."""
    folder: Path = tmp_path_factory.mktemp("data") / "tiny"
    parity("tiny_questions").write_every_task(folder)
    path = folder / "questions/test/heading_estimation.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lost = {**json.loads(lines[0]), "question_id": "lost", "video": "videos/lost.mp4"}
    path.write_text("\n".join([*lines, json.dumps(lost), '{"question_id": "broken"}', ""]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sides(
    root: Path,
    vlmevalkit_export: ExportReport,
    parity: Callable[[str], ModuleType],
    tmp_path_factory: pytest.TempPathFactory,
) -> Sides:
    """The same requests to both, each in an interpreter and with folders of its own."""
    box = tmp_path_factory.mktemp("sides")
    questions = [one for one in _questions(root) if one.question_id not in UNSHOWN]
    replies_to = parity("replies").replies_to
    runs = [{"dataset": name, "replies": replies_to(questions, 7 * place)} for place, name in enumerate(DATASETS)]
    overlay = _overlay(box / "overlay", vlmevalkit_export.dest)
    # Where nothing is shown, the plug-in asks no model; upstream one is asked, and here it happens to say the answer.
    plugin = {"hidden": "", "runs": runs, "otherwise": NOT_ASKED}
    export = {"hidden": "links2_tasks", "runs": runs, "otherwise": "A"}
    with ThreadPoolExecutor() as pool:
        from_plugin = pool.submit(_ask, box / "plugin", plugin, root, "")
        from_export = pool.submit(_ask, box / "export", export, root, str(overlay))
        return Sides(from_plugin.result(), from_export.result())


def _questions(root: Path) -> list[Question]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(root.glob("questions/test/*.jsonl"))]
    lines = [read_line(line) for text in texts for line in text.splitlines()]
    return [line.question for line in lines if line.question is not None]


def _overlay(folder: Path, dest: Path) -> Path:
    """The installed VLMEvalKit with the export in it, made of links: as a clone, but for the size."""
    found = importlib.util.find_spec("vlmeval")
    assert found is not None
    assert found.submodule_search_locations
    installed = Path(found.submodule_search_locations[0])
    package = folder / "vlmeval"
    _link(installed, package, but=("dataset",))
    registries = {Path(one.path).name for one in INSERTIONS}
    _link(installed / "dataset", package / "dataset", but=("utils", *registries))
    _link(installed / "dataset/utils", package / "dataset/utils", but=())
    for name in registries:
        text = (installed / "dataset" / name).read_text(encoding="utf-8")
        insertions = [one for one in INSERTIONS if Path(one.path).name == name]
        (package / "dataset" / name).write_text(_registered(text, insertions), encoding="utf-8")
    shutil.copytree(dest / "vlmeval", package, dirs_exist_ok=True)
    return folder


def _link(source: Path, target: Path, but: Iterable[str]) -> None:
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name not in (*but, "__pycache__"):
            (target / entry.name).symlink_to(entry)


def _registered(text: str, insertions: Iterable[Insertion]) -> str:
    """The text with the lines in it, as one adds them by hand: the patch is for upstream, whose lists differ a little."""
    lines = text.splitlines()
    for one in insertions:
        place = lines.index(one.after[0]) if one.after[0] in lines else lines.index(one.before[-1]) + 1
        lines[place:place] = one.added
    return "\n".join(lines) + "\n"


def _ask(box: Path, request: Answer, root: Path, python_path: str) -> Answer:
    (box / "lmu").mkdir(parents=True)
    (box / "request.json").write_text(json.dumps(request), encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "EVAL_FORMAT")},
        "PYTHONPATH": python_path,
        "LINKS2_DATA": str(root),
        "LMUData": str(box / "lmu"),
        "PRED_FORMAT": "tsv",
        "XDG_CACHE_HOME": str(box / "xdg"),
        "HF_HUB_OFFLINE": "1",
    }
    command = [sys.executable, str(HOST), str(box / "request.json"), str(box / "answer.json")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=box)
    assert done.returncode == 0, done.stdout + done.stderr
    answer: Answer = json.loads((box / "answer.json").read_text(encoding="utf-8"))
    return answer


def test_the_export_runs_without_this_package(sides: Sides) -> None:
    assert sides.export["loaded"] == []
    assert Path(sides.export["host"]).parents[1].name == "overlay"
    assert {run["class"] for run in sides.export["runs"]} == {
        "vlmeval.dataset.links2.LinkS2",
        "vlmeval.dataset.links2.LinkS2Video",
    }
    assert {run["class"].rpartition(".")[0] for run in sides.plugin["runs"]} == {
        "links2_tasks.frameworks.vlmeval.datasets"
    }


def test_the_registries_know_every_name(sides: Sides) -> None:
    going_up = [each.name for each in dataset_names() if each.sampling.suffix not in VARIANTS_LEFT_OUT]
    assert sorted(sides.export["names"]) == sorted(going_up)
    assert sorted(sides.export["videos"]) == sorted(names_with("video"))
    images, videos = sides.export["lists"]
    assert "LinkS2" in images
    assert "LinkS2Video" in videos
    assert {"LinkS2", "LinkS2Video"} <= set(sides.export["all"])


@pytest.mark.parametrize("run", range(len(DATASETS)), ids=DATASETS)
def test_messages_are_the_same(sides: Sides, run: int) -> None:
    shown = sides.plugin["runs"][run]["shown"]
    assert list(shown) == list(sides.export["runs"][run]["shown"])
    for question, pieces in shown.items():
        assert sides.export["runs"][run]["shown"][question] == pieces, question


@pytest.mark.parametrize("run", range(len(DATASETS)), ids=DATASETS)
def test_scores_are_the_same(sides: Sides, run: int) -> None:
    ours, theirs = sides.plugin["runs"][run], sides.export["runs"][run]
    for mine, yours in zip(ours["rows"], theirs["rows"], strict=True):
        if mine["id"] in UNSHOWN:
            assert (mine.pop("raw"), yours.pop("raw")) == (NOT_ASKED, "A")
        assert yours == mine, mine["id"]
    for part in ("figures", "metrics", "primary", "facts", "columns"):
        assert theirs[part] == ours[part], part


def test_what_was_compared_is_worth_comparing(sides: Sides) -> None:
    kinds = [
        {kind for pieces in sides.export["runs"][run]["shown"].values() for kind, _ in pieces}
        for run in (FRAMES, VIDEO)
    ]
    assert kinds == [{"text", "image"}, {"text", "image", "video"}]
    for run in (FRAMES, VIDEO, IMAGES_FIRST):
        answer = sides.export["runs"][run]
        assert {row["task"] for row in answer["rows"]} == {task.name for task in taxonomy.tasks()}
        scores = [float(row["score"]) for row in answer["rows"]]
        assert 0.0 < sum(scores) < len(scores)
        assert {"media_error", "bad_question", "letter"} <= {row["reason"] for row in answer["rows"]}
        assert answer["metrics"]["failed_questions"] == len(UNSHOWN)
        assert answer["primary"]["overall"] == answer["metrics"]["overall"] > 0.0
        assert len(answer["figures"]) == 1 + 4 + 12
    assert len(sides.export["runs"][FEW]["rows"]) < len(sides.export["runs"][FRAMES]["rows"])


def test_what_the_export_makes_lies_below_lmudata(sides: Sides) -> None:
    places = {
        tuple(Path(path).parts[Path(path).parts.index("lmu") + 1 :][:2])
        for run in sides.export["runs"]
        for path in run["paths"]
    }
    assert places == {("images", "LinkS2")}
