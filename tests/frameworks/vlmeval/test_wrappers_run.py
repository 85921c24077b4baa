"""The rows of the wrapper table that say 'prompt', proved by the wrappers' own code.

A wrapper is made without its weights, and everything that it lacks is a stand-in that notes what it is given: a model, a
processor, a library that is not installed, an HTTP request. What was noted is compared with the table.
"""

from __future__ import annotations

import builtins
import importlib.machinery
import importlib.metadata
import importlib.util
import inspect
import os
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
from PIL import Image

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval._wrappers import Handling, WrapperRow, WrapperUse, check_wrapper, wrapper_table

pytestmark = pytest.mark.skipif(importlib.util.find_spec("vlmeval") is None, reason="vlmeval is not installed")

# Not names of ours: on those the plug-in turns what a wrapper raises into an answer.
IMAGE_SET = "TwoViews"
VIDEO_SET = "TwoViews_clip"
N_IMAGES = 6
MOST_CALLS = 3000

ABSENT = {
    "bagel", "cambrian", "ChatUniVi", "dashscope", "deepseek_vl", "deepseek_vl2", "eagle", "google", "janus",
    "keye_vl_utils", "litellm", "llamavid", "llava", "lmdeploy", "mgm", "minigpt4", "mistral_common",
    "mistral_inference", "mplug_owl2", "omnilmm", "open_flamingo", "oryx", "qwen_omni_utils", "qwen_vl_utils",
    "rbdash", "reka", "ross", "tasks", "tencentcloud", "termcolor", "transcorem", "vertexai", "video_chatgpt",
    "vita", "vllm", "xtuner",
}  # fmt: skip
"""Libraries that stand-ins replace, installed or not."""


REFUSALS = (ValueError, AssertionError, NotImplementedError, NameError, OSError)
"""What wrappers raise on purpose, or for lack of care, but not what stand-ins end in."""
PAIRS = ("process_vision_info", "process_mm_info", "process_anyres_highres_image_genli")
"""Functions of those libraries that return two values."""


@dataclass
class Notes:
    """What stand-ins were given."""

    calls: int = 0
    opened: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    media: tuple[str, ...] = ()

    def note(self, value: Any, seen: set[str], depth: int = 0) -> None:
        """Find media in what was given: paths, also inside of texts, and images that were opened from one."""
        if isinstance(value, str | Path):
            seen.update(path for path in self.media if path in str(value))
        elif isinstance(value, Image.Image) and "path" in value.info:
            seen.add(value.info["path"])
        elif isinstance(value, dict) and depth < 8:
            for each in value.values():
                self.note(each, seen, depth + 1)
        elif isinstance(value, list | tuple) and depth < 8:
            for each in value:
                self.note(each, seen, depth + 1)


class StandIn(MagicMock):
    """Takes any call and notes what it was given."""

    notes = Notes()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.notes.calls += 1
        if self.notes.calls > MOST_CALLS:
            raise RuntimeError("a wrapper calls stand-ins without an end")
        self.notes.note([args, kwargs], self.notes.given)
        return super().__call__(*args, **kwargs)


def _active_files() -> MagicMock:
    """A client whose uploaded files are ready, which a wrapper waits for."""
    client = StandIn()
    client.files.get.return_value.state = "ACTIVE"
    return client


SETTINGS: dict[str, dict[str, Any]] = {
    "Bagel": {"mode": "understanding"},
    "InternVLChat": {"version": "V2.0", "best_of_n": 1},
    "Gemini": {"backend": "genai", "client": _active_files()},
    "VarcoVision": {"set_res": lambda dataset: None, "load_video": StandIn(name="load_video")},
    "Thyme": {"auto_cleanup": False, "max_retry": 1, "max_iterations": 1},
    "QTuneVLChat": {"version": "V1.5", "best_of_n": 1},
    "LLaVA_XTuner": {"prompt_template": None},
    "XComposer2d5": {"org_hd_num": 24},
    "Ristretto": {"image_size": 448, "normalize_type": "imagenet"},
    "MiniGPT4": {"mode": "v2"},
    "Valley3Chat": {"min_pixels": 1, "max_pixels": 1},
    "LLaVA_OneVision_HF": {"load_video": StandIn(name="load_video")},
}
"""What the constructor would have set and the prompt code branches on."""

COMMON: dict[str, Any] = {
    "use_vllm": False, "use_lmdeploy": False, "verbose": False, "kwargs": {}, "generate_kwargs": {}, "post_process": False,
    "min_pixels": None, "max_pixels": None, "total_pixels": None, "fps": None, "nframe": 8, "FRAME_FACTOR": 2,
    "max_num_frames": 8, "system_prompt": None, "model_path": "model", "model_name": "model", "device": "cpu",
    "limit_mm_per_prompt": 24, "retry": 1, "wait": 0, "fail_msg": "Failed", "default_kwargs": {}, "adapter": None,
    "local_media": False, "img_size": -1, "total_img_size": -1, "max_file_size": 1e9, "img_detail": "low",
    "temperature": 0, "max_tokens": 10, "timeout": 5, "key": "key", "model": None, "use_reasoning_prompt": False,
    "use_cot": False, "use_mpo_prompt": False, "image_placeholder": "<image>", "force_sample": False, "use_azure": False,
    "api_base": "http://localhost/none", "url": "http://localhost/none", "extra_pt": None, "mcq_prompt": "",
    "max_height": 1024, "max_width": 1024,
}  # fmt: skip


class _Absent(types.ModuleType):
    __path__: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _pair if name in PAIRS else StandIn(name=name)
        setattr(self, name, made)
        return made


def _pair(*args: Any, **_: Any) -> Any:
    StandIn.notes.note(args, StandIn.notes.given)
    return [], []


class _Finder:
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.partition(".")[0] in ABSENT:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: Any) -> types.ModuleType:
        return _Absent(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


@dataclass(frozen=True)
class Bench:
    """A place to run wrappers."""

    images: tuple[str, ...]
    video: str

    def message(self, medium: str) -> list[dict[str, str]]:
        """A message as our datasets make them."""
        if medium == "images":
            parts = [part for path in self.images for part in (("text", "A view:"), ("image", path))]
        else:
            parts = [("text", "The clip:"), ("video", self.video), ("text", "Maps:")]
            parts += [("image", path) for path in self.images[:2]]
        return [{"type": kind, "value": value} for kind, value in (*parts, ("text", "Which? A. this B. that"))]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Media, two datasets that VLMEvalKit knows, and stand-ins for what is not there."""
    folder = tmp_path_factory.mktemp("media")
    images = tuple(str(folder / f"view{index}.png") for index in range(N_IMAGES))
    for index, path in enumerate(images):
        Image.new("RGB", (160, 120), (40 * index, 90, 200)).save(path)
    video = str(folder / "clip.mp4")
    _write_video(video)
    before = set(sys.modules)
    replaced = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in ABSENT}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr(StandIn, "notes", Notes(media=(*images, video)))
        import vlmeval.api
        import vlmeval.dataset
        import vlmeval.vlm

        for name in replaced:
            sys.modules.pop(name)
        patch.setattr(sys, "meta_path", [_Finder(), *sys.meta_path])
        patch.setattr(
            vlmeval.dataset,
            "DATASET_CLASSES",
            [*vlmeval.dataset.DATASET_CLASSES, _dataset(IMAGE_SET, "IMAGE"), _dataset(VIDEO_SET, "VIDEO")],
        )
        _patch_world(patch)
        yield Bench(images, video)
    for name in set(sys.modules) - before:
        if isinstance(sys.modules[name], _Absent):
            del sys.modules[name]
    sys.modules.update(replaced)


def _dataset(name: str, modality: str) -> type:
    return type(name, (), {"TYPE": "LinkS2", "MODALITY": modality, "supported_datasets": classmethod(lambda _: [name])})


def _write_video(path: str) -> None:
    import av

    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=4)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for index in range(8):
            frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), 30 * index, np.uint8))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _patch_world(patch: pytest.MonkeyPatch) -> None:
    import time

    import requests
    import torch

    notes, open_file, open_image = StandIn.notes, builtins.open, Image.open

    def noted_image(source: Any, *args: Any, **kwargs: Any) -> Image.Image:
        notes.note(source, notes.opened)
        image = open_image(source, *args, **kwargs)
        if isinstance(source, str | Path):
            image.info["path"] = str(source)
        return image

    def noted_file(source: Any, *args: Any, **kwargs: Any) -> Any:
        notes.note(source, notes.opened)
        return open_file(source, *args, **kwargs)

    patch.setattr(Image, "open", noted_image)
    patch.setattr(builtins, "open", noted_file)
    patch.setattr(torch.Tensor, "cuda", lambda self, *_, **__: self)
    for name in ("post", "request"):
        patch.setattr(requests, name, StandIn(name=name))
    patch.setattr(time, "sleep", lambda _: None)


@dataclass(frozen=True)
class Outcome:
    """What reached the model."""

    images: tuple[int, ...]
    video: bool
    error: BaseException | None
    answer: Any


def ask(bench: Bench, cls: type, medium: str, settings: dict[str, Any]) -> Outcome:
    """Give a message to a wrapper and see what comes out at the other end."""
    notes = StandIn.notes
    notes.calls = 0
    notes.opened.clear()
    notes.given.clear()
    error, answer = None, None
    try:
        answer = _made(cls, settings).generate(
            message=bench.message(medium), dataset=IMAGE_SET if medium == "images" else VIDEO_SET
        )
    except Exception as raised:  # noqa: BLE001 - stand-ins bear no arithmetic, so most local wrappers end in one
        error = raised
    # Services get images as base64, which cannot be traced; they are opened one by one, as they are sent. A local
    # wrapper may open images that it does not use; what becomes of tensors cannot be traced either.
    is_service = getattr(cls, "is_api", False)
    reached = notes.given | notes.opened if is_service or not notes.given else notes.given
    return Outcome(
        images=tuple(index for index, path in enumerate(bench.images) if path in reached),
        video=bench.video in reached,
        error=error,
        answer=answer,
    )


def _made(cls: Any, settings: dict[str, Any]) -> Any:
    stand_in = StandIn(name=cls.__name__)

    def lacking(_: Any, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(stand_in, name)

    made = object.__new__(type(cls.__name__, (cls,), {"__getattr__": lacking}))
    is_service = getattr(cls, "is_api", False)
    for name, value in {**COMMON, **settings}.items():
        if value is None and name == "model":
            value = "model" if is_service else stand_in.model
        if name in settings or not hasattr(cls, name):
            setattr(made, name, value)
    return made


def _package_version() -> str | None:
    try:
        return importlib.metadata.version("ms-vlmeval")
    except importlib.metadata.PackageNotFoundError:
        return None


def _class_named(name: str) -> type | None:
    import vlmeval.api
    import vlmeval.vlm

    found = getattr(vlmeval.vlm, name, getattr(vlmeval.api, name, None))
    return found if inspect.isclass(found) else None


def _cases() -> list[Any]:
    cases = []
    for row in wrapper_table():
        for name in row.wrappers:
            for medium in ("images", "video"):
                handling = getattr(row, medium)
                if row.only_in != "upstream" and handling is not None and handling.found != "source":
                    label = "-".join([name, *([row.engine] if row.engine != "any" else []), *row.models[:1], medium])
                    label += "-unmended" if row.while_module_lacks else ""
                    cases.append(pytest.param(row, name, medium, handling, id=label))
    return cases


def _settings(row: WrapperRow, name: str) -> dict[str, Any]:
    settings = dict(SETTINGS.get(name, {}))
    if row.engine == "vllm":
        settings["use_vllm"] = True
    if name == "InternVLChat" and row.models:
        settings["version"] = "V1.5" if row.models[0].endswith("V1-5") else "V1.2"
    return settings


@pytest.mark.parametrize(("row", "name", "medium", "handling"), _cases())
def test_what_a_wrapper_hands_over_is_what_the_table_says(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, row: WrapperRow, name: str, medium: str, handling: Handling
) -> None:
    cls = _class_named(name)
    assert cls is not None
    module = sys.modules[cls.__module__]
    if row.while_module_lacks is None and name.startswith("Ovis"):
        monkeypatch.setattr(module, "Image", Image, raising=False)
        import string

        monkeypatch.setattr(module, "os", os, raising=False)
        monkeypatch.setattr(module, "string", string, raising=False)
    outcome = ask(bench, cls, medium, _settings(row, name))
    sent = tuple(range(N_IMAGES if medium == "images" else 2))
    if handling.ok:
        assert (outcome.images, outcome.video) == (sent, medium == "video"), outcome
    elif handling.loses == "answer":
        assert outcome.answer == COMMON["fail_msg"] or isinstance(outcome.error, REFUSALS), outcome
    elif handling.loses == "later_images":
        assert outcome.images == (0,), outcome
    elif handling.loses == "video":
        # What is not the video does arrive, or the video's absence would say nothing.
        others = {"later_images": (0,), "images": ()}.get(row.images.loses or "", sent)
        assert outcome.images == (sent if row.images.found == "source" else others), outcome
        # QwenVLChat writes the path of the file as text; OpenAIWrapper sends it in one distribution, see below.
        assert not outcome.video or name in ("OpenAIWrapper", "QwenVLChat"), outcome
    else:
        assert (outcome.images, outcome.video) == ((), medium == "video"), outcome


def test_gpt4v_sends_of_a_video_no_more_than_the_path(bench: Bench) -> None:
    content = _made(_class_named("GPT4V"), {}).prepare_itlist(bench.message("video"))
    assert [part["type"] for part in content if part["type"] != "video_url"] == ["text"] * 2 + ["image_url"] * 2 + [
        "text"
    ]
    assert [part["video_url"]["url"] for part in content if part["type"] == "video_url"] in ([], [bench.video])


@pytest.mark.parametrize(("name", "method"), [("LMDeployAPI", "prepare_itlist"), ("Qwen2VLChat", "_prepare_content")])
@pytest.mark.parametrize("medium", ["images", "video"])
def test_both_views_keep_their_order(bench: Bench, name: str, method: str, medium: str) -> None:
    message = bench.message(medium)
    content = getattr(_made(_class_named(name), {}), method)(message)
    assert [part["type"].removesuffix("_url") for part in content] == [part["type"] for part in message]


def test_the_host_turns_geminis_video_off_for_a_number_of_frames() -> None:
    """It does so before it asks the dataset for messages, whose class then refuses."""
    import inspect

    from vlmeval import inference_video

    source = inspect.getsource(inference_video.infer_data_api)
    assert "if dataset.nframe > 0:" in source.split("'genai'")[1].split("elif")[0]
    assert "setattr(model, 'VIDEO_LLM', False)" in source


def test_internvl_marks_where_images_stood(bench: Bench) -> None:
    from vlmeval.vlm.internvl.utils import reorganize_prompt

    text = reorganize_prompt(bench.message("images"), N_IMAGES, dataset=IMAGE_SET)
    assert text.startswith("Image-1: <image>\nImage-2: <image>\n")
    assert text.endswith("A view:<Image-5>A view:<Image-6>Which? A. this B. that")


@pytest.mark.parametrize("name", ["Gemma3", "Gemma4", "GLMThinking", "llama4", "Qwen2VLChat"])
def test_with_vllm_images_over_the_limit_are_dropped_and_the_run_goes_on(bench: Bench, name: str) -> None:
    cls = _class_named(name)
    assert cls is not None
    outcome = ask(bench, cls, "images", {"use_vllm": True, "limit_mm_per_prompt": 4})
    assert outcome.images == (0, 1, 2, 3)


def test_a_model_that_takes_one_image_gets_the_first_of_many(bench: Bench) -> None:
    from vlmeval.vlm.base import BaseModel

    class OneImage(BaseModel):
        def generate_inner(self, message: Any, dataset: str | None = None) -> Any:
            return self.model.chat(*self.message_to_promptimg(message, dataset=dataset))

    assert ask(bench, OneImage, "images", {}).images == (0,)
    with pytest.raises(FrameworkError, match="all images but the first"):
        check_wrapper(WrapperUse("one", OneImage, "LinkS2", "images", 33, "transformers"))


def test_classes_of_the_table_exist_where_it_says(bench: Bench) -> None:
    installed = "package" if importlib.util.find_spec("vlmeval.run") else "upstream"
    for row in wrapper_table():
        for name in row.wrappers:
            assert (_class_named(name) is not None) == (row.only_in in (None, installed)), name


@pytest.mark.skipif(_package_version() != "0.0.20", reason="the table was made for ms-vlmeval 0.0.20")
def test_every_wrapper_that_vlmevalkit_lists_has_a_row(bench: Bench) -> None:
    from vlmeval.config import supported_VLM

    known = {name for row in wrapper_table() for name in row.wrappers}
    listed = {getattr(entry, "func", entry) for entry in supported_VLM.values()}
    listed = {cls for cls in listed if not cls.__module__.startswith("links2_tasks.")}
    assert [cls.__name__ for cls in listed if not known & {each.__name__ for each in cls.__mro__}] == []
    for row in wrapper_table():
        assert set(row.models) <= set(supported_VLM), row.models
