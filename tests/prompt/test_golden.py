"""The exact prompts. What a model reads decides its score, so a change here must be meant.

Each file in `golden/` is the outline of one prompt. After a change that is meant, write them anew and read the diff:

    LINKS2_UPDATE_GOLDEN=1 python -m pytest tests/prompt/test_golden.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from links2_tasks.prompt import PromptSettings, build_prompt, prompt_text
from links2_tasks.schema import AnswerValue, Question

GOLDEN = Path(__file__).parent / "golden"

STRATEGIES = ("native_video", "frames_as_images", "frame_list_video", "images_only")
CASES: dict[str, dict[str, object]] = {
    **{f"{strategy}-both": {"strategy": strategy} for strategy in STRATEGIES},
    **{f"{strategy}-video": {"strategy": strategy, "modality": "video"} for strategy in STRATEGIES},
    "frames_as_images-satellite": {"modality": "satellite"},
    "images_only-satellite": {"strategy": "images_only", "modality": "satellite"},
    "frames_as_images-text": {"modality": "text"},
    "images_only-text": {"strategy": "images_only", "modality": "text"},
    "native_video-satellite_first": {"strategy": "native_video", "order": "satellite_first"},
    "images_only-satellite_first": {"strategy": "images_only", "order": "satellite_first"},
    "native_video-small_map": {"strategy": "native_video", "max_satellite_px": 80},
    **{f"{strategy}-query_frame": {"strategy": strategy, "query_frame": "extra"} for strategy in STRATEGIES},
    **{f"{strategy}-query_frame_only": {"strategy": strategy, "query_frame": "only"} for strategy in STRATEGIES},
    **{f"{strategy}-shuffled": {"strategy": strategy, "frame_order": "shuffled"} for strategy in STRATEGIES},
    "images_only-one_frame": {"strategy": "images_only", "n_frames": 1},
}
TURNED = ("turned_90", "turned_180", "turned_270")


def compare(name: str, outline: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("LINKS2_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(outline + "\n", encoding="utf-8")
    assert outline + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_prompt(name: str, question: Question, root: Path) -> None:
    settings = PromptSettings.model_validate({"n_frames": 4, **CASES[name]})
    prompt = build_prompt(question, settings, root)
    assert prompt_text(question, settings, root) == prompt.text
    compare(name, prompt.to_text_outline())


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_tiles(strategy: str, tiles_question: Question, root: Path) -> None:
    settings = PromptSettings.model_validate({"n_frames": 3, "strategy": strategy})
    compare(f"{strategy}-tiles", build_prompt(tiles_question, settings, root).to_text_outline())


def test_not_north_up(question: Question, root: Path) -> None:
    turned = question.satellite[0].model_copy(update={"north_up": False})
    asked = question.model_copy(update={"satellite": (turned,)})
    compare("not_north_up", build_prompt(asked, PromptSettings(n_frames=1), root).to_text_outline())


@pytest.mark.parametrize("turned_deg", [90, 180, 270])
def test_turned(turned_deg: int, question: Question, root: Path) -> None:
    turned = question.satellite[0].model_copy(update={"north_up": False, "turned_deg": turned_deg})
    asked = question.model_copy(update={"satellite": (turned,)})
    compare(f"turned_{turned_deg}", build_prompt(asked, PromptSettings(n_frames=1), root).to_text_outline())


def test_number(question: Question, root: Path) -> None:
    asked = question.model_copy(update={"value": AnswerValue(kind="degrees", number=(90.0,), unit="deg")})
    settings = PromptSettings(n_frames=1, answer_form="number")
    compare("number", build_prompt(asked, settings, root).to_text_outline())


def test_no_golden_file_is_left_over() -> None:
    named = {*CASES, *(f"{strategy}-tiles" for strategy in STRATEGIES), *TURNED, "not_north_up", "number"}
    assert {path.stem for path in GOLDEN.glob("*.txt")} == named
