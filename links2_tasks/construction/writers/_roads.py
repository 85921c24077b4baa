"""Routes along the mapped roads, as turns and straight legs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, STRtree, get_parts, unary_union

from links2_tasks.terms import Leg, Turn, angle_between_deg

Points = NDArray[np.float64]
Node = tuple[float, float]
Route = tuple[Leg, ...]

ON_ROAD_M = 10.0
"""A UAV is above a road when the road's centre line is at most this far from the ground point at the image centre."""
TURN_SLACK_DEG = 32.0
"""A bend is a left or right turn when it is this close to 90 degrees, and none when this close to 0."""
SHORTEST_LEG_M = 25.0
MOST_LEGS = 4


@dataclass(frozen=True)
class RoadMap:
    """The road graph of a scene: nodes are junctions and bends, edges are straight pieces of road."""

    graph: nx.Graph

    def routes_from(self, start: Points, heading_deg: float) -> Iterator[tuple[Route, Points]]:
        """Routes of 2 to 4 legs from a point above a road, each with its end (2,), that can be told in turns.

        Bends that are neither straight on nor about a right angle end the search along that road.
        """
        nearest = self._edge_under(start)
        if nearest is None:
            return
        for node, other in (nearest, nearest[::-1]):
            turn = turn_between(heading_deg, _bearing_deg(np.array(other), np.array(node)))
            if turn is not None:
                yield from self._walk(_Walk(start, (other, node), ((turn, _length(start, node)),)))

    def _edge_under(self, start: Points) -> tuple[Node, Node] | None:
        edges = list(self.graph.edges)
        if not edges:
            return None
        lines = [LineString(edge) for edge in edges]
        best = int(STRtree(lines).nearest(Point(start)))
        return edges[best] if lines[best].distance(Point(start)) <= ON_ROAD_M else None

    def _walk(self, walk: _Walk) -> Iterator[tuple[Route, Points]]:
        previous, node = walk.edge
        if len(walk.legs) >= 2 and min(length for _, length in walk.legs) >= SHORTEST_LEG_M:
            yield walk.route, np.array(node)
        for following in self.graph[node]:
            if following == previous or following in walk.passed:
                continue
            ahead_deg = _bearing_deg(np.array(previous), np.array(node))
            turn = turn_between(ahead_deg, _bearing_deg(np.array(node), np.array(following)))
            if turn is None or turn == "back":
                continue
            legs = walk.legs_with(turn, _length(np.array(node), following))
            if len(legs) <= MOST_LEGS and sum(length for _, length in legs) < 600.0:
                yield from self._walk(_Walk(walk.start, (node, following), legs, (*walk.passed, node)))


@dataclass(frozen=True)
class _Walk:
    """A route under way: where it began, the piece of road it is on, and its legs in metres so far."""

    start: Points
    edge: tuple[Node, Node]
    legs: tuple[tuple[Turn, float], ...]
    passed: tuple[Node, ...] = ()

    def legs_with(self, turn: Turn, length_m: float) -> tuple[tuple[Turn, float], ...]:
        if turn != "straight ahead":
            return (*self.legs, (turn, length_m))
        last_turn, last_m = self.legs[-1]
        return (*self.legs[:-1], (last_turn, last_m + length_m))

    @property
    def route(self) -> Route:
        return tuple(Leg(turn, int(round(length_m, -1))) for turn, length_m in self.legs)


@lru_cache(maxsize=16)
def road_map_of(roads: tuple[LineString, ...]) -> RoadMap:
    """Graph of centre lines, joined where they cross or touch."""
    graph = nx.Graph()
    for line in get_parts(unary_union(roads)):
        vertices = [(round(x, 1), round(y, 1)) for x, y in line.simplify(1.0).coords]
        graph.add_edges_from((first, second) for first, second in pairwise(vertices) if first != second)
    return RoadMap(graph)


def turn_between(before_deg: float, after_deg: float) -> Turn | None:
    """The turn that a change of heading is called, or None when it is between two."""
    named: tuple[tuple[Turn, float], ...] = (
        ("straight ahead", 0.0),
        ("right", 90.0),
        ("back", 180.0),
        ("left", 270.0),
    )
    for turn, degrees in named:
        if angle_between_deg(before_deg + degrees, after_deg) <= TURN_SLACK_DEG:
            return turn
    return None


def _bearing_deg(start: Points, end: Points) -> float:
    east_m, north_m = end - start
    return float(np.degrees(np.arctan2(east_m, north_m)) % 360)


def _length(start: Points, end: Node) -> float:
    return float(np.hypot(end[0] - start[0], end[1] - start[1]))
