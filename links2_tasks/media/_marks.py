"""Drawing marks on a satellite image so that they can be read on any background and at any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from links2_tasks.errors import MediaError
from links2_tasks.media._ink import BLACK, WHITE, Box, Colour, Ink, text_size
from links2_tasks.media._labels import PlacedTag, Tag, place_tags
from links2_tasks.media._polyline import Polyline
from links2_tasks.schema import Mark

PALETTE: tuple[Colour, ...] = (
    (255, 176, 0),
    (86, 180, 255),
    (255, 98, 74),
    (64, 224, 168),
    (246, 232, 66),
    (238, 130, 214),
    (176, 150, 255),
    (186, 240, 110),
    (255, 255, 255),
)
"""Bright colours for dark imagery. The first ones, which most questions get by with, stay apart for colour-blind
viewers (after Okabe and Ito, lightened); labels tell the rest."""

Pixel = tuple[float, float]


@dataclass(frozen=True)
class Sizes:
    """Sizes of everything drawn, in pixels, from the size of the image."""

    text: int
    line: float
    halo: float
    radius: float

    @property
    def dot(self) -> float:
        """Radius of the dot at a path's start."""
        return self.line * 1.7

    @property
    def head(self) -> float:
        """Length of an arrow head."""
        return self.line * 4.2

    @classmethod
    def of_image(cls, width: int, height: int) -> Sizes:
        """Sizes that are legible on the image and grow more slowly than it."""
        text = round(min(72.0, max(11.0, 5.0 + 0.018 * (width + height) / 2)))
        return cls(text=text, line=max(2.0, text * 0.14), halo=max(1.0, text * 0.07), radius=text * 0.62)


@dataclass(frozen=True)
class _Sketch:
    """A mark in pixels of the shown image, with its colour."""

    kind: str
    label: str | None
    points: tuple[Pixel, ...]
    colour: Colour


def draw_marks(image: np.ndarray, marks: Sequence[Mark], scale: float = 1.0) -> np.ndarray:
    """Draw marks with their labels on a copy of an image.

    A point is a ring with a cross about the exact place, which stays visible; a box or polygon an outline; a path a
    line with a dot where it starts and arrow heads along it. Colours differ from label to label. Labels stand beside
    their marks, inside the image, and keep clear of one another.

    Args:
        image: (H, W, 3) uint8 RGB.
        marks: Marks in pixels of the image before it was scaled. All of them are drawn, whatever image they name.
        scale: Size of `image` divided by the size that the marks refer to.

    Returns:
        A new array like `image`.

    Raises:
        MediaError: a mark lies wholly outside the image.
    """
    ink = Ink(image)
    sizes = Sizes.of_image(ink.width, ink.height)
    sketches = _sketches(marks, scale)
    for sketch in sketches:
        _check_inside(sketch, ink)
    for sketch in sketches:
        _draw_shape(ink, sketch, sizes)
    for sketch, tag, place in _tagged(sketches, sizes, (ink.width, ink.height)):
        _draw_tag(ink, sketch, tag, place, sizes)
    return ink.pixels()


@dataclass(frozen=True)
class MarkPlace:
    """What `draw_marks` covers with one mark, in pixels of the shown image."""

    symbol: Box
    """Around the symbol of a point, the outline of a box or polygon, the dot where a path starts."""
    label: Box | None
    """None where the mark has no label."""


def place_marks(size_px: tuple[int, int], marks: Sequence[Mark], scale: float = 1.0) -> tuple[MarkPlace, ...]:
    """Where `draw_marks` would put symbols and labels, without an image.

    Args:
        size_px: Width and height of the image as shown.
        marks: Marks of this image in pixels before it is scaled.
        scale: As in `draw_marks`.
    """
    sizes = Sizes.of_image(*size_px)
    sketches = _sketches(marks, scale)
    labels = {id(sketch): place.box for sketch, _, place in _tagged(sketches, sizes, size_px)}
    return tuple(MarkPlace(_core(sketch, sizes, size_px), labels.get(id(sketch))) for sketch in sketches)


def _tagged(
    sketches: Sequence[_Sketch], sizes: Sizes, size_px: tuple[int, int]
) -> list[tuple[_Sketch, Tag, PlacedTag]]:
    """The labelled marks with their labels and where these go."""
    labelled = [sketch for sketch in sketches if sketch.label]
    tags = [_tag_of(sketch, sizes, size_px) for sketch in labelled]
    placed = place_tags(tags, _line_points(sketches, sizes), *size_px)
    return list(zip(labelled, tags, placed, strict=True))


def _sketches(marks: Sequence[Mark], scale: float) -> list[_Sketch]:
    names = list(dict.fromkeys(mark.label for mark in marks))
    return [
        _Sketch(
            kind=mark.kind,
            label=mark.label,
            points=tuple((x * scale, y * scale) for x, y in mark.xy_px),
            colour=PALETTE[names.index(mark.label) % len(PALETTE)],
        )
        for mark in marks
    ]


def _check_inside(sketch: _Sketch, ink: Ink) -> None:
    box = Box.around(sketch.points)
    if box.right < 0 or box.bottom < 0 or box.left > ink.width or box.top > ink.height:
        raise MediaError(
            f"Mark '{sketch.label}' ({sketch.kind}) at {sketch.points[0]} lies outside the image of {ink.width} x "
            f"{ink.height} px. Marks are in pixels of the image's window."
        )


def _draw_shape(ink: Ink, sketch: _Sketch, sizes: Sizes) -> None:
    if sketch.kind == "point":
        _draw_point(ink, sketch.points[0], sketch.colour, sizes)
    elif sketch.kind == "path":
        _draw_path(ink, Polyline(sketch.points), sketch.colour, sizes)
    else:
        _draw_outline(ink, _outline(sketch), sketch.colour, sizes)


def _draw_point(ink: Ink, centre: Pixel, colour: Colour, sizes: Sizes) -> None:
    x, y = centre
    inner, outer = sizes.radius * 0.62, sizes.radius * 1.5
    ticks = [((x + dx * inner, y + dy * inner), (x + dx * outer, y + dy * outer)) for dx, dy in _CROSS]
    for width, tint in ((sizes.line + 2 * sizes.halo, BLACK), (sizes.line, colour)):
        for tick in ticks:
            ink.stroke(tick, width * 0.85, tint)
        ink.ring(centre, sizes.radius, width, tint)
    ink.disc(centre, sizes.line * 0.6 + sizes.halo * 0.8, BLACK)
    ink.disc(centre, sizes.line * 0.6, colour)


_CROSS = ((1, 0), (-1, 0), (0, 1), (0, -1))


def _outline(sketch: _Sketch) -> tuple[Pixel, ...]:
    if sketch.kind == "polygon":
        return sketch.points
    (x1, y1), (x2, y2) = sketch.points
    return (x1, y1), (x2, y1), (x2, y2), (x1, y2)


def _draw_outline(ink: Ink, corners: tuple[Pixel, ...], colour: Colour, sizes: Sizes) -> None:
    ink.stroke(corners, sizes.line + 2 * sizes.halo, BLACK, closed=True)
    ink.stroke(corners, sizes.line, colour, closed=True)


def _draw_path(ink: Ink, path: Polyline, colour: Colour, sizes: Sizes) -> None:
    dot = sizes.dot
    heads = [_arrow_head(path, along, sizes) for along in _head_places(path, sizes)]
    ink.stroke(path.points, sizes.line + 2 * sizes.halo, BLACK)
    for head in heads:
        ink.stroke(head, 2 * sizes.halo, BLACK, closed=True)
    ink.disc(path.points[0], dot + sizes.halo, BLACK)
    ink.stroke(path.points, sizes.line, colour)
    for head in heads:
        ink.fill(head, colour)
    ink.disc(path.points[0], dot, colour)
    ink.disc(path.points[0], dot * 0.5, BLACK)


def _head_places(path: Polyline, sizes: Sizes) -> list[float]:
    """Distances along the path at which an arrow head has its tip: regular ones, and the end."""
    spacing = sizes.text * 5.0
    if path.length < sizes.line:
        return []
    n = max(1, int(path.length / spacing))
    return [path.length * (k + 1) / n for k in range(n)]


def _arrow_head(path: Polyline, tip_at: float, sizes: Sizes) -> tuple[Pixel, Pixel, Pixel]:
    length, half_width = sizes.head, sizes.line * 2.3
    tip = path.at(tip_at)
    back = path.at(max(0.0, tip_at - length))
    dx, dy = tip[0] - back[0], tip[1] - back[1]
    norm = max(1e-9, (dx * dx + dy * dy) ** 0.5)
    dx, dy = dx / norm, dy / norm
    tail_x, tail_y = tip[0] - dx * length, tip[1] - dy * length
    left = (tail_x - dy * half_width, tail_y + dx * half_width)
    right = (tail_x + dy * half_width, tail_y - dx * half_width)
    return tip, left, right


def _tag_of(sketch: _Sketch, sizes: Sizes, size_px: tuple[int, int]) -> Tag:
    width, height = text_size(str(sketch.label), sizes.text)
    return Tag(
        core=_core(sketch, sizes, size_px),
        width=max(width + 0.7 * sizes.text, height + 0.4 * sizes.text),
        height=height + 0.4 * sizes.text,
        gap=sizes.halo + 0.5,
    )


def _core(sketch: _Sketch, sizes: Sizes, size_px: tuple[int, int]) -> Box:
    width, height = size_px
    if sketch.kind == "point":
        return Box.around(sketch.points, sizes.radius * 1.5 + sizes.halo)
    if sketch.kind == "path":
        start = next((p for p in sketch.points if 0 <= p[0] <= width and 0 <= p[1] <= height), sketch.points[0])
        return Box.around([start], sizes.dot + sizes.halo)
    box = Box.around(sketch.points, sizes.line / 2 + sizes.halo)
    return Box(max(0, box.left), max(0, box.top), min(width, box.right), min(height, box.bottom))


def _line_points(sketches: Sequence[_Sketch], sizes: Sizes) -> list[Pixel]:
    """Points along every drawn line, half a letter apart."""
    points: list[Pixel] = []
    for sketch in sketches:
        if sketch.kind != "point":
            corners = sketch.points if sketch.kind == "path" else (*_outline(sketch), _outline(sketch)[0])
            points.extend(Polyline(corners).every(sizes.text / 2))
    return points


def _draw_tag(ink: Ink, sketch: _Sketch, tag: Tag, place: PlacedTag, sizes: Sizes) -> None:
    box = place.box
    if place.distant:
        leader = (box.centre, _nearest_edge(tag.core, box.centre))
        ink.stroke(leader, sizes.line * 0.6 + 1.6 * sizes.halo, BLACK)
        ink.stroke(leader, sizes.line * 0.6, sketch.colour)
    radius = tag.height * 0.24
    rim = sizes.halo
    ink.panel(Box(box.left - rim, box.top - rim, box.right + rim, box.bottom + rim), radius + rim, BLACK)
    ink.panel(box, radius, sketch.colour)
    ink.text(box.centre, str(sketch.label), sizes.text, BLACK if _is_light(sketch.colour) else WHITE)


def _nearest_edge(core: Box, point: Pixel) -> Pixel:
    return min(max(point[0], core.left), core.right), min(max(point[1], core.top), core.bottom)


def _is_light(colour: Colour) -> bool:
    red, green, blue = colour
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 110
