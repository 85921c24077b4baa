"""trajectory_matching: what the chosen path is to the right one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from links2_tasks.mistakes._case import Case, Explanation, one_mistake
from links2_tasks.mistakes._paths import Fit, beside_undone, even, extent_px, fit, straightness
from links2_tasks.mistakes._records import Category

Points = NDArray[np.float64]

N_POINTS = 25
TOLERANCE_SHARE = 0.01
"""Of the map's side: paths that are this close at equal progress are the same."""
TOLERANCE_OF_EXTENT = 0.06
"""Short paths must fit better: this share of their own extent."""
STAYED_SHARE = 0.025
"""Of the map's side: a path whose middle moved less than that is in its place."""
SAME_SCALE = 0.1
SAME_TURN_DEG = 12.0
STRAIGHT = 0.97


def explain_path(case: Case) -> Iterator[Explanation]:
    """Everything that turns the right path into the chosen one.

    A path flown backwards is looked for as well as one flown forwards. A straight one cannot tell the two apart, nor a
    reversal in its place from a half turn: then both are explanations, and nothing is proved.
    """
    right, chosen, side_px = case.right_points, case.chosen_points, case.side_px
    if right is None or chosen is None or side_px is None or min(len(right), len(chosen)) < 3:
        return
    right, chosen = (even(beside_undone(path, case.question), N_POINTS) for path in (right, chosen))
    tolerance_px = min(TOLERANCE_SHARE * side_px, TOLERANCE_OF_EXTENT * extent_px(right))
    stayed_px = STAYED_SHARE * side_px
    for mirrored in (False, True):
        forwards = fit(right, chosen, mirrored=mirrored)
        if forwards.residual_px <= tolerance_px:
            yield from _forwards(case, forwards, stayed_px)
        backwards = fit(right[::-1], chosen, mirrored=mirrored)
        if backwards.residual_px <= tolerance_px and abs(backwards.scale - 1) <= SAME_SCALE:
            yield from _backwards(case, backwards, stayed_px)
    yield from _moved_along(case, fit(right, chosen, mirrored=False), right, tolerance_px)


def _forwards(case: Case, found: Fit, stayed_px: float) -> Iterator[Explanation]:
    moved = _moved(found, stayed_px)
    words = _words(case, found)
    turned = abs(found.turn_deg) > SAME_TURN_DEG
    if abs(found.scale - 1) > SAME_SCALE:
        if not (found.mirrored or turned or moved):
            yield one_mistake("scale_and_distance", "path_of_another_size", f"the right path {words}")
    elif moved:
        rule = "path_mirrored" if found.mirrored else "path_turned" if turned else "path_shifted"
        yield one_mistake("spatial_alignment", rule, f"the right path {words}")
    elif found.mirrored:
        yield one_mistake("spatial_alignment", "path_mirrored", f"the right path {words}")
        yield one_mistake("direction", "left_right_swapped", f"left and right turns swapped: the right path {words}")
    elif turned:
        yield one_mistake("direction", "path_turned_in_place", f"the right path {words}")


def _backwards(case: Case, found: Fit, stayed_px: float) -> Iterator[Explanation]:
    if not _moved(found, stayed_px) and not found.mirrored and abs(found.turn_deg) <= SAME_TURN_DEG:
        yield one_mistake("temporal", "path_reversed", f"the right path backwards, {_words(case, found)}")
    elif _moved(found, stayed_px):
        both: frozenset[Category] = frozenset({"temporal", "spatial_alignment"})
        yield Explanation(both, "path_reversed_and_moved", f"the right path backwards, {_words(case, found)}")


def _moved_along(case: Case, found: Fit, right: Points, tolerance_px: float) -> Iterator[Explanation]:
    """A straight path shifted along itself is also the same flight at another time: an objection to a shift."""
    way = right[-1] - right[0]
    shift_px = float(np.linalg.norm(found.shift_px))
    if found.residual_px > tolerance_px or straightness(right) < STRAIGHT or shift_px == 0:
        return
    along = abs(float(found.shift_px @ way)) / (shift_px * float(np.linalg.norm(way)))
    if along >= 0.95 and abs(found.turn_deg) <= SAME_TURN_DEG and abs(found.scale - 1) <= SAME_SCALE:
        metres = shift_px * case.gsd_m
        yield one_mistake("temporal", "moved_along_itself", f"moved {metres:.0f} m along itself", proves=False)


def _moved(found: Fit, stayed_px: float) -> bool:
    return float(np.linalg.norm(found.shift_px)) > stayed_px


def _words(case: Case, found: Fit) -> str:
    parts = ["mirrored east-west"] if found.mirrored else []
    parts += [f"turned by {round(found.turn_deg)} deg", f"scaled by {found.scale:.2f}"]
    parts.append(f"moved by {float(np.linalg.norm(found.shift_px)) * case.gsd_m:.0f} m")
    return f"{', '.join(parts)}, fits to {found.residual_px * case.gsd_m:.1f} m"
