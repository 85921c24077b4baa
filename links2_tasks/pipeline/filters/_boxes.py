"""Rectangles and how much of one another they cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Edges(Protocol):
    """Anything with four edges."""

    @property
    def left(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def bottom(self) -> float: ...


@dataclass(frozen=True)
class Box:
    """A rectangle by its edges, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, edges: Edges) -> Box:
        """The same rectangle, of another kind."""
        return cls(edges.left, edges.top, edges.right, edges.bottom)

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


def common_area(first: Box, second: Box) -> float:
    """Area that both hold."""
    return Box(
        max(first.left, second.left),
        max(first.top, second.top),
        min(first.right, second.right),
        min(first.bottom, second.bottom),
    ).area


def common_share(first: Box, second: Box) -> float:
    """Part 0..1 of the smaller one that the other holds too; 0 where one has no area."""
    smaller = min(first.area, second.area)
    return common_area(first, second) / smaller if smaller > 0 else 0.0


def covered_share(box: Box, cover: Box) -> float:
    """Part 0..1 of `box` that `cover` covers; 0 for a box without area."""
    return common_area(box, cover) / box.area if box.area > 0 else 0.0


def holds_clearly(outer: Box, inner: Box, margin: float) -> bool:
    """Whether `inner` lies in `outer`, at least `margin` from each of its edges."""
    gaps = (inner.left - outer.left, inner.top - outer.top, outer.right - inner.right, outer.bottom - inner.bottom)
    return min(gaps) >= margin
