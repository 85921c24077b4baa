"""Maps that are turned with all that is marked on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.errors import DataError
from links2_tasks.media import draw_compass, read_satellite, satellite_size, turned_size
from links2_tasks.prompt import Image, PromptSettings, build_prompt
from links2_tasks.schema import AnswerValue, Mark, MarkKind, QuarterTurn, Question, SatelliteImage
from links2_tasks.variants import change_questions
from links2_tasks.variants.rotated_satellite import turn_of, turned, turned_mark

Ask = Callable[..., Question]
TURNS: tuple[QuarterTurn, ...] = (90, 180, 270)
N_POINTS: dict[MarkKind, int] = {"point": 1, "box": 2, "path": 5, "polygon": 4}


def changed(question: Question, root: Path) -> Question:
    (after,) = change_questions("rotated_satellite", [question], root)
    return after


@st.composite
def marks(draw: st.DrawFn) -> tuple[Mark, tuple[int, int]]:
    """A mark and the size of its map; coordinates to a tenth of a pixel, as writers give them."""
    size = draw(st.integers(1, 3000)), draw(st.integers(1, 3000))
    kind = draw(st.sampled_from(list(N_POINTS)))
    place = st.tuples(*(st.integers(0, 10 * side).map(lambda tenths: tenths / 10) for side in size))
    points = draw(st.lists(place, min_size=N_POINTS[kind], max_size=N_POINTS[kind]))
    if kind == "box":
        columns, rows = zip(*points, strict=True)
        points = [(min(columns), min(rows)), (max(columns), max(rows))]
    return Mark(image=0, kind=kind, label="A", xy_px=tuple(points)), size


@given(drawn=marks(), turn=st.sampled_from(TURNS))
def test_four_turns_give_the_very_mark(drawn: tuple[Mark, tuple[int, int]], turn: QuarterTurn) -> None:
    mark, size = drawn
    after = mark
    for _ in range(4):
        after, size = turned_mark(after, size, turn), turned_size(size, turn)
    assert after == mark


@given(drawn=marks(), turn=st.sampled_from(TURNS))
def test_marks_stay_on_the_map(drawn: tuple[Mark, tuple[int, int]], turn: QuarterTurn) -> None:
    mark, size = drawn
    width, height = turned_size(size, turn)
    after = turned_mark(mark, size, turn)
    assert all(0 <= x <= width and 0 <= y <= height for x, y in after.xy_px)
    if mark.kind == "box":
        assert after.xy_px[0] <= after.xy_px[1]


def test_marks_stay_on_their_ground(questions: tuple[Question, ...], root: Path) -> None:
    for before in questions:
        after = changed(before, root)
        assert after.satellite[0].turned_deg == turn_of(before.question_id) != 0
        assert [colour_at(after, mark, root) for mark in after.marks] == [
            colour_at(before, mark, root) for mark in before.marks
        ]


def colour_at(question: Question, mark: Mark, root: Path) -> list[int]:
    pixels = read_satellite(root, question.satellite[0], 1000)
    (x, y), *_ = mark.xy_px
    # A place on a seam of two pixels belongs to either, so writers' whole numbers are moved to the middle.
    turn = question.satellite[0].turned_deg
    nudge = {0: (0.25, 0.25), 90: (-0.25, 0.25), 180: (-0.25, -0.25), 270: (0.25, -0.25)}[turn]
    return list(pixels[int(y + nudge[1]), int(x + nudge[0])])


def test_the_point_of_an_open_answer_turns_along(ask: Ask, root: Path) -> None:
    after = changed(ask(), root)
    right = next(mark for mark in after.marks if mark.label == "B")
    assert after.value is not None
    assert after.value.number == right.xy_px[0]
    degrees = AnswerValue(kind="degrees", number=(90.0,), unit="deg")
    assert changed(ask(value=degrees), root).value == degrees


def test_every_turn_is_drawn_about_equally_often() -> None:
    counts = Counter(turn_of(f"clip_{number}-task-{number % 3}") for number in range(900))
    assert set(counts) == set(TURNS)
    assert min(counts.values()) > 250


def test_all_maps_of_a_question_turn_alike(tiles: tuple[Question, ...], root: Path) -> None:
    for before in tiles:
        after = changed(before, root)
        assert {image.turned_deg for image in after.satellite} == {turn_of(before.question_id)}
        assert [image.window_px for image in after.satellite] == [image.window_px for image in before.satellite]
        assert [image.label for image in after.satellite] == list("ABCD")


@pytest.mark.parametrize(
    ("turn", "says"),
    [(90, "90 degrees clockwise so that north is to the right"), (180, "180 degrees clockwise so that north is down"),
     (270, "270 degrees clockwise so that north is to the left")],
)  # fmt: skip
def test_texts_say_where_north_is(turn: QuarterTurn, says: str, ask: Ask, root: Path) -> None:
    text = (
        "At 2.0 s, which compass direction does the top of the video image point to? The satellite image is north up."
    )
    asked = ask(question=text, marks=(), options=("north", "east"), answer="A", value=None)
    after = turned(asked, [satellite_size(root, asked.satellite[0])], turn)
    assert after.question.endswith(f"The satellite image is turned {says}.")
    shown = build_prompt(after, PromptSettings(n_frames=1), root).text
    assert shown.count(says) == 2
    assert "north up" not in shown


def test_the_compass_of_the_prompt_points_to_true_north(ask: Ask, root: Path) -> None:
    """Red grows towards east and green towards south, whatever the turn; the arrow points against the green."""
    after = changed(ask(marks=(), value=None), root)
    prompt = build_prompt(after, PromptSettings(overlays=("north_arrow",)), root)
    (shown,) = (part.pixels for part in prompt.parts if isinstance(part, Image) and part.role == "satellite")
    plain = read_satellite(root, after.satellite[0], 1000)
    turn = after.satellite[0].turned_deg
    np.testing.assert_array_equal(shown, draw_compass(plain, turn))
    green = plain[..., 1].astype(float)
    southwards = {"x": green[0, -1] - green[0, 0], "y": green[-1, 0] - green[0, 0]}
    north = np.degrees(np.arctan2(-southwards["x"], southwards["y"])) % 360
    assert north == pytest.approx(turn)


@pytest.mark.parametrize(
    "text",
    [
        "Which mark lies in the upper half of the satellite image?",
        "Is the lake left of the road?",
        "Which mark is nearest to the top of the satellite image?",
        "The map is north-up. Which mark is it?",
    ],
)
def test_texts_about_sides_of_the_map_are_refused(text: str, ask: Ask, root: Path) -> None:
    with pytest.raises(DataError, match="may mean a side of the map"):
        changed(ask(question=text), root)


def test_options_about_sides_of_the_map_are_refused(ask: Ask, root: Path) -> None:
    with pytest.raises(DataError, match=r"says 'top' in \"top left\""):
        changed(ask(options=("top left", "elsewhere"), answer="A"), root)


@pytest.mark.parametrize(
    "text",
    [
        "At 2.0 s, look at the video image at 14 % of the image width from the left and 34 % of the image height from the "
        "top. Which mark on the satellite image lies on it?",
        "Start facing the direction of the top of the image. Which route leads there?",
        "How many of the class 'left-over ground' come into view?",
    ],
)
def test_texts_about_the_video_are_not(text: str, ask: Ask, root: Path) -> None:
    routes = (
        "turn left and go 80 m, then turn right and go 70 m",
        "go straight ahead 80 m, then turn left and go 70 m",
    )
    assert changed(ask(question=text, options=routes, answer="A"), root).question == text


def test_a_map_whose_north_is_unknown_is_refused(ask: Ask, root: Path) -> None:
    aside = SatelliteImage(path="east.png", gsd_m=0.5, north_up=False)
    with pytest.raises(DataError, match="not north up"):
        changed(ask(satellite=(aside,)), root)


def test_a_question_whose_map_cannot_be_opened_stays(ask: Ask, root: Path) -> None:
    gone = ask(satellite=(SatelliteImage(path="gone.png", gsd_m=0.5),))
    assert changed(gone, root) == gone
