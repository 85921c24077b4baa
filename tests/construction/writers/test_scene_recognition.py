"""Land use in view counted cell by cell, and whether the boxes alone give the answer away."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from raw_flight import right
from shortcuts import WHERE, assert_chance, opposite

if TYPE_CHECKING:
    from conftest import Audit, Built
    from raw_flight import RawFlight

    from links2_tasks.schema import Question

TASK = "scene_recognition"
LEAST_RATIO, LEAST_SHARE, PATCH_COVER = 1.5, 0.1, 0.94
COUNTING_ERROR = 0.05
STEP_M = 2.5


def cover(flight: RawFlight, points: np.ndarray) -> Counter[str]:
    """Share of points on each kind of ground; a point may lie on several."""
    areas = flight.land_use or tuple(one for one in flight.landmarks if one.change is None)
    numbers: Counter[str] = Counter()
    for kind in sorted({area.class_name for area in areas}):
        held = np.zeros(len(points), bool)
        for area in areas:
            if area.class_name == kind:
                held |= area.holds(points)
        numbers[kind] = float(held.mean())  # type: ignore[assignment]
    return numbers


def boxes(question: Question, flight: RawFlight) -> list[np.ndarray]:
    """Cells (N, 2) of a grid inside each box, in the order of the options."""
    marks = {mark.label: mark for mark in question.marks}
    filled = []
    for letter in question.letters:
        corners = flight.place(question.satellite[0], np.array(marks[letter].xy_px))
        (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
        share = (np.arange(30) + 0.5) / 30
        axes = np.meshgrid(west + share * (east - west), south + share * (north - south))
        filled.append(np.stack(axes, axis=-1).reshape(-1, 2))
    return filled


def test_the_boxed_kind_of_the_answer_covers_most_of_the_ground_in_view(built: Built) -> None:
    cells: dict[tuple[str, tuple[float, float]], Counter[str]] = {}
    for question, flight in built.of(TASK):
        key = question.clip_id, question.video_span_s
        if key not in cells:
            grid = flight.grid(STEP_M)
            cells[key] = cover(flight, grid[flight.seen(question.video_span_s, grid)])
        seen = cells[key]
        kinds = [cover(flight, points).most_common(1)[0][0] for points in boxes(question, flight)]
        assert len(set(kinds)) == len(question.options), f"{question.question_id}: boxes of {kinds}"
        truth = kinds[right(question)]
        others = [share for kind, share in seen.items() if kind != truth]
        assert seen[truth] >= LEAST_RATIO * (1 - COUNTING_ERROR) * max(others), question.question_id
        assert seen[truth] >= LEAST_SHARE * (1 - COUNTING_ERROR), question.question_id


def test_each_box_shows_mostly_one_kind(built: Built) -> None:
    for question, flight in built.of(TASK):
        for points in boxes(question, flight):
            (_, most), (_, next_most) = (*cover(flight, points).most_common(2), ("none", 0.0))[:2]
            assert most >= PATCH_COVER - COUNTING_ERROR, question.question_id
            assert next_most < 0.5 * most, f"{question.question_id}: a box shows two kinds"


def test_the_boxes_are_out_of_view_apart_and_of_one_size(built: Built) -> None:
    for question, flight in built.of(TASK):
        all_points = boxes(question, flight)
        assert not flight.seen(question.video_span_s, np.concatenate(all_points)).any(), question.question_id
        sizes = np.array([np.ptp(points, axis=0) for points in all_points])
        assert np.ptp(sizes) < 0.5 * flight.gsd_m, question.question_id
        middles = np.array([points.mean(axis=0) for points in all_points])
        gaps = np.abs(middles[:, None] - middles[None]).max(axis=2)[np.triu_indices(len(middles), 1)]
        assert gaps.min() > sizes.max(), question.question_id


def test_where_the_boxes_lie_tells_nothing(audit: Audit) -> None:
    assert_chance(audit.chosen(TASK), **WHERE)


def test_how_common_the_boxed_kind_is_on_the_map_tells_nothing(audit: Audit) -> None:
    """A flight sees common kinds more often, but questions about them must not be more frequent."""

    def liking(question: Question) -> list[float]:
        scene, (left, top, width, _) = audit.scene_of(question), question.satellite[0].window_px or (0, 0, 0, 0)
        axis = (np.arange(30) + 0.5) / 30 * width
        grid = np.stack(np.meshgrid(left + axis, top + axis), axis=-1).reshape(-1, 2)
        points = scene.map.georeference.to_metres(grid)
        rings = [(one.class_name, np.array(one.outline.exterior.coords)) for one in scene.land_use]
        area = Counter[str]()
        for kind, ring in rings:
            low, high = ring.min(axis=0), ring.max(axis=0)
            area[kind] += int(np.all((points >= low) & (points <= high), axis=1).sum())
        marks = {mark.label: np.mean(mark.xy_px, axis=0) for mark in question.marks}
        likings = []
        for letter in question.letters:
            spot = scene.map.georeference.to_metres(marks[letter] + (left, top))[0]
            (kind,) = {k for k, ring in rings if np.all((spot >= ring.min(axis=0)) & (spot <= ring.max(axis=0)))} or {
                ""
            }
            likings.append(float(area[kind]))
        return likings

    assert_chance(audit.chosen(TASK), most=liking, least=opposite(liking))
