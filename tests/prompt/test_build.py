"""What a prompt is made of, and the record of what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from links2_tasks.errors import DataError, MediaError, PromptError, UnsafePathError
from links2_tasks.media import draw_compass, draw_marks, load_frames, pixel_sha256, probe_video, read_satellite
from links2_tasks.prompt import (
    Image,
    Prompt,
    PromptSettings,
    Strategy,
    Text,
    Video,
    build_prompt,
    prompt_text,
)
from links2_tasks.schema import LETTERS, Question

STRATEGIES = get_args(Strategy)


def built(question: Question, root: Path, **chosen: Any) -> Prompt:
    return build_prompt(question, PromptSettings(**{"n_frames": 4, **chosen}), root)


def images(prompt: Prompt, role: str) -> list[Image]:
    return [part for part in prompt.parts if isinstance(part, Image) and part.role == role]


def videos(prompt: Prompt) -> list[Video]:
    return [part for part in prompt.parts if isinstance(part, Video)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.text("abcdefghij", min_size=3, max_size=12), min_size=2, max_size=6, unique=True),
    strategy=st.sampled_from(STRATEGIES),
    modality=st.sampled_from(["both", "video", "satellite", "text"]),
)
def test_every_option_stands_once_with_its_letter(
    question: Question, root: Path, words: list[str], strategy: str, modality: str
) -> None:
    options = tuple(f"<{word}>" for word in words)
    asked = question.model_copy(update={"options": options, "answer": "A"})
    text = prompt_text(asked, PromptSettings.model_validate({"strategy": strategy, "modality": modality}), root)
    assert all(text.count(option) == 1 for option in options)
    lines = [line for line in text.splitlines() if line.endswith(">")]
    assert lines == [f"{letter}. {option}" for letter, option in zip(LETTERS, options, strict=False)]
    assert text.count(question.question) == 1


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_right_answer_leaves_no_trace(question: Question, root: Path, strategy: Strategy) -> None:
    first = built(question, root, strategy=strategy)
    other = built(question.model_copy(update={"answer": "D"}), root, strategy=strategy)
    assert first.to_text_outline() == other.to_text_outline()
    assert first.manifest == other.manifest


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("modality", ["both", "video", "satellite", "text"])
def test_a_modality_that_is_left_out_is_neither_shown_nor_named(
    question: Question, root: Path, strategy: Strategy, modality: str
) -> None:
    asked = question.model_copy(update={"question": "Which one?"})
    prompt = built(asked, root, strategy=strategy, modality=modality)
    with_video, with_satellite = modality in ("both", "video"), modality in ("both", "satellite")
    assert bool(videos(prompt) or images(prompt, "frame")) == with_video
    assert bool(images(prompt, "satellite")) == with_satellite
    assert ("video" in prompt.text.lower()) == with_video
    assert ("satellite" in prompt.text.lower()) == with_satellite
    assert ("Marked on it" in prompt.text) == with_satellite


def test_frames_are_the_planned_ones(question: Question, root: Path) -> None:
    prompt = built(question, root)
    frames = images(prompt, "frame")
    assert [frame.time_s for frame in frames] == [0.5, 1.5, 2.5, 3.5]
    brightness = [int(frame.pixels.mean()) for frame in frames]
    assert brightness == pytest.approx([6 * 5, 6 * 15, 6 * 25, 6 * 35], abs=6)


def test_a_native_video_holds_the_planned_frames_only(tiles_question: Question, root: Path) -> None:
    prompt = built(tiles_question, root, strategy="native_video")
    (video,) = videos(prompt)
    assert video.frames is None
    assert video.span_s == (1.0, 3.0)
    assert probe_video(video.path).n_frames == 4
    frames, _ = load_frames(video.path, video.plan.model_copy(update={"indices": (0, 1, 2, 3)}))
    expected = [6 * index for index in video.plan.indices]
    assert [int(frame.mean()) for frame in frames] == pytest.approx(expected, abs=6)
    assert prompt.manifest.decoder == "host"
    assert prompt.manifest.pixel_sha256 is None


def test_a_frame_list(question: Question, root: Path) -> None:
    (video,) = videos(built(question, root, strategy="frame_list_video"))
    assert video.frames is not None
    assert video.frames.shape == (4, 48, 64, 3)


def test_manifest(question: Question, root: Path) -> None:
    prompt = built(question, root)
    manifest = prompt.manifest
    frames = np.stack([frame.pixels for frame in images(prompt, "frame")])
    assert manifest.indices == (5, 15, 25, 35)
    assert (manifest.n_frames, manifest.decoder, manifest.strategy) == (4, "links2", "frames_as_images")
    assert manifest.pixel_sha256 == pixel_sha256(frames)
    assert manifest.satellite_sha256 == tuple(pixel_sha256(one.pixels) for one in images(prompt, "satellite"))
    assert manifest.model_validate_json(manifest.model_dump_json()) == manifest
    assert built(question, root, strategy="images_only").manifest.pixel_sha256 == manifest.pixel_sha256


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_frame_that_is_asked_about(question: Question, root: Path, strategy: Strategy) -> None:
    prompt = built(question, root, strategy=strategy, query_frame="extra")
    plain = built(question, root, strategy=strategy)
    shown = images(prompt, "frame")[-1]
    assert shown.time_s == 2.0
    assert int(shown.pixels.mean()) == pytest.approx(6 * 20, abs=6)
    assert prompt.manifest.query_index == 20
    assert prompt.manifest.query_sha256 == pixel_sha256(shown.pixels)
    assert prompt.manifest.plan_id == plain.manifest.plan_id
    assert plain.manifest.query_index is None


def test_a_frame_of_the_plan_is_not_shown_twice(question: Question, root: Path) -> None:
    asked = question.model_copy(update={"query_time_s": 1.5})
    assert len(images(built(asked, root, query_frame="extra"), "frame")) == 4
    timeless = question.model_copy(update={"query_time_s": None})
    assert len(images(built(timeless, root, query_frame="extra"), "frame")) == 4


def test_manifest_without_a_video(question: Question, root: Path) -> None:
    manifest = built(question, root, modality="text").manifest
    assert (manifest.plan_id, manifest.n_frames, manifest.decoder, manifest.satellite_sha256) == (None, 0, "none", ())


def test_marks_are_drawn_at_the_scale_that_is_shown(question: Question, root: Path) -> None:
    plain = read_satellite(root, question.satellite[0], 80)
    (shown,) = images(built(question, root, max_satellite_px=80), "satellite")
    np.testing.assert_array_equal(shown.pixels, draw_marks(plain, question.marks, 0.5))


def test_marks_go_to_their_own_image(tiles_question: Question, question: Question, root: Path) -> None:
    mark = question.marks[0].model_copy(update={"image": 1})
    prompt = built(tiles_question.model_copy(update={"marks": (mark,)}), root)
    shown = images(prompt, "satellite")
    plain = [read_satellite(root, image, 1024) for image in tiles_question.satellite]
    changed = [bool((one.pixels != other).any()) for one, other in zip(shown, plain, strict=True)]
    assert changed == [False, True, False]
    assert "Satellite image B, north up, 0.5 m per pixel. Marked on it: point A." in prompt.text


def test_overlays_are_drawn_when_asked_for(question: Question, root: Path) -> None:
    bare = images(built(question, root), "satellite")[0].pixels
    for overlay in ("north_arrow", "scale_bar"):
        drawn = images(built(question, root, overlays=(overlay,)), "satellite")[0].pixels
        assert (drawn != bare).any()
    unknown = question.satellite[0].model_copy(update={"north_up": False})
    asked = question.model_copy(update={"satellite": (unknown,)})
    same = images(built(asked, root, overlays=("north_arrow",)), "satellite")[0].pixels
    np.testing.assert_array_equal(same, bare)


def test_the_north_arrow_of_a_turned_map_points_to_true_north(question: Question, root: Path) -> None:
    turned = question.satellite[0].model_copy(update={"north_up": False, "turned_deg": 90})
    asked = question.model_copy(update={"satellite": (turned,), "marks": ()})
    shown = images(built(asked, root, overlays=("north_arrow",)), "satellite")[0].pixels
    plain = read_satellite(root, turned, 1024)
    assert plain.shape == (160, 120, 3)
    np.testing.assert_array_equal(shown, draw_compass(plain, 90))
    assert (shown != draw_compass(plain)).any()


def test_images_without_labels_are_numbered_when_there_are_several(tiles_question: Question, root: Path) -> None:
    nameless = tuple(image.model_copy(update={"label": None}) for image in tiles_question.satellite)
    text = built(tiles_question.model_copy(update={"satellite": nameless}), root).text
    assert all(f"Satellite image {number}, north up" in text for number in (1, 2, 3))


def test_the_text_is_made_without_decoding(question: Question, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("recall_frames", "read_satellite", "planned_clip"):
        monkeypatch.setattr(f"links2_tasks.prompt._build.{name}", lambda *_: pytest.fail("decoded"))
    assert "At 2.0 s" in prompt_text(question, PromptSettings(), root)


def test_the_root_of_the_environment(question: Question, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKS2_DATA", str(root))
    assert build_prompt(question).manifest.n_frames == 32
    monkeypatch.delenv("LINKS2_DATA")
    with pytest.raises(DataError):
        build_prompt(question)


def test_faults_of_a_question(question: Question, root: Path) -> None:
    with pytest.raises(MediaError, match="No video file"):
        built(question.model_copy(update={"video": "none.mp4"}), root)
    with pytest.raises(UnsafePathError):
        built(question.model_copy(update={"video": "../flight.mp4"}), root)
    with pytest.raises(PromptError, match="no satellite image"):
        built(question.model_copy(update={"satellite": (), "marks": ()}), root, modality="satellite")
    with pytest.raises(PromptError, match="no `value`"):
        built(question, root, answer_form="number")


@pytest.mark.parametrize(
    "wrong", [{"strategy": "auto"}, {"n_frames": 0}, {"modality": "sound"}, {"frames": 8}, {"max_satellite_px": 1}]
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PromptSettings.model_validate(wrong)


def test_parts_are_in_the_order_of_the_settings(question: Question, root: Path) -> None:
    first = [type(part) for part in built(question, root, strategy="native_video").parts]
    assert first == [Text, Video, Text, Image, Text]
    other = [type(part) for part in built(question, root, strategy="native_video", order="satellite_first").parts]
    assert other == [Text, Image, Text, Video, Text]
