"""Which frames a prompt shows, and in which order."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from links2_tasks.media import FramePlan, load_frames, pixel_sha256, probe_video
from links2_tasks.prompt import (
    FrameManifest,
    Image,
    Prompt,
    PromptSettings,
    Strategy,
    Video,
    build_prompt,
    planned_clips,
    prompt_text,
    shown_order,
)
from links2_tasks.prompt._warm import _decode
from links2_tasks.schema import Question

STRATEGIES = get_args(Strategy)
GREY_STEP = 6
"""Frame i of the tests' video is grey 6 i everywhere."""


def built(question: Question, root: Path, **chosen: Any) -> Prompt:
    return build_prompt(question, PromptSettings(**{"n_frames": 8, **chosen}), root)


def greys(prompt: Prompt) -> list[int]:
    """Indices of the frames that a model gets to see, read off their pixels, in the order shown."""
    pixels: list[np.ndarray] = []
    for part in prompt.parts:
        if isinstance(part, Image) and part.role == "frame":
            pixels.append(part.pixels)
        elif isinstance(part, Video) and part.frames is not None:
            pixels.extend(part.frames)
        elif isinstance(part, Video):
            info = probe_video(part.path)
            pixels.extend(load_frames(part.path, FramePlan.uniform(info, None, info.n_frames))[0])
    return [round(float(one.mean()) / GREY_STEP) for one in pixels]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_shuffled_frames_are_the_planned_ones_elsewhere(question: Question, root: Path, strategy: Strategy) -> None:
    plain = built(question, root, strategy=strategy)
    shuffled = built(question, root, strategy=strategy, frame_order="shuffled")
    assert greys(plain) == list(plain.manifest.indices)
    assert greys(shuffled) == list(shuffled.manifest.shown_indices or ())
    assert sorted(greys(shuffled)) == greys(plain) != greys(shuffled)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_text_of_shuffled_frames_stays(question: Question, root: Path, strategy: Strategy) -> None:
    plain, shuffled = (PromptSettings(strategy=strategy, frame_order=order) for order in ("time", "shuffled"))
    assert prompt_text(question, shuffled, root) == prompt_text(question, plain, root)


def test_the_order_is_the_same_for_all_strategies_and_questions_of_a_clip(question: Question, root: Path) -> None:
    other = question.model_copy(update={"question_id": "q9", "query_time_s": 3.0, "question": "Which other one?"})
    shown = {
        built(asked, root, strategy=strategy, frame_order="shuffled").manifest.shown_indices
        for asked in (question, other)
        for strategy in STRATEGIES
    }
    assert len(shown) == 1


def test_the_digest_of_shuffled_frames_is_that_of_what_is_shown(question: Question, root: Path) -> None:
    prompt = built(question, root, frame_order="shuffled")
    frames = np.stack([part.pixels for part in prompt.parts if isinstance(part, Image) and part.role == "frame"])
    assert prompt.manifest.pixel_sha256 == pixel_sha256(frames)
    assert prompt.manifest.pixel_sha256 != built(question, root).manifest.pixel_sha256


def test_a_record_made_before_frames_could_be_shuffled_is_read(question: Question, root: Path) -> None:
    manifest = built(question, root).manifest
    old = manifest.model_dump(mode="json")
    assert old.pop("shown_indices") is None
    assert FrameManifest.model_validate(old) == manifest


def plan_of(indices: tuple[int, ...]) -> FramePlan:
    return FramePlan(rule="uniform", n=len(indices), indices=indices, times_s=tuple(float(i) for i in indices))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(n_frames=st.integers(2, 40), name=st.text("abc", min_size=1, max_size=5))
def test_an_order_is_never_that_of_time(n_frames: int, name: str, question: Question) -> None:
    asked = question.model_copy(update={"video": f"{name}.mp4"})
    order = shown_order(asked, PromptSettings(frame_order="shuffled"), plan_of(tuple(range(n_frames))))
    assert order is not None
    assert sorted(order) == list(range(n_frames)) != list(order)


def test_a_single_frame_has_no_order(question: Question) -> None:
    assert shown_order(question, PromptSettings(frame_order="shuffled"), plan_of((7,))) is None


def test_orders_differ_from_video_to_video(question: Question) -> None:
    asked = [question.model_copy(update={"video": f"{number}.mp4"}) for number in range(20)]
    shuffled = PromptSettings(frame_order="shuffled")
    assert len({shown_order(one, shuffled, plan_of(tuple(range(32)))) for one in asked}) == 20


def test_the_order_of_a_clip_does_not_change_from_version_to_version(question: Question) -> None:
    asked = question.model_copy(update={"video": "flight.mp4"})
    order = shown_order(asked, PromptSettings(frame_order="shuffled"), plan_of((5, 15, 25, 35)))
    assert order == (3, 0, 2, 1)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_only_frame_is_the_one_asked_about(question: Question, root: Path, strategy: Strategy) -> None:
    prompt = built(question, root, strategy=strategy, query_frame="only")
    assert greys(prompt) == [20]
    assert (prompt.manifest.n_frames, prompt.manifest.indices, prompt.manifest.query_index) == (1, (20,), None)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_only_frame_is_in_the_middle_where_no_moment_is_asked_about(
    tiles_question: Question, root: Path, strategy: Strategy
) -> None:
    assert tiles_question.video_span_s == (1.0, 3.0)
    assert greys(built(tiles_question, root, strategy=strategy, query_frame="only")) == [20]


@pytest.mark.parametrize(
    "chosen", [{"frame_order": "shuffled"}, {"query_frame": "only"}, {"frame_order": "shuffled", "query_frame": "only"}]
)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_is_decoded_beforehand_is_what_is_shown(
    question: Question, root: Path, strategy: Strategy, chosen: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = question.model_copy(update={"question_id": "q9", "query_time_s": 3.0})
    chosen_settings = PromptSettings.model_validate({"strategy": strategy, "n_frames": 4, **chosen})
    clips, lost = planned_clips([question, later], chosen_settings, root)
    assert (len(clips), lost) == (2 if "query_frame" in chosen else 1, ())
    assert [_decode(clip) for clip in clips] == [""] * len(clips)
    monkeypatch.setattr("links2_tasks.media._recall.load_frames", lambda *_: pytest.fail("decoded"))
    monkeypatch.setattr("links2_tasks.media._planned_clip._write", lambda *_: pytest.fail("written"))
    assert [build_prompt(asked, chosen_settings, root).manifest.n_frames for asked in (question, later)]
