"""Margins between marked points, and between them and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from links2_tasks.pipeline.filters._filter import Fault
from links2_tasks.pipeline.filters._options import option_marks, option_points_m
from links2_tasks.pipeline.filters._settings import FilterSettings
from links2_tasks.schema import LETTERS, Question

Points = NDArray[np.float64]

_ROUNDING = 1.02
"""Marks are written to a tenth of a pixel and distances to a tenth of a metre."""
_N_AROUND = 720


def close_marks(question: Question, settings: FilterSettings) -> Iterator[Fault]:
    """Two labelled points of one map that mean almost the same place."""
    points = [mark for mark in question.marks if mark.kind == "point" and mark.label]
    for first, second in combinations(points, 2):
        if first.image != second.image:
            continue
        gsd_m = question.satellite[first.image].gsd_m
        apart_m = float(np.linalg.norm(np.subtract(first.xy_px[0], second.xy_px[0]))) * gsd_m
        if apart_m < settings.least_mark_gap_m:
            yield Fault(
                "two marks mean almost the same place",
                f"{first.label} and {second.label} are {apart_m:.1f} m apart, at least {settings.least_mark_gap_m:g} m "
                "are wanted",
            )


def truth_off_its_mark(question: Question, settings: FilterSettings) -> Iterator[Fault]:
    """A truth in pixels that is not where the right mark is."""
    marks, value = option_marks(question), question.value
    if marks is None or value is None or value.kind != "point" or value.unit != "px":
        return
    points = option_points_m(question)
    if points is None:
        return
    gsd_m = question.satellite[marks[0].image].gsd_m
    distances_m = np.linalg.norm(points - np.array(value.number) * gsd_m, axis=1)
    right = LETTERS.index(question.answer)
    nearest = int(distances_m.argmin())
    if distances_m[nearest] < distances_m[right]:
        yield Fault(
            "the truth is nearer to another mark",
            f"{distances_m[right]:.1f} m from {question.answer}, {distances_m[nearest]:.1f} m from {LETTERS[nearest]}",
        )
    elif distances_m[right] > settings.most_truth_offset_m:
        yield Fault(
            "the right mark is not where the truth is",
            f"{distances_m[right]:.1f} m off, at most {settings.most_truth_offset_m:g} m",
        )


def no_clear_nearest(question: Question, settings: FilterSettings) -> Iterator[Fault]:
    """A nearest mark, at a known distance, that is clearly the nearest from nowhere.

    The record does not say from where distances are measured, but how far the nearest is: a circle about it. If the
    second nearest is too near from every point of the circle, then also from the true one.
    """
    points, value = option_points_m(question), question.value
    if points is None or value is None or value.kind != "metres" or value.number[0] <= 0:
        return
    right = LETTERS.index(question.answer)
    best = best_distance_ratio(points[right], np.delete(points, right, axis=0), value.number[0])
    if best * _ROUNDING < settings.least_distance_ratio:
        yield Fault(
            "two places are almost equally near",
            f"at {value.number[0]:g} m from {question.answer}, the second is nowhere more than {best:.2f} times as far",
        )


def best_distance_ratio(nearest: Points, others: Points, distance_m: float) -> float:
    """Largest ratio of the distances to the second nearest and to the nearest place, over all points of a circle.

    Args:
        nearest: The middle of the circle (2,).
        others: The other places (N, 2).
        distance_m: The circle's radius.
    """
    angles = np.linspace(0, 2 * np.pi, _N_AROUND, endpoint=False)
    around = nearest + distance_m * np.column_stack([np.cos(angles), np.sin(angles)])
    second = np.linalg.norm(around[:, None] - others[None], axis=2).min(axis=1)
    return float(second.max() / distance_m)
