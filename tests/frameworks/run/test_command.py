"""`links2 run` as a user types it: real processes, two of them by accelerate."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from counting_notes import answer_to

from links2_tasks import taxonomy

pytestmark = pytest.mark.skipif(importlib.util.find_spec("lmms_eval") is None, reason="needs the extra 'lmms-eval'")

TASKS = [task.name for task in taxonomy.tasks() if task.dimension == "localization"]
HERE = Path(__file__).parent


@pytest.fixture
def environment(tmp_path: Path, make_dataset: Any, make_question: Any) -> dict[str, str]:
    """Caches of its own, a dataset, and an installed package that brings a model to lmms-eval."""
    # An odd number: one process then repeats its last question, so that both have as many.
    questions = [make_question(task, index) for task in TASKS for index in range(5)]
    facts = tmp_path / "site/counting_plugin-1.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: counting-plugin\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[lmms_eval.models]\ncounting = counting:manifest\n")
    return {
        **os.environ,
        "COLUMNS": "200",
        "COUNTING_CALLS": str(tmp_path / "calls"),
        "HF_HOME": str(tmp_path / "hf"),
        "HF_HUB_OFFLINE": "1",
        "LINKS2_DATA": str(make_dataset(tmp_path / "data", questions)),
        "NO_COLOR": "1",
        "PYTHONPATH": os.pathsep.join([str(HERE), str(tmp_path / "site")]),
        "XDG_CACHE_HOME": str(tmp_path / "xdg"),
    }


def links2_run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from links2_tasks.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "run", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def test_a_run_of_two_processes_from_the_look_to_the_scores(environment: dict[str, str], tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    host = ("--model", "counting", "--tasks", "links2_localization")
    done = links2_run(environment, "--out", out, "--processes", "2", "--chunk", "2", "--", *host)
    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "ok the model and the tasks are known: counting.Counting, 3 tasks" in said
    assert "ok the disk has room" in said
    # 15 questions of 32 frames and one map, from two clips.
    assert "all │ 15 │ 480 │ 15 │" in said
    assert "2 clips to decode" in said
    calls = Counter((tmp_path / "calls").read_text().split())
    asked = {f"{task}-{index}" for task in TASKS for index in range(5)}
    assert set(calls) == asked
    # What is repeated fills up the shorter half of each task.
    assert calls.total() <= len(asked) + len(TASKS)
    (results,) = (tmp_path / "out/attempt-1").rglob("*_results.json")
    figures = json.loads(results.read_text())["results"]
    for task in TASKS:
        right = [answer_to(f"{task}-{index}") == "ABCD"[index % 4] for index in range(5)]
        assert figures[f"links2_{task}"]["links2_accuracy,none"] == pytest.approx(sum(right) / 5)

    again = links2_run(environment, "--out", out, "--", *host)
    assert again.returncode == 0
    assert "attempt-1" in again.stdout
    assert not (tmp_path / "out/attempt-2").exists()

    other = links2_run(environment, "--out", out, "--", *host, "--limit", "2")
    assert other.returncode == 1
    assert "--limit was not given before and was '2' now" in " ".join(other.stderr.split())
