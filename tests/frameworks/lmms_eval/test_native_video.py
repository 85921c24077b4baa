"""What a native video becomes on its way through lmms-eval's own Qwen models: all planned frames, at their true times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_qwen import save_qwen2_5_vl, save_qwen3_vl

from links2_tasks.media import FramePlan, VideoWriter, load_frames, probe_video

MODELS = {
    "qwen2_5_vl": (save_qwen2_5_vl, "Qwen2_5_VLForConditionalGeneration"),
    "qwen3_vl": (save_qwen3_vl, "Qwen3VLForConditionalGeneration"),
}
FPS, N_FRAMES, SPAN_S = 20, 100, (0.4, 4.6)
STEP = 2
"""Frame k of the recording is grey, and by so much lighter than the one before."""


@dataclass(frozen=True)
class Seen:
    """What reached a model for one question."""

    greys: np.ndarray
    """Mean value of each frame, in order."""
    second_per_grid_s: list[float]
    told_s: list[float]
    """Times that stand in the text."""


def write_recording(path: Path) -> None:
    with VideoWriter(path, 96, 64, FPS, crf=0) as writer:
        for index in range(N_FRAMES):
            writer.write(np.full((64, 96, 3), STEP * index, np.uint8))


def seen_in(inputs: dict[str, Any], model: Any) -> Seen:
    """Read a model's inputs."""
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(model.config._name_or_path)
    video = processor.video_processor
    steps, rows, columns = inputs["video_grid_thw"][0].tolist()
    # A patch holds the same place of two frames; frames are of one colour, so the rest of the order does not matter.
    patches = (
        inputs["pixel_values_videos"].float().numpy().reshape(steps, rows * columns, 3, video.temporal_patch_size, -1)
    )
    mean, deviation = (np.array(each)[None, None, :] for each in (video.image_mean, video.image_std))
    grey = 255 * (patches.mean(axis=(1, 4)).transpose(0, 2, 1).reshape(1, -1, 3) * deviation + mean).mean(axis=2)[0]
    text = processor.tokenizer.decode(inputs["input_ids"][0])
    return Seen(
        greys=grey,
        second_per_grid_s=[float(each) for each in inputs.get("second_per_grid_ts", ())],
        told_s=[float(time) for time in re.findall(r"<([\d.]+) seconds>", text)],
    )


@pytest.mark.parametrize("model", MODELS)
def test_every_planned_frame_arrives_at_its_true_time(
    run_host: Any, tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    import torch
    import transformers

    torch.manual_seed(0)
    save, class_name = MODELS[model]
    save(tmp_path / model)
    question = make_question("uav_localization", 0, video_span_s=SPAN_S)
    root = make_dataset(tmp_path / "data", [question])
    write_recording(root / question.video)
    monkeypatch.setenv("LINKS2_DATA", str(root))
    plan = FramePlan.uniform(probe_video(root / question.video), SPAN_S, 32)
    greys = load_frames(root / question.video, plan)[0].mean(axis=(1, 2, 3))
    assert len(greys) == 32
    assert np.diff(greys).min() > STEP

    seen: list[Seen] = []
    cls = getattr(transformers, class_name)
    generate = cls.generate

    def listen(self: Any, **inputs: Any) -> Any:
        seen.append(seen_in(inputs, self))
        return generate(self, **inputs)

    monkeypatch.setattr(cls, "generate", listen)
    arguments = f"pretrained={tmp_path / model},device_map=cpu,min_pixels=784,max_pixels=6272"
    run = run_host(
        model, ["links2_uav_localization"], model_args=arguments, device="cpu", gen_kwargs="max_new_tokens=2"
    )
    (row,) = run["samples"]["links2_uav_localization"]
    manifest = row["links2_accuracy"]["manifest"]
    assert (manifest["strategy"], manifest["decoder"], manifest["indices"]) == (
        "native_video",
        "host",
        list(plan.indices),
    )
    (one,) = seen
    # By less than to the next frame of the recording: writing the clip changes colours by one value at most.
    assert one.greys == pytest.approx(greys, abs=0.75 * STEP)
    times_s = np.array(plan.times_s) - plan.times_s[0]
    if model == "qwen2_5_vl":
        assert one.second_per_grid_s == [pytest.approx(2 * times_s[-1] / 31, rel=1e-3)]
    else:
        assert one.told_s == pytest.approx((times_s[::2] + times_s[1::2]) / 2, abs=0.05 + 1 / FPS)
