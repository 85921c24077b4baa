"""Questions as mode 'answer' shows them."""

from __future__ import annotations

from typing import Any

import pytest

from links2_tasks.review._shuffled import Shuffled, shuffled, unshuffled
from links2_tasks.schema import LETTERS, Mark, Question, SatelliteImage

SEEDS = range(12)


def _option_of(question: Question, letter: str) -> str:
    return question.options[LETTERS.index(letter)]


def _pairs(stored: Question, found: Shuffled) -> list[tuple[str, str]]:
    """Each letter as shown with the stored one that it is kept as."""
    return list(zip(found.question.letters, found.stored_letters, strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_texts_change_places_and_letters_lead_back_to_them(made: Any, seed: int) -> None:
    stored = made.question("heading_estimation", "clip-1")
    found = shuffled(stored, seed, "ann")
    for shown, kept in _pairs(stored, found):
        assert _option_of(found.question, shown) == _option_of(stored, kept)
    assert found.question.answer_text == stored.answer_text
    assert found.question.marks == stored.marks


@pytest.mark.parametrize("seed", SEEDS)
def test_marks_that_options_name_get_new_letters_and_options_stay_in_order(made: Any, seed: int) -> None:
    stored = made.question("uav_localization", "clip-1")
    found = shuffled(stored, seed, "ann")
    assert found.question.options == ("Mark A", "Mark B", "Mark C", "Mark D")
    place_as_stored = {mark.label: mark.xy_px for mark in stored.marks}
    place_as_shown = {mark.label: mark.xy_px for mark in found.question.marks}
    for shown, kept in _pairs(stored, found):
        assert place_as_shown[shown] == place_as_stored[kept]
    assert [mark.label for mark in found.question.marks] == list("ABCD")
    assert place_as_shown[found.question.answer] == place_as_stored[stored.answer]


@pytest.mark.parametrize("seed", SEEDS)
def test_images_that_options_name_get_new_letters_and_places(made: Any, seed: int) -> None:
    tiles = tuple(SatelliteImage(path=f"satellite/{at}.png", label=at, gsd_m=0.5) for at in "ABCD")
    stored = made.question(
        "heading_estimation",
        "clip-0",
        satellite=tiles,
        options=tuple(f"Satellite image {at}" for at in "ABCD"),
        marks=(Mark(image=2, kind="point", label="P", xy_px=((1.0, 2.0),)),),
    )
    found = shuffled(stored, seed, "ann")
    assert [image.label for image in found.question.satellite] == list("ABCD")
    assert found.question.options == stored.options
    for shown, kept in _pairs(stored, found):
        image = found.question.satellite[LETTERS.index(shown)]
        assert image.path == f"satellite/{kept}.png"
    assert found.question.satellite[found.question.marks[0].image].path == "satellite/C.png"


def test_orders_of_all_people_and_questions_are_even(made: Any) -> None:
    """Every stored letter comes to every place about as often: 600 draws, 150 wanted, 40 is above 3.7 deviations."""
    counts = {(place, letter): 0 for place in range(4) for letter in "ABCD"}
    for at in range(600):
        found = shuffled(made.question("heading_estimation", "clip-0", question_id=f"q-{at}"), 0, "ann")
        for place, letter in enumerate(found.stored_letters):
            counts[place, letter] += 1
    assert all(abs(count - 150) < 40 for count in counts.values())


def test_the_order_is_the_same_each_time_and_another_for_another_person(made: Any) -> None:
    questions = [made.question("heading_estimation", "clip-0", question_id=f"q-{at}") for at in range(10)]
    ann, again, ben = ([shuffled(one, 0, who) for one in questions] for who in ("ann", "ann", "ben"))
    assert ann == again
    assert ann != ben


@pytest.mark.parametrize("words", ["Is it nearer to mark C?", "Which lies beside box A?", "What of B and D?"])
def test_letters_that_the_question_speaks_of_keep_their_places(made: Any, words: str) -> None:
    stored = made.question("uav_localization", "clip-0", question=words)
    found = shuffled(stored, 1, "ann")
    assert found.question.marks == stored.marks
    assert sorted(found.question.options) == sorted(stored.options)


def test_marks_that_options_name_but_are_not_there_keep_nothing_from_moving(made: Any) -> None:
    stored = made.question("uav_localization", "clip-0", marks=())
    found = shuffled(stored, 1, "ann")
    assert all(_option_of(found.question, shown) == _option_of(stored, kept) for shown, kept in _pairs(stored, found))


def test_a_shuffled_question_is_a_valid_one(made: Any) -> None:
    for task in ("uav_localization", "heading_estimation"):
        found = shuffled(made.question(task, "clip-2"), 4, "ann").question
        assert Question.model_validate(found.model_dump()) == found


def test_unshuffled_is_as_stored(made: Any) -> None:
    stored = made.question("uav_localization", "clip-0")
    assert unshuffled(stored) == Shuffled(stored, "ABCD")
