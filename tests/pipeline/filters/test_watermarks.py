"""Texts and logos that repeat, told from what the ground repeats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from links2_tasks.pipeline.filters import FilterContext
from links2_tasks.pipeline.filters._repeats import repeated_in_stack, repeated_on_lattice, strokes_of
from links2_tasks.pipeline.filters.watermarks import FILTER, LATTICE, SAME_PLACE
from links2_tasks.schema import Question

Ask = Callable[..., Question]
Context = Callable[..., FilterContext]
Ground = Callable[..., np.ndarray]


def _stamped(picture: np.ndarray, places: list[tuple[int, int]], strength: float = 0.5) -> np.ndarray:
    """A picture with a half transparent text at some places."""
    layer = Image.new("L", (picture.shape[1], picture.shape[0]), 0)
    for place in places:
        ImageDraw.Draw(layer).text(place, "(c) Maps Inc", fill=round(255 * strength), font=ImageFont.load_default(28))
    white = Image.new("RGB", layer.size, (255, 255, 255))
    return np.asarray(Image.composite(white, Image.fromarray(picture), layer))


def _lattice(side: int, step: int, shear: int = 0) -> list[tuple[int, int]]:
    return [(x + shear * (y // step) % step, y) for y in range(20, side, step) for x in range(10, side, step)]


@pytest.mark.parametrize("shear", [0, 70])
def test_a_text_on_a_lattice_is_found(ground: Ground, shear: int) -> None:
    found = repeated_on_lattice(strokes_of(_stamped(ground(3), _lattice(800, 200, shear))))
    assert len(found.strokes) >= 3
    assert found.n_repeats >= 6


def test_ground_alone_repeats_nothing(ground: Ground) -> None:
    assert repeated_on_lattice(strokes_of(ground(3))).strokes == ()


def test_a_texture_that_repeats_is_no_watermark() -> None:
    """Simulated maps lay one tile of noise over all ground."""
    rng = np.random.default_rng(0)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (256, 256)).astype(np.float32), (0, 0), 1.0)
    own = cv2.GaussianBlur(rng.normal(0, 1, (1024, 1024)).astype(np.float32), (0, 0), 1.0)
    grey = np.clip(120 + 60 * np.tile(noise, (4, 4)) + 90 * own, 0, 255).astype(np.uint8)
    assert len(repeated_on_lattice(strokes_of(np.dstack([grey] * 3))).strokes) < 3


def test_rows_of_alike_houses_are_no_watermark(ground: Ground) -> None:
    picture = ground(4).copy()
    rng = np.random.default_rng(1)
    for row in range(3):
        for column in range(8):
            y, x = 300 + 70 * row + rng.integers(-3, 4), 100 + 70 * column + rng.integers(-3, 4)
            picture[y : y + 40, x : x + 40] = rng.integers(150, 230)
    assert len(repeated_on_lattice(strokes_of(picture)).strokes) < 3


def test_few_pictures_say_nothing_and_many_do(ground: Ground) -> None:
    marked = [strokes_of(_stamped(ground(seed, 400), [(200, 360)])) for seed in range(8)]
    clean = [strokes_of(ground(seed, 400)) for seed in range(8)]
    assert len(repeated_in_stack(marked).strokes) >= 3
    assert repeated_in_stack(marked[:4]).strokes == ()
    assert repeated_in_stack(clean).strokes == ()


def test_questions_on_a_marked_map_go_and_others_stay(
    ask: Ask, context: Context, tmp_path: Path, ground: Ground
) -> None:
    Image.fromarray(_stamped(ground(3), _lattice(800, 200))).save(tmp_path / "marked.png")
    Image.fromarray(ground(5)).save(tmp_path / "clean.png")
    questions = [ask(i, satellite=[{"path": name, "gsd_m": 0.5}]) for i, name in enumerate(("marked.png", "clean.png"))]
    result = FILTER.apply(questions, context(tmp_path))
    assert result.questions == (questions[1],)
    assert result.dropped[0].reason == LATTICE
    assert "marked.png" in result.dropped[0].detail


def test_a_logo_in_one_corner_takes_only_questions_that_show_the_corner(
    ask: Ask, context: Context, tmp_path: Path, ground: Ground
) -> None:
    for seed in range(8):
        Image.fromarray(_stamped(ground(seed, 400), [(200, 360)])).save(tmp_path / f"{seed}.png")
    corner = [ask(i, marks=(), satellite=[{"path": f"{i}.png", "gsd_m": 0.5}]) for i in range(8)]
    window = {"path": "0.png", "gsd_m": 0.5, "window_px": (0, 0, 400, 300)}
    elsewhere = ask(9, marks=(), satellite=[window])
    result = FILTER.apply([*corner, elsewhere], context(tmp_path))
    assert result.questions == (elsewhere,)
    assert {one.reason for one in result.dropped} == {SAME_PLACE}


def test_copies_of_one_map_are_no_witnesses(ask: Ask, context: Context, tmp_path: Path, ground: Ground) -> None:
    for seed in range(8):
        Image.fromarray(ground(0, 400)).save(tmp_path / f"{seed}.png")
    questions = [ask(i, marks=(), satellite=[{"path": f"{i}.png", "gsd_m": 0.5}]) for i in range(8)]
    assert FILTER.apply(questions, context(tmp_path)).dropped == ()


def test_a_map_that_cannot_be_read_is_left_to_another_filter(ask: Ask, context: Context, tmp_path: Path) -> None:
    question = ask(satellite=[{"path": "none.png", "gsd_m": 0.5}])
    assert FILTER.apply([question], context(tmp_path)).questions == (question,)
