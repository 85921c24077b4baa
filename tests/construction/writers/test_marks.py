"""What holds for the marks and windows of every task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from conftest import Built
    from raw_flight import RawFlight

    from links2_tasks.schema import Question

LEAST_VALID_SHARE = 0.7


def flight_of(built: Built, question: Question) -> RawFlight:
    return built.flights[question.clip_id.rsplit("_", 1)[0]]


def test_windows_lie_on_the_map_and_show_its_scale(built: Built) -> None:
    for question in built.questions:
        flight = flight_of(built, question)
        for image in question.satellite:
            assert image.window_px is not None
            left, top, width, height = image.window_px
            assert left + width <= flight.map_px[0], question.question_id
            assert top + height <= flight.map_px[1], question.question_id
            assert abs(image.gsd_m - flight.gsd_m) < 1e-9, question.question_id


def test_windows_show_data(real: Built) -> None:
    for question in real.questions:
        blank = flight_of(real, question).blank
        assert blank is not None
        for image in question.satellite:
            left, top, width, height = image.window_px or (0, 0, 1, 1)
            share = 1 - blank[top : top + height, left : left + width].mean()
            assert share >= LEAST_VALID_SHARE - 0.001, question.question_id


def test_every_mark_lies_in_its_window_and_on_data(built: Built) -> None:
    for question in built.questions:
        blank = flight_of(built, question).blank
        for mark in question.marks:
            window = question.satellite[mark.image].window_px
            assert window is not None
            xy = np.array(mark.xy_px)
            assert np.all((xy >= 0) & (xy <= window[2:])), f"{question.question_id}: mark {mark.label}"
            if blank is not None:
                columns, rows = np.floor(xy + window[:2]).astype(int).T
                assert not blank[rows, columns].any(), (
                    f"{question.question_id}: mark {mark.label} lies off the map's data"
                )
