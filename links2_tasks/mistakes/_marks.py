"""The marks that options stand for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from links2_tasks.media import turned_points
from links2_tasks.schema import LETTERS, Mark, Point, QuarterTurn, Question, SatelliteImage

Points = NDArray[np.float64]

_BACK: dict[QuarterTurn, QuarterTurn] = {0: 0, 90: 270, 180: 180, 270: 90}


def mark_of(question: Question, letter: str) -> Mark | None:
    """The mark that an option names; None where it names none.

    The option's text is read and not its letter: where options are asked in another order, 'Mark B' may be option A.
    """
    label = question.options[LETTERS.index(letter)].rpartition(" ")[2]
    return next((mark for mark in question.marks if mark.label == label), None)


def file_px(shown_px: Sequence[Point], image: SatelliteImage) -> Points:
    """Points (N, 2) of an image as shown, in pixels of its file: its turn and its window are undone.

    The whole of a file, shown without a window, must not be turned: its size is not known here.
    """
    points = np.asarray(shown_px, float)
    if image.window_px is None:
        return points
    left, top, width, height = image.window_px
    shown_size = (width, height) if image.turned_deg in (0, 180) else (height, width)
    points = turned_points(points, shown_size, _BACK[image.turned_deg])
    return points + (left, top)
