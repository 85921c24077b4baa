"""Antialiased strokes, fills and text on an image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from links2_tasks.errors import MediaError

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

BLACK: Colour = (12, 14, 18)
WHITE: Colour = (255, 255, 255)

_MASK_LIMIT_PX = 4000
"""Longest side of a mask before it is scaled down: larger shapes are drawn with less oversampling."""


@dataclass(frozen=True)
class Box:
    """A rectangle by its edges, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, points: Points, margin: float = 0.0) -> Box:
        """The smallest box that holds the points and a margin about them."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return cls(min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin)

    @property
    def width(self) -> float:
        """Right minus left."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Bottom minus top."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """In square pixels; 0 for a rectangle without width or height."""
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        """The middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlap(self, other: Box) -> float:
        """Area that two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether a point lies in the box."""
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom

    def moved_inside(self, width: float, height: float) -> Box:
        """The same box pushed into an image of this size (as far as it fits)."""
        left = max(0.0, min(self.left, width - self.width))
        top = max(0.0, min(self.top, height - self.height))
        return Box(left, top, left + self.width, top + self.height)


@lru_cache(maxsize=32)
def font_of(size_px: int) -> ImageFont.FreeTypeFont:
    """Pillow's own scalable font; no font of the system is needed, so images are the same everywhere."""
    font = ImageFont.load_default(size=size_px)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise MediaError("Pillow was built without FreeType, so labels cannot be drawn. Install a wheel from PyPI.")
    return font


def text_size(text: str, size_px: int) -> tuple[float, float]:
    """Width and height of one line of text; the height is that of the font, so that all tags are equally high."""
    return font_of(size_px).getlength(text), size_px * 0.98


class Ink:
    """Draws on a copy of an image. Shapes are rasterised larger than shown and scaled down, so edges are smooth."""

    def __init__(self, pixels: np.ndarray) -> None:
        """Take an image, (H, W, 3) uint8 RGB."""
        self.image = Image.fromarray(np.ascontiguousarray(pixels)).copy()
        self.width, self.height = self.image.size

    def pixels(self) -> np.ndarray:
        """The image with everything that was drawn, (H, W, 3) uint8 RGB."""
        return np.array(self.image)

    def stroke(self, points: Points, width: float, colour: Colour, closed: bool = False) -> None:
        """A line through `points` with round joints and ends."""
        line = [*points, points[0]] if closed else list(points)

        def draw(pen: ImageDraw.ImageDraw, place: Callable[[Points], list[tuple[float, float]]], zoom: float) -> None:
            placed = place(line)
            for start, end in pairwise(placed):
                pen.line([start, end], fill=255, width=max(1, round(width * zoom)))
            for x, y in placed:
                radius = width * zoom / 2
                pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)

        self._paint(Box.around(line, width), colour, 1.0, draw)

    def fill(self, points: Points, colour: Colour, opacity: float = 1.0) -> None:
        """A filled polygon."""
        self._paint(
            Box.around(points, 1), colour, opacity, lambda pen, place, zoom: pen.polygon(place(points), fill=255)
        )

    def disc(self, centre: tuple[float, float], radius: float, colour: Colour) -> None:
        """A filled circle."""
        self.stroke([centre], 2 * radius, colour)

    def ring(self, centre: tuple[float, float], radius: float, width: float, colour: Colour) -> None:
        """A circle of line `width` whose middle runs at `radius`."""

        def draw(pen: ImageDraw.ImageDraw, place: Callable[[Points], list[tuple[float, float]]], zoom: float) -> None:
            x, y = place([centre])[0]
            outer, inner = (radius + width / 2) * zoom, max(0.0, (radius - width / 2) * zoom)
            pen.ellipse([x - outer, y - outer, x + outer, y + outer], fill=255)
            pen.ellipse([x - inner, y - inner, x + inner, y + inner], fill=0)

        self._paint(Box.around([centre], radius + width), colour, 1.0, draw)

    def panel(self, box: Box, radius: float, colour: Colour, opacity: float = 1.0) -> None:
        """A filled rectangle with round corners."""

        def draw(pen: ImageDraw.ImageDraw, place: Callable[[Points], list[tuple[float, float]]], zoom: float) -> None:
            corners = place([(box.left, box.top), (box.right, box.bottom)])
            pen.rounded_rectangle(corners, radius=radius * zoom, fill=255)

        self._paint(Box(box.left - 1, box.top - 1, box.right + 1, box.bottom + 1), colour, opacity, draw)

    def text(self, centre: tuple[float, float], text: str, size_px: int, colour: Colour) -> None:
        """One line of text, its capitals centred on `centre`."""
        font = font_of(size_px)
        _, top, _, bottom = font.getbbox("H", anchor="ls")
        baseline = centre[1] - (top + bottom) / 2
        ImageDraw.Draw(self.image).text((centre[0], baseline), text, font=font, fill=colour, anchor="ms")

    def _paint(
        self,
        box: Box,
        colour: Colour,
        opacity: float,
        draw: Callable[[ImageDraw.ImageDraw, Callable[[Points], list[tuple[float, float]]], float], None],
    ) -> None:
        """Rasterise a shape's mask within `box` and lay `colour` over the image through it."""
        left, top = max(0, int(box.left) - 1), max(0, int(box.top) - 1)
        right, bottom = min(self.width, int(box.right) + 2), min(self.height, int(box.bottom) + 2)
        if left >= right or top >= bottom:
            return
        width, height = right - left, bottom - top
        zoom = max(1, min(4, _MASK_LIMIT_PX // max(width, height)))
        mask = Image.new("L", (width * zoom, height * zoom))

        def place(points: Points) -> list[tuple[float, float]]:
            # Half a pixel: Pillow counts from the centre of the first pixel, marks from its corner.
            return [((x - left) * zoom - 0.5, (y - top) * zoom - 0.5) for x, y in points]

        draw(ImageDraw.Draw(mask), place, zoom)
        small = mask.reduce(zoom) if zoom > 1 else mask
        if opacity < 1.0:
            small = small.point(lambda value: value * opacity)
        self.image.paste(colour, (left, top), small)
