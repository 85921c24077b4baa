"""What options stand for: marks, tiles, or their words."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from links2_tasks.schema import LETTERS, Mark, Question, SatelliteImage

Points = NDArray[np.float64]

_LABEL = re.compile(rf"\w+ (\w)|([{LETTERS}])")
"""'Mark B', or 'B' alone; '5' is a number, and 'turn left and go 40 m' names no label."""


def named_label(text: str) -> str | None:
    """The label that an option names, as 'Mark B' names B; None where it says something else."""
    found = _LABEL.fullmatch(text.strip())
    return found[1] or found[2] if found else None


def option_marks(question: Question) -> tuple[Mark, ...] | None:
    """The mark of each option, in their order; None where an option names none.

    The option's text is read and not its letter: where options are asked in another order, 'Mark B' may be option A.
    """
    marks = {mark.label: mark for mark in question.marks if mark.label}
    found = [marks.get(named_label(text) or "") for text in question.options]
    return None if None in found else tuple(mark for mark in found if mark is not None)


def option_tiles(question: Question) -> tuple[SatelliteImage, ...] | None:
    """The satellite image of each option, in their order; None where an option names none."""
    tiles = {image.label: image for image in question.satellite if image.label}
    found = [tiles.get(named_label(text) or "") for text in question.options]
    return None if None in found else tuple(tile for tile in found if tile is not None)


def option_points_m(question: Question) -> Points | None:
    """Places (n_options, 2) of options that are points of one image, in metres from its top left corner."""
    marks = option_marks(question)
    if marks is None or any(mark.kind != "point" for mark in marks) or len({mark.image for mark in marks}) > 1:
        return None
    gsd_m = question.satellite[marks[0].image].gsd_m
    return np.array([mark.xy_px[0] for mark in marks], float) * gsd_m
