"""The table of model families."""

from __future__ import annotations

import pytest

from links2_tasks.prompt import model_families, strategy_for


@pytest.mark.parametrize(
    ("name", "strategy"),
    [
        ("qwen2_5_vl", "native_video"),
        ("Qwen/Qwen2.5-VL-7B-Instruct", "native_video"),
        ("Qwen3-VL-8B", "native_video"),
        ("gemini-2.5-pro", "native_video"),
        ("openai", "frames_as_images"),
        ("openai_compatible", "frames_as_images"),
        ("gpt-4o", "frames_as_images"),
        ("vllm", "frames_as_images"),
        ("llava_hf", "frames_as_images"),
        ("llava_onevision", "images_only"),
        ("internvl3", "images_only"),
        ("LongVA-7B", "images_only"),
        ("a model that nobody knows", "frames_as_images"),
        ("", "frames_as_images"),
        ("!?", "frames_as_images"),
    ],
)
def test_strategy(name: str, strategy: str) -> None:
    assert strategy_for(name) == strategy


def test_case_and_punctuation_do_not_count() -> None:
    assert strategy_for("QWEN2.5--VL") == strategy_for("qwen2_5_vl") == "native_video"


def test_no_name_stands_in_two_rows() -> None:
    names = [name for family in model_families() for name in family.names]
    assert len(names) == len(set(names))
    assert all(family.names or family.contains for family in model_families())
    families = [family.family for family in model_families()]
    assert len(families) == len(set(families))


def test_the_row_of_a_name_is_the_one_that_is_found() -> None:
    for family in model_families():
        assert all(strategy_for(name) == family.strategy for name in family.names)
