"""How much of one another rectangles cover."""

from __future__ import annotations

from links2_tasks.media import Box


def common_share(first: Box, second: Box) -> float:
    """Part 0..1 of the smaller one that the other holds too; 0 where one has no area."""
    smaller = min(first.area, second.area)
    return first.overlap(second) / smaller if smaller > 0 else 0.0


def covered_share(box: Box, cover: Box) -> float:
    """Part 0..1 of `box` that `cover` covers; 0 for a box without area."""
    return box.overlap(cover) / box.area if box.area > 0 else 0.0


def holds_clearly(outer: Box, inner: Box, margin: float) -> bool:
    """Whether `inner` lies in `outer`, at least `margin` from each of its edges."""
    gaps = (inner.left - outer.left, inner.top - outer.top, outer.right - inner.right, outer.bottom - inner.bottom)
    return min(gaps) >= margin
