from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy

DONE = {"status": "done", "primary_metric": "overall", "metrics": {"overall": 0.5}}
TINY = ("--data", "MMBench", "--model", "tiny-model")
CHECKOUT_VARIABLE = "LINKS2_VLMEVALKIT"


@pytest.fixture
def tiny(checkout: Path, run_tiny_host: Any) -> Any:
    """Runs with the tiny host, in whose folder the process starts."""

    def start(*arguments: str, plan: Mapping[str, Any], **variables: str) -> subprocess.CompletedProcess[str]:
        return run_tiny_host(*arguments, cwd=checkout, plan=plan, **variables)

    return start


def handed_over(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What the host's runner was started with."""
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("HANDED OVER ")]
    return json.loads(line.removeprefix("HANDED OVER "))


def test_all_arguments_reach_the_host_as_they_are(tiny: Any, tmp_path: Path) -> None:
    arguments = [*TINY, "--retry", "3", "--verbose", "--judge-args", '{"a": "b c"}', "--temperature=-1", "--reuse"]
    done = tiny(*arguments, plan={"MMBench": DONE}, LMUData=str(tmp_path / "lmu"))
    assert done.returncode == 0, done.stderr
    assert handed_over(done) == {"argv": arguments, "format": "tsv", "lmu": str(tmp_path / "lmu"), "first": True}
    assert (tmp_path / "lmu").is_dir()


def test_a_checkout_is_named_without_the_host_seeing_it(checkout: Path, run_tiny_host: Any, tmp_path: Path) -> None:
    done = run_tiny_host("--checkout", str(checkout), *TINY, cwd=tmp_path, plan={"MMBench": DONE})
    assert done.returncode == 0, done.stderr
    assert handed_over(done)["argv"] == list(TINY)
    assert "links2 on VLMEvalKit checkout of unknown commit" in done.stdout


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({**DONE, "error_message": "out of memory"}, "failed: out of memory"),
        ({"status": "infer"}, "stopped at 'infer'"),
        ({"status": "done", "skip_reason": "invalid_dataset"}, "skipped: invalid dataset"),
        ({**DONE, "infer_failed": 1}, "answers that could not be obtained: 1"),
    ],
)
def test_what_the_host_passes_over_gives_an_exit_status(tiny: Any, entry: dict[str, Any], told: str) -> None:
    done = tiny("--data", "MMBench", "SEEDBench", "--model", "tiny-model", plan={"MMBench": entry, "SEEDBench": DONE})
    assert done.returncode == 1
    assert told in done.stdout
    assert "next: " in done.stdout


def test_a_host_that_leaves_no_word_has_failed(tiny: Any) -> None:
    done = tiny(*TINY, plan={})
    assert done.returncode == 1
    assert "not run" in done.stdout


def test_a_host_that_breaks_off_has_failed_and_what_was_done_is_shown(tiny: Any) -> None:
    done = tiny(*TINY, plan={"MMBench": DONE, "raise": "broke off"})
    assert done.returncode == 1
    assert "RuntimeError: broke off" in done.stderr
    assert "overall 0.500" in done.stdout


def test_the_exit_status_of_a_host_that_leaves_is_its_own(tiny: Any) -> None:
    assert tiny(*TINY, plan={"MMBench": DONE, "exit": 2}).returncode == 2


def test_a_host_that_leaves_content_amid_its_work_has_failed(tiny: Any) -> None:
    done = tiny(*TINY, plan={"MMBench": {"status": "infer"}, "exit": 0})
    assert done.returncode == 1


def test_help_is_the_hosts_own_and_needs_no_dataset(tiny: Any) -> None:
    done = tiny("--help", plan={})
    assert done.returncode == 0
    assert "--work-dir" in done.stdout
    assert "links2 on" not in done.stdout


def test_only_the_first_process_of_many_reads_what_became_of_the_run(tiny: Any) -> None:
    done = tiny(*TINY, plan={}, RANK="1")
    assert done.returncode == 0
    assert "links2 on" not in done.stdout
    assert tiny(*TINY, plan={"raise": "broke off"}, RANK="1").returncode == 1


def test_torchrun_can_start_it(checkout: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("torch") is None:
        pytest.skip("needs torch")
    site = tmp_path / "site"
    site.mkdir()
    # The processes start by the module's name, so the tiny host's lack of lists is hidden from them in this way.
    (site / "sitecustomize.py").write_text(
        "import sys, types\n"
        "registry = types.ModuleType('links2_tasks.frameworks.vlmeval.registry')\n"
        "registry.register = lambda: None\n"
        "sys.modules[registry.__name__] = registry\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    command += ["links2_tasks.frameworks.vlmeval", "--data", "MMBench", "--model", "tiny-model"]
    environment = {**os.environ, "PYTHONPATH": str(site), "TINY_HOST_PLAN": json.dumps({"MMBench": DONE})}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("HANDED OVER ") == 2
    assert done.stdout.count("links2 on VLMEvalKit checkout") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--data", "MMBench", "--model", "Tiny-Modle"], "Near it: tiny-model"),
        (["--data", "MMBench", "--model", "org/name", "--base-url", "http://x/v1"], "--served-model-name"),
        (["--data", "LinkS2_video", "--model", "served", "--base-url", "http://x/v1"], "--video-llm"),
        (["--data", "LinkS2_video", "--model", "tiny-model"], "is not known to take a video"),
        (
            ["--data", "LinkS2", "--model", "served", "--base-url", "http://x/v1", "--custom-prompt", "qwen3"],
            "leave --custom-prompt out",
        ),
        (["--data", "LinkS2-locatization", "--model", "tiny-model"], "LinkS2-localization"),
        (["--dat", "LinkS2", "--model", "tiny-model"], "in full"),
    ],
)
def test_what_can_be_known_to_go_wrong_stops_before_the_host_starts(
    checkout: Path, make_checkout: Any, tiny: Any, tiny_root: Path, arguments: list[str], told: str
) -> None:
    server = "class LMDeployAPI:\n    is_api = True\n\n    def __init__(self, model, video_llm=False):\n        pass\n"
    make_checkout(checkout, {"vlmeval/api.py": server})
    done = tiny(*arguments, plan={}, LINKS2_DATA=str(tiny_root))
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "HANDED OVER" not in done.stdout


def test_a_server_that_takes_videos_passes(checkout: Path, make_checkout: Any, tiny: Any, tiny_root: Path) -> None:
    server = "class LMDeployAPI:\n    is_api = True\n\n    def __init__(self, model, video_llm=False):\n        pass\n"
    make_checkout(checkout, {"vlmeval/api.py": server})
    arguments = ["--data", "LinkS2_video", "--model", "served", "--base-url", "http://x/v1", "--video-llm"]
    done = tiny(*arguments, plan={"LinkS2_video": DONE}, LINKS2_DATA=str(tiny_root))
    assert done.returncode == 0, done.stderr


def test_a_missing_dataset_stops_before_the_host_starts(tiny: Any) -> None:
    done = tiny("--data", "LinkS2", "--model", "tiny-model", plan={}, LINKS2_DATA="/nowhere")
    assert done.returncode == 1
    assert "/nowhere" in done.stderr
    assert "HANDED OVER" not in done.stdout


WITHOUT = "heading_estimation"
"""The task that the dataset of the real runs lacks."""


def _real_plans() -> dict[str, Any]:
    reused = ["--data", "LinkS2-uav_localization", "--model", "counting", "--work-dir", "reused"]
    names = ["LinkS2-uav_localization", "LinkS2-relative_distance_video"]
    return {
        "oracle": {"arguments": ["--data", *names, "--model", "links2_oracle", "--work-dir", "oracle"]},
        "lacking": {"arguments": ["--data", f"LinkS2-{WITHOUT}", names[0], "--model", "counting"]},
        "stumbling": {"arguments": reused, "stumbles": True},
        "again": {"arguments": [*reused, "--reuse"]},
        "once more": {"arguments": [*reused, "--reuse"]},
        "infer": {"arguments": ["--data", names[0], "--model", "counting", "--work-dir", "infer", "--mode", "infer"]},
        "eval": {"arguments": ["--data", names[0], "--model", "counting", "--work-dir", "infer", "--mode", "eval"]},
        "nothing to evaluate": {
            "arguments": ["--data", names[0], "--model", "links2_random", "--work-dir", "none", "--mode", "eval"]
        },
        "unknown": {"arguments": ["--data", names[0], "--model", "counting", "--no-such-option"]},
    }


@pytest.fixture(scope="module", params=["package", "checkout"])
def real(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, make_dataset: Any, make_question: Any
) -> dict[str, Any]:
    """What became of some runs of the real VLMEvalKit."""
    checkout = ""
    if request.param == "checkout":
        checkout = os.environ.get(CHECKOUT_VARIABLE, "")
        if not checkout:
            pytest.skip(f"set {CHECKOUT_VARIABLE} to the folder of a checkout of VLMEvalKit")
    elif importlib.util.find_spec("vlmeval") is None:
        pytest.skip("needs the extra 'vlmeval'")
    folder = tmp_path_factory.mktemp("real")
    tasks = [task.name for task in taxonomy.tasks() if task.name != WITHOUT]
    make_dataset(folder / "data", [make_question(task, index) for task in tasks for index in range(2)])
    plans, results = folder / "plans.json", folder / "results.json"
    plans.write_text(json.dumps(_real_plans()), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if name not in ("PRED_FORMAT", "MMEVAL_ROOT")}
    environment = {
        **kept,
        "LINKS2_DATA": str(folder / "data"),
        "LMUData": str(folder / "lmu"),
        "XDG_CACHE_HOME": str(folder / "xdg"),
        "HF_HUB_OFFLINE": "1",
    }
    command = [sys.executable, str(Path(__file__).with_name("drive_runs.py")), str(plans), str(results), checkout]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(results.read_text(encoding="utf-8"))


def table_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """Cells of the table at the end of a run, without its head; a cell of many lines in one."""
    rows: list[list[str]] = []
    for line in result["output"].splitlines():
        if line.startswith("│"):
            cells = [cell.strip() for cell in line.strip("│").split("│")]
            if cells[0]:
                rows.append(cells)
            else:
                rows[-1] = [f"{first} {more}".strip() for first, more in zip(rows[-1], cells, strict=True)]
    return rows


def test_the_oracle_is_right_about_frames_and_about_a_video(real: dict[str, Any]) -> None:
    assert real["oracle"]["exit"] == 0, real["oracle"]["output"]
    assert table_rows(real["oracle"]) == [
        ["links2_oracle", "LinkS2-uav_localization", "2", "overall 1.000", "0", "done"],
        ["links2_oracle", "LinkS2-relative_distance_video", "2", "overall 1.000", "0", "done"],
    ]


def test_a_dataset_that_fails_costs_no_other_one_and_fails_the_run(real: dict[str, Any]) -> None:
    assert real["lacking"]["exit"] == 1
    lacking, other = table_rows(real["lacking"])
    assert f"no questions for {WITHOUT}" in lacking[-1]
    assert other == ["counting", "LinkS2-uav_localization", "2", "overall 0.500", "0", "done"]


def test_one_lost_answer_fails_the_run_and_is_asked_again_alone(real: dict[str, Any]) -> None:
    assert (real["stumbling"]["exit"], real["stumbling"]["calls"]) == (1, 2)
    assert table_rows(real["stumbling"])[0][4:] == ["1", "answers that could not be obtained: 1"]
    assert "--reuse asks only for what failed" in real["stumbling"]["output"]
    assert (real["again"]["exit"], real["again"]["calls"]) == (0, 1)
    assert (real["once more"]["exit"], real["once more"]["calls"]) == (0, 0)
    assert table_rows(real["once more"]) == table_rows(real["again"])


def test_asking_and_evaluating_can_be_two_runs(real: dict[str, Any]) -> None:
    assert (real["infer"]["exit"], real["infer"]["calls"]) == (0, 2)
    assert table_rows(real["infer"])[0][3:] == ["-", "0", "done (mode infer)"]
    assert (real["eval"]["exit"], real["eval"]["calls"]) == (0, 0)
    assert table_rows(real["eval"])[0][3:] == ["overall 0.500", "0", "done"]


def test_evaluating_what_was_never_asked_fails_the_run(real: dict[str, Any]) -> None:
    assert real["nothing to evaluate"]["exit"] == 1
    assert "without --mode eval" in real["nothing to evaluate"]["output"]


def test_an_option_that_the_host_does_not_know_is_its_own_error(real: dict[str, Any]) -> None:
    assert real["unknown"]["exit"] == 2
