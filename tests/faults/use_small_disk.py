"""Build prompts with the cache on a disk that is full, then again once there is room: run by `test_full_disk.py`.

Arguments: folder of the dataset, its question as JSON, folder for the cache, and how the disk is made small: `filler`, a
file in the cache's folder that is removed later, or `limit`, the most bytes of a file. Prints what happened as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs

LIMIT_BYTES = 20_000


def attempt(make: Callable[[], Any]) -> dict[str, Any]:
    """What came of it: a digest or the error, and the warnings."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            made, error = make(), None
        except Exception as failed:  # noqa: BLE001 - whatever it is, the test looks at it
            made, error = None, f"{type(failed).__name__}: {failed}"
    return {"made": made, "error": error, "warnings": [str(each.message) for each in told]}


def everything(root: Path, line: str) -> dict[str, Any]:
    from links2_tasks.frameworks._asked import Asked
    from links2_tasks.frameworks.vlmeval._shown import image_file, recall, remember
    from links2_tasks.media import (
        FramePlan,
        _recall,
        load_frames,
        pixel_sha256,
        planned_clip,
        probe_video,
        recall_frames,
    )
    from links2_tasks.media._memory import ArrayMemory
    from links2_tasks.prompt import PromptSettings, build_prompt
    from links2_tasks.schema import Question

    # What this process decoded while there was no room would otherwise be at hand, and never be written.
    _recall._RECENT = ArrayMemory(2**28)
    question, video = Question.model_validate_json(line), root / "noise.mp4"
    info = probe_video(video)
    plans = {n: FramePlan.uniform(info, n=n) for n in (30, 31)}
    fresh = load_frames(video, plans[30])[0]
    frames, native = (PromptSettings(strategy=name) for name in ("frames_as_images", "native_video"))
    asked = Asked(reason="media_error", error="x" * 50_000)

    def kept_record() -> bool:
        remember(line, frames, asked)
        return recall(line, frames) == asked

    return {
        "fresh": pixel_sha256(fresh),
        "recalled": attempt(lambda: pixel_sha256(recall_frames(video, plans[30]))),
        "clip": attempt(lambda: probe_video(planned_clip(video, plans[31])).n_frames),
        "frames prompt": attempt(lambda: build_prompt(question, frames, root).manifest.pixel_sha256),
        "fresh prompt": pixel_sha256(load_frames(video, FramePlan.uniform(info, question.video_span_s, 32))[0]),
        "native prompt": attempt(lambda: str(build_prompt(question, native, root).parts[1].path)),
        "image for VLMEvalKit": attempt(lambda: image_file(fresh.reshape(-1, 96, 3)).stat().st_size),
        "record for VLMEvalKit": attempt(kept_record),
    }


def files_in(cache: Path) -> list[str]:
    return sorted(str(path.relative_to(cache)) for path in (cache / "links2").rglob("*") if path.is_file())


def main(root: Path, line: str, cache: Path, how: str) -> None:
    platformdirs.user_cache_dir = lambda name, *_, **__: str(cache / name)
    filler, unlimited = cache / "filler", resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    else:
        fill(filler)
    full = everything(root, line)
    left = files_in(cache)
    resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    filler.unlink(missing_ok=True)
    print(json.dumps({"full": full, "left": left, "room": everything(root, line), "kept": files_in(cache)}))


def fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(4096))
        except OSError:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4])
