"""Decode what a dataset's prompts will show, before anything is asked."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from links2_tasks._files import size_text
from links2_tasks.errors import Links2Error
from links2_tasks.media import (
    CacheSummary,
    FramePlan,
    planned_clip,
    probe_video,
    recall_frames,
    resolve_inside,
    shown_scale,
)
from links2_tasks.prompt._plans import frame_plan, shown_order
from links2_tasks.prompt._settings import PromptSettings
from links2_tasks.schema import Question

RAW_BYTES_PER_PX = 3
"""Of frames as they lie in the cache."""
ENCODED_BYTES_PER_PX = 1.5
"""Of frames as PNG or in a clip without loss: 1.2 (frames) to 1.7 (maps), measured on simulated flights."""


@dataclass(frozen=True)
class PlannedClip:
    """Frames of a video that prompts will show."""

    path: Path
    plan: FramePlan
    max_px: int
    as_video: bool
    """Whether a model is given them as a video file."""
    order: tuple[int, ...] | None = None
    """Places in the plan of the frames in the order in which they are shown; None for that of time."""


@dataclass(frozen=True)
class WarmFailure:
    """A video that could not be decoded; its questions will say so too."""

    video: str
    error: str


@dataclass(frozen=True)
class WarmReport:
    """What is at hand now."""

    n_clips: int
    failures: tuple[WarmFailure, ...]


_Place: TypeAlias = tuple[str, tuple[float, float], float | None]
"""Video, span, and the moment that is asked about where the plan depends on it."""


def planned_clips(
    questions: Iterable[Question], settings: PromptSettings, root: Path
) -> tuple[tuple[PlannedClip, ...], tuple[WarmFailure, ...]]:
    """What the prompts of some questions show of their videos, each once; and the videos that cannot be opened."""
    clips: dict[_Place, PlannedClip] = {}
    failures: dict[_Place, WarmFailure] = {}
    if settings.modality not in ("both", "video"):
        return (), ()
    for question in questions:
        asked_s = question.query_time_s if settings.query_frame == "only" else None
        place = question.video, question.video_span_s, asked_s
        if place in clips or place in failures:
            continue
        try:
            path = resolve_inside(root, question.video)
            plan = frame_plan(question, settings, probe_video(path))
        except Links2Error as error:
            failures[place] = WarmFailure(question.video, str(error))
        else:
            as_video = settings.strategy == "native_video"
            order = shown_order(question, settings, plan)
            clips[place] = PlannedClip(path, plan, settings.max_frame_px, as_video, order)
    # A video that cannot be opened is told once, however many parts of it are asked about.
    return tuple(clips.values()), tuple(dict.fromkeys(failures.values()))


def decoded_bytes(clips: Iterable[PlannedClip]) -> int:
    """What the cache holds when all of these clips are in it; estimated for the video files, exact for the frames."""
    total = 0.0
    for clip in clips:
        video = probe_video(clip.path)
        scale = shown_scale(video.width_px, video.height_px, clip.max_px)
        n_px = round(video.width_px * scale) * round(video.height_px * scale) * len(clip.plan.indices)
        total += n_px * (RAW_BYTES_PER_PX + (ENCODED_BYTES_PER_PX if clip.as_video else 0))
    return round(total)


def shortage(needed_bytes: int, cache: CacheSummary) -> str | None:
    """A warning where a cache may not hold as much as is needed, with both figures and what to set; else None."""
    if needed_bytes <= cache.max_bytes:
        return None
    # A tenth more than needed, and never rounded down to what would not do.
    wanted_gb = math.ceil(needed_bytes / 1e9 * 1.1 * 10) / 10
    return (
        f"Frames come to {size_text(needed_bytes)}, and the cache in {cache.folder} may hold "
        f"{size_text(cache.max_bytes)}: what was used longest ago is removed to make room, and is decoded again when "
        f"it is asked for. Set LINKS2_CACHE_GB={wanted_gb:g} if the disk has the room."
    )


def warm(clips: Iterable[PlannedClip], workers: int, progress: Callable[[str], None]) -> WarmReport:
    """Decode clips into the cache, several at once; those that are there already cost a look.

    Args:
        clips: What to decode.
        workers: Number of processes.
        progress: Told the name of each video when it is done.
    """
    jobs = tuple(clips)
    failures: list[WarmFailure] = []
    # Started afresh and not forked: the parent may run threads of other libraries.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=workers, mp_context=context) as pool:
        running = {pool.submit(_decode, job): job for job in jobs}
        for done in as_completed(running):
            error = done.result()
            if error:
                failures.append(WarmFailure(running[done].path.name, error))
            progress(running[done].path.name)
    return WarmReport(len(jobs), tuple(failures))


def _decode(clip: PlannedClip) -> str:
    """Decode one clip; what went wrong, or nothing."""
    try:
        if clip.as_video:
            planned_clip(clip.path, clip.plan, clip.max_px, order=clip.order)
        else:
            recall_frames(clip.path, clip.plan, clip.max_px)
    except Links2Error as error:
        return str(error)
    return ""
