"""Whole runs through lmms-eval's own evaluator."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy

ALL_TASKS = [task.lmms_eval_name for task in taxonomy.tasks()]


@pytest.fixture(scope="module")
def oracle_run(run_host: Any, tiny_root: Path) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINKS2_DATA", str(tiny_root))
        return run_host("links2_oracle", ["links2_all"])


def test_the_oracle_is_always_right(oracle_run: dict[str, Any]) -> None:
    for name in (*ALL_TASKS, *(group.lmms_eval_name for group in taxonomy.groups())):
        result = oracle_run["results"][name]
        assert result["links2_accuracy,none"] == 1.0
        assert result["links2_micro_accuracy,none"] == 1.0
        assert result["links2_chance_corrected,none"] == 1.0
        assert result["links2_extraction_failure,none"] == 0.0


def test_every_question_is_asked_once(oracle_run: dict[str, Any]) -> None:
    asked = [row["links2_accuracy"]["id"] for name in ALL_TASKS for row in oracle_run["samples"][name]]
    assert sorted(asked) == sorted(f"{task.name}-{index}" for task in taxonomy.tasks() for index in range(2))


def test_a_sample_row_says_what_was_asked_answered_and_scored(oracle_run: dict[str, Any]) -> None:
    row = oracle_run["samples"]["links2_uav_localization"][0]["links2_accuracy"]
    assert row["id"] == "uav_localization-0"
    assert (row["clip_id"], row["task"], row["region"]) == ("clip-0", "uav_localization", "tinytown")
    assert (row["prediction"], row["answer"], row["score"], row["chance"]) == ("A", "A", 1.0, 0.25)
    assert row["benchmark_version"] == taxonomy.BENCHMARK_VERSION
    assert row["manifest"] is None
    assert "no prompt for the question was built here" in row["note"]
    json.dumps(row)


def test_the_version_stands_in_the_results(oracle_run: dict[str, Any]) -> None:
    assert oracle_run["versions"]["links2_uav_localization"] == taxonomy.BENCHMARK_VERSION
    assert oracle_run["versions"]["links2_all"] == taxonomy.BENCHMARK_VERSION


@pytest.fixture
def uneven_data(tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three tasks of perception with 1, 2 and 5 questions."""
    sizes = {"scene_recognition": 1, "object_counting": 2, "cross_view_change": 5}
    root = make_dataset(tmp_path, [make_question(task, i) for task, size in sizes.items() for i in range(size)])
    monkeypatch.setenv("LINKS2_DATA", str(root))
    return root


def test_groups_report_macro_and_micro_as_computed_by_hand(run_host: Any, uneven_data: Path) -> None:
    """The built-in dummy model replies 'A': right in 1 of 1, 1 of 2, and 2 of 5 (answers A B C D A)."""
    result = run_host("dummy", ["links2_perception"])["results"]["links2_perception"]
    assert result["links2_accuracy,none"] == pytest.approx((1 + 1 / 2 + 2 / 5) / 3)
    assert result["links2_micro_accuracy,none"] == pytest.approx(4 / 8)
    corrected = [(1 - 1 / 4) / (3 / 4), (1 / 2 - 1 / 4) / (3 / 4), (2 / 5 - 1 / 4) / (3 / 4)]
    assert result["links2_chance_corrected,none"] == pytest.approx(sum(corrected) / 3)


def test_the_group_of_all_tasks_weighs_tasks_or_questions_and_not_dimensions(
    run_host: Any, tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {task.name: index + 1 for index, task in enumerate(taxonomy.tasks())}
    questions = [make_question(task, index) for task, size in sizes.items() for index in range(size)]
    monkeypatch.setenv("LINKS2_DATA", str(make_dataset(tmp_path, questions)))
    results = run_host("dummy", ["links2_all"])["results"]
    # Answers are A B C D in turn and the reply is always A, so every fourth question is right, from the first on.
    right = {task: math.ceil(size / 4) for task, size in sizes.items()}
    for group in taxonomy.groups():
        names = [task.name for task in group.tasks]
        result = results[group.lmms_eval_name]
        macro = sum(right[name] / sizes[name] for name in names) / len(names)
        micro = sum(right[name] for name in names) / sum(sizes[name] for name in names)
        assert result["links2_accuracy,none"] == pytest.approx(macro)
        assert result["links2_micro_accuracy,none"] == pytest.approx(micro)
        assert result["links2_chance_corrected,none"] == pytest.approx((macro - 0.25) / 0.75)


def test_the_standard_error_is_clustered_by_clip(run_host: Any, uneven_data: Path) -> None:
    result = run_host("dummy", ["links2_cross_view_change"])["results"]["links2_cross_view_change"]
    # Scores 1 0 0 0 1 of the clips 0 1 0 1 0, so the deviations from the mean 0.4 are, clip by clip:
    deviations = [[0.6, -0.4, 0.6], [-0.4, -0.4]]
    squares = sum(x * x for clip in deviations for x in clip)
    cross = sum(sum(clip) ** 2 - sum(x * x for x in clip) for clip in deviations)
    expected = (squares / 4 / 5 + cross / 25) ** 0.5
    assert result["links2_accuracy_stderr_clustered,none"] == pytest.approx(expected)
    assert result["links2_accuracy_stderr_clt,none"] != result["links2_accuracy_stderr_clustered,none"]


def test_simple_models_run_too(run_host: Any, tiny_data: Path) -> None:
    results = run_host("links2_oracle", ["links2_relation"], force_simple=True)
    assert results["config"]["model_backend"].endswith("OracleSimple (simple)")
    assert results["results"]["links2_relation"]["links2_accuracy,none"] == 1.0


@pytest.mark.parametrize("model", ["links2_random", "links2_prior", "links2_geometric"])
def test_the_other_models_without_weights_reply(run_host: Any, tiny_data: Path, model: str) -> None:
    samples = run_host(model, ["links2_heading_estimation"])["samples"]["links2_heading_estimation"]
    assert len(samples) == 2
    assert all(row["links2_accuracy"]["reason"] != "scoring_error" for row in samples)


def test_another_seed_gives_other_guesses(run_host: Any, tiny_data: Path) -> None:
    guesses = {
        tuple(
            row["links2_accuracy"]["prediction"]
            for task in ALL_TASKS[3:6]
            for row in run_host("links2_random", ["links2_localization"], model_args=f"seed={seed}")["samples"][task]
        )
        for seed in (1, 2)
    }
    assert len(guesses) == 2


def test_an_unknown_model_argument_is_refused(run_host: Any, tiny_data: Path) -> None:
    with pytest.raises(TypeError, match="sead"):
        run_host("links2_random", ["links2_localization"], model_args="sead=1")


@pytest.fixture(scope="module")
def says_d() -> None:
    """Registers a chat model that looks at its prompt as real ones do, and always replies 'D'."""
    from lmms_eval.api.model import lmms
    from lmms_eval.models import MODEL_REGISTRY_V2
    from lmms_eval.models.registry_v2 import ModelManifest

    class SaysD(lmms):
        is_simple = False

        def __init__(self, **host_arguments: Any) -> None:
            super().__init__()

        def generate_until(self, requests: list[Any]) -> list[str]:
            for request in requests:
                _, doc_to_messages, _, doc_id, task, split = request.args
                assert doc_to_messages(self.task_dict[task][split][doc_id])[0]["content"]
            return ["D"] * len(requests)

        def loglikelihood(self, requests: list[Any]) -> list[Any]:
            raise NotImplementedError

        def generate_until_multi_round(self, requests: list[Any]) -> list[str]:
            raise NotImplementedError

    module = types.ModuleType("links2_test_models")
    module.SaysD = SaysD  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    MODEL_REGISTRY_V2.register_manifest(
        ModelManifest("says_d", chat_class_path="links2_test_models.SaysD"), overwrite=True
    )


@pytest.mark.usefixtures("says_d")
def test_a_bad_row_and_unreadable_media_score_0_and_are_named(
    run_host: Any, tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_dataset(tmp_path, [make_question("route_planning", index) for index in range(4)])
    path = root / "questions/test/route_planning.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    by_id = {row["question_id"]: row for row in rows}
    by_id["route_planning-0"]["answer"] = "F"
    by_id["route_planning-1"]["video"] = "videos/gone.mp4"
    by_id["route_planning-2"]["satellite"][0]["path"] = "satellite/broken.png"
    (root / "satellite/broken.png").write_bytes(b"no image")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setenv("LINKS2_DATA", str(root))
    run = run_host("says_d", ["links2_route_planning"])
    samples = {row["links2_accuracy"]["id"]: row["links2_accuracy"] for row in run["samples"]["links2_route_planning"]}
    assert {name: row["reason"] for name, row in samples.items() if row["score"] == 0} == {
        "route_planning-0": "bad_question",
        "route_planning-1": "media_error",
        "route_planning-2": "media_error",
    }
    assert "answer" in samples["route_planning-0"]["note"]
    assert "gone.mp4" in samples["route_planning-1"]["note"]
    assert samples["route_planning-3"]["score"] == 1.0
    assert samples["route_planning-3"]["manifest"]["indices"]
    assert run["results"]["links2_route_planning"]["links2_extraction_failure,none"] == 0.75


def test_the_command_line_runs_with_include_path(tiny_root: Path, tmp_path: Path) -> None:
    folder = str(taxonomy.task_yaml_dir())
    command = [sys.executable, "-m", "lmms_eval", "--include_path", folder, "--model", "dummy"]
    command += ["--tasks", "links2_relation", "--output_path", str(tmp_path), "--log_samples", "--limit", "1"]
    environment = {**os.environ, "LINKS2_DATA": str(tiny_root)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert "links2_micro_accuracy" in done.stdout, done.stdout + done.stderr
    (samples,) = tmp_path.rglob("*samples_links2_heading_estimation.jsonl")
    row = json.loads(samples.read_text().splitlines()[0])["links2_accuracy"]
    assert (row["id"], row["score"]) == ("heading_estimation-0", 1.0)
