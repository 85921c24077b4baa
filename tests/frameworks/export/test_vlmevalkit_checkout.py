"""The export laid over a clone of VLMEvalKit, and run by its own runner where links2_tasks cannot be imported."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openai_service import serving

from links2_tasks.frameworks.export import ExportReport
from links2_tasks.frameworks.export._vlmevalkit_figures import read_runs
from links2_tasks.frameworks.export._vlmevalkit_registries import COMMIT, INSERTIONS

CHECKOUT_VARIABLE = "LINKS2_VLMEVALKIT"
REGISTRIES = sorted({one.path for one in INSERTIONS})
OURS = ["vlmeval/dataset/links2.py", "vlmeval/dataset/utils/links2"]
TASK = "uav_localization"
HIDES = """\
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "links2_tasks":
            raise ModuleNotFoundError("links2_tasks is hidden", name=name)


sys.meta_path.insert(0, Absent())
"""


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, vlmevalkit_export: ExportReport) -> Path:
    """A clone with the export in it, the patch not yet applied."""
    upstream = os.environ.get(CHECKOUT_VARIABLE, "")
    if not upstream or shutil.which("git") is None:
        pytest.skip(f"set {CHECKOUT_VARIABLE} to the folder of a clone of VLMEvalKit, and have git")
    folder = tmp_path_factory.mktemp("clone") / "VLMEvalKit"
    cloned = _git(
        folder.parent, "clone", "--quiet", "--shared", "--no-checkout", str(Path(upstream).absolute()), folder.name
    )
    assert cloned.returncode == 0, cloned.stderr
    if _git(folder, "checkout", "--quiet", COMMIT).returncode != 0:
        pytest.skip(f"{upstream} does not hold the commit {COMMIT}")
    shutil.copytree(vlmevalkit_export.dest, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def patched(clone: Path) -> Path:
    """The clone with the patch applied."""
    done = _git(clone, "apply", "links2.patch")
    assert (done.returncode, done.stderr) == (0, "")
    return clone


def test_the_patch_changes_both_registries_and_nothing_else(patched: Path) -> None:
    assert _git(patched, "diff", "--name-only").stdout.split() == REGISTRIES
    assert _git(patched, "diff", "--numstat").stdout.count("\t0\t") == len(REGISTRIES)
    assert _git(patched, "apply", "--reverse", "--check", "links2.patch").returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        ("flake8", "--max-line-length=120", "--ignore=W503", *OURS, *REGISTRIES),
        ("isort", "--check", *OURS, *REGISTRIES),
        ("yapf", "--style={column_limit=120}", "--diff", "--recursive", *OURS),
    ],
    ids=["flake8", "isort", "yapf"],
)
def test_the_checks_of_the_clone_find_nothing(patched: Path, command: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=patched, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("path", REGISTRIES)
def test_the_patch_adds_nothing_to_what_yapf_would_change_of_the_registries(patched: Path, path: str) -> None:
    """Upstream's own lines there are not as its yapf has them."""

    def hunks(text: str) -> int:
        command = [sys.executable, "-m", "yapf", "--style={column_limit=120}", "--diff"]
        return subprocess.run(command, input=text, capture_output=True, text=True).stdout.count("\n@@")

    before = _git(patched, "show", f"HEAD:{path}").stdout
    assert hunks((patched / path).read_text(encoding="utf-8")) == hunks(before)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any) -> Path:
    """Four questions of one task, with the answers A, B, C and D."""
    return make_dataset(tmp_path_factory.mktemp("data"), [make_question(TASK, index) for index in range(4)])


def _run(clone: Path, root: Path, box: Path, *arguments: str) -> str:
    """The clone's own runner; everything that it printed."""
    for folder in ("lmu", "site"):
        (box / folder).mkdir(parents=True, exist_ok=True)
    (box / "site/sitecustomize.py").write_text(HIDES, encoding="utf-8")
    kept = {
        name: value for name, value in os.environ.items() if name not in ("PRED_FORMAT", "EVAL_FORMAT", "MMEVAL_ROOT")
    }
    environment = {
        **kept,
        "PYTHONPATH": str(box / "site"),
        "LINKS2_DATA": str(root),
        "LMUData": str(box / "lmu"),
        "HF_HUB_OFFLINE": "1",
        # Its clients enlarge smaller images, and those of tests are tiny.
        "VLMEVAL_MIN_IMAGE_EDGE": "1",
    }
    seen = subprocess.run(
        [sys.executable, "-c", "import links2_tasks"], env=environment, capture_output=True, text=True
    )
    assert "links2_tasks is hidden" in seen.stderr
    command = [sys.executable, "run.py", *arguments, "--work-dir", str(box / "out")]
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, timeout=300)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


def _overall(box: Path, model: str, dataset: str) -> dict[str, str]:
    with (box / "out" / model / f"{model}_{dataset}_acc.csv").open(encoding="utf-8", newline="") as stream:
        return next(row for row in csv.DictReader(stream) if row["level"] == "overall")


def test_the_clones_runner_scores_a_served_model(patched: Path, root: Path, tmp_path: Path) -> None:
    frames, video = f"LinkS2-{TASK}_8frame", f"LinkS2-{TASK}_video"
    with serving() as service:
        output = _run(
            patched,
            root,
            tmp_path,
            "--data",
            frames,
            video,
            "--model",
            "served",
            "--base-url",
            service.url,
            "--video-llm",
        )
        kinds = [[part["type"] for part in payload["messages"][-1]["content"]] for payload in service.payloads]
    for dataset in (frames, video):
        row = _overall(tmp_path, "served", dataset)
        assert (row["n"], float(row["macro_accuracy"])) == ("4", 0.25), output
    runs = read_runs(tmp_path / "out")
    assert [(run.model, run.dataset, run.overall.accuracy) for run in runs] == [
        ("served", frames, 0.25),
        ("served", video, 0.25),
    ]
    # Eight frames and the map; then a video and the map.
    assert sorted(kind.count("image_url") for kind in kinds) == [1, 1, 1, 1, 9, 9, 9, 9]
    assert sum(kind.count("video_url") for kind in kinds) == 4


def test_the_example_config_is_run(patched: Path, root: Path, tmp_path: Path) -> None:
    config = json.loads((patched / "links2_config.json").read_text(encoding="utf-8"))
    with serving() as service:
        api = {
            "class": "LMDeployAPI",
            "model": "served",
            "api_base": f"{service.url}/chat/completions",
            "video_llm": True,
        }
        (tmp_path / "config.json").write_text(json.dumps({**config, "model": {"served": api}}), encoding="utf-8")
        output = _run(patched, root, tmp_path, "--config", str(tmp_path / "config.json"))
    for dataset in config["data"]:
        row = _overall(tmp_path, "served", dataset)
        assert (row["n"], float(row["macro_accuracy"])) == ("4", 0.25), output
