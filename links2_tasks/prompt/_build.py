"""From a question to a prompt."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from links2_tasks.dataset import find_root
from links2_tasks.media import (
    draw_compass,
    draw_marks,
    draw_scale_bar,
    pixel_sha256,
    planned_clip,
    read_satellite,
    recall_frames,
)
from links2_tasks.prompt._outline import (
    FrameListSlot,
    Outline,
    SatelliteSlot,
    Slot,
    VideoFileSlot,
    outline,
)
from links2_tasks.prompt._parts import FrameManifest, Image, Part, Prompt, Text, Video
from links2_tasks.prompt._settings import PromptSettings
from links2_tasks.prompt._wording import ShownSatellite
from links2_tasks.schema import Question

DEFAULT_SETTINGS = PromptSettings()


def build_prompt(
    question: Question, settings: PromptSettings = DEFAULT_SETTINGS, root: str | Path | None = None
) -> Prompt:
    """Build the ordered parts that put a question to a model.

    Args:
        question: The question.
        settings: What is shown, and how.
        root: Folder of the dataset; None looks it up as `links2_tasks.dataset.find_root` does.

    Raises:
        MediaError: the video or a satellite image cannot be read.
        UnsafePathError: a path of the question leaves the root.
        PromptError: the settings do not fit the question.
        DataError: there is no dataset.
    """
    folder = find_root(root)
    laid_out = outline(question, settings, folder)
    frames = _frames(laid_out, settings)
    maps = [_draw_satellite(shown, settings, folder) for shown in laid_out.satellites]
    parts = tuple(_filled(slot, laid_out, settings, frames, maps) for slot in laid_out.slots)
    return Prompt(parts, _manifest(laid_out, settings, frames, maps))


def prompt_text(question: Question, settings: PromptSettings = DEFAULT_SETTINGS, root: str | Path | None = None) -> str:
    """The text of the prompt that `build_prompt` makes, without decoding any image.

    Raises:
        As `build_prompt`.
    """
    laid_out = outline(question, settings, find_root(root))
    return "\n".join(slot.text for slot in laid_out.slots if isinstance(slot, Text))


def _frames(laid_out: Outline, settings: PromptSettings) -> np.ndarray | None:
    """The planned frames, unless none are shown or the host decodes them."""
    if laid_out.video is None or any(isinstance(slot, VideoFileSlot) for slot in laid_out.slots):
        return None
    return recall_frames(laid_out.video.path, laid_out.video.plan, settings.max_frame_px)


def _draw_satellite(shown: ShownSatellite, settings: PromptSettings, root: Path) -> np.ndarray:
    pixels = read_satellite(root, shown.image, settings.max_satellite_px)
    if "scale_bar" in settings.overlays:
        pixels = draw_scale_bar(pixels, shown.gsd_m)
    # The data do not say where north is in an image that is not north up.
    if "north_arrow" in settings.overlays and shown.image.north_up:
        pixels = draw_compass(pixels)
    return draw_marks(pixels, shown.marks, shown.scale) if shown.marks else pixels


def _filled(
    slot: Slot, laid_out: Outline, settings: PromptSettings, frames: np.ndarray | None, maps: list[np.ndarray]
) -> Part:
    if isinstance(slot, Text):
        return slot
    if isinstance(slot, SatelliteSlot):
        return Image(maps[slot.position], "satellite", label=laid_out.satellites[slot.position].label)
    video = laid_out.shown_video
    if isinstance(slot, VideoFileSlot):
        clip = planned_clip(video.path, video.plan, settings.max_frame_px)
        return Video(clip, video.span_s, video.plan)
    if frames is None or isinstance(slot, FrameListSlot):
        return Video(video.path, video.span_s, video.plan, frames)
    return Image(frames[slot.position], "frame", time_s=video.plan.times_s[slot.position])


def _manifest(
    laid_out: Outline, settings: PromptSettings, frames: np.ndarray | None, maps: list[np.ndarray]
) -> FrameManifest:
    plan = laid_out.video.plan if laid_out.video else None
    return FrameManifest(
        strategy=settings.strategy,
        modality=settings.modality,
        plan_id=plan.plan_id if plan else None,
        n_frames=len(plan.indices) if plan else 0,
        indices=plan.indices if plan else (),
        times_s=plan.times_s if plan else (),
        decoder="none" if plan is None else "host" if frames is None else "links2",
        pixel_sha256=None if frames is None else pixel_sha256(frames),
        satellite_sha256=tuple(pixel_sha256(pixels) for pixels in maps),
    )
