"""Finding room for the labels of marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from links2_tasks.media._ink import Box

_SIDES = ((1, -1), (-1, -1), (1, 1), (-1, 1), (1, 0), (-1, 0), (0, -1), (0, 1))
"""Eight places around a mark, the preferred first; y points down."""

_DISTANCES = (0.0, 0.8, 2.0, 4.0)
"""Distance from the mark in heights of the tag. The first suffices unless marks crowd."""


@dataclass(frozen=True)
class Tag:
    """A label's size and the thing it stands beside."""

    core: Box
    """What the tag must not cover: the symbol of the mark."""
    width: float
    height: float
    gap: float


@dataclass(frozen=True)
class PlacedTag:
    """Where a tag goes."""

    box: Box
    distant: bool
    """True when the tag stands away from its mark, so that a line should lead to it."""


def place_tags(
    tags: Sequence[Tag], lines: Sequence[tuple[float, float]], width: float, height: float
) -> list[PlacedTag]:
    """Place the tags one after the other, each where it covers least.

    Args:
        tags: The tags, in order of importance.
        lines: Points along drawn lines, which a tag should rather not cover.
        width: Width of the image.
        height: Height of the image.
    """
    placed: list[PlacedTag] = []
    cores = [tag.core for tag in tags]
    for tag in tags:
        taken = [other.box for other in placed]
        choices = [
            _candidate(tag, side, distance, width, height) for distance in _DISTANCES for side in range(len(_SIDES))
        ]
        costs = [_cost(tag, choice, taken, cores, lines) + 0.05 * rank for rank, choice in enumerate(choices)]
        placed.append(choices[costs.index(min(costs))])
    return placed


def _candidate(tag: Tag, side: int, distance: float, width: float, height: float) -> PlacedTag:
    across, down = _SIDES[side]
    # On the diagonals a round symbol leaves its corner free, so the tag may come nearer.
    nearer = 0.6 if across and down else 1.0
    reach = tag.gap + distance * tag.height
    middle_x, middle_y = tag.core.centre
    x = middle_x + across * (tag.core.width / 2 * nearer + reach + tag.width / 2)
    y = middle_y + down * (tag.core.height / 2 * nearer + reach + tag.height / 2)
    box = Box(x - tag.width / 2, y - tag.height / 2, x + tag.width / 2, y + tag.height / 2)
    return PlacedTag(box.moved_inside(width, height), distant=distance > 0)


def _cost(
    tag: Tag, choice: PlacedTag, taken: Sequence[Box], cores: Sequence[Box], lines: Sequence[tuple[float, float]]
) -> float:
    box = choice.box
    area = tag.width * tag.height
    on_tags = sum(box.overlap(other) for other in taken) / area
    on_own = box.overlap(_shrunk(tag.core)) / area
    # The inside of an outline about the mark is free: only its line must not be covered.
    on_others = (
        sum(box.overlap(core) for core in cores if core is not tag.core and not _encloses(core, tag.core)) / area
    )
    on_lines = sum(box.holds(point) for point in lines) / max(1, len(lines))
    return 1000 * on_tags + 300 * on_own + 60 * on_others + 40 * on_lines


def _encloses(outer: Box, inner: Box) -> bool:
    return (
        outer.left < inner.left and outer.top < inner.top and outer.right > inner.right and outer.bottom > inner.bottom
    )


def _shrunk(core: Box) -> Box:
    """The part of a round symbol that counts when a tag touches a corner of its box."""
    margin_x, margin_y = core.width * 0.2, core.height * 0.2
    return Box(core.left + margin_x, core.top + margin_y, core.right - margin_x, core.bottom - margin_y)
