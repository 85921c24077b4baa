"""Several runs on one cache: they warm the same dataset at once while another process removes what is old."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from links2_tasks.media import ClipCache, FramePlan, load_frames, pixel_sha256, planned_clip, probe_video
from links2_tasks.schema import Question

SCRIPT = Path(__file__).with_name("use_shared_cache.py")
N_FRAMES = 12
SPANS_S = [(0.5 * start, 0.5 * start + 4.0) for start in range(5)]


def start(cache: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def outcome(process: subprocess.Popen[str]) -> dict[str, Any]:
    said, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return json.loads(said)


def fresh_digests(video: Path, folder: Path) -> dict[str, list[str]]:
    """Of frames that no cache was asked for, and of clips in a cache that nobody shares."""
    info = probe_video(video)
    found = {}
    for span_s in SPANS_S:
        plan = FramePlan.uniform(info, span_s, N_FRAMES)
        clip = planned_clip(video, plan, cache=ClipCache(folder, 10**9))
        shown = load_frames(clip, FramePlan.uniform(probe_video(clip), n=N_FRAMES))[0]
        found[f"{plan.plan_id} frames"] = [pixel_sha256(load_frames(video, plan)[0])]
        found[f"{plan.plan_id} clip"] = [pixel_sha256(shown)]
    return found


def test_two_runs_and_a_process_that_trims_get_nothing_wrong(
    noisy_root: Path, ask_about: Callable[..., Question], tmp_path: Path
) -> None:
    questions = [ask_about(number, span_s).model_dump(mode="json") for number, span_s in enumerate(SPANS_S)]
    cache, stop = tmp_path / "cache", tmp_path / "stop"
    trimming = start(cache, "trim", str(stop))
    runs = [start(cache, "run", str(noisy_root), json.dumps(questions)) for _ in range(2)]
    try:
        found = [outcome(run) for run in runs]
    finally:
        stop.touch()
    removed = outcome(trimming)["removed"]
    assert removed > 0, "nothing was removed meanwhile, so this test shows nothing"
    fresh = fresh_digests(noisy_root / "noise.mp4", tmp_path / "own")
    assert len(fresh) == 2 * len(SPANS_S)
    assert found == [{"failures": [], "digests": fresh}] * 2
    # Clips stay however small the bound is: a host opens them when it likes.
    clips = [entry for entry in ClipCache(cache / "links2/media", 1).entries() if entry.kind == "clips"]
    assert len(clips) == len(SPANS_S)
