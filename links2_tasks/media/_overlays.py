"""A north arrow and a scale bar for satellite images."""

from __future__ import annotations

from math import cos, floor, log10, radians, sin

import numpy as np

from links2_tasks.errors import MediaError
from links2_tasks.media._ink import BLACK, WHITE, Box, Ink, text_size
from links2_tasks.media._marks import Sizes

_PANEL_OPACITY = 0.55
_SHADE = (178, 186, 196)
_BAR_SHARE = 0.25
"""The scale bar is at most this share of the image's width."""


def draw_compass(image: np.ndarray, north_deg: float = 0.0) -> np.ndarray:
    """Draw a north arrow in the top right corner of a copy of an image.

    Args:
        image: (H, W, 3) uint8 RGB.
        north_deg: Direction in which north lies in the image, clockwise from up. Satellite images are mostly north up:
            0.

    Returns:
        A new array like `image`.
    """
    ink = Ink(image)
    sizes = Sizes.of_image(ink.width, ink.height)
    reach = sizes.text * 1.7
    middle = (ink.width - reach - sizes.text * 0.5, reach + sizes.text * 0.5)
    ink.panel(Box.around([middle], reach), reach, BLACK, _PANEL_OPACITY)
    turn = radians(north_deg)

    def turned(right: float, ahead: float) -> tuple[float, float]:
        x = right * cos(turn) + ahead * sin(turn)
        y = right * sin(turn) - ahead * cos(turn)
        return middle[0] + x * sizes.text, middle[1] + y * sizes.text

    tip, notch = turned(0, 0.5), turned(0, -0.95)
    ink.fill([tip, turned(0.62, -1.3), notch], WHITE)
    ink.fill([tip, notch, turned(-0.62, -1.3)], _SHADE)
    ink.text(turned(0, 1.05), "N", round(sizes.text * 0.85), WHITE)
    return ink.pixels()


def draw_scale_bar(image: np.ndarray, gsd_m: float) -> np.ndarray:
    """Draw a scale bar of a round length in the bottom left corner of a copy of an image.

    Args:
        image: (H, W, 3) uint8 RGB.
        gsd_m: Metres per pixel of the image as given.

    Returns:
        A new array like `image`.

    Raises:
        MediaError: `gsd_m` is not above 0.
    """
    if not gsd_m > 0:
        raise MediaError(f"A scale bar needs a ground sample distance above 0, got {gsd_m} m.")
    ink = Ink(image)
    sizes = Sizes.of_image(ink.width, ink.height)
    length_m = round_length_m(ink.width * _BAR_SHARE * gsd_m)
    length_px = length_m / gsd_m
    text, text_px = _length_text(length_m), round(sizes.text * 0.85)
    pad = sizes.text * 0.45
    inner_width = max(length_px, text_size(text, text_px)[0])
    left, bottom = sizes.text * 0.5, ink.height - sizes.text * 0.5
    panel = Box(left, bottom - 2 * pad - sizes.text * 1.45, left + inner_width + 2 * pad, bottom)
    ink.panel(panel, pad, BLACK, _PANEL_OPACITY)
    middle_x = panel.centre[0]
    ends = (middle_x - length_px / 2, middle_x + length_px / 2)
    floor_y, tick = panel.bottom - pad, sizes.text * 0.32
    for x in ends:
        ink.stroke([(x, floor_y), (x, floor_y - tick)], sizes.line, WHITE)
    ink.stroke([(ends[0], floor_y), (ends[1], floor_y)], sizes.line, WHITE)
    ink.text((middle_x, panel.top + pad + text_px * 0.4), text, text_px, WHITE)
    return ink.pixels()


def round_length_m(most_m: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above `most_m`."""
    power = 10.0 ** floor(log10(most_m))
    return next(step * power for step in (5, 2, 1) if step * power <= most_m * (1 + 1e-9))


def _length_text(length_m: float) -> str:
    if length_m >= 1000:
        return f"{length_m / 1000:g} km"
    return f"{length_m:g} m" if length_m >= 1 else f"{length_m * 100:g} cm"
