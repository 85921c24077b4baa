"""Places along a polyline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import hypot


class Polyline:
    """Straight pieces between points, measured from the first point."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        """Take at least one point; points that coincide with the one before add nothing."""
        self.points = tuple(points)
        steps = (hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(self.points))
        self._reached = [0.0, *accumulate(steps)]

    @property
    def length(self) -> float:
        """Sum of the pieces' lengths."""
        return self._reached[-1]

    def at(self, along: float) -> tuple[float, float]:
        """The point at distance `along` from the start; beyond an end, that end."""
        if along <= 0 or self.length == 0:
            return self.points[0]
        if along >= self.length:
            return self.points[-1]
        after = bisect_right(self._reached, along)
        share = (along - self._reached[after - 1]) / (self._reached[after] - self._reached[after - 1])
        (x1, y1), (x2, y2) = self.points[after - 1], self.points[after]
        return x1 + share * (x2 - x1), y1 + share * (y2 - y1)

    def every(self, spacing: float) -> list[tuple[float, float]]:
        """Points from the start to the end, at most `spacing` apart."""
        n = max(1, int(self.length / spacing) + 1)
        return [self.at(self.length * k / n) for k in range(n + 1)]
