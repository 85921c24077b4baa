"""The export in lmms-eval, where links2_tasks cannot be imported, against the plug-in: same prompts, same scores."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.frameworks._lines import read_line
from links2_tasks.frameworks.export import ExportReport
from links2_tasks.prompt import strategy_for
from links2_tasks.schema import Question
from links2_tasks.taxonomy import read_yaml, task_yaml_dir
from links2_tasks.variants.circular import rotations

HOST = Path(__file__).with_name("host_of_lmms_eval.py")
ALL_TASKS = [task.lmms_eval_name for task in taxonomy.tasks()]
CHAT, VIDEO_FILE, SIMPLE, OPEN, CIRCULAR, VIDEO_ONLY, SHUFFLED = range(7)
"""Places in the list of runs."""
VARIANTS = {OPEN: "open", CIRCULAR: "circular", VIDEO_ONLY: "video_only", SHUFFLED: "shuffled_frames"}

Answer = dict[str, Any]


@dataclass(frozen=True)
class Sides:
    """What both sides answered."""

    plugin: Answer
    export: Answer


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, parity: Callable[[str], ModuleType]) -> Path:
    """A dataset with all tasks, numbers for open answers, a video that is missing, and a line that is no question."""
    folder: Path = tmp_path_factory.mktemp("data") / "tiny"
    parity("tiny_questions").write_every_task(folder)
    for path in folder.glob("questions/test/*.jsonl"):
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if path.stem == "heading_estimation":
            lines += [{**lines[0], "question_id": "lost", "video": "videos/lost.mp4"}, {"question_id": "broken"}]
        value = {"kind": "count", "number": [7.0], "unit": ""}
        path.write_text("".join(json.dumps({**line, "value": value}) + "\n" for line in lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sides(
    root: Path,
    lmms_eval_export: ExportReport,
    parity: Callable[[str], ModuleType],
    tmp_path_factory: pytest.TempPathFactory,
) -> Sides:
    """The same requests to both, each in an interpreter and with caches of its own."""
    box = tmp_path_factory.mktemp("sides")
    runs = _runs(_questions(root), parity("replies").replies_to)
    overlay = _overlay(box / "overlay", lmms_eval_export.dest)
    plugin = {"hidden": "", "tasks": str(task_yaml_dir()), "tests": "", "runs": runs}
    export = {
        "hidden": "links2_tasks",
        "tasks": str(overlay / "lmms_eval/tasks/links2"),
        "tests": str(lmms_eval_export.dest / "test/eval/test_links2.py"),
        "runs": runs,
    }
    with ThreadPoolExecutor() as pool:
        from_plugin = pool.submit(_ask, box / "plugin", plugin, root, "")
        from_export = pool.submit(_ask, box / "export", export, root, str(overlay))
        return Sides(from_plugin.result(), from_export.result())


def _questions(root: Path) -> list[Question]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(root.glob("questions/test/*.jsonl"))]
    lines = [read_line(line) for text in texts for line in text.splitlines()]
    return [line.question for line in lines if line.question is not None]


def _runs(questions: list[Question], replies_to: Callable[[list[Question], int], dict[str, str]]) -> list[Answer]:
    def run(model: str, task: str, replies: dict[str, str], simple: bool = False) -> Answer:
        return {"model": model, "tasks": [task], "simple": simple, "replies": replies}

    numbers = {one.question_id: "It is 7." if place % 2 else "About 9" for place, one in enumerate(questions)}
    rotated = {each.question_id: each.answer for question in questions[::2] for each in rotations(question)}
    return [
        run("links2_recorder", "links2_all", replies_to(questions, 0)),
        run("qwen2_5_vl", "links2_all", replies_to(questions, 9)),
        run("llava_onevision", "links2_all", replies_to(questions, 17), simple=True),
        run("links2_recorder", "links2_open", numbers),
        run("links2_recorder", "links2_circular", rotated),
        run("qwen2_5_vl", "links2_video_only", replies_to(questions, 5)),
        run("links2_recorder", "links2_shuffled_frames", replies_to(questions, 3)),
    ]


def _overlay(folder: Path, dest: Path) -> Path:
    """lmms-eval with the exported task folder in it, made of links: as a clone, but for the size."""
    found = importlib.util.find_spec("lmms_eval")
    assert found is not None
    assert found.submodule_search_locations
    installed = Path(found.submodule_search_locations[0])
    tasks = folder / "lmms_eval/tasks"
    tasks.mkdir(parents=True)
    for source, target in ((installed, tasks.parent), (installed / "tasks", tasks)):
        for entry in source.iterdir():
            if entry.name not in ("tasks", "links2", "__pycache__"):
                (target / entry.name).symlink_to(entry)
    # lmms-eval does not look for tasks behind links.
    shutil.copytree(dest / "lmms_eval/tasks/links2", tasks / "links2")
    return folder


def _ask(box: Path, request: Answer, root: Path, python_path: str) -> Answer:
    box.mkdir()
    (box / "request.json").write_text(json.dumps(request), encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PYTHONPATH": python_path,
        "LINKS2_DATA": str(root),
        "HF_HOME": str(box / "hf"),
        "HF_DATASETS_CACHE": str(box / "hf/datasets"),
        "LMMS_EVAL_DATASETS_CACHE": str(box / "hf/datasets"),
        "HF_HUB_OFFLINE": "1",
        "XDG_CACHE_HOME": str(box / "xdg"),
        "TOKENIZERS_PARALLELISM": "false",
    }
    command = [sys.executable, str(HOST), str(box / "request.json"), str(box / "answer.json")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=box)
    assert done.returncode == 0, done.stdout + done.stderr
    answer: Answer = json.loads((box / "answer.json").read_text(encoding="utf-8"))
    return answer


def test_the_export_runs_without_this_package(sides: Sides) -> None:
    assert sides.export["loaded"] == []
    assert Path(sides.export["host"]).parent.name == "overlay"
    assert "links2_tasks.frameworks.lmms_eval.hooks" in sides.plugin["loaded"]


def _from_plugin(sides: Sides, run: int, what: str) -> Answer:
    """What the plug-in gave, under the names that tasks have without it: it calls them by their variant."""
    groups = {variant.lmms_eval_name for variant in taxonomy.variants()}

    def plain(key: str) -> str:
        name, _, rest = key.partition(" ")
        short = name if name in groups or run not in VARIANTS else name.removesuffix(f"_{VARIANTS[run]}")
        return f"{short} {rest}".strip()

    given = sides.plugin["runs"][run][what]
    found = {plain(key): value for key, value in given.items()}
    assert len(found) == len(given)
    return found


@pytest.mark.parametrize("run", range(7))
def test_prompts_are_the_same(sides: Sides, run: int) -> None:
    shown = _from_plugin(sides, run, "shown")
    assert shown.keys() == sides.export["runs"][run]["shown"].keys()
    for question, pieces in shown.items():
        assert sides.export["runs"][run]["shown"][question] == pieces, question


@pytest.mark.parametrize("run", range(7))
def test_scores_are_the_same(sides: Sides, run: int) -> None:
    assert sides.export["runs"][run]["rows"] == _from_plugin(sides, run, "rows")
    assert sides.export["runs"][run]["versions"] == _from_plugin(sides, run, "versions")
    ours = _from_plugin(sides, run, "results")
    assert ours.keys() == sides.export["runs"][run]["results"].keys()
    for name, figures in sides.export["runs"][run]["results"].items():
        # The plug-in gives the dimensions of a variant the variant's figures.
        if run not in VARIANTS or name in ALL_TASKS or name == f"links2_{VARIANTS[run]}":
            assert _numbers(figures) == _numbers(ours[name])


def _numbers(figures: Answer) -> Answer:
    return {key: value for key, value in figures.items() if key != "alias"}


def test_what_was_compared_is_worth_comparing(sides: Sides) -> None:
    for run in (CHAT, VIDEO_FILE, SIMPLE):
        answer = sides.export["runs"][run]
        assert {key.partition(" ")[0] for key in answer["shown"]} == set(ALL_TASKS)
        scores = [row["links2_accuracy"]["score"] for row in answer["rows"].values()]
        reasons = {row["links2_accuracy"]["reason"] for row in answer["rows"].values()}
        assert 0.0 < sum(scores) < len(scores)
        assert {"media_error", "bad_question", "letter"} <= reasons
        assert answer["results"]["links2_all"]["links2_accuracy,none"] > 0.0
    kinds = [
        {kind for pieces in sides.export["runs"][run]["shown"].values() for kind, _ in pieces}
        for run in (CHAT, VIDEO_FILE, SIMPLE)
    ]
    assert kinds == [{"user", "text", "image"}, {"user", "text", "image", "video"}, {"text", "image"}]
    assert 0.0 < sides.export["runs"][OPEN]["results"]["links2_open"]["links2_open_score,none"] < 1.0
    assert 0.0 < sides.export["runs"][CIRCULAR]["results"]["links2_circular"]["links2_circular,none"] < 1.0
    variants = {row["links2_accuracy"]["variant"] for row in sides.export["runs"][VIDEO_ONLY]["rows"].values()}
    assert variants == {"video_only"}


def test_every_model_of_the_host_gets_the_strategy_of_the_plug_in(sides: Sides, lmms_eval_export: ExportReport) -> None:
    """A model that the table knows by a part of its name only has no block: then its whole name must go in the table."""
    template = lmms_eval_export.dest / "lmms_eval/tasks/links2/_links2_template_yaml"
    blocks = read_yaml(template)["lmms_eval_specific_kwargs"]
    assert len(sides.plugin["models"]) > 100
    for name in sides.plugin["models"]:
        assert blocks.get(name, blocks["default"])["strategy"] == strategy_for(name), name


def test_the_exported_tests_pass(sides: Sides) -> None:
    assert sides.export["tests"]["ok"], sides.export["tests"]["text"]
    assert sides.export["tests"]["n"] >= 10
