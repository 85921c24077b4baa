from __future__ import annotations

from collections import namedtuple
from pathlib import Path
from typing import Any

import looks
import pytest
from looks import GOOD
from typer.testing import CliRunner

from links2_tasks.cli import app
from links2_tasks.dataset import load_questions
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks._checks import Check
from links2_tasks.frameworks.run import _preflight
from links2_tasks.frameworks.run._estimate import _patches, _tiles, estimate
from links2_tasks.frameworks.run._look import Look, TaskPlan, look_elsewhere
from links2_tasks.frameworks.run._preflight import decode_ahead, preflight, refuse_failed
from links2_tasks.media import clip_cache, summarise_cache
from links2_tasks.prompt import Image, PromptSettings, Text, Video, build_prompt


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))


def plan_of(root: Path, settings: PromptSettings, name: str = "links2_all") -> TaskPlan:
    return TaskPlan(name, settings, load_questions(root))


@pytest.mark.parametrize("modality", ["both", "video", "satellite", "text"])
@pytest.mark.parametrize("strategy", ["frames_as_images", "images_only", "frame_list_video", "native_video"])
@pytest.mark.parametrize("n_frames", [5, 100])
def test_counts_are_those_of_the_prompts(tiny_root: Path, modality: Any, strategy: Any, n_frames: int) -> None:
    settings = PromptSettings(strategy=strategy, modality=modality, n_frames=n_frames, max_frame_px=80)
    found = estimate([plan_of(tiny_root, settings)], tiny_root, images_as_files=False).total
    frames, maps, px, chars = 0, 0, 0, 0
    for question in load_questions(tiny_root):
        prompt = build_prompt(question, settings, tiny_root)
        chars += len("\n".join(part.text for part in prompt.parts if isinstance(part, Text)))
        for part in prompt.parts:
            if isinstance(part, Image):
                frames, maps = frames + (part.role == "frame"), maps + (part.role == "satellite")
                px += part.pixels.shape[0] * part.pixels.shape[1]
            elif isinstance(part, Video):
                frames += len(part.plan.indices)
                # 96 x 64 at most 80 px wide; a file has even sides.
                px += len(part.plan.indices) * 80 * 53
    assert (found.n_questions, found.n_frames, found.n_maps, found.n_px) == (24, frames, maps, px)
    assert chars / 4 <= found.text_tokens <= chars / 4 + 24


@pytest.mark.parametrize(
    ("size", "tokens"),
    [
        ((1024, 1024), 765),
        ((2048, 4096), 1105),
        ((4096, 8192), 1105),
        ((512, 512), 255),
        ((640, 360), 425),
        ((1, 1), 255),
    ],
)
def test_tiles_are_counted_as_openai_does(size: tuple[int, int], tokens: int) -> None:
    """The first three, but for what lies beyond the limit, are the examples of its documentation."""
    assert _tiles(size) == tokens


@pytest.mark.parametrize(
    ("size", "tokens"), [((28, 28), 1), ((56, 84), 6), ((640, 360), 23 * 13), ((1000, 1000), 1296)]
)
def test_patches_are_counted_as_qwen_does(size: tuple[int, int], tokens: int) -> None:
    assert _patches(size) == tokens


def test_frames_of_a_video_are_taken_in_pairs(tiny_root: Path) -> None:
    plans = [
        plan_of(tiny_root, PromptSettings(strategy=strategy, modality="video"))
        for strategy in ("native_video", "frames_as_images")
    ]
    as_video, as_images = (estimate([plan], tiny_root, images_as_files=False).total for plan in plans)
    assert 2 * as_video.patch_tokens == as_images.patch_tokens > 0


def test_a_clip_is_decoded_once_for_all_tasks_and_kept_in_the_size_that_is_shown(tiny_root: Path) -> None:
    few, more = (plan_of(tiny_root, PromptSettings(n_frames=n), f"{n}") for n in (4, 8))
    found = estimate([few, few, more], tiny_root, images_as_files=False)
    assert found.n_clips == 4
    assert found.disk_bytes == 2 * (4 + 8) * 96 * 64 * 3
    # A framework that is handed files keeps frames and maps as such too.
    assert estimate([few], tiny_root, images_as_files=True).disk_bytes == 2 * 4 * 96 * 64 * 4.5 + 24 * 100 * 80 * 1.5


def test_one_frame_is_counted_where_one_is_shown(tiny_root: Path) -> None:
    found = estimate([plan_of(tiny_root, PromptSettings(query_frame="only"))], tiny_root, images_as_files=False)
    assert found.total.n_frames == found.total.n_questions > 0


def test_the_disk_holds_after_decoding_what_was_estimated(tiny_root: Path) -> None:
    plan = plan_of(tiny_root, PromptSettings())
    found = estimate([plan], tiny_root, images_as_files=False)
    decode_ahead([plan], found, tiny_root, workers=1)
    kept = summarise_cache(clip_cache())
    assert sum(kind.n_entries for kind in kept.kinds) == found.n_clips == 2
    assert kept.n_bytes == pytest.approx(found.disk_bytes, rel=0.01)


def test_media_that_cannot_be_opened_are_named_once_and_left_out(
    make_dataset: Any, make_question: Any, tmp_path: Path
) -> None:
    questions = [make_question("uav_localization", index) for index in range(4)]
    questions[:2] = [question.model_copy(update={"video": "videos/gone.mp4"}) for question in questions[:2]]
    root = make_dataset(tmp_path / "data", questions)
    plan = TaskPlan("links2_uav_localization", PromptSettings(), tuple(questions))
    found = preflight(Look((GOOD,), (plan,)), root, images_as_files=False)
    assert found.ok
    assert found.estimate is not None
    assert found.estimate.total.n_questions == 2
    assert [note for note in found.notes if "gone.mp4" in note] == list(found.notes)
    assert len(found.notes) == 1


def test_what_does_not_fit_the_cache_is_said_and_not_decoded_ahead(
    tiny_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKS2_CACHE_GB", "0.0001")
    plan = plan_of(tiny_root, PromptSettings())
    found = preflight(Look((GOOD,), (plan,)), tiny_root, images_as_files=False)
    assert found.ok
    assert found.estimate is not None
    assert "Set LINKS2_CACHE_GB=" in found.notes[0]
    decode_ahead([plan], found.estimate, tiny_root, workers=1)
    assert summarise_cache(clip_cache()).n_bytes == 0


@pytest.mark.parametrize(("bound_gb", "told"), [("0.0001", True), ("1", False)])
def test_filling_a_cache_that_is_too_small_is_told_with_both_figures_and_done(
    tiny_root: Path, monkeypatch: pytest.MonkeyPatch, bound_gb: str, told: bool
) -> None:
    monkeypatch.setenv("LINKS2_CACHE_GB", bound_gb)
    result = CliRunner().invoke(app, ["cache", "warm", str(tiny_root), "--frames", "8"])
    assert result.exit_code == 0, result.output
    assert "2 of 2 clips are at hand" in result.stdout
    # Two clips of 8 frames of 96 x 64 px.
    assert ("Frames come to 0.3 MB, and the cache in " in result.stderr) is told
    assert ("may hold 0.1 MB" in result.stderr and "Set LINKS2_CACHE_GB=0.1 " in result.stderr) is told


def test_a_full_disk_is_found_before_the_run(tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(_preflight.shutil, "disk_usage", lambda path: usage(10, 10, 1000))
    found = preflight(Look((GOOD,), (plan_of(tiny_root, PromptSettings()),)), tiny_root, images_as_files=False)
    assert not found.ok
    with pytest.raises(FrameworkError, match=r"the disk has room\? 1\.2 MB for decoded frames, 1 kB to be had"):
        refuse_failed(found.checks)


def test_a_failed_check_ends_the_look(tiny_root: Path) -> None:
    bad = Check("lmms-eval is installed", False, "there is none", "install it")
    found = preflight(Look((GOOD, bad)), tiny_root, images_as_files=False)
    assert found.estimate is None
    with pytest.raises(FrameworkError, match=r"lmms-eval is installed\? there is none\. Mend it: install it"):
        refuse_failed(found.checks)


def test_a_look_elsewhere_brings_back_what_it_finds_or_why_not(capfd: Any) -> None:
    assert look_elsewhere(looks.shouting).checks == (GOOD,)
    assert capfd.readouterr().out == ""
    with pytest.raises(FrameworkError, match="no such model"):
        look_elsewhere(looks.wrong, "model")
    with pytest.raises(FrameworkError, match="The process that looked at the framework died"):
        look_elsewhere(looks.dead)
