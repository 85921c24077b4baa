"""Clips of exactly the planned frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from links2_tasks.errors import MediaError
from links2_tasks.media import ClipCache, FramePlan, _planned_clip, load_frames, planned_clip, probe_video


@pytest.fixture
def cache(tmp_path: Path) -> ClipCache:
    return ClipCache(tmp_path / "cache", 10**9)


def test_holds_the_planned_frames_at_their_true_spacing(
    even_video: Path, cache: ClipCache, number_of: Callable[[np.ndarray], int]
) -> None:
    plan = FramePlan.uniform(probe_video(even_video), (0.5, 3.5), 8)
    clip = planned_clip(even_video, plan, cache=cache)
    info = probe_video(clip)
    frames, times_s = load_frames(clip, FramePlan.uniform(info, n=99))
    assert [number_of(frame) for frame in frames] == list(plan.indices)
    assert times_s + plan.times_s[0] == pytest.approx(plan.times_s, abs=1 / info.fps / 4)
    assert times_s[-1] == pytest.approx(plan.times_s[-1] - plan.times_s[0], abs=1e-3)


def test_made_once_for_a_content_plan_and_size(
    even_video: Path, cache: ClipCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = probe_video(even_video)
    plan = FramePlan.uniform(info, n=4)
    clip = planned_clip(even_video, plan, 80, cache)
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(even_video.read_bytes())
    assert planned_clip(even_video, FramePlan.uniform(info, n=5), 80, cache) != clip
    assert planned_clip(even_video, plan, 60, cache) != clip
    monkeypatch.setattr(_planned_clip, "_write", lambda *_: pytest.fail("made again"))
    assert planned_clip(even_video, plan, 80, cache) == clip
    assert planned_clip(copy, plan, 80, cache) == clip


def test_one_frame_of_an_odd_size(even_video: Path, cache: ClipCache) -> None:
    info = probe_video(planned_clip(even_video, FramePlan.at_times(probe_video(even_video), [1.0]), 75, cache))
    assert (info.width_px, info.height_px, info.n_frames) == (74, 14, 1)


def test_faults(even_video: Path, cache: ClipCache, tmp_path: Path) -> None:
    plan = FramePlan.uniform(probe_video(even_video), n=4)
    with pytest.raises(MediaError, match=r"none\.mp4"):
        planned_clip(tmp_path / "none.mp4", plan, cache=cache)
    (tmp_path / "file").write_text("")
    with pytest.raises(MediaError, match="can be written"):
        planned_clip(even_video, plan, cache=ClipCache(tmp_path / "file", 10**9))
