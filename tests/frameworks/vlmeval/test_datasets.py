from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks import taxonomy
from links2_tasks.frameworks._asked import UNREADABLE
from links2_tasks.frameworks.vlmeval import _names, _shown
from links2_tasks.media import pixel_sha256, probe_video
from links2_tasks.prompt import build_prompt

pytest.importorskip("vlmeval")

from links2_tasks.frameworks.vlmeval.registry import register


@pytest.fixture(autouse=True)
def host(tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    register()


def build(name: str, **arguments: Any) -> Any:
    from vlmeval.dataset import build_dataset

    return build_dataset(name, **arguments)


def test_registering_again_changes_nothing() -> None:
    from vlmeval import dataset

    before = [list(each) for each in (dataset.DATASET_CLASSES, dataset.SUPPORTED_DATASETS, dataset.__all__)]
    register()
    assert [list(each) for each in (dataset.DATASET_CLASSES, dataset.SUPPORTED_DATASETS, dataset.__all__)] == before


def test_every_name_is_known_to_the_host_with_its_modality() -> None:
    from vlmeval.dataset import DATASET_MODALITY, DATASET_TYPE, SUPPORTED_DATASETS

    for each in _names.dataset_names():
        assert each.name in SUPPORTED_DATASETS
        assert DATASET_MODALITY(each.name) == ("VIDEO" if each.sampling.medium == "video" else "IMAGE")
        assert DATASET_TYPE(each.name) == "LinkS2"


def test_no_judge_is_asked_for_any_name() -> None:
    from vlmeval import run

    arguments = run.argparse.Namespace(
        judge=None, judge_args=None, judge_api_nproc=None, judge_retry=None, judge_timeout=1, judge_base_url=None
    )
    vars(arguments).update(judge_key=None, api_nproc=1, retry=1, verbose=False, use_verifier=False, use_vllm=False)
    for each in _names.dataset_names():
        assert "model" not in run.get_judge_kwargs(each.name, "LinkS2", arguments)


@pytest.mark.parametrize("task", [task.name for task in taxonomy.tasks()])
def test_each_task_has_a_dataset_with_its_questions(task: str) -> None:
    dataset = build(f"LinkS2-{task}")
    assert set(dataset.data["task"]) == {task}
    assert len(dataset) == len(dataset.data) == 2
    assert dataset[1]["question_id"] == dataset.data.iloc[1]["question_id"]


def test_arguments_that_the_host_passes_to_every_dataset_are_taken() -> None:
    dataset = build("LinkS2", model=["any"], nframe=8, fps=-1, pack=False, verbose=True)
    assert (dataset.nframe, dataset.fps) == (32, -1.0)


def test_a_message_is_the_prompt_in_order_pixel_for_pixel(tiny_data: Path) -> None:
    dataset = build("LinkS2-uav_localization")
    message = dataset.build_prompt(dataset.data.iloc[0])
    prompt = build_prompt(dataset_question(dataset, 0), dataset.name.sampling.settings, tiny_data)
    assert [item["type"] for item in message] == [type(part).__name__.lower() for part in prompt.parts]
    for item, part in zip(message, prompt.parts, strict=True):
        if item["type"] == "text":
            assert item["value"] == part.text
        else:
            assert pixel_sha256(np.asarray(Image.open(item["value"]))) == pixel_sha256(part.pixels)


def test_a_video_dataset_sends_one_clip_of_the_planned_frames_and_the_map() -> None:
    dataset = build("LinkS2-uav_localization_video")
    message = dataset.build_prompt(0, video_llm=True)
    assert [item["type"] for item in message] == ["text", "video", "text", "image", "text"]
    assert probe_video(Path(message[1]["value"])).n_frames == 32


def test_a_video_dataset_refuses_a_wrapper_without_video() -> None:
    with pytest.raises(ValueError, match="use LinkS2-uav_localization, which sends frames"):
        build("LinkS2-uav_localization_video").build_prompt(0, video_llm=False)


def test_messages_are_fresh_each_time() -> None:
    dataset = build("LinkS2-uav_localization_8frame")
    first = dataset.build_prompt(0)
    first.clear()
    assert len(dataset.build_prompt(0)) > 10


def test_media_that_cannot_be_read_are_a_fact_about_the_question(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = shutil.copytree(tiny_root, tmp_path / "copy")
    (root / "videos/clip-0.mp4").write_bytes(b"no video")
    monkeypatch.setenv("LINKS2_DATA", str(root))
    dataset = build("LinkS2-uav_localization_8frame")
    rows = {row["clip_id"]: row for _, row in dataset.data.iterrows()}
    assert [item["value"] for item in dataset.build_prompt(rows["clip-0"])] == [UNREADABLE]
    asked = _shown.recall(rows["clip-0"]["line"], dataset.name.sampling.settings)
    assert asked is not None
    assert asked.reason == "media_error"
    assert "clip-0.mp4" in asked.error
    assert len(dataset.build_prompt(rows["clip-1"])) > 10


def test_a_disk_that_is_full_costs_the_question_and_not_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    dataset = build("LinkS2-uav_localization_8frame")
    monkeypatch.setattr(Path, "open", full)
    assert [item["value"] for item in dataset.build_prompt(0)] == [UNREADABLE]


def test_the_primary_metric_is_the_overall_accuracy() -> None:
    from links2_tasks.frameworks.vlmeval.datasets import LinkS2, LinkS2Video

    for cls in (LinkS2, LinkS2Video):
        assert cls.report_primary_metric({"overall": 0.5, "accuracy of others": 0.9}) == {"overall": 0.5}
        assert cls.report_primary_metric(None) == {}


def test_a_wrapper_that_raises_gives_a_failed_answer_for_our_datasets_only() -> None:
    from vlmeval.vlm.base import BaseModel

    class Broken(BaseModel):
        def generate_inner(self, message: Any, dataset: str | None = None) -> str:
            raise RuntimeError("out of luck")

    class Overriding(Broken):
        def generate(self, message: Any, dataset: str | None = None) -> str:
            return self.generate_inner(message, dataset)

    register()
    for wrapper in (Broken(), Overriding()):
        said = wrapper.generate([{"type": "text", "value": "Which?"}], dataset="LinkS2_video")
        assert said.startswith("Failed to obtain answer via API.")
        assert "RuntimeError: out of luck" in said
        with pytest.raises(RuntimeError):
            wrapper.generate([{"type": "text", "value": "Which?"}], dataset="MMBench")


def dataset_question(dataset: Any, position: int) -> Any:
    from links2_tasks.frameworks.vlmeval._table import line_in

    question = line_in(dataset.data.iloc[position]).question
    assert question is not None
    return question
