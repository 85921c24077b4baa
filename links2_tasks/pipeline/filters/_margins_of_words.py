"""Margins between options that are words: directions, counts, orders and routes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from links2_tasks.pipeline.filters._filter import Fault
from links2_tasks.pipeline.filters._settings import FilterSettings
from links2_tasks.schema import LETTERS, Question
from links2_tasks.terms import COMPASS, TURN_DEG, Leg, angle_between_deg, compass_deg, parse_order, parse_route

Points = NDArray[np.float64]

_ROUNDING_DEG = 0.1
"""True directions are written to a tenth of a degree."""
_COUNT = re.compile(r"(?<![\d.-])\d+(?:\.\d+)?(?![\d.])")


def close_directions(question: Question, settings: FilterSettings) -> Iterator[Fault]:
    """Compass directions that are almost the same, or a true one between two of them."""
    if any(text.strip().lower() not in COMPASS for text in question.options):
        return
    named = [compass_deg(text) for text in question.options]
    for (i, first), (j, second) in combinations(enumerate(named), 2):
        apart = angle_between_deg(first, second)
        if apart < settings.least_direction_gap_deg:
            words = f"{question.options[i]} and {question.options[j]} are {apart:g} degrees apart"
            yield Fault("two directions are almost the same", words)
    value = question.value
    if value is None or value.kind != "degrees":
        return
    off = [angle_between_deg(value.number[0], one) for one in named]
    right = LETTERS.index(question.answer)
    words = f"it is {value.number[0]:g} degrees, {off[right]:.1f} from {question.options[right]}"
    if min(off) < off[right]:
        yield Fault("another direction is nearer to the truth", words)
    elif off[right] > settings.most_off_direction_deg + _ROUNDING_DEG:
        yield Fault("the truth lies between two named directions", words)


def close_counts(question: Question, settings: FilterSettings) -> Iterator[Fault]:
    """Counts that are almost the same, are not the true one, or exceed what is marked."""
    value = question.value
    counts = _counts(question.options)
    if value is None or value.kind != "count" or counts is None:
        return
    truth = value.number[0]
    right = counts[LETTERS.index(question.answer)]
    if right != truth:
        yield Fault("the right count is not the true one", f"option {question.answer} says {right:g}, it is {truth:g}")
    least = max(settings.least_count_gap, settings.least_count_gap_share * truth)
    for first, second in combinations(sorted(counts), 2):
        if second - first < least:
            words = f"{first:g} and {second:g} are offered where it is {truth:g}; at least {least:g} apart are wanted"
            yield Fault("two counts are almost the same", words)


def _counts(options: Sequence[str]) -> list[float] | None:
    """The one number of each option; None where one says none, or several."""
    found = [_COUNT.findall(text) for text in options]
    return [float(numbers[0]) for numbers in found] if all(len(numbers) == 1 for numbers in found) else None


def same_orders(question: Question, settings: FilterSettings) -> Iterator[Fault]:
    """Orders of marked places that are the same, or that leave a place out."""
    labels = {mark.label for mark in question.marks if mark.label}
    orders = [parse_order(text) for text in question.options]
    if not all(len(order) > 1 and set(order) <= labels for order in orders):
        return
    for (i, first), (j, second) in combinations(enumerate(orders), 2):
        if first == second:
            yield Fault("two orders are the same", f"options {LETTERS[i]} and {LETTERS[j]} both say {', '.join(first)}")
    for i, order in enumerate(orders):
        if len(set(order)) < len(order) or set(order) != set(orders[0]):
            yield Fault("an order does not name each place once", f"option {LETTERS[i]} says {', '.join(order)}")


def same_routes(question: Question, settings: FilterSettings) -> Iterator[Fault]:
    """Routes that end at almost the same place."""
    routes = [parse_route(text) for text in question.options]
    if not all(routes):
        return
    ends = [end_of_route(route) for route in routes]
    for (i, first), (j, second) in combinations(enumerate(ends), 2):
        apart_m = float(np.linalg.norm(first - second))
        if apart_m < settings.least_route_gap_m:
            words = f"options {LETTERS[i]} and {LETTERS[j]} end {apart_m:.0f} m apart"
            yield Fault("two routes end at almost the same place", words)


def end_of_route(route: Sequence[Leg]) -> Points:
    """Where a route ends (2,): metres to the right of its start and ahead of it."""
    place, heading_deg = np.zeros(2), 0.0
    for leg in route:
        heading_deg += TURN_DEG[leg.turn]
        angle = np.radians(heading_deg)
        place = place + leg.distance_m * np.array([np.sin(angle), np.cos(angle)])
    return place
