"""Figures from results of lmms-eval, and the text of the pull request that shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.export._lmms_eval_figures import read_runs
from links2_tasks.frameworks.export._lmms_eval_pull_request import pull_request

TASKS = [task.lmms_eval_name for task in taxonomy.tasks()]
GROUPS = [group.lmms_eval_name for group in taxonomy.groups()]


def _results(**changes: Any) -> dict[str, Any]:
    """Results as lmms-eval writes them: task number k has 4 + k questions and an accuracy of k / 16."""
    figures = {
        name: {
            "links2_accuracy,none": k / 16,
            "links2_chance_corrected,none": 0.1,
            "links2_extraction_failure,none": 0.25,
        }
        for k, name in enumerate(TASKS)
    }
    all_of_them = {
        "links2_accuracy,none": 0.34375,
        "links2_accuracy_stderr,none": "N/A",
        "links2_micro_accuracy,none": 0.4,
    }
    return {
        "results": {**figures, **dict.fromkeys(GROUPS, all_of_them)},
        "versions": dict.fromkeys((*TASKS, *GROUPS), taxonomy.BENCHMARK_VERSION),
        "n-samples": {name: {"original": 24, "effective": 4 + k} for k, name in enumerate(TASKS)},
        "config": {
            "model": "qwen2_5_vl",
            "model_args": "pretrained=some/model,api_key=hush,max_num_frames=32",
            "limit": 8.0,
            "resolved_cli_args": {"tasks": "links2_all"},
        },
        **changes,
    }


def _write(folder: Path, content: Any, name: str = "1_results.json") -> Path:
    file = folder / "model" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_figures_are_those_of_the_results(tmp_path: Path) -> None:
    (run,) = read_runs(_write(tmp_path, _results()))
    assert [(task.name, task.n, task.accuracy) for task in run.tasks] == [
        (name, 4 + k, k / 16) for k, name in enumerate(TASKS)
    ]
    assert run.n == sum(4 + k for k in range(12))
    overall = run.groups[-1]
    assert (overall.name, overall.n, overall.accuracy, overall.micro_accuracy) == ("links2_all", run.n, 0.34375, 0.4)
    assert run.is_complete


def test_the_command_can_be_run_again_and_tells_no_secret(tmp_path: Path) -> None:
    (run,) = read_runs(_write(tmp_path, _results()))
    model_args = "pretrained=some/model,api_key=...,max_num_frames=32"
    assert run.command == f"lmms-eval --model qwen2_5_vl --model_args {model_args} --tasks links2_all --limit 8"


def test_a_run_from_python_names_its_tasks(tmp_path: Path) -> None:
    config = {"model": "openai", "model_args": {"model_version": "gpt", "api_token": "hush"}, "limit": None}
    results = {name: _results()["results"][name] for name in TASKS[:2]}
    (run,) = read_runs(_write(tmp_path, _results(results=results, config=config)))
    command = "lmms-eval --model openai --model_args model_version=gpt,api_token=... --tasks "
    assert run.command == command + ",".join(TASKS[:2])
    assert run.groups == ()


def test_the_pull_request_shows_the_figures(tmp_path: Path) -> None:
    text = pull_request(read_runs(_write(tmp_path, _results())))
    (bullet,) = [line for line in text.splitlines() if "sample size" in line]
    assert bullet.startswith("- `lmms-eval --model qwen2_5_vl")
    assert "| sample size: `N=114` | key metrics: `links2_all: accuracy 0.3438 (micro 0.4000)" in bullet
    assert bullet.endswith("| result: `pass`")
    assert f"| {TASKS[3]} | 7 | 0.1875 | 0.1000 | 0.2500 |" in text
    assert "hush" not in text


def test_without_figures_it_says_so_and_how_to_make_some() -> None:
    text = pull_request(())
    assert "No figures were given" in text
    assert "--tasks links2_all --limit 8 --output_path out" in text
    assert "result: `" not in text


def test_the_pull_request_follows_the_template() -> None:
    headings = [line for line in pull_request(()).splitlines() if line.startswith("## ")]
    assert headings == [
        "## Summary",
        "## In scope",
        "## Out of scope",
        "## Validation",
        "## Risk / Compatibility",
        "## Type of Change",
    ]
    summary = pull_request(()).partition("## Summary")[2].partition("## In scope")[0]
    assert sum(line.startswith("- ") for line in summary.splitlines()) == 3
    assert "- [x] New benchmark/task" in pull_request(())


def test_only_the_three_latest_runs_are_shown(tmp_path: Path) -> None:
    for number in range(5):
        _write(tmp_path, _results(config={"model": f"model_{number}"}), f"{number}_results.json")
    text = pull_request(read_runs(tmp_path))
    shown = [line.split("`")[1] for line in text.splitlines() if "sample size" in line]
    assert [command.split()[2] for command in shown] == ["model_2", "model_3", "model_4"]


@pytest.mark.parametrize("figure", ["N/A", None, True, float("nan")])
def test_a_task_without_a_figure_is_no_pass(tmp_path: Path, figure: Any) -> None:
    content = _results()
    content["results"][TASKS[0]]["links2_accuracy,none"] = figure
    (run,) = read_runs(_write(tmp_path, content))
    assert not run.is_complete
    text = pull_request((run,))
    assert "| result: `fail`" in text
    assert f"| {TASKS[0]} | 4 | no figure |" in text


def test_a_task_that_was_asked_nothing_is_no_pass(tmp_path: Path) -> None:
    content = _results()
    content["n-samples"][TASKS[0]]["effective"] = 0
    assert not read_runs(_write(tmp_path, content))[0].is_complete


def test_results_of_other_tasks_are_passed_over(tmp_path: Path) -> None:
    _write(tmp_path, {"results": {"mme": {}}, "n-samples": {}, "versions": {}, "config": {}}, "0_results.json")
    assert len(read_runs(_write(tmp_path, _results()))) == 1


def test_results_of_another_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match=r"links2_scene_recognition in version 0-A; the tasks are in version"):
        read_runs(_write(tmp_path, _results(versions=dict.fromkeys(TASKS, "0-A"))))


def test_a_folder_without_results_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match="no results of links2 tasks"):
        read_runs(tmp_path)


@pytest.mark.parametrize("content", [[], {}, {"results": []}, "text", {**_results(), "config": None}])
def test_a_file_of_another_shape_is_an_error_that_names_it(tmp_path: Path, content: Any) -> None:
    with pytest.raises(FrameworkError, match=r"1_results\.json does not read like results of lmms-eval"):
        read_runs(_write(tmp_path, content))


def test_a_file_that_is_no_json_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "1_results.json").write_text("{")
    with pytest.raises(FrameworkError, match=r"1_results\.json does not read like"):
        read_runs(tmp_path)
