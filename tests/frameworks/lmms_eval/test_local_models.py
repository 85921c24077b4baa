"""Real model classes with random weights, through both of lmms-eval's doors, on a CPU and without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_qwen import save_qwen2_5_vl, save_qwen3_vl

from links2_tasks import taxonomy

SAVERS = {"qwen2_5_vl": save_qwen2_5_vl, "qwen3_vl": save_qwen3_vl}


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders with a model and its processor, by lmms-eval's name of the model."""
    import torch

    torch.manual_seed(0)
    folders = {}
    for name, save in SAVERS.items():
        folders[name] = tmp_path_factory.mktemp(name)
        save(folders[name])
    return folders


def model_arguments(checkpoint: Path) -> str:
    """On the CPU, with small images, so that a reply takes milliseconds."""
    return f"pretrained={checkpoint},device_map=cpu,min_pixels=784,max_pixels=6272,max_num_frames=8"


@pytest.mark.parametrize("force_simple", [False, True], ids=["chat", "simple"])
@pytest.mark.parametrize("model", SAVERS)
def test_a_model_answers_every_task(
    run_host: Any, tiny_data: Path, checkpoints: dict[str, Path], model: str, force_simple: bool
) -> None:
    run = run_host(
        model,
        ["links2_all"],
        model_args=model_arguments(checkpoints[model]),
        device="cpu",
        limit=1,
        force_simple=force_simple,
        gen_kwargs="max_new_tokens=2",
    )
    assert run["config"]["model_backend"].endswith("(simple)" if force_simple else "(chat)")
    rows = [run["samples"][task.lmms_eval_name][0]["links2_accuracy"] for task in taxonomy.tasks()]
    strategy = "images_only" if force_simple else "native_video"
    for row in rows:
        assert row["reason"] not in ("media_error", "bad_question", "scoring_error"), row
        assert row["manifest"]["strategy"] == strategy
        assert row["manifest"]["n_frames"] == 32
    assert set(run["results"]["links2_all"]) >= {"links2_accuracy,none", "links2_micro_accuracy,none"}


@pytest.fixture
def variant_folder(tmp_path: Path) -> Path:
    """A folder with a variant of a task that shows fewer frames than the host's models take from a video."""
    base = taxonomy.task_yaml_dir() / "links2_uav_localization.yaml"
    text = f"include: {base}\ntask: few_frames\ndataset_name: few_frames\n"
    text += "lmms_eval_specific_kwargs:\n  default: {n_frames: 8}\n"
    (tmp_path / "few_frames.yaml").write_text(text)
    return tmp_path


@pytest.mark.parametrize("model", SAVERS)
def test_a_chat_model_is_given_few_frames_as_a_list(
    run_host: Any, tiny_data: Path, checkpoints: dict[str, Path], model: str, variant_folder: Path
) -> None:
    run = run_host(
        model,
        ["few_frames"],
        model_args=model_arguments(checkpoints[model]),
        device="cpu",
        gen_kwargs="max_new_tokens=2",
        include_paths=[str(variant_folder)],
    )
    manifests = [row["links2_accuracy"]["manifest"] for row in run["samples"]["few_frames"]]
    assert [(manifest["strategy"], manifest["decoder"]) for manifest in manifests] == [
        ("frame_list_video", "links2")
    ] * 2
    assert [row["links2_accuracy"]["variant"] for row in run["samples"]["few_frames"]] == ["few_frames"] * 2


@pytest.mark.parametrize("force_simple", [False, True], ids=["chat", "simple"])
@pytest.mark.parametrize("model", SAVERS)
def test_unreadable_media_do_not_end_a_run(
    run_host: Any,
    tmp_path: Path,
    make_dataset: Any,
    make_question: Any,
    monkeypatch: pytest.MonkeyPatch,
    checkpoints: dict[str, Path],
    model: str,
    force_simple: bool,
) -> None:
    questions = [make_question("scene_recognition", 0, video="videos/gone.mp4"), make_question("scene_recognition", 1)]
    monkeypatch.setenv("LINKS2_DATA", str(make_dataset(tmp_path, questions)))
    run = run_host(
        model,
        ["links2_scene_recognition"],
        model_args=model_arguments(checkpoints[model]),
        device="cpu",
        gen_kwargs="max_new_tokens=2",
        force_simple=force_simple,
    )
    reasons = [row["links2_accuracy"]["reason"] for row in run["samples"]["links2_scene_recognition"]]
    assert reasons[0] == "media_error"
    assert reasons[1] != "media_error"
