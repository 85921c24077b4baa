"""Derived clips in the hands of others: what Qwen2.5-VL's and Qwen3-VL's own loaders and processors make of them.

They are called as lmms-eval's chat models call them: `process_vision_info` of qwen-vl-utils with the metadata, then the
model's processor of transformers with the tensors and the metadata.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from links2_tasks.media import ClipCache, FramePlan, planned_clip, probe_video

pytest.importorskip("transformers", reason="needs the extra 'lmms-eval'")
vision_process = pytest.importorskip("qwen_vl_utils.vision_process", reason="needs qwen-vl-utils")

DOUBLES = Path(__file__).parents[1] / "frameworks/doubles"
SPAN_S = (0.5, 3.9)
PIXELS = {"min_pixels": 784, "max_pixels": 6272}
"""Near the size of the test video; lmms-eval passes its model arguments of these names."""

GRID_S = 1 / 25
"""A frame interval of the recording: planned frames lie on its grid, and those of a clip are evenly spaced."""


@pytest.fixture(params=["decord", "torchcodec"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The library that qwen-vl-utils reads videos with."""
    try:
        __import__(request.param)
    except (ImportError, OSError, RuntimeError) as error:  # Without FFmpeg's libraries torchcodec raises the last.
        pytest.skip(f"{request.param} cannot be used here: {error}".splitlines()[0])
    monkeypatch.setattr(vision_process, "FORCE_QWENVL_VIDEO_READER", request.param)
    vision_process.get_video_reader_backend.cache_clear()
    yield request.param
    vision_process.get_video_reader_backend.cache_clear()


@pytest.fixture
def plan(even_video: Path) -> FramePlan:
    """As many frames as lmms-eval's models take."""
    plan = FramePlan.uniform(probe_video(even_video), SPAN_S, 32)
    assert len(set(np.diff(plan.indices))) > 1, "a plan whose frames lie on no regular grid of the recording"
    return plan


@pytest.fixture
def clip(even_video: Path, plan: FramePlan, tmp_path: Path) -> Path:
    return planned_clip(even_video, plan, cache=ClipCache(tmp_path / "cache", 10**9))


@dataclass(frozen=True)
class Loaded:
    """What a loader hands on."""

    frames: np.ndarray
    """(T, H, W, 3)."""
    tensors: list[Any]
    metadata: dict[str, Any]
    keywords: dict[str, Any]

    @property
    def times_s(self) -> list[float]:
        """When the frames are shown, by what the loader says."""
        return [int(index) / self.metadata["fps"] for index in self.metadata["frames_indices"]]


def conversation(clip: Path, **sampling: Any) -> list[dict[str, Any]]:
    """A message as lmms-eval passes it on: the keywords stand beside the path."""
    video = {"type": "video", "video": str(clip), **PIXELS, **sampling}
    return [{"role": "user", "content": [video, {"type": "text", "text": "Which?"}]}]


def load(clip: Path, patch_px: int = 14, **sampling: Any) -> Loaded:
    _, videos, keywords = vision_process.process_vision_info(
        conversation(clip, **sampling), return_video_kwargs=True, image_patch_size=patch_px, return_video_metadata=True
    )
    ((frames, metadata),) = videos
    return Loaded(frames.permute(0, 2, 3, 1).numpy(), [frames], metadata, keywords)


def lmms_eval_sampling(model: str, clip: Path) -> dict[str, Any]:
    """How many frames lmms-eval asks for: Qwen2.5-VL's model looks first how many there are, Qwen3-VL's does not."""
    there = probe_video(clip).n_frames
    return {"nframes": max(2, min(32, there) // 2 * 2) if model == "qwen2_5_vl" else 32}


MODELS = pytest.mark.parametrize(("model", "patch_px"), [("qwen2_5_vl", 14), ("qwen3_vl", 16)])


@MODELS
def test_the_loader_takes_every_planned_frame_in_order_at_its_true_time(
    clip: Path, plan: FramePlan, number_of: Callable[[np.ndarray], int], reader: str, model: str, patch_px: int
) -> None:
    loaded = load(clip, patch_px, **lmms_eval_sampling(model, clip))
    assert loaded.metadata["video_backend"] == reader
    assert [number_of(frame) for frame in loaded.frames] == list(plan.indices)
    assert [int(index) for index in loaded.metadata["frames_indices"]] == list(range(32))
    # The clip begins with the first planned frame, so all times are less by that frame's, and by nothing else.
    assert np.array(loaded.times_s) + plan.times_s[0] == pytest.approx(plan.times_s, abs=GRID_S)
    assert loaded.times_s[-1] == pytest.approx(plan.times_s[-1] - plan.times_s[0], abs=1e-3)


@pytest.mark.parametrize("sampling", [{"fps": 2.0}, {"fps": 4.0, "max_frames": 8}, {"nframes": 16}, {}])
def test_other_samplings_take_some_of_the_planned_frames_and_no_others(
    clip: Path,
    plan: FramePlan,
    number_of: Callable[[np.ndarray], int],
    reader: str,
    sampling: dict[str, Any],
) -> None:
    loaded = load(clip, **sampling)
    numbers = [number_of(frame) for frame in loaded.frames]
    assert set(numbers) <= set(plan.indices)
    assert numbers == sorted(set(numbers))
    times_s = dict(zip(plan.indices, plan.times_s, strict=True))
    shown_s = [times_s[number] - plan.times_s[0] for number in numbers]
    assert loaded.times_s == pytest.approx(shown_s, abs=GRID_S)


@pytest.fixture(scope="module")
def processors() -> dict[str, Any]:
    """The models' own processors, with a tiny tokenizer."""
    import transformers as hf

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOUBLES))
        from tiny_qwen import CHAT_TEMPLATE, SMALL, build_tokenizer

    common = {"tokenizer": build_tokenizer(), "chat_template": CHAT_TEMPLATE}
    return {
        "qwen2_5_vl": hf.Qwen2_5_VLProcessor(
            image_processor=hf.Qwen2VLImageProcessor(), video_processor=hf.Qwen2VLVideoProcessor(size=SMALL), **common
        ),
        "qwen3_vl": hf.Qwen3VLProcessor(
            image_processor=hf.Qwen2VLImageProcessor(patch_size=16),
            video_processor=hf.Qwen3VLVideoProcessor(),
            **common,
        ),
    }


def model_inputs(processor: Any, model: str, loaded: Loaded, clip: Path) -> Any:
    """Inputs of a model, with the arguments that lmms-eval's chat models give."""
    text = processor.apply_chat_template([conversation(clip)], tokenize=False, add_generation_prompt=True)
    media = {"images": None, "videos": loaded.tensors, "video_metadata": [loaded.metadata]}
    if model == "qwen2_5_vl":
        return processor(text=text, padding=True, padding_side="right", return_tensors="pt", **media)
    sampling = {**PIXELS, "nframes": 32, **loaded.keywords}
    return processor(text=text, **media, **sampling, do_resize=False, return_tensors="pt")


def frames_of(inputs: Any, processor: Any) -> np.ndarray:
    """Frames (T, H, W, 3) put together again from the patches that the model sees; pixels as white or black."""
    video = processor.video_processor
    side, deep, merged = video.patch_size, video.temporal_patch_size, video.merge_size
    steps, rows, columns = inputs["video_grid_thw"][0].tolist()
    patches = inputs["pixel_values_videos"].numpy()
    shape = (steps, rows // merged, columns // merged, merged, merged, 3, deep, side, side)
    ordered = patches.reshape(shape).transpose(0, 6, 1, 3, 7, 2, 4, 8, 5)
    return (ordered.reshape(steps * deep, rows * side, columns * side, 3) > 0).astype(np.uint8) * 255


@MODELS
def test_every_planned_frame_reaches_the_model(
    clip: Path,
    plan: FramePlan,
    number_of: Callable[[np.ndarray], int],
    processors: dict[str, Any],
    reader: str,
    model: str,
    patch_px: int,
) -> None:
    loaded = load(clip, patch_px, **lmms_eval_sampling(model, clip))
    inputs = model_inputs(processors[model], model, loaded, clip)
    assert inputs["video_grid_thw"][0][0] == 16
    assert [number_of(frame) for frame in frames_of(inputs, processors[model])] == list(plan.indices)


def test_qwen2_5_vl_is_told_how_long_a_step_of_two_frames_takes(
    clip: Path, plan: FramePlan, processors: dict[str, Any], reader: str
) -> None:
    loaded = load(clip, **lmms_eval_sampling("qwen2_5_vl", clip))
    inputs = model_inputs(processors["qwen2_5_vl"], "qwen2_5_vl", loaded, clip)
    interval_s = (plan.times_s[-1] - plan.times_s[0]) / 31
    assert [float(each) for each in inputs["second_per_grid_ts"]] == [pytest.approx(2 * interval_s, rel=1e-3)]


def test_qwen3_vl_is_told_the_time_of_every_step_in_words(
    clip: Path, plan: FramePlan, processors: dict[str, Any], reader: str
) -> None:
    processor = processors["qwen3_vl"]
    loaded = load(clip, 16, **lmms_eval_sampling("qwen3_vl", clip))
    prompt = processor.tokenizer.decode(model_inputs(processor, "qwen3_vl", loaded, clip)["input_ids"][0])
    told_s = [float(time) for time in re.findall(r"<([\d.]+) seconds>", prompt)]
    times_s = np.array(plan.times_s) - plan.times_s[0]
    assert told_s == pytest.approx((times_s[::2] + times_s[1::2]) / 2, abs=0.05 + GRID_S)
    assert len(told_s) == 16
