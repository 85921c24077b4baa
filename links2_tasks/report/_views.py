"""What a report shows of a question: a few of its frames, and its maps with their marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.errors import Links2Error
from links2_tasks.media import (
    FramePlan,
    image_size,
    is_read_by_windows,
    probe_video,
    resolve_inside,
    satellite_size,
    shown_scale,
)
from links2_tasks.prompt import FrameManifest
from links2_tasks.report._album import MAP_PX, Album, WantedFrame, WantedMap, WantedMarks
from links2_tasks.schema import Question, SatelliteImage
from links2_tasks.terms import parse_place

N_FRAMES = 8
MOST_SHEET_PX = 4096
"""Longest side of a map file that is kept whole for the windows that questions show of it."""


@dataclass(frozen=True)
class FrameView:
    """One frame of the strip."""

    picture: int
    time_s: float
    asked: bool
    """Whether the question asks about this moment."""
    place: tuple[float, float] | None
    """Shares of width and height of the place that the question names in it."""


@dataclass(frozen=True)
class MapView:
    """One satellite image with its marks."""

    picture: int
    picture_size_px: tuple[float, float]
    """Size of the picture in pixels of the map as shown; larger than the view where the picture is a whole sheet."""
    view_px: tuple[float, float, float, float]
    """Left, top, width and height of the part that is shown."""
    marks: int | None
    """Picture of the marks; it covers the view."""
    caption: str


@dataclass(frozen=True)
class QuestionViews:
    """All views of a question, or what is missing."""

    frames: tuple[FrameView, ...] = ()
    maps: tuple[MapView, ...] = ()
    faults: tuple[str, ...] = ()


def sheets(questions: Iterable[Question], root: Path) -> dict[str, int]:
    """Map files that are better kept whole than cut into each window, with the longest side to keep.

    A file is kept whole where its windows together have more pixels than the file itself.
    """
    windows: dict[str, set[tuple[int, int, int, int]]] = defaultdict(set)
    for question in questions:
        for image in question.satellite:
            if image.window_px is not None and image.turned_deg == 0:
                windows[image.path].add(image.window_px)
    kept = {}
    for path, of_file in windows.items():
        try:
            longest_px = _sheet_px(resolve_inside(root, path), of_file)
        except Links2Error:  # It is named where the question is shown.
            continue
        if longest_px is not None:
            kept[path] = longest_px
    return kept


def _sheet_px(path: Path, windows: Iterable[tuple[int, int, int, int]]) -> int | None:
    if is_read_by_windows(path):
        return None
    width_px, height_px = image_size(path)
    scales = [shown_scale(window[2], window[3], MAP_PX) for window in windows]
    cut = sum(w * h * scale**2 for (_, _, w, h), scale in zip(windows, scales, strict=True))
    scale = max(scales)
    longest_px = round(max(width_px, height_px) * scale)
    return longest_px if longest_px <= MOST_SHEET_PX and width_px * height_px * scale**2 <= cut else None


def views_of(
    question: Question, manifest: FrameManifest | None, album: Album, kept_sheets: dict[str, int]
) -> QuestionViews:
    """The views of a question, whose pictures the album will make.

    Args:
        question: The question as it was asked.
        manifest: What a model was shown of it; None takes frames spread over its span.
        album: Where pictures are numbered.
        kept_sheets: As from `sheets`.
    """
    faults: list[str] = []
    frames: tuple[FrameView, ...] = ()
    maps: list[MapView] = []
    try:
        frames = _frames(question, manifest, album)
    except (Links2Error, ValueError) as error:
        faults.append(f"The video cannot be shown: {error}")
    for position in range(len(question.satellite)):
        try:
            maps.append(_map(question, position, album, kept_sheets))
        except Links2Error as error:
            faults.append(f"Satellite image {position + 1} cannot be shown: {error}")
    return QuestionViews(frames, tuple(maps), tuple(faults))


def _frames(question: Question, manifest: FrameManifest | None, album: Album) -> tuple[FrameView, ...]:
    path = resolve_inside(album.root, question.video)
    video = probe_video(path)
    if manifest is not None and manifest.indices:
        order = manifest.shown_indices or manifest.indices
        chosen = [WantedFrame(question.video, index, _time(video.time_s(index))) for index in _spread(order)]
    else:
        plan = FramePlan.uniform(video, question.video_span_s, N_FRAMES)
        chosen = [WantedFrame(question.video, i, t) for i, t in zip(plan.indices, plan.times_s, strict=True)]
    asked = None
    if question.query_time_s is not None:
        at = FramePlan.at_times(video, [question.query_time_s])
        asked = WantedFrame(question.video, at.indices[0], at.times_s[0])
        nearest = min(range(len(chosen)), key=lambda place: abs(chosen[place].time_s - asked.time_s))
        chosen[nearest] = asked
    place = parse_place(question.question) or (0.5, 0.5)
    return tuple(
        FrameView(album.number(wanted), wanted.time_s, wanted == asked, place if wanted == asked else None)
        for wanted in dict.fromkeys(chosen)
    )


def _time(time_s: float) -> float:
    return round(time_s, 6)


def _spread(indices: Sequence[int]) -> list[int]:
    """At most `N_FRAMES` of them, from the middle of equal parts."""
    if len(indices) <= N_FRAMES:
        return list(indices)
    return [indices[int((part + 0.5) * len(indices) / N_FRAMES)] for part in range(N_FRAMES)]


def _map(question: Question, position: int, album: Album, kept_sheets: dict[str, int]) -> MapView:
    image = question.satellite[position]
    width_px, height_px = satellite_size(album.root, image)
    scale = shown_scale(width_px, height_px, MAP_PX)
    window = image.window_px
    if window is not None and image.turned_deg == 0 and image.path in kept_sheets:
        whole = image.model_copy(update={"window_px": None})
        picture = album.number(_wanted_map(whole, kept_sheets[image.path]))
        sheet_px = image_size(resolve_inside(album.root, image.path))
        size, view = sheet_px, window
    else:
        resolve_inside(album.root, image.path)
        picture = album.number(_wanted_map(image, MAP_PX))
        size, view = (width_px, height_px), (0, 0, width_px, height_px)
    marks = tuple(mark for mark in question.marks if mark.image == position)
    drawn_px = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    return MapView(
        picture,
        size,
        view,
        album.number(WantedMarks(marks, drawn_px, scale)) if marks else None,
        _caption(image, width_px),
    )


def _wanted_map(image: SatelliteImage, longest_px: int) -> WantedMap:
    """With one name and scale for all who show these pixels: neither changes the picture."""
    return WantedMap(image.model_copy(update={"label": None, "gsd_m": 1.0}), longest_px)


def _caption(image: SatelliteImage, width_px: int) -> str:
    north = image.north_deg
    heading = "north up" if north == 0 else "north unknown" if north is None else f"north at {north:g}° from up"
    name = f"{image.label}: " if image.label else ""
    return f"{name}{width_px * image.gsd_m:,.0f} m across, {heading}"
