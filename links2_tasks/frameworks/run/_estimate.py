"""What a run will ask and show, counted from the questions and the headers of their media: nothing is decoded.

Two rules turn images into tokens; both are estimates, and a model's own processor has the last word:

* patches, as Qwen2.5-VL has it: sides are rounded to multiples of 28 pixels, and each 28 x 28 is one token. Frames of a
  video file are taken in pairs, at most 768 tokens each.
* tiles, as OpenAI's `detail: high` has it: shrunk to fit 2048 x 2048, then to a shorter side of 768, then cut into
  tiles of 512 x 512: 85 tokens and 170 for each tile. Services are sent frames as images.

Text counts as one token for each four characters. What models answer is not in the estimate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from links2_tasks.errors import Links2Error
from links2_tasks.frameworks.run._look import TaskPlan
from links2_tasks.media import probe_video, resolve_inside, satellite_size, shown_scale
from links2_tasks.prompt import ENCODED_BYTES_PER_PX, RAW_BYTES_PER_PX, PromptSettings, frame_plan, prompt_text
from links2_tasks.schema import Question

UPLOAD_BYTES_PER_PX = ENCODED_BYTES_PER_PX * 4 / 3
"""As a PNG in base64."""
_PATCH_PX, _MOST_VIDEO_PATCHES = 28, 768
_FIT_PX, _SHORTER_PX, _TILE_PX = 2048, 768, 512
_TILE_TOKENS, _IMAGE_TOKENS = 170, 85
_CHARS_PER_TOKEN = 4

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True)
class Estimate:
    """Sums over some questions."""

    n_questions: int = 0
    n_frames: int = 0
    n_maps: int = 0
    n_px: int = 0
    text_tokens: int = 0
    patch_tokens: int = 0
    """Of images, by patches."""
    tile_tokens: int = 0
    """Of images, by tiles."""

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def upload_bytes(self) -> int:
        """What is sent when images go as PNG in base64."""
        return round(self.n_px * UPLOAD_BYTES_PER_PX)


@dataclass(frozen=True)
class RunEstimate:
    """A whole run."""

    tasks: dict[str, Estimate]
    n_clips: int
    """Distinct spans of video with their frames; each is decoded once."""
    disk_bytes: int
    """What the cache of decoded frames, clips and images comes to."""
    faults: tuple[str, ...]
    """Media that cannot be opened; their questions are not in the sums."""

    @property
    def total(self) -> Estimate:
        """All tasks."""
        return reduce(Estimate.__add__, self.tasks.values(), Estimate())


@dataclass(frozen=True)
class _Shown:
    """Sizes of what one prompt shows."""

    frames: Sequence[Size]
    maps: Sequence[Size]


def estimate(plans: Iterable[TaskPlan], root: Path, images_as_files: bool) -> RunEstimate:
    """Count what some tasks will show.

    Args:
        plans: The tasks.
        root: Folder of the dataset.
        images_as_files: Whether the framework is handed images as files, which are kept too.
    """
    clips: dict[tuple[object, ...], Sequence[Size]] = {}
    faults: dict[str, None] = {}
    tasks: dict[str, Estimate] = {}
    disk_bytes = 0.0
    for plan in plans:
        sums = Estimate()
        for question in plan.questions:
            try:
                shown = _shown(question, plan.settings, root, clips)
                text = prompt_text(question, plan.settings, root)
            except Links2Error as error:
                faults[str(error)] = None
                continue
            sums += _estimate(shown, text, plan.settings)
            disk_bytes += ENCODED_BYTES_PER_PX * _n_px(shown.maps) if images_as_files else 0
        tasks[plan.name] = sums
    for key, frames in clips.items():
        also_encoded = images_as_files or "native_video" in key
        disk_bytes += _n_px(frames) * (RAW_BYTES_PER_PX + (ENCODED_BYTES_PER_PX if also_encoded else 0))
    return RunEstimate(tasks, len(clips), round(disk_bytes), tuple(faults))


def estimate_prompt(frames: Sequence[Size], maps: Sequence[Size], text: str, settings: PromptSettings) -> Estimate:
    """What one prompt comes to.

    Args:
        frames: Sizes of the frames in the video file.
        maps: Sizes of the satellite images in their files.
        text: All of its text.
        settings: How it is put; frames and satellite images that are larger than these allow are scaled down.
    """
    shown = _Shown(
        [_fitted(size, settings.max_frame_px) for size in frames],
        [_fitted(size, settings.max_satellite_px) for size in maps],
    )
    return _estimate(shown, text, settings)


def _shown(
    question: Question, settings: PromptSettings, root: Path, clips: dict[tuple[object, ...], Sequence[Size]]
) -> _Shown:
    frames: Sequence[Size] = ()
    if settings.modality in ("both", "video"):
        as_video = "native_video" if settings.strategy == "native_video" else "frames"
        asked_s = question.query_time_s if settings.query_frame == "only" else None
        key = question.video, question.video_span_s, asked_s, settings.n_frames, settings.max_frame_px, as_video
        if key not in clips:
            clips[key] = _frames(question, settings, root)
        frames = clips[key]
    maps: list[Size] = []
    if settings.modality in ("both", "satellite"):
        maps = [_fitted(satellite_size(root, each), settings.max_satellite_px) for each in question.satellite]
    return _Shown(frames, maps)


def _frames(question: Question, settings: PromptSettings, root: Path) -> Sequence[Size]:
    video = probe_video(resolve_inside(root, question.video))
    plan = frame_plan(question, settings, video)
    return [_fitted((video.width_px, video.height_px), settings.max_frame_px)] * len(plan.indices)


def _fitted(size: Size, max_px: int) -> Size:
    scale = shown_scale(*size, max_px)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _estimate(shown: _Shown, text: str, settings: PromptSettings) -> Estimate:
    images = [*shown.frames, *shown.maps]
    if settings.strategy in ("native_video", "frame_list_video"):
        patches = sum(min(_patches(frame), _MOST_VIDEO_PATCHES) for frame in shown.frames) // 2
    else:
        patches = sum(map(_patches, shown.frames))
    return Estimate(
        n_questions=1,
        n_frames=len(shown.frames),
        n_maps=len(shown.maps),
        n_px=_n_px(images),
        text_tokens=math.ceil(len(text) / _CHARS_PER_TOKEN),
        patch_tokens=patches + sum(map(_patches, shown.maps)),
        tile_tokens=sum(map(_tiles, images)),
    )


def _n_px(sizes: Iterable[Size]) -> int:
    return sum(width_px * height_px for width_px, height_px in sizes)


def _patches(size: Size) -> int:
    return math.prod(max(1, round(side / _PATCH_PX)) for side in size)


def _tiles(size: Size) -> int:
    scale = min(1.0, _FIT_PX / max(size))
    scale *= min(1.0, _SHORTER_PX / (min(size) * scale))
    n_tiles = math.prod(math.ceil(round(side * scale, 6) / _TILE_PX) for side in size)
    return _IMAGE_TOKENS + _TILE_TOKENS * n_tiles
