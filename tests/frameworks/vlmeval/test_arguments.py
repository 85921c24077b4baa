from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval._arguments import ModelAsked, Request, read_arguments, wants_help


def read(line: str) -> Request:
    return read_arguments(line.split())


def write_config(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "config.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def test_models_datasets_and_options_are_read_among_unknown_ones() -> None:
    line = "--retry 3 --data LinkS2 MMBench LinkS2 --verbose --model a b --use-vllm --temperature -1 --work-dir out"
    request = read(line)
    assert [each.name for each in request.datasets] == ["LinkS2", "MMBench"]
    assert [each.name for each in request.ours] == ["LinkS2"]
    assert request.models == (ModelAsked("a", {}), ModelAsked("b", {}))
    assert (request.work_dir, request.mode, request.reuse) == (Path("out"), "all", False)
    assert (request.use_vllm, request.video_llm, request.api_mode, request.base_url) == (True, False, False, None)


def test_a_value_may_follow_an_equals_sign() -> None:
    request = read_arguments(["--data=LinkS2", "--model=a", "--mode=infer", "--base-url=http://x/v1"])
    assert (request.mode, request.base_url) == ("infer", "http://x/v1")


def test_evaluating_alone_reuses_answers_as_the_host_does() -> None:
    assert read("--data LinkS2 --model a --mode eval").reuse


@pytest.mark.parametrize(
    ("short", "long"), [("--dat", "--data"), ("--api", "--api-mode"), ("--bas=http://x", "--base-url")]
)
def test_options_that_matter_here_are_wanted_in_full(short: str, long: str) -> None:
    with pytest.raises(FrameworkError, match=f"in full: .*{long}"):
        read_arguments(["--data", "LinkS2", "--model", "a", short])


def test_options_of_the_host_that_only_look_alike_pass() -> None:
    read("--data LinkS2 --model a --reuse-aux none --key k --judge j --api-nproc 4 --retry 2")


@pytest.mark.parametrize("line", ["", "--data LinkS2", "--model a", "--verbose"])
def test_a_run_of_nothing_is_refused_with_an_example(line: str) -> None:
    with pytest.raises(FrameworkError, match="--data LinkS2 --model links2_geometric"):
        read(line)


def test_an_option_without_its_value_is_an_error_of_ours() -> None:
    with pytest.raises(FrameworkError, match="--data"):
        read_arguments(["--model", "a", "--data"])


def test_an_unknown_dataset_of_ours_is_refused_with_near_names() -> None:
    with pytest.raises(FrameworkError, match="Near it: LinkS2-uav_localization"):
        read_arguments(["--data", "LinkS2-uav_localisation", "--model", "a"])


def test_a_config_gives_models_and_datasets(tmp_path: Path) -> None:
    content = {
        "model": {"mine": {"class": "LMDeployAPI", "video_llm": True}, "known": {}},
        "data": {"LinkS2_video": {}},
    }
    request = read_arguments(["--config", write_config(tmp_path, content)])
    assert request.from_config
    assert [each.name for each in request.models] == ["mine", "known"]
    assert request.models[0].settings["class"] == "LMDeployAPI"
    assert request.ours[0].name == "LinkS2_video"


@pytest.mark.parametrize(
    "settings",
    [{"class": "LinkS2"}, {"class": "LinkS2", "dataset": "LinkS2"}, {"dataset": "LinkS2_8frame", "nframe": 8}],
)
@pytest.mark.parametrize("name", ["LinkS2", "mine"])
def test_a_dataset_of_ours_is_set_up_by_its_name_alone(tmp_path: Path, name: str, settings: dict[str, Any]) -> None:
    config = write_config(tmp_path, {"model": {"a": {}}, "data": {name: settings}})
    for arguments in (
        ["--config", config],
        ["--data", name, "--model", "a", "--data-config", json.dumps({name: settings})],
    ):
        with pytest.raises(FrameworkError, match="set up by its name alone"):
            read_arguments(arguments)


@pytest.mark.parametrize(
    "content",
    ["{", "[]", {"data": {"LinkS2": {}}}, {"model": {"a": {}}, "data": ["LinkS2"]}, {"model": {"a": 1}, "data": {}}],
)
def test_a_config_of_another_form_is_refused_with_its_name(tmp_path: Path, content: Any) -> None:
    path = write_config(tmp_path, content)
    with pytest.raises(FrameworkError) as caught:
        read_arguments(["--config", path])
    assert path in str(caught.value)


def test_a_config_that_is_not_there_is_refused() -> None:
    with pytest.raises(FrameworkError, match=r"nowhere\.json"):
        read_arguments(["--config", "nowhere.json"])


@pytest.mark.parametrize("text", ["{", "[1]", '{"MMBench": 1}'])
def test_what_is_wrong_in_data_config_is_left_to_the_host(text: str) -> None:
    assert read_arguments(["--data", "MMBench", "--model", "a", "--data-config", text]).ours == ()


def test_results_lie_where_the_host_puts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    local = read("--data LinkS2 --model a/b --work-dir out")
    served = read("--data LinkS2 --model a/b --work-dir out --api-mode")
    assert local.result_folder(local.models[0]) == Path("out/a/b")
    assert served.result_folder(served.models[0]) == Path("out/a--b")
    monkeypatch.setenv("MMEVAL_ROOT", "/root-of-all")
    assert local.result_folder(local.models[0]) == Path("/root-of-all/a/b")
    assert served.result_folder(served.models[0]) == Path("out/a--b")


def test_a_wish_for_help_is_seen() -> None:
    assert wants_help(["--data", "X", "-h"])
    assert not wants_help(["--data", "X"])
