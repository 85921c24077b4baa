"""What the wrapper table says, and what is made of it. VLMEvalKit itself is not needed here; classes are looked up by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval._names import SAMPLINGS
from links2_tasks.frameworks.vlmeval._wrappers import (
    Handling,
    WrapperUse,
    check_wrapper,
    notes_on,
    wrapper_table,
)


def a_class(name: str, *bases: type, **attributes: Any) -> type:
    return type(name, bases, attributes)


def a_use(wrapper: type, medium: Any = "images", n_images: int = 38, engine: Any = "transformers") -> WrapperUse:
    name = "LinkS2_video" if medium == "video" else "LinkS2"
    return WrapperUse("some-model", wrapper, name, medium, n_images, engine)


def refusal(use: WrapperUse) -> str:
    with pytest.raises(FrameworkError) as caught:
        check_wrapper(use)
    return str(caught.value)


def test_a_refusal_names_model_dataset_wrapper_loss_and_way_out() -> None:
    message = refusal(a_use(a_class("LLaVA_OneVision_HF"), "video"))
    for part in ("'some-model'", "LinkS2_video", "LLaVA_OneVision_HF", "lose the images", "without `_video`"):
        assert part in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "lost"),
    [("Claude3V", "the video"), ("GPT4V", "the video"), ("InternVLChat", "the video"), ("VideoLLaVA", "the images")],
)
def test_wrappers_that_drop_a_view_are_refused_for_video(name: str, lost: str) -> None:
    bases = {"Claude3V": "Claude_Wrapper", "GPT4V": "OpenAIWrapper"}
    base = (a_class(bases[name]),) if name in bases else ()
    assert f"would lose {lost}" in refusal(a_use(a_class(name, *base), "video"))


@pytest.mark.parametrize("name", ["Qwen2VLChat", "Qwen3VLChat", "LMDeployAPI", "VLMR1Chat", "HawkVL"])
def test_wrappers_that_keep_both_views_pass_with_video_and_with_frames(name: str) -> None:
    check_wrapper(a_use(a_class(name), "video", 6))
    check_wrapper(a_use(a_class(name)))


@pytest.mark.parametrize("name", ["molmo", "Kosmos2", "SiliconFlowAPI", "AKI"])
def test_wrappers_that_keep_one_image_are_refused_whatever_they_are_declared_for(name: str) -> None:
    assert "all images but the first" in refusal(a_use(a_class(name, INTERLEAVE=True)))


@pytest.mark.parametrize("name", ["HawkVL", "mPLUG_Owl2", "Parrot", "XComposer", "InsightV", "LFM2VL", "Valley2Chat"])
def test_wrappers_declared_for_one_image_that_take_many_pass(name: str) -> None:
    check_wrapper(a_use(a_class(name, INTERLEAVE=False)))


def test_a_service_whose_video_input_the_host_turns_off_is_refused_before_it_does() -> None:
    assert "turns its video input off" in refusal(a_use(a_class("Gemini"), "video"))


def test_an_unknown_wrapper_may_take_images_but_no_video() -> None:
    unknown = a_class("NewModel")
    check_wrapper(a_use(unknown))
    assert "not known to take a video and an image in one message" in refusal(a_use(unknown, "video"))


def test_an_unknown_wrapper_that_is_declared_for_one_image_is_refused() -> None:
    single = a_class("NewModel", INTERLEAVE=False)
    assert "INTERLEAVE is False" in refusal(a_use(single))
    check_wrapper(a_use(single, n_images=1))


def test_a_subclass_inherits_the_row_of_its_nearest_base() -> None:
    far = a_class("Qwen2VLChat")
    near = a_class("LLaVA_OneVision_HF", far)
    assert "lose the images" in refusal(a_use(a_class("MyModel", near), "video"))
    check_wrapper(a_use(a_class("MyModel", far), "video"))


def test_with_vllm_at_most_24_images_are_sent() -> None:
    qwen = a_class("Qwen2VLChat")
    message = refusal(a_use(qwen, n_images=38, engine="vllm"))
    assert "with vLLM takes at most 24 images" in message
    assert "`_16frame`" in message
    check_wrapper(a_use(qwen, n_images=24, engine="vllm"))
    check_wrapper(a_use(qwen, n_images=38))


def test_a_video_passes_without_vllm_and_is_refused_with_it() -> None:
    qwen = a_class("Qwen2VLChat")
    check_wrapper(a_use(qwen, "video", 6))
    assert "with vLLM would lose the video" in refusal(a_use(qwen, "video", 6, "vllm"))


def test_a_row_for_a_model_goes_before_the_row_of_its_wrapper() -> None:
    intern = a_use(a_class("InternVLChat"))
    check_wrapper(replace(intern, model_name="InternVL3-8B"))
    assert "all images but the first" in refusal(replace(intern, model_name="InternVL-Chat-V1-2"))
    assert "lose the video" in refusal(replace(a_use(a_class("Qwen2VLChat"), "video", 6), model_name="MiMo-VL-7B-RL"))


def test_a_row_for_a_broken_module_holds_until_the_module_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = a_use(a_class("Ovis2"))
    assert "NameError" in refusal(broken)
    monkeypatch.setitem(globals(), "Image", object())
    check_wrapper(broken)


def test_what_is_offered_instead_of_too_many_images_fits() -> None:
    most = {sampling.suffix: sampling.most_images for sampling in SAMPLINGS}
    for row in wrapper_table():
        if row.images.max_images is not None and "_16frame" in (row.images.instead or ""):
            assert row.images.max_images >= most["16frame"], row.wrappers


def test_notes_tell_what_changes_and_for_whom() -> None:
    (note,) = notes_on(a_use(a_class("VLM3R")))
    assert note.startswith("some-model (VLM3R) and LinkS2: It puts all images before the text")
    assert notes_on(a_use(a_class("Qwen2VLChat"))) == () == notes_on(a_use(a_class("NewModel")))
    assert any("detail 'low'" in each for each in notes_on(a_use(a_class("GPT4V", a_class("OpenAIWrapper")))))


def test_a_class_has_one_row_for_each_engine_and_set_of_models() -> None:
    keys = [(name, row.engine, row.models, row.while_module_lacks) for row in wrapper_table() for name in row.wrappers]
    assert len(keys) == len(set(keys))


def test_who_is_refused_for_frames_is_not_sent_back_to_them() -> None:
    for row in wrapper_table():
        if not row.images.ok and row.video is not None and row.while_module_lacks is None:
            assert "without `_video`" not in (row.video.instead or ""), row.wrappers


@pytest.mark.parametrize(
    "content",
    [
        {"ok": False, "found": "run"},
        {"ok": True, "found": "run", "loses": "video"},
        {"ok": True, "found": "run", "max_images": 24},
        {"ok": True, "found": "hearsay"},
        {"ok": True, "found": "run", "notes": ["It cuts images", "and asks for boxes."]},
    ],
)
def test_a_row_that_leaves_out_what_a_person_needs_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Handling.model_validate(content)
