"""Strokes that repeat: what was laid over a picture again and again, told from what the ground repeats by itself.

Streets, fields and rows of houses repeat as well, but not to the pixel over a whole map; and where a texture does, as
in simulated maps, it repeats as fine noise. A watermark is made of strokes: connected, brighter or darker than what is
around them, and at the very same place of every repeat. So pictures are turned into strokes (finer than what they lie
on, of equal contrast everywhere), repeats are laid on top of one another, and what is left of their mean is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Shift = tuple[int, int]
"""Rows and columns."""

LEAST_SHIFT_PX = 64
"""Repeats that are nearer to one another are rows of cars, of trees, of roof tiles."""
LEAST_REPEATS = 6
LEAST_PEAK = 30.0
"""Height of a repeat's peak above the rest of the correlation, in standard deviations; maps without one reach 20."""
LEAST_MEAN, LEAST_Z = 0.8, 4.0
"""Of the mean over all repeats, in local contrasts; and the same over its standard error."""
LEAST_STROKE_PX = 25
_N_PEAKS, _N_FIRST = 12, 6
_NEAR_PEAK_PX = 10
_CLIP = 2.0
_WHITENED_OVER = 31
_BAND = 0.15
"""Cycles per pixel beyond which there is mostly noise."""


@dataclass(frozen=True)
class Stroke:
    """One connected part of what repeats, in pixels of its picture or cell."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Repeated:
    """What repeats."""

    strokes: tuple[Stroke, ...]
    n_repeats: int
    shifts: tuple[Shift, ...] = ()
    """Of a lattice."""


def strokes_of(pixels: NDArray[np.uint8]) -> Floats:
    """Fine detail (H, W) of a picture (H, W, 3) in units of the detail around it, -2 to 2."""
    grey = pixels.mean(axis=2, dtype=np.float32)
    fine = cv2.GaussianBlur(grey, (0, 0), 1.0) - cv2.GaussianBlur(grey, (0, 0), 6.0)
    around = np.sqrt(cv2.GaussianBlur(fine * fine, (0, 0), 24.0)) + 1.0
    return np.asarray(np.clip(fine / around, -_CLIP, _CLIP), np.float32)


def repeated_in_stack(pictures: Sequence[Floats]) -> Repeated:
    """What is at the same place of all pictures (H, W) of one size; nothing for fewer than `LEAST_REPEATS`."""
    if len(pictures) < LEAST_REPEATS:
        return Repeated((), len(pictures))
    total = np.zeros_like(pictures[0])
    for picture in pictures:
        total += picture
    return Repeated(_strokes_in(np.asarray(total / len(pictures), np.float32), len(pictures)), len(pictures))


def repeated_on_lattice(picture: Floats) -> Repeated:
    """What repeats at equal distances in two directions over one picture (H, W); the lattice that shows most of it."""
    best = Repeated((), 0)
    for first, second in _lattices(_peaks(picture)):
        mean, n = _folded(picture, first, second)
        if n < LEAST_REPEATS:
            continue
        found = Repeated(_strokes_in(mean, n), n, (first, second))
        best = max(best, found, key=lambda one: len(one.strokes))
    return best


def _strokes_in(mean: Floats, n: int) -> tuple[Stroke, ...]:
    """Connected parts of a mean of `n` repeats that chance does not explain."""
    least = max(LEAST_MEAN, LEAST_Z / np.sqrt(n))
    found = []
    for sign in (1, -1):
        n_parts, _, facts, _ = cv2.connectedComponentsWithStats((sign * mean > least).astype(np.uint8))
        # The first part is what is below the limit.
        for left, top, width, height, area in facts[1:n_parts].tolist():
            if area >= LEAST_STROKE_PX:
                found.append(Stroke(left, top, width, height))
    return tuple(found)


def _peaks(picture: Floats) -> list[Shift]:
    """The shifts under which a picture is most like itself, the best first; only those that stand out."""
    likeness = _likeness(picture)
    middle = likeness.shape[1] // 2
    rows, columns = np.ogrid[: likeness.shape[0], -middle : likeness.shape[1] - middle]
    far = (rows**2 + columns**2 >= LEAST_SHIFT_PX**2) & ((rows > 0) | (columns > 0))
    if not far.any():
        return []
    spread = 1.4826 * float(np.median(np.abs(likeness[far]))) or 1.0
    likeness = np.where(far, likeness / spread, 0.0)
    shifts: list[Shift] = []
    for _ in range(_N_PEAKS):
        row, column = (int(i) for i in np.unravel_index(likeness.argmax(), likeness.shape))
        if likeness[row, column] < LEAST_PEAK:
            break
        shifts.append((row, column - middle))
        likeness[
            max(0, row - _NEAR_PEAK_PX) : row + _NEAR_PEAK_PX + 1,
            max(0, column - _NEAR_PEAK_PX) : column + _NEAR_PEAK_PX + 1,
        ] = 0.0
    return shifts


def _likeness(picture: Floats) -> NDArray[np.float64]:
    """Correlation (H // 3, 2 * (W // 3)) of a picture with itself, shifted down and to both sides by up to a third.

    Its spectrum is divided by its own surroundings first: what is common to whole bands, as straight streets and
    furrows are, counts no more than anything else, and exact repeats, which are single lines, stand out.
    """
    height, width = picture.shape
    size = cv2.getOptimalDFTSize(height + height // 3 + 1), cv2.getOptimalDFTSize(width + width // 3 + 1)
    power = np.abs(np.fft.rfft2(picture - picture.mean(), size)) ** 2
    margin = _WHITENED_OVER // 2
    wrapped = cv2.copyMakeBorder(power, margin, margin, 0, 0, cv2.BORDER_WRAP)
    around = cv2.blur(wrapped, (_WHITENED_OVER, _WHITENED_OVER), borderType=cv2.BORDER_REFLECT)[margin:-margin]
    flat = np.minimum(power / np.maximum(around, 1e-9 * around.max() + 1e-30), 50.0)
    frequencies = np.fft.fftfreq(size[0])[:, None] ** 2 + np.fft.rfftfreq(size[1])[None] ** 2
    correlation = np.fft.irfft2(flat * np.exp(-frequencies / (2 * _BAND**2)), size)
    most_down, most_aside = height // 3, width // 3
    return np.concatenate([correlation[:most_down, -most_aside:], correlation[:most_down, :most_aside]], axis=1)


def _lattices(shifts: Sequence[Shift]) -> Iterator[tuple[Shift, Shift]]:
    """Pairs of shifts that are not along one line: each of the best with every other one."""
    for i, first in enumerate(shifts[:_N_FIRST]):
        for second in shifts[i + 1 :]:
            area = abs(first[0] * second[1] - first[1] * second[0])
            if area >= 0.3 * np.hypot(*first) * np.hypot(*second):
                yield first, second


def _folded(picture: Floats, first: Shift, second: Shift) -> tuple[Floats, int]:
    """Mean of all repeats of the cell in the picture's middle, and their number."""
    height, width = picture.shape
    rows = min(abs(first[0]) + abs(second[0]), height // 2)
    columns = min(abs(first[1]) + abs(second[1]), width // 2)
    top, left = (height - rows) // 2, (width - columns) // 2
    reach = 2 * max(height, width) // LEAST_SHIFT_PX
    total, n = np.zeros((rows, columns), np.float32), 0
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            y, x = top + i * first[0] + j * second[0], left + i * first[1] + j * second[1]
            if 0 <= y <= height - rows and 0 <= x <= width - columns:
                total += picture[y : y + rows, x : x + columns]
                n += 1
    return np.asarray(total / max(1, n), np.float32), n
