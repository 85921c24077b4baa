"""Maps that hold no data where they are shown: fill colours, transparent parts, marks beyond the end of the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.errors import Links2Error
from links2_tasks.media import read_satellite, satellite_size
from links2_tasks.pipeline.filters._alpha import transparent_part
from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, without
from links2_tasks.pipeline.filters._uniform import BLOCK_PX, uniform_blocks
from links2_tasks.prompt import PromptSettings
from links2_tasks.schema import Mark, Question, SatelliteImage


@dataclass(frozen=True)
class _Look:
    """Which blocks of a map, as shown, hold no data."""

    empty: NDArray[np.bool_]
    """(rows, columns)"""
    size_px: tuple[int, int]
    """Before it is scaled."""

    @property
    def share(self) -> float:
        return float(self.empty.mean())

    def is_empty_at(self, x_px: float, y_px: float) -> bool:
        """Whether a point, in pixels before scaling, and all that is next to it has no data."""
        rows, columns = self.empty.shape
        row = min(rows - 1, max(0, int(y_px / self.size_px[1] * rows)))
        column = min(columns - 1, max(0, int(x_px / self.size_px[0] * columns)))
        around = self.empty[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
        return bool(around.all())


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """Questions with a map that cannot be read, holds too little, or has a mark where it holds nothing."""
    wanted: dict[SatelliteImage, list[tuple[Question, int]]] = defaultdict(list)
    for question in questions:
        for i, image in enumerate(question.satellite):
            wanted[image.model_copy(update={"label": None})].append((question, i))
    faults: dict[str, Fault] = {}
    # Windows of one file after the other, so that each file is decoded once.
    for image in sorted(wanted, key=lambda image: (image.path, image.window_px or ())):
        try:
            look = _look(image, context)
        except (Links2Error, OSError) as error:
            faults |= {q.question_id: Fault("a map cannot be read", str(error)) for q, _ in wanted[image]}
            continue
        for question, i in wanted[image]:
            fault = _fault(look, [mark for mark in question.marks if mark.image == i], image, context)
            if fault is not None:
                faults.setdefault(question.question_id, fault)
    return without(questions, faults)


def _look(image: SatelliteImage, context: FilterContext) -> _Look:
    pixels = read_satellite(context.root, image, PromptSettings().max_satellite_px)
    empty = uniform_blocks(pixels)
    clear = transparent_part(context.root, image, (pixels.shape[1], pixels.shape[0]))
    if clear is not None:
        rows, columns = empty.shape
        side = max(1, min(BLOCK_PX, *clear.shape))
        blocks = clear[: rows * side, : columns * side].reshape(rows, side, columns, side)
        empty = empty | blocks.all(axis=(1, 3))
    return _Look(empty, satellite_size(context.root, image))


def _fault(look: _Look, marks: Sequence[Mark], image: SatelliteImage, context: FilterContext) -> Fault | None:
    if look.share > context.settings.most_empty_share:
        return Fault(
            "too much of the map holds no data",
            f"{100 * look.share:.0f} % of {_named(image)} has one colour or is transparent",
        )
    for mark in marks:
        # Of a path or an outline every corner counts: a line over nothing is no place on a map.
        if any(look.is_empty_at(x, y) for x, y in mark.xy_px):
            return Fault(
                "a mark lies where the map holds no data",
                f"{mark.kind} {mark.label or '(no label)'} on {_named(image)}",
            )
    return None


def _named(image: SatelliteImage) -> str:
    return image.path if image.window_px is None else f"the window {image.window_px} of {image.path}"


FILTER = Filter(
    "empty_maps",
    "Questions with a map that cannot be read, that is empty in large parts, or that is empty under a mark.",
    apply,
)
