"""Ground in view counted cell by cell on each tile, and whether one tile is the odd or the typical one."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from raw_flight import right
from shortcuts import assert_chance, opposite

if TYPE_CHECKING:
    from conftest import Audit, Built
    from raw_flight import RawFlight

    from links2_tasks.schema import Question

TASK = "satellite_retrieval"
BORDER = 0.1
LEAST_VALID_SHARE = 0.93
MOST_ELSEWHERE = 0.1
"""Largest share of the ground in view that a wrong tile may show: part of the outer tenth of the image at most."""


def tiles(question: Question) -> np.ndarray:
    """Left, top, right and bottom (N, 4) of each tile on the map."""
    windows = np.array([image.window_px for image in question.satellite], float)
    windows[:, 2:] += windows[:, :2]
    return windows


def ground_in_view(flight: RawFlight, span_s: tuple[float, float], border: float) -> np.ndarray:
    """Cells (N, 2) of ground that come into view; the same for all questions about one span."""
    key = id(flight), span_s, border
    if key not in SEEN:
        grid = flight.grid(5.0)
        SEEN[key] = grid[flight.seen(span_s, grid, border)]
    return SEEN[key]


SEEN: dict[tuple[int, tuple[float, float], float], np.ndarray] = {}


def shares(question: Question, flight: RawFlight, border: float) -> np.ndarray:
    """Share of the ground in view (less a border of the image) on each tile."""
    seen = ground_in_view(flight, question.video_span_s, border)
    x, y = (seen[:, 0] - flight.west_m) / flight.gsd_m, (flight.north_m - seen[:, 1]) / flight.gsd_m
    held = [(x >= left) & (x <= r) & (y >= top) & (y <= low) for left, top, r, low in tiles(question)]
    return np.array([each.mean() for each in held])


def test_the_answer_shows_the_ground_in_view_and_the_others_do_not(built: Built) -> None:
    for question, flight in built.of(TASK):
        inner, whole = shares(question, flight, BORDER), shares(question, flight, 0.0)
        assert inner[right(question)] > 0.99, question.question_id
        assert np.delete(inner, right(question)).max() < 0.01, question.question_id
        assert np.delete(whole, right(question)).max() < MOST_ELSEWHERE, question.question_id


def test_the_tiles_do_not_overlap_and_are_of_one_size(built: Built) -> None:
    for question, _ in built.of(TASK):
        boxes = tiles(question)
        for i, first in enumerate(boxes):
            assert np.ptp(boxes[:, 2:] - boxes[:, :2]) == 0, question.question_id
            for second in boxes[:i]:
                overlap = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
                assert overlap.min() <= 0, question.question_id


def test_the_tiles_hold_data(real: Built) -> None:
    for question, flight in real.of(TASK):
        assert flight.blank is not None
        for left, top, r, low in tiles(question).astype(int):
            assert 1 - flight.blank[top:low, left:r].mean() >= LEAST_VALID_SHARE - 0.001, question.question_id


def test_images_carry_the_letters_of_the_options(built: Built) -> None:
    for question, _ in built.of(TASK):
        assert "".join(str(image.label) for image in question.satellite) == question.letters
        assert question.options == tuple(f"Satellite image {letter}" for letter in question.letters)


@functools.cache
def map_image(path: Path) -> Image.Image:
    """A map, which many questions are about, decoded once."""
    with Image.open(path) as image:
        return image.convert("RGB")


def colours(audit: Audit, question: Question) -> np.ndarray:
    """Coarse colour histogram (N, 64) of each tile."""
    image, found = map_image(audit.scene_of(question).map.path), []
    for left, top, r, low in tiles(question).astype(int):
        part = np.asarray(image.crop((left, top, r, low)).resize((32, 32))).reshape(-1, 3) // 64
        found.append(np.bincount(part @ np.array([16, 4, 1]), minlength=64) / len(part))
    return np.array(found)


def test_the_looks_of_the_tiles_tell_nothing(audit: Audit) -> None:
    levels = np.array([r + g + b for r in range(4) for g in range(4) for b in range(4)])
    # Four guessers look at each map.
    seen = {question.question_id: colours(audit, question) for question in audit.chosen(TASK)}

    def bright(question: Question) -> np.ndarray:
        return seen[question.question_id] @ levels

    def odd(question: Question) -> np.ndarray:
        histograms = seen[question.question_id]
        return np.abs(histograms[:, None] - histograms[None]).sum(axis=(1, 2))

    assert_chance(audit.chosen(TASK), bright=bright, dark=opposite(bright), odd_one_out=odd, typical=opposite(odd))


def test_where_the_tiles_lie_on_the_map_tells_nothing(audit: Audit) -> None:
    def outer(question: Question) -> np.ndarray:
        reference = audit.scene_of(question).map.georeference
        middles = (tiles(question)[:, :2] + tiles(question)[:, 2:]) / 2
        return np.hypot(*(middles - (reference.width_px / 2, reference.height_px / 2)).T)

    assert_chance(audit.chosen(TASK), outermost=outer, most_central=opposite(outer))


def test_no_tile_is_told_by_lying_near_an_edge_of_the_map(audit: Audit) -> None:
    """A flight's own tile never reaches the edges, so all four lie about as far from the middle as it does."""
    for question in audit.chosen(TASK):
        reference = audit.scene_of(question).map.georeference
        middles = (tiles(question)[:, :2] + tiles(question)[:, 2:]) / 2
        distances = np.hypot(*(middles - (reference.width_px / 2, reference.height_px / 2)).T)
        side_px = float(tiles(question)[0, 2] - tiles(question)[0, 0])
        assert np.abs(distances - distances[right(question)]).max() <= 0.5 * side_px, question.question_id
