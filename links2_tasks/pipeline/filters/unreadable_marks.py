"""Marks that cannot be read in the image as it is shown to a model: cut off, too small, or covering one another.

Sizes follow from how marks are drawn (`media.Sizes`) at the default size of a prompt's satellite image, and labels
stand where `draw_marks` puts them. So a limit means the same on a window of 300 pixels and on one of 3,000.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations

from links2_tasks.errors import Links2Error
from links2_tasks.media import Box, MarkPlace, Sizes, place_marks, satellite_size, shown_scale
from links2_tasks.pipeline.filters._boxes import common_share, covered_share, holds_clearly
from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, one_by_one
from links2_tasks.pipeline.filters._settings import FilterSettings
from links2_tasks.prompt import PromptSettings
from links2_tasks.schema import Mark, Point, Question

OVER_EDGE_PX = 1.0
"""Outlines are allowed to lie on the very edge: windows are cut in whole pixels."""


@dataclass(frozen=True)
class _Shown:
    """A mark in pixels of the image as shown."""

    mark: Mark
    points: tuple[Point, ...]
    place: MarkPlace

    @property
    def name(self) -> str:
        return f"{self.mark.kind} {self.mark.label or '(no label)'}"

    @property
    def box(self) -> Box:
        """Around the points."""
        return Box.around(self.points)

    @property
    def length(self) -> float:
        """Of a path."""
        return sum(math.dist(first, second) for first, second in pairwise(self.points))


@dataclass(frozen=True)
class _Sheet:
    """One satellite image as shown, with its marks."""

    width: int
    height: int
    sizes: Sizes
    marks: tuple[_Shown, ...]


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """Questions with a mark that cannot be read."""

    def fault_of(question: Question) -> Fault | None:
        return next(_faults(question, context), None)

    return one_by_one(questions, fault_of)


def _faults(question: Question, context: FilterContext) -> Iterator[Fault]:
    for sheet in _sheets(question, context):
        for shown in sheet.marks:
            yield from _alone(shown, sheet, context.settings)
        for first, second in combinations(sheet.marks, 2):
            yield from _together(first, second, sheet.sizes, context.settings)
        yield from _covered(sheet, context.settings)


def _sheets(question: Question, context: FilterContext) -> Iterator[_Sheet]:
    """The maps with marks; those that cannot be opened are for the filter `empty_maps`."""
    for i, image in enumerate(question.satellite):
        marks = [mark for mark in question.marks if mark.image == i]
        if not marks:
            continue
        try:
            width, height = satellite_size(context.root, image)
        except Links2Error:
            continue
        scale = shown_scale(width, height, PromptSettings().max_satellite_px)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        shown = [
            _Shown(mark, tuple((x * scale, y * scale) for x, y in mark.xy_px), place)
            for mark, place in zip(marks, place_marks(size, marks, scale), strict=True)
        ]
        yield _Sheet(*size, Sizes.of_image(*size), tuple(shown))


def _alone(shown: _Shown, sheet: _Sheet, settings: FilterSettings) -> Iterator[Fault]:
    sizes, box = sheet.sizes, shown.box
    is_point = shown.mark.kind == "point"
    # The ring of a point must be there as a whole; an outline may lie on the edge.
    need = ring_px(sizes) if is_point else -OVER_EDGE_PX
    room = min(box.left, box.top, sheet.width - box.right, sheet.height - box.bottom)
    if room < need:
        size = f"{sheet.width} x {sheet.height} px"
        yield Fault("a mark is cut off by the edge", f"{shown.name} is {room:.1f} px inside the map of {size}")
    if shown.mark.kind in ("box", "polygon"):
        line = sizes.line + 2 * sizes.halo
        side = min(box.width, box.height)
        if side < settings.least_box_lines * line:
            yield Fault("a mark is too small to see", f"{shown.name} is {side:.1f} px wide, its line {line:.1f} px")
    if shown.mark.kind == "path":
        head = sizes.head
        if shown.length < settings.least_path_heads * head:
            yield Fault(
                "a mark is too small to see", f"{shown.name} is {shown.length:.1f} px long, a head {head:.1f} px"
            )


def _together(first: _Shown, second: _Shown, sizes: Sizes, settings: FilterSettings) -> Iterator[Fault]:
    names = f"{first.name} and {second.name}"
    kinds = {first.mark.kind, second.mark.kind}
    if kinds == {"point"}:
        apart, need = math.dist(first.points[0], second.points[0]), 2 * ring_px(sizes)
        if apart < need:
            yield Fault("two marks touch", f"{names} are {apart:.1f} px apart, their rings {need:.1f} px wide")
    if kinds <= {"box", "polygon"}:
        share = common_share(first.box, second.box)
        apart_px = sizes.line + 2 * sizes.halo
        nested = holds_clearly(first.box, second.box, apart_px) or holds_clearly(second.box, first.box, apart_px)
        if share > settings.most_common_box_share and not nested:
            yield Fault("two marks cover one another", f"{names} share {100 * share:.0f} % of the smaller")
    if kinds == {"path"}:
        apart, need = math.dist(first.points[0], second.points[0]), 2 * sizes.dot
        if apart < need:
            yield Fault("two marks touch", f"{names} start {apart:.1f} px apart, their dots are {need:.1f} px wide")


def _covered(sheet: _Sheet, settings: FilterSettings) -> Iterator[Fault]:
    """Labels that hide another label or the symbol of another mark."""
    for shown, other in permutations(sheet.marks, 2):
        label = shown.place.label
        if label is None:
            continue
        # Of a path or a large box the symbol's box is mostly empty, but then a label covers little of it, too.
        for what, hidden in (("label", other.place.label), ("symbol", other.place.symbol)):
            share = covered_share(hidden, label) if hidden is not None else 0.0
            if share > settings.most_covered_share:
                words = f"the label of {shown.name} covers {100 * share:.0f} % of the {what} of {other.name}"
                yield Fault("a label covers another mark", words)


def ring_px(sizes: Sizes) -> float:
    """Outer radius of the ring that marks a point."""
    return sizes.radius + sizes.line / 2 + sizes.halo


FILTER = Filter(
    "unreadable_marks",
    "Marks that, at the size at which models see the map, are cut off by its edge, too small, or cover one another.",
    apply,
)
