"""From a question to a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from links2_tasks.dataset import find_root
from links2_tasks.media import (
    draw_compass,
    draw_marks,
    draw_scale_bar,
    load_frames,
    pixel_sha256,
    planned_clip,
    read_satellite,
    recall_frames,
    recall_sha256,
)
from links2_tasks.prompt._outline import (
    FrameListSlot,
    FrameSlot,
    Outline,
    QueryFrameSlot,
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


@dataclass(frozen=True)
class _Pixels:
    """What fills the slots of an outline."""

    frames: np.ndarray | None
    """(T, H, W, 3); None when none are shown or the host decodes them."""
    query: np.ndarray | None
    """(H, W, 3) of the frame that the question asks about."""
    maps: tuple[np.ndarray, ...]


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
    pixels = _Pixels(
        frames=_frames(laid_out, settings),
        query=_query_frame(laid_out, settings),
        maps=tuple(_draw_satellite(shown, settings, folder) for shown in laid_out.satellites),
    )
    parts = tuple(_filled(slot, laid_out, settings, pixels) for slot in laid_out.slots)
    return Prompt(parts, _manifest(laid_out, settings, pixels))


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
    video = laid_out.video
    return recall_frames(video.path, video.plan, settings.max_frame_px, order=video.order)


def _query_frame(laid_out: Outline, settings: PromptSettings) -> np.ndarray | None:
    video = laid_out.video
    if video is None or video.query is None:
        return None
    return load_frames(video.path, video.query, settings.max_frame_px)[0][0]


def _draw_satellite(shown: ShownSatellite, settings: PromptSettings, root: Path) -> np.ndarray:
    pixels = read_satellite(root, shown.image, settings.max_satellite_px)
    if "scale_bar" in settings.overlays:
        pixels = draw_scale_bar(pixels, shown.gsd_m)
    north_deg = shown.image.north_deg
    if "north_arrow" in settings.overlays and north_deg is not None:
        pixels = draw_compass(pixels, north_deg)
    return draw_marks(pixels, shown.marks, shown.scale) if shown.marks else pixels


def _filled(slot: Slot, laid_out: Outline, settings: PromptSettings, pixels: _Pixels) -> Part:
    if isinstance(slot, Text):
        return slot
    if isinstance(slot, SatelliteSlot):
        return Image(pixels.maps[slot.position], "satellite", label=laid_out.satellites[slot.position].label)
    video = laid_out.shown_video
    if isinstance(slot, FrameSlot) and pixels.frames is not None:
        place = slot.position if video.order is None else video.order[slot.position]
        return Image(pixels.frames[slot.position], "frame", time_s=video.plan.times_s[place])
    if isinstance(slot, QueryFrameSlot) and pixels.query is not None and video.query is not None:
        return Image(pixels.query, "frame", time_s=video.query.times_s[0])
    if isinstance(slot, FrameListSlot):
        return Video(video.path, video.span_s, video.plan, pixels.frames, order=video.order)
    clip = planned_clip(video.path, video.plan, settings.max_frame_px, order=video.order)
    return Video(clip, video.span_s, video.plan, order=video.order)


def _manifest(laid_out: Outline, settings: PromptSettings, pixels: _Pixels) -> FrameManifest:
    maps = tuple(pixel_sha256(one) for one in pixels.maps)
    video = laid_out.video
    if video is None:
        return FrameManifest(
            strategy=settings.strategy,
            modality=settings.modality,
            plan_id=None,
            n_frames=0,
            indices=(),
            times_s=(),
            decoder="none",
            pixel_sha256=None,
            satellite_sha256=maps,
        )
    decoded_here = pixels.frames is not None
    indices, order, max_px = video.plan.indices, video.order, settings.max_frame_px
    return FrameManifest(
        strategy=settings.strategy,
        modality=settings.modality,
        plan_id=video.plan.plan_id,
        n_frames=len(indices),
        indices=indices,
        times_s=video.plan.times_s,
        shown_indices=None if order is None else tuple(indices[place] for place in order),
        decoder="links2" if decoded_here else "host",
        pixel_sha256=recall_sha256(video.path, video.plan, max_px, order=order) if decoded_here else None,
        query_index=video.query.indices[0] if video.query else None,
        query_sha256=None if pixels.query is None else pixel_sha256(pixels.query),
        satellite_sha256=maps,
    )
