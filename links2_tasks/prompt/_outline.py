"""The order of a prompt: its text, and slots for what has to be decoded.

An outline is made without decoding a pixel. So the text of a prompt is cheap, and is the same with and without images.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from links2_tasks.errors import PromptError
from links2_tasks.media import FramePlan, VideoInfo, probe_video, resolve_inside, satellite_size, shown_scale
from links2_tasks.prompt import _wording as wording
from links2_tasks.prompt._parts import Text
from links2_tasks.prompt._plans import frame_plan, shown_order
from links2_tasks.prompt._settings import PromptSettings
from links2_tasks.prompt._wording import ShownSatellite
from links2_tasks.schema import Question


@dataclass(frozen=True)
class ShownVideo:
    """A video as a prompt shows it."""

    path: Path
    span_s: tuple[float, float]
    plan: FramePlan
    query: FramePlan | None
    """The one frame that the question asks about, when it is shown besides the planned ones."""
    order: tuple[int, ...] | None
    """Places in the plan of the frames in the order in which they are shown; None for that of time."""


@dataclass(frozen=True)
class FrameSlot:
    """Room for one frame; `position` counts from 0 within the frames as shown."""

    position: int


@dataclass(frozen=True)
class QueryFrameSlot:
    """Room for the frame that the question asks about."""


@dataclass(frozen=True)
class VideoFileSlot:
    """Room for the video, decoded by the host."""


@dataclass(frozen=True)
class FrameListSlot:
    """Room for the planned frames as one video."""


@dataclass(frozen=True)
class SatelliteSlot:
    """Room for one satellite image; `position` counts from 0 within the question."""

    position: int


Slot: TypeAlias = Text | FrameSlot | QueryFrameSlot | VideoFileSlot | FrameListSlot | SatelliteSlot
Slots: TypeAlias = tuple[Slot, ...]


@dataclass(frozen=True)
class Outline:
    """The slots of a prompt in order, and what fills them."""

    slots: Slots
    video: ShownVideo | None
    satellites: tuple[ShownSatellite, ...]

    @property
    def shown_video(self) -> ShownVideo:
        """The video of an outline that has a slot for it.

        Raises:
            PromptError: no video is shown.
        """
        if self.video is None:
            raise PromptError("A prompt without a video has no place for a frame.")
        return self.video


def outline(question: Question, settings: PromptSettings, root: Path) -> Outline:
    """Lay out a prompt.

    Raises:
        MediaError: the video or a satellite image cannot be opened.
        UnsafePathError: a path of the question leaves the root.
        PromptError: the settings do not fit the question.
    """
    video = _shown_video(question, settings, root) if settings.modality in ("both", "video") else None
    satellites = _shown_satellites(question, settings, root) if settings.modality in ("both", "satellite") else ()
    asked = (
        wording.question_with_options(question)
        if settings.answer_form == "letter"
        else wording.question_for_number(question, satellites)
    )
    if settings.strategy == "images_only":
        slots = _images_then_text(video, satellites, settings, asked)
    else:
        shown = (*_VIDEO_BLOCKS[settings.strategy](video), *_query_block(video)) if video else ()
        blocks = [shown, _satellite_block(satellites)]
        slots = (*_ordered(blocks, settings), Text(asked))
    return Outline(slots, video, satellites)


def _shown_video(question: Question, settings: PromptSettings, root: Path) -> ShownVideo:
    path = resolve_inside(root, question.video)
    info = probe_video(path)
    plan = frame_plan(question, settings, info)
    start_s, end_s = question.video_span_s
    query = _query_plan(question, info, plan) if settings.query_frame == "extra" else None
    span_s = start_s, min(end_s, info.duration_s)
    return ShownVideo(path, span_s, plan, query, shown_order(question, settings, plan))


def _query_plan(question: Question, info: VideoInfo, plan: FramePlan) -> FramePlan | None:
    if question.query_time_s is None:
        return None
    query = FramePlan.at_times(info, [question.query_time_s])
    return None if query.indices[0] in plan.indices else query


def _shown_satellites(question: Question, settings: PromptSettings, root: Path) -> tuple[ShownSatellite, ...]:
    if not question.satellite and settings.modality == "satellite":
        raise PromptError(
            f"Question {question.question_id} has no satellite image, so modality 'satellite' shows nothing."
        )
    several = len(question.satellite) > 1
    return tuple(
        ShownSatellite(
            image=image,
            marks=tuple(mark for mark in question.marks if mark.image == position),
            scale=shown_scale(*size_px, settings.max_satellite_px),
            label=image.label or (str(position + 1) if several else None),
            size_px=size_px,
        )
        for position, image in enumerate(question.satellite)
        for size_px in [satellite_size(root, image)]
    )


def _native_video_block(video: ShownVideo) -> Slots:
    return Text(wording.video_heading(video.span_s, video.plan.times_s)), VideoFileSlot()


def _frame_list_block(video: ShownVideo) -> Slots:
    return Text(wording.frame_list_heading(video.span_s, video.plan.times_s)), FrameListSlot()


def _frames_block(video: ShownVideo) -> Slots:
    n_frames = len(video.plan.indices)
    slots: list[Slot] = [Text(wording.frames_heading(video.span_s, n_frames))]
    for position, time_s in enumerate(video.plan.times_s):
        slots += [Text(wording.frame_label(position + 1, n_frames, time_s)), FrameSlot(position)]
    return tuple(slots)


def _query_block(video: ShownVideo) -> Slots:
    return (Text(wording.query_frame_label(video.query.times_s[0])), QueryFrameSlot()) if video.query else ()


_VIDEO_BLOCKS: dict[str, Callable[[ShownVideo], Slots]] = {
    "native_video": _native_video_block,
    "frame_list_video": _frame_list_block,
    "frames_as_images": _frames_block,
}


def _satellite_block(satellites: tuple[ShownSatellite, ...]) -> Slots:
    slots: list[Slot] = []
    for position, shown in enumerate(satellites):
        slots += [Text(wording.satellite_heading(shown)), SatelliteSlot(position)]
    return tuple(slots)


def _images_then_text(
    video: ShownVideo | None, satellites: tuple[ShownSatellite, ...], settings: PromptSettings, asked: str
) -> Slots:
    """All images, then one text that says which is which: for models that put images before text whatever one does."""
    frames: Slots = tuple(FrameSlot(position) for position in range(len(video.plan.indices))) if video else ()
    if video and video.query:
        frames = (*frames, QueryFrameSlot())
    maps: Slots = tuple(SatelliteSlot(position) for position in range(len(satellites)))
    images = _ordered([frames, maps], settings)
    statements = []
    for number, slot in enumerate(images, start=1):
        if video and slot == FrameSlot(0):
            statements.append(wording.frames_statement(number, video.plan.times_s, video.span_s))
        if video and video.query and isinstance(slot, QueryFrameSlot):
            statements.append(wording.query_frame_statement(number, video.query.times_s[0]))
        if isinstance(slot, SatelliteSlot):
            statements.append(wording.satellite_statement(number, satellites[slot.position]))
    return *images, Text("\n".join([*statements, asked]))


def _ordered(video_then_satellite: list[Slots], settings: PromptSettings) -> Slots:
    blocks = video_then_satellite if settings.order == "video_first" else video_then_satellite[::-1]
    return tuple(slot for block in blocks for slot in block)
