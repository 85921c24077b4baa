"""Use the user's cache while other processes use it too: run by `test_shared_cache.py`.

`run ROOT LINES`: warm the cache for the questions, then take every clip and its frames three times, and print the
digests of the frames. `trim STOP`: keep the cache to a few kilobytes until there is a file STOP, and print how many bytes
went.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

from links2_tasks.media import ClipCache, FramePlan, clip_cache, load_frames, pixel_sha256, planned_clip, probe_video
from links2_tasks.media._recall import cached_frames
from links2_tasks.prompt import PromptSettings, planned_clips, warm
from links2_tasks.schema import Question

N_FRAMES = 12
BOUND_BYTES = 100_000


def run(root: Path, lines: str) -> None:
    questions = [Question.model_validate(each) for each in json.loads(lines)]
    failures: list[str] = []
    for strategy in ("frames_as_images", "native_video"):
        settings = PromptSettings(strategy=strategy, n_frames=N_FRAMES)
        clips, lost = planned_clips(questions, settings, root)
        report = warm(clips, workers=1, progress=lambda video: None)
        failures += [each.error for each in (*lost, *report.failures)]
    found: dict[str, set[str]] = {}
    for _ in range(3):
        for clip in clips:
            # From the disk and not from this process's memory.
            frames = cached_frames(clip_cache(), clip.path, clip.plan, clip.max_px)
            found.setdefault(f"{clip.plan.plan_id} frames", set()).add(pixel_sha256(frames))
            derived = planned_clip(clip.path, clip.plan, clip.max_px)
            shown = load_frames(derived, FramePlan.uniform(probe_video(derived), n=N_FRAMES))[0]
            found.setdefault(f"{clip.plan.plan_id} clip", set()).add(pixel_sha256(shown))
    print(json.dumps({"failures": failures, "digests": {key: sorted(each) for key, each in found.items()}}))


def trim(stop: Path) -> None:
    removed = 0
    while not stop.exists():
        # An object of its own each time: this bound is not the one that the runs have.
        removed += ClipCache(clip_cache().folder, BOUND_BYTES).trim()
        time.sleep(0.002)
    print(json.dumps({"removed": removed}))


if __name__ == "__main__":
    # What is trimmed between being found and being read is decoded again, with a warning.
    warnings.simplefilter("ignore")
    {"run": lambda: run(Path(sys.argv[2]), sys.argv[3]), "trim": lambda: trim(Path(sys.argv[2]))}[sys.argv[1]]()
