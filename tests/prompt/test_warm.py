"""What prompts will show is decoded beforehand, each clip once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from links2_tasks.media import CacheSummary, VideoWriter, clip_cache, summarise_cache
from links2_tasks.media._memory import ArrayMemory
from links2_tasks.prompt import PromptSettings, build_prompt, decoded_bytes, planned_clips, shortage, warm
from links2_tasks.schema import Question


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/links2/media"


def others(question: Question, n: int) -> list[Question]:
    return [question.model_copy(update={"question_id": str(number)}) for number in range(n)]


def test_questions_about_a_clip_share_its_frames(question: Question, root: Path, cache: Path) -> None:
    clips, lost = planned_clips(others(question, 5), PromptSettings(n_frames=4), root)
    assert (len(clips), lost) == (1, ())
    told: list[str] = []
    report = warm(clips, 2, told.append)
    assert (report.n_clips, report.failures, len(told)) == (1, (), 1)
    assert len(list(clip_cache().entries())) == 1


def test_a_prompt_takes_what_was_decoded_beforehand(
    question: Question, root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = PromptSettings(n_frames=4)
    fresh = build_prompt(question, settings, root).manifest
    warm(planned_clips([question], settings, root)[0], 1, lambda _: None)
    monkeypatch.setattr("links2_tasks.media._recall.load_frames", lambda *_: pytest.fail("decoded again"))
    monkeypatch.setattr("links2_tasks.media._recall._RECENT", ArrayMemory(2**20))
    assert build_prompt(question, settings, root).manifest == fresh


def test_native_video_makes_the_clip(question: Question, root: Path, cache: Path) -> None:
    warm(planned_clips([question], PromptSettings(strategy="native_video", n_frames=4), root)[0], 1, lambda _: None)
    assert sorted(entry.kind for entry in clip_cache().entries()) == ["clips", "frames"]


def test_nothing_is_decoded_for_questions_without_video(question: Question, root: Path) -> None:
    assert planned_clips([question], PromptSettings(modality="satellite"), root) == ((), ())


def test_a_video_that_cannot_be_read_is_named_and_the_others_are_decoded(
    question: Question, root: Path, cache: Path
) -> None:
    with VideoWriter(root / "second.mp4", 64, 48, 8) as writer:
        for number in range(16):
            writer.write(np.full((48, 64, 3), number, np.uint8))
    (root / "broken.mp4").write_bytes(b"no video")
    broken, second, lost = (
        question.model_copy(update={"video": f"{name}.mp4"}) for name in ("broken", "second", "lost")
    )
    span = {"video_span_s": (0.0, 2.0), "query_time_s": None}
    clips, failures = planned_clips(
        [broken, second.model_copy(update=span), lost, question], PromptSettings(n_frames=4), root
    )
    assert {failure.video for failure in failures} == {"broken.mp4", "lost.mp4"}
    assert warm(clips, 1, lambda _: None).failures == ()


@pytest.mark.parametrize("max_frame_px", [640, 48])
def test_the_bytes_are_foretold_that_the_cache_then_holds(
    question: Question, root: Path, cache: Path, max_frame_px: int
) -> None:
    clips, _ = planned_clips([question], PromptSettings(n_frames=4, max_frame_px=max_frame_px), root)
    warm(clips, 1, lambda _: None)
    head_of_a_file = 128
    assert summarise_cache(clip_cache()).n_bytes == decoded_bytes(clips) + head_of_a_file


def test_a_video_file_counts_beside_its_frames(question: Question, root: Path) -> None:
    as_frames, _ = planned_clips([question], PromptSettings(n_frames=4), root)
    as_video, _ = planned_clips([question], PromptSettings(strategy="native_video", n_frames=4), root)
    assert decoded_bytes(as_video) == 1.5 * decoded_bytes(as_frames)


@pytest.mark.parametrize(
    ("needed_bytes", "needed", "bound", "wanted"),
    [
        (30 * 10**9, "30.0 GB", "20.0 GB", "LINKS2_CACHE_GB=33 "),
        (20 * 10**9 + 1, "20.0 GB", "20.0 GB", "LINKS2_CACHE_GB=22.1 "),
        (33 * 10**6, "33.0 MB", "1.0 MB", "LINKS2_CACHE_GB=0.1 "),
    ],
)
def test_a_cache_that_is_too_small_is_told_with_both_figures_and_what_to_set(
    tmp_path: Path, needed_bytes: int, needed: str, bound: str, wanted: str
) -> None:
    kept = CacheSummary(tmp_path, (), 10**6 if "MB" in bound else 20 * 10**9)
    told = shortage(needed_bytes, kept)
    assert told is not None
    assert all(part in told for part in (f"come to {needed}", f"hold {bound}", wanted, str(tmp_path)))


def test_what_fits_the_cache_exactly_is_no_shortage(tmp_path: Path) -> None:
    assert shortage(1000, CacheSummary(tmp_path, (), 1000)) is None
