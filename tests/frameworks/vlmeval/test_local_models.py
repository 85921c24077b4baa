"""Local models with VLMEvalKit: its own wrapper around a real model with random weights, and the models without weights."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tiny_qwen import save_qwen2_5_vl
from vlmeval_runs import HostRun, ask, needs_vlmeval, quiet_host

from links2_tasks import taxonomy
from links2_tasks.frameworks.vlmeval._names import find
from links2_tasks.frameworks.vlmeval.runner import run
from links2_tasks.prompt import Image, Text, build_prompt
from links2_tasks.schema import Question

pytestmark = needs_vlmeval

TASK = "uav_localization"
FRAMES, VIDEO = f"LinkS2-{TASK}", f"LinkS2-{TASK}_video"
MODEL = "Qwen2.5-VL-tiny"
PIXELS = {"min_pixels": 784, "max_pixels": 6272}


@pytest.fixture(scope="module", autouse=True)
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with quiet_host(tmp_path_factory.mktemp("host")):
        yield


@dataclass(frozen=True)
class Generation:
    """What reached a model for one answer."""

    chat: str
    """The text with one token for each image or video."""
    image_grids: tuple[tuple[int, int, int], ...]
    """Patches of each image: time, height, width."""
    video_grids: tuple[tuple[int, int, int], ...]
    second_per_grid_s: tuple[float, ...]
    """Time that a model takes one step of a video's grid for."""


@dataclass(frozen=True)
class QwenRun:
    """One run of the wrapper over frames, a video, and the same video by another name."""

    host: HostRun
    generations: list[Generation]


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory, tiny_root: Path) -> QwenRun:
    """The wrapper on a CPU, as a person would name a checkpoint of theirs."""
    folder = tmp_path_factory.mktemp("qwen")
    checkpoint = folder / MODEL
    save_qwen2_5_vl(checkpoint)
    model = {"class": "Qwen2VLChat", "model_path": str(checkpoint), "max_new_tokens": 3, **PIXELS}
    data = {FRAMES: {}, VIDEO: {}, "LinkS2-heading_estimation_video": {}}
    config = folder / "config.json"
    config.write_text(json.dumps({"model": {MODEL: model}, "data": data}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINKS2_DATA", str(tiny_root))
        generations = listen_on_a_cpu(patch, checkpoint)
        status = run(["--config", str(config), "--work-dir", str(folder / "out")])
    return QwenRun(HostRun(status, MODEL, folder / "out" / MODEL), generations)


def listen_on_a_cpu(patch: pytest.MonkeyPatch, checkpoint: Path) -> list[Generation]:
    """Lift what the wrapper demands of a GPU, and keep what it gives to the model."""
    from transformers import AutoProcessor, Qwen2_5_VLForConditionalGeneration
    from transformers.feature_extraction_utils import BatchFeature

    load = Qwen2_5_VLForConditionalGeneration.from_pretrained
    generate = Qwen2_5_VLForConditionalGeneration.generate
    tokenizer = AutoProcessor.from_pretrained(checkpoint).tokenizer
    generations = []

    def load_on_cpu(path: str, **_: Any) -> Any:
        return load(path, device_map="cpu", attn_implementation="eager")

    def generate_and_keep(self: Any, **inputs: Any) -> Any:
        generations.append(generation(tokenizer, inputs))
        return generate(self, **inputs)

    patch.setattr("vlmeval.vlm.qwen2_vl.model.get_gpu_memory", lambda: [1])
    patch.setattr(Qwen2_5_VLForConditionalGeneration, "from_pretrained", load_on_cpu)
    patch.setattr(Qwen2_5_VLForConditionalGeneration, "generate", generate_and_keep)
    patch.setattr(BatchFeature, "to", lambda self, *_, **__: self)
    return generations


def generation(tokenizer: Any, inputs: dict[str, Any]) -> Generation:
    """A record of a model's inputs."""
    chat = tokenizer.decode(inputs["input_ids"][0])
    rows = {name: inputs[name].tolist() if name in inputs else [] for name in ("image_grid_thw", "video_grid_thw")}
    return Generation(
        chat=re.sub(r"(<\|(?:image|video)_pad\|>)+", r"\1", chat),
        image_grids=tuple(map(tuple, rows["image_grid_thw"])),
        video_grids=tuple(map(tuple, rows["video_grid_thw"])),
        second_per_grid_s=tuple(map(float, inputs.get("second_per_grid_ts", ()))),
    )


def chat_of(question: Question, dataset: str, root: Path) -> str:
    """A question's prompt in Qwen's chat format."""
    pieces = []
    for part in build_prompt(question, find(dataset).sampling.settings, root).parts:
        kind = "image" if isinstance(part, Image) else "video"
        pieces.append(part.text if isinstance(part, Text) else f"<|vision_start|><|{kind}_pad|><|vision_end|>")
    return f"<|im_start|>user\n{''.join(pieces)}<|im_end|>\n<|im_start|>assistant\n"


def test_frames_and_map_reach_the_model_in_the_prompts_order(
    qwen: QwenRun, make_question: Any, tiny_root: Path
) -> None:
    for index, seen in enumerate(qwen.generations[:2]):
        assert seen.chat == chat_of(make_question(TASK, index), FRAMES, tiny_root)
        assert len(seen.image_grids) == 33
        assert seen.video_grids == ()


def test_all_frames_of_the_video_and_the_map_reach_the_model_in_the_prompts_order(
    qwen: QwenRun, make_question: Any, tiny_root: Path
) -> None:
    """Two frames make one step of the grid; also in the second dataset, where the wrapper has settings of the first."""
    for index, seen in enumerate(qwen.generations[2:4]):
        assert seen.chat == chat_of(make_question(TASK, index), VIDEO, tiny_root)
    for seen in qwen.generations[2:]:
        assert [grid[0] for grid in seen.video_grids] == [16]
        assert len(seen.image_grids) == 1


@pytest.mark.xfail(strict=True, reason="the wrapper gives the frame rate to nobody, and the processor takes a default")
def test_the_model_is_told_how_long_a_step_of_the_video_takes(qwen: QwenRun) -> None:
    """32 frames of 4 s, two a step. VLMEvalKit's own video benchmarks are in the same way; our prompts name the times."""
    assert [seen.second_per_grid_s for seen in qwen.generations[2:]] == [pytest.approx((0.25,))] * 4


def test_every_answer_is_kept_and_scored(qwen: QwenRun) -> None:
    assert qwen.host.exit_status == 0
    assert len(qwen.generations) == 6
    for dataset in (FRAMES, VIDEO):
        rows, answers = qwen.host.rows(dataset), qwen.host.answers(dataset)
        assert set(rows) == set(answers) == {f"{TASK}-0", f"{TASK}-1"}
        for name, row in rows.items():
            assert row["raw"] == answers[name] != ""
            assert row["reason"] not in ("media_error", "bad_question", "request_failed", "scoring_error"), row
            assert row["manifest"]["n_frames"] == 32
        assert qwen.host.metrics(dataset)["questions"] == 2


def test_the_oracle_has_everything_right(tiny_data: Path, tmp_path: Path) -> None:
    oracle = ask("links2_oracle", ["LinkS2"], tmp_path)
    metrics = oracle.metrics("LinkS2")
    names = ["overall", "micro_accuracy", *taxonomy.dimensions(), *(task.name for task in taxonomy.tasks())]
    assert {name: metrics[name] for name in names} == dict.fromkeys(names, 1.0)
    assert len(oracle.rows("LinkS2")) == 24
    assert oracle.exit_status == 0


@pytest.mark.parametrize("suffix", ["", "_8frame", "_16frame", "_images", "_video"])
def test_the_oracle_is_right_however_the_views_are_sent(tiny_data: Path, tmp_path: Path, suffix: str) -> None:
    oracle = ask("links2_oracle", [f"LinkS2-relation{suffix}"], tmp_path)
    assert oracle.metrics(f"LinkS2-relation{suffix}")["overall"] == 1.0
    n_frames = {"_8frame": 8, "_16frame": 16}.get(suffix, 32)
    assert {row["manifest"]["n_frames"] for row in oracle.rows(f"LinkS2-relation{suffix}").values()} == {n_frames}


@pytest.mark.parametrize("model", ["links2_geometric", "links2_random", "links2_prior"])
def test_models_without_weights_give_a_letter_to_every_question(tiny_data: Path, tmp_path: Path, model: str) -> None:
    datasets = [f"LinkS2-{TASK}", "LinkS2-heading_estimation"]
    asked = ask(model, datasets, tmp_path)
    assert asked.exit_status == 0
    for dataset in datasets:
        assert [row["reason"] for row in asked.rows(dataset).values()] == ["letter"] * 2


def test_a_model_without_weights_takes_its_seed_from_a_file(tiny_data: Path, tmp_path: Path) -> None:
    models = {f"seed{seed}": {"class": "LinkS2Random", "seed": seed} for seed in (0, 7)}
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"model": models, "data": {"LinkS2": {}}}), encoding="utf-8")
    assert run(["--config", str(config), "--work-dir", str(tmp_path / "out")]) == 0
    replies = [HostRun(0, name, tmp_path / "out" / name).answers("LinkS2") for name in models]
    assert replies[0] != replies[1]
