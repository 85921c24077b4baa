"""Contact sheets: what people see when they check a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.errors import MediaError
from links2_tasks.media import VideoWriter
from links2_tasks.report import contact_sheet
from links2_tasks.report._contact_sheet import FRAME_WIDTH_PX, GAP_PX, MAP_PX, PAGE_WIDTH_PX
from links2_tasks.schema import Question

FPS, N_FRAMES = 5.0, 40
MAP_SIDE_PX = 1400
GREEN, YELLOW = (0, 90, 0), (255, 196, 0)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video whose frames grow brighter, and a plain green map."""
    folder = tmp_path_factory.mktemp("data")
    with VideoWriter(folder / "flight.mp4", 160, 90, FPS) as writer:
        for i in range(N_FRAMES):
            writer.write(np.full((90, 160, 3), 40 + 4 * i, np.uint8))
    Image.new("RGB", (MAP_SIDE_PX, MAP_SIDE_PX), GREEN).save(folder / "map.png")
    return folder


def question(**changes: Any) -> Question:
    content = {
        "question_id": "q",
        "task": "uav_localization",
        "clip_id": "clip",
        "video": "flight.mp4",
        "video_span_s": [0.0, 7.9],
        "query_time_s": 4.0,
        "satellite": [{"path": "map.png", "gsd_m": 0.5, "window_px": [100, 100, 600, 600]}],
        "marks": [{"image": 0, "kind": "point", "label": "A", "xy_px": [[300.0, 150.0]]}],
        "question": "At 4.0 s, which mark is it?",
        "options": ["Mark A", "Mark B", "Mark C", "Mark D"],
        "answer": "A",
        "region": "town",
        "source": {"dataset": "made by the tests", "licence": "CC0-1.0"},
        "provenance": {"writer": "uav_localization", "version": "1", "seed": 0},
    }
    return Question.model_validate(content | changes)


def map_of(sheet: Image.Image, side_px: int = MAP_PX) -> np.ndarray:
    left = PAGE_WIDTH_PX - MAP_PX - GAP_PX
    return np.asarray(sheet.crop((left, GAP_PX, left + side_px, GAP_PX + side_px))).astype(int)


def drawn_middle(pixels: np.ndarray) -> np.ndarray:
    """Middle (x, y) of what is drawn on the green map, without the scale bar in its lowest part."""
    upper = pixels[: int(0.9 * len(pixels))]
    rows, columns = np.nonzero(np.abs(upper - GREEN).sum(axis=2) > 60)
    assert len(rows), "nothing is drawn on the map"
    return np.array([np.median(columns), np.median(rows)])


def yellow(pixels: np.ndarray) -> np.ndarray:
    return np.abs(pixels.astype(int) - YELLOW).sum(axis=2) < 40


def frames_of(sheet: Image.Image) -> np.ndarray:
    return np.asarray(sheet.crop((0, 0, GAP_PX + 2 * (FRAME_WIDTH_PX + GAP_PX), sheet.height)))


def test_marks_are_drawn_where_they_belong(root: Path) -> None:
    pixels = map_of(contact_sheet(question(), root), 600)
    assert np.abs(drawn_middle(pixels) - (300, 150)).max() < 40


def test_marks_shrink_with_a_window_that_is_too_large_for_the_page(root: Path) -> None:
    image = {"path": "map.png", "gsd_m": 0.5, "window_px": [0, 0, MAP_SIDE_PX, MAP_SIDE_PX]}
    mark = {"image": 0, "kind": "point", "label": "A", "xy_px": [[1000.0, 600.0]]}
    pixels = map_of(contact_sheet(question(satellite=[image], marks=[mark]), root))
    assert np.abs(drawn_middle(pixels) - (500, 300)).max() < 40


def test_marks_shrink_with_a_whole_map_that_is_too_large_for_the_page(root: Path) -> None:
    """A map without a window is a window of its whole file."""
    mark = {"image": 0, "kind": "point", "label": "A", "xy_px": [[1000.0, 600.0]]}
    whole = question(satellite=[{"path": "map.png", "gsd_m": 0.5}], marks=[mark])
    pixels = map_of(contact_sheet(whole, root))
    assert np.abs(drawn_middle(pixels) - (500, 300)).max() < 40


def test_the_frame_that_is_asked_about_is_framed_and_ringed(root: Path) -> None:
    text = "At 4.0 s, look at the video image at 25 % of the image width from the left and 70 % of the image height from the top."
    plain = frames_of(contact_sheet(question(), root))
    shown = frames_of(contact_sheet(question(question=text), root))
    none = frames_of(contact_sheet(question(query_time_s=None), root))
    assert yellow(plain).any()
    assert not yellow(none).any()
    rows, columns = np.nonzero(yellow(shown))
    # The frame's outline is 4 px wide; what is left inside is the ring.
    top, low, left, right = rows.min(), rows.max(), columns.min(), columns.max()
    inner = (rows > top + 6) & (rows < low - 6) & (columns > left + 6) & (columns < right - 6)
    share = np.array([columns[inner].mean() - left, rows[inner].mean() - top]) / (right - left, low - top)
    assert share == pytest.approx((0.25, 0.70), abs=0.03)


def test_the_asked_frame_is_the_one_at_that_time(root: Path) -> None:
    """Frames grow brighter with time, so the frame tells its own."""
    for t_s in (0.0, 3.2, 7.8):
        frames = frames_of(contact_sheet(question(query_time_s=t_s), root))
        rows, columns = np.nonzero(yellow(frames))
        inside = frames[rows.min() + 40 : rows.max() - 40, columns.min() + 20 : columns.min() + 120]
        assert np.median(inside) == pytest.approx(40 + 4 * round(t_s * FPS), abs=6), t_s


def test_four_tiles_stand_in_two_rows(root: Path) -> None:
    tiles = [
        {"path": "map.png", "label": c, "gsd_m": 0.5, "window_px": [0, 300 * i, 300, 300]} for i, c in enumerate("ABCD")
    ]
    sheet = contact_sheet(question(satellite=tiles, marks=[], query_time_s=None), root)
    green = np.abs(np.asarray(sheet).astype(int) - GREEN).sum(axis=2) < 30
    rows, columns = np.flatnonzero(green.any(axis=1)), np.flatnonzero(green.any(axis=0))
    assert rows.max() - rows.min() == pytest.approx(600 + GAP_PX, abs=4)
    assert columns.max() - columns.min() == pytest.approx(600 + GAP_PX, abs=4)
    assert columns.max() < PAGE_WIDTH_PX


def test_long_texts_and_options_stay_on_the_page(root: Path) -> None:
    """Nothing is cut off: the last columns of the page stay empty."""
    long = "turn left and go 120 m, then " * 9
    asked = question(question=long * 3, options=[f"{long} {i}" for i in range(4)], value=None)
    pixels = np.asarray(contact_sheet(asked, root)).astype(int)
    assert (pixels[MAP_PX + 3 * GAP_PX :, -4:] > 240).all()


def test_a_short_span_gives_fewer_frames(root: Path) -> None:
    sheet = contact_sheet(question(video_span_s=[3.9, 4.2]), root)
    assert sheet.width == PAGE_WIDTH_PX


def test_what_is_missing_is_named(root: Path) -> None:
    with pytest.raises(MediaError, match=r"nowhere\.mp4"):
        contact_sheet(question(video="nowhere.mp4"), root)
    with pytest.raises(MediaError, match=r"nowhere\.png"):
        contact_sheet(question(satellite=[{"path": "nowhere.png", "gsd_m": 0.5}]), root)
