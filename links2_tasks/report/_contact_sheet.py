"""One question on one picture: frames beside the marked map, the text and the right answer below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from links2_tasks.media import (
    FramePlan,
    draw_marks,
    draw_scale_bar,
    load_frames,
    probe_video,
    read_satellite,
    resolve_inside,
    satellite_size,
    shown_scale,
)
from links2_tasks.schema import Question, SatelliteImage
from links2_tasks.terms import parse_place

PAGE_WIDTH_PX = 1480
MAP_PX = 700
FRAME_WIDTH_PX = 360
GAP_PX = 14
N_FRAMES = 8
PAPER, INK, FAINT, RIGHT = (250, 250, 248), (25, 28, 32), (110, 116, 124), (0, 110, 60)


@dataclass(frozen=True)
class _Frame:
    pixels: np.ndarray
    t_s: float
    asked: bool


def contact_sheet(question: Question, root: Path) -> Image.Image:
    """Picture of a question as people check it.

    The frame that the question asks about is framed in colour, and a ring shows the place in it that the text names.

    Raises:
        MediaError: the video or a satellite image cannot be read.
    """
    maps = [_map_picture(question, i, root) for i in range(len(question.satellite))]
    frames = [_frame_picture(frame, question) for frame in _frames(question, root)]
    media_height = max(_grid_height(maps, _map_columns(maps)), _grid_height(frames, 2))
    lines = _lines(question)
    sheet = Image.new("RGB", (PAGE_WIDTH_PX, media_height + 2 * GAP_PX + 30 * len(lines) + GAP_PX), PAPER)
    _paste_grid(sheet, frames, 2, GAP_PX)
    _paste_grid(sheet, maps, _map_columns(maps), PAGE_WIDTH_PX - MAP_PX - GAP_PX)
    _write(sheet, lines, media_height + 2 * GAP_PX)
    return sheet


def _frames(question: Question, root: Path) -> list[_Frame]:
    """Eight frames over the span; the one nearest to the query time is replaced by the frame at that time."""
    path = resolve_inside(root, question.video)
    video = probe_video(path)
    plan = FramePlan.uniform(video, question.video_span_s, N_FRAMES)
    pixels, times_s = load_frames(path, plan)
    frames = [_Frame(pixels[i], float(t), False) for i, t in enumerate(times_s)]
    if question.query_time_s is not None:
        half_s = 0.5 / video.fps
        at = (max(0.0, question.query_time_s - half_s), question.query_time_s + half_s)
        asked, asked_s = load_frames(path, FramePlan.uniform(video, at, 1))
        nearest = int(np.abs(times_s - question.query_time_s).argmin())
        frames[nearest] = _Frame(asked[0], float(asked_s[0]), True)
    return frames


def _frame_picture(frame: _Frame, question: Question) -> Image.Image:
    picture = Image.fromarray(frame.pixels)
    picture = picture.resize((FRAME_WIDTH_PX, round(picture.height * FRAME_WIDTH_PX / picture.width)))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 62, 20), fill=INK)
    draw.text((6, 2), f"{frame.t_s:.1f} s", fill="white", font=_font(14))
    if frame.asked:
        draw.rectangle((0, 0, picture.width - 1, picture.height - 1), outline=(255, 196, 0), width=4)
        x, y = parse_place(question.question) or (0.5, 0.5)
        x, y = x * picture.width, y * picture.height
        draw.ellipse((x - 9, y - 9, x + 9, y + 9), outline=INK, width=4)
        draw.ellipse((x - 8, y - 8, x + 8, y + 8), outline=(255, 196, 0), width=2)
    return picture


def _map_picture(question: Question, index: int, root: Path) -> Image.Image:
    image = question.satellite[index]
    side_px = MAP_PX if len(question.satellite) == 1 else (MAP_PX - GAP_PX) // 2
    pixels = read_satellite(root, image, side_px)
    scale = shown_scale(*satellite_size(root, image), side_px)
    with_bar = draw_scale_bar(pixels, image.gsd_m / scale)
    marked = draw_marks(with_bar, [mark for mark in question.marks if mark.image == index], scale)
    return _captioned(Image.fromarray(marked), image)


def _captioned(picture: Image.Image, image: SatelliteImage) -> Image.Image:
    if image.label is None:
        return picture
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 34, 34), fill=INK)
    draw.text((17, 17), image.label, fill="white", font=_font(22), anchor="mm")
    return picture


def _lines(question: Question) -> list[tuple[str, tuple[int, int, int]]]:
    lines = [(f"{question.question_id}    {question.task}    region {question.region}", FAINT)]
    lines += [(line, INK) for line in wrap(question.question, 150)]
    for letter, option in zip(question.letters, question.options, strict=True):
        right = letter == question.answer
        text = f"{letter}. {option}{'   (right)' if right else ''}"
        lines += [(line, RIGHT if right else INK) for line in wrap(text, 150, subsequent_indent="    ")]
    if question.value is not None:
        number = ", ".join(f"{value:g}" for value in question.value.number)
        lines.append((f"open answer: {number} {question.value.unit}", FAINT))
    return lines


def _map_columns(maps: Sequence[Image.Image]) -> int:
    return 1 if len(maps) == 1 else 2


def _grid_height(pictures: Sequence[Image.Image], columns: int) -> int:
    rows = [pictures[i : i + columns] for i in range(0, len(pictures), columns)]
    return sum(max(picture.height for picture in row) + GAP_PX for row in rows)


def _paste_grid(sheet: Image.Image, pictures: Sequence[Image.Image], columns: int, left: int) -> None:
    top = GAP_PX
    for i in range(0, len(pictures), columns):
        row = pictures[i : i + columns]
        x = left
        for picture in row:
            sheet.paste(picture, (x, top))
            x += picture.width + GAP_PX
        top += max(picture.height for picture in row) + GAP_PX


def _write(sheet: Image.Image, lines: Sequence[tuple[str, tuple[int, int, int]]], top: int) -> None:
    draw = ImageDraw.Draw(sheet)
    for i, (line, colour) in enumerate(lines):
        draw.text((GAP_PX, top + 30 * i), line, fill=colour, font=_font(19))


def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)
