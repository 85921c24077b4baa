"""Filters that look at all questions together: duplicates, caps, letters."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from links2_tasks.media import draw_marks, read_satellite
from links2_tasks.pipeline.filters import FilterContext, clip_caps, duplicate_questions, letter_balance
from links2_tasks.pipeline.filters._options import option_marks, option_tiles
from links2_tasks.pipeline.filters.letter_balance import may_be_dealt, with_answer
from links2_tasks.schema import LETTERS, Mark, Question

Ask = Callable[..., Question]
Context = Callable[..., FilterContext]
QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def test_of_two_that_ask_the_same_the_later_goes_without_a_dataset_json(ask: Ask, context: Context) -> None:
    first, same = ask(0), ask(1, question=ask(0).question)
    other = ask(2, answer="B")
    result = duplicate_questions.FILTER.apply([first, other, same], context())
    assert result.questions == (first, other)
    (gone,) = result.dropped
    assert (gone.item, gone.reason) == ("q001", duplicate_questions.REASONS["question"])
    assert "q000" in gone.detail


def test_another_wording_of_the_same_question_is_found(ask: Ask, context: Context) -> None:
    by_writer = {"writer": "uav_localization", "version": "1", "seed": 0}
    reworded = {**by_writer, "wording": {"by": "template 3"}}
    first = ask(0, question="At 3.0 s, which mark is the ground point?", provenance=by_writer)
    again = ask(1, question="Look at the moment 5.5 s. Name the mark on the place that you see.", provenance=reworded)
    other = ask(2, question=again.question, provenance=reworded, answer="C")
    result = duplicate_questions.FILTER.apply([first, again, other], context())
    assert result.questions == (first, other)
    assert result.dropped[0].reason == duplicate_questions.REASONS["near"]


def test_words_of_others_are_left_as_they_are(ask: Ask, context: Context) -> None:
    """Of a question that was imported, nobody knows that other words ask the same."""
    questions = [ask(0, question="Which mark is the highest building?"), ask(1, question="Where did the UAV take off?")]
    assert duplicate_questions.FILTER.apply(questions, context()).questions == tuple(questions)


def test_one_that_has_gone_takes_nobody_with_it(ask: Ask, context: Context) -> None:
    """A is like B and B like C, but A is not like C: B goes, and C stays."""
    places = [100.0, 104.0, 108.0]
    chain = [
        ask(
            i,
            question="Which mark is it?",
            marks=[{"image": 0, "kind": "point", "label": label, "xy_px": [[x, y]]} for label, x, y in
                   (("A", place, 100.0), ("B", 300.0, 100.0), ("C", 500.0, 100.0), ("D", 700.0, 100.0))],
        )
        for i, place in enumerate(p * 0.6 for p in places)
    ]  # fmt: skip
    result = duplicate_questions.FILTER.apply(chain, context())
    assert [one.question_id for one in result.questions] == ["q000", "q002"]


def test_another_moment_with_the_same_answer_stays_unless_it_is_named(ask: Ask, context: Context) -> None:
    """As in relative_distance: the nearest place is the same, the others are not."""
    other_marks = [
        {"image": 0, "kind": "point", "label": label, "xy_px": [place]}
        for label, place in (("A", (150, 300)), ("B", (700, 100)), ("C", (600, 600)), ("D", (100, 700)))
    ]
    one, other = ask(1), ask(2, marks=other_marks)
    assert duplicate_questions.FILTER.apply([one, other], context()).dropped == ()
    (gone,) = duplicate_questions.FILTER.apply([one, other], context(duplicate_kinds=("answer",))).dropped
    assert gone.reason == duplicate_questions.REASONS["answer"]


def test_the_same_question_about_other_footage_stays(ask: Ask, context: Context, root: Path) -> None:
    (root / "other.mp4").write_bytes(b"other")
    one, other = ask(0, question="Which?", marks=()), ask(1, question="Which?", marks=(), video="other.mp4")
    assert duplicate_questions.FILTER.apply([one, other], context()).questions == (one, other)


def _mixed(ask: Ask, sizes: dict[tuple[str, str], int]) -> list[Question]:
    numbers = iter(range(10_000))
    questions = [ask(next(numbers), clip_id=clip, task=task) for (clip, task), n in sizes.items() for _ in range(n)]
    random.Random(0).shuffle(questions)
    return questions


def test_a_cap_drops_evenly_and_the_rarest_last(ask: Ask, context: Context) -> None:
    questions = _mixed(ask, {("a", "common"): 9, ("a", "middle"): 5, ("a", "rare"): 2, ("b", "common"): 8})
    result = clip_caps.FILTER.apply(questions, context(most_per_clip=8))
    left = Counter((question.clip_id, question.task) for question in result.questions)
    assert left == {("a", "common"): 3, ("a", "middle"): 3, ("a", "rare"): 2, ("b", "common"): 8}
    assert [one for one in questions if one in result.questions] == list(result.questions)
    assert "16 about a, at most 8" in result.dropped[0].detail


@QUICK
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["t1", "t2", "t3"])), st.integers(1, 12), min_size=1
    ),
    st.integers(1, 20),
)
def test_a_cap_holds_exactly_and_drops_no_more(
    ask: Ask, context: Context, sizes: dict[tuple[str, str], int], most: int
) -> None:
    result = clip_caps.FILTER.apply(_mixed(ask, sizes), context(most_per_clip=most))
    before, after = Counter[str](), Counter(question.clip_id for question in result.questions)
    for (clip, _), n in sizes.items():
        before[clip] += n
    assert after == {clip: min(n, most) for clip, n in before.items()}
    left = Counter((question.clip_id, question.task) for question in result.questions)
    cut = [key for key, n in sizes.items() if left[key] < n]
    assert all(left[key] >= max(left[other] for other in sizes if other[0] == key[0]) - 1 for key in cut)


@QUICK
@given(st.lists(st.sampled_from("AB"), min_size=1, max_size=30), st.integers(0, 3), st.randoms())
def test_letters_are_balanced_within_one_by_the_fewest_changes(
    ask: Ask, context: Context, letters: list[str], seed: int, shuffle: random.Random
) -> None:
    questions = [ask(i, answer=letter) for i, letter in enumerate(letters)]
    shuffle.shuffle(questions)
    limits = context()
    result = letter_balance.FILTER.apply(questions, FilterContext(limits.root, limits.settings, seed))
    counts = Counter(question.answer for question in result.questions)
    dealt = [counts[letter] for letter in "ABCD"]
    assert max(dealt) - min(dealt) <= 1
    before = Counter(letters)
    changed = [old.question_id for old, new in zip(questions, result.questions, strict=True) if old != new]
    assert result.n_changed == len(changed)
    share, rest = divmod(len(letters), 4)
    # So many lie over their share however the rest is dealt; no way needs fewer.
    over = sorted((max(0, before[letter] - share) for letter in "ABCD"), reverse=True)
    assert len(changed) == sum(over) - sum(min(1, n) for n in over[:rest])
    assert result.dropped == ()


def test_each_number_of_options_is_balanced_by_itself_and_so_is_each_task(ask: Ask, context: Context) -> None:
    words = ("one", "two", "three", "four")
    questions = [
        ask(10 * n + i + 100 * t, task=task, marks=(), options=words[:n])
        for t, task in enumerate(("t1", "t2"))
        for n in (2, 4)
        for i in range(8)
    ]
    result = letter_balance.FILTER.apply(questions, context())
    for task in ("t1", "t2"):
        for n in (2, 4):
            group = [one for one in result.questions if one.task == task and len(one.options) == n]
            assert Counter(one.answer for one in group) == dict.fromkeys(LETTERS[:n], 8 // n)


def test_the_same_questions_get_the_same_letters_in_any_order(ask: Ask, context: Context) -> None:
    questions = [ask(i) for i in range(12)]
    one = letter_balance.FILTER.apply(questions, context()).questions
    other = letter_balance.FILTER.apply(questions[::-1], context()).questions
    assert one == other[::-1]


@QUICK
@given(st.permutations(LETTERS[:4]), st.sampled_from("ABCD"), st.sampled_from("ABCD"))
def test_words_change_places_and_the_right_ones_stay_right(
    ask: Ask, options: list[str], answer: str, letter: str
) -> None:
    question = ask(marks=(), options=tuple(f"option {text.lower()} m" for text in options), answer=answer)
    dealt = with_answer(question, letter)
    assert dealt.answer == letter
    assert dealt.answer_text == question.answer_text
    assert sorted(dealt.options) == sorted(question.options)
    assert sum(a != b for a, b in zip(dealt.options, question.options, strict=True)) == (0 if letter == answer else 2)
    assert with_answer(dealt, answer) == question


@QUICK
@given(st.sampled_from("ABCD"), st.sampled_from("ABCD"))
def test_marks_change_places_and_stay_in_the_order_of_their_labels(ask: Ask, answer: str, letter: str) -> None:
    given_mark = Mark(image=0, kind="point", label="P", xy_px=((50.0, 50.0),))
    question = ask(answer=answer)
    question = question.model_copy(update={"marks": (given_mark, *question.marks)})
    dealt = with_answer(question, letter)
    assert dealt.options == question.options
    assert [mark.label for mark in dealt.marks] == ["P", *"ABCD"]
    before, after = option_marks(question), option_marks(dealt)
    assert before is not None
    assert after is not None
    assert after[LETTERS.index(letter)].xy_px == before[LETTERS.index(answer)].xy_px
    assert {mark.xy_px for mark in dealt.marks} == {mark.xy_px for mark in question.marks}
    assert with_answer(dealt, answer) == question


def test_what_is_drawn_differs_by_the_labels_only(ask: Ask, root: Path) -> None:
    question = ask()
    picture = read_satellite(root, question.satellite[0], 800)
    bare = [mark.model_copy(update={"label": None}) for mark in sorted(question.marks, key=lambda mark: mark.xy_px)]
    dealt = with_answer(question, "C")
    bare_dealt = [mark.model_copy(update={"label": None}) for mark in sorted(dealt.marks, key=lambda mark: mark.xy_px)]
    assert (draw_marks(picture, bare) == draw_marks(picture, bare_dealt)).all()


def test_tiles_change_places_with_their_marks(ask: Ask) -> None:
    tiles = [
        {"path": "map.png", "gsd_m": 0.5, "label": label, "window_px": (200 * i, 0, 200, 200)}
        for i, label in enumerate("ABCD")
    ]
    marks = [{"image": i, "kind": "point", "label": None, "xy_px": [[10.0 + i, 10.0]]} for i in range(4)]
    question = ask(satellite=tiles, marks=marks, options=tuple(f"Image {letter}" for letter in "ABCD"))
    dealt = with_answer(question, "C")
    shown = option_tiles(dealt)
    assert shown is not None
    assert [tile.label for tile in dealt.satellite] == list("ABCD")
    assert [tile.window_px[0] for tile in shown if tile.window_px] == [400, 200, 0, 600]
    by_tile = {dealt.satellite[mark.image].window_px: mark.xy_px for mark in dealt.marks}
    assert by_tile == {question.satellite[mark.image].window_px: mark.xy_px for mark in question.marks}


@pytest.mark.parametrize("last", ["none of the above", "A and B", "both of them"])
def test_options_that_speak_of_others_stay_where_they_are(ask: Ask, context: Context, last: str) -> None:
    questions = [ask(i, marks=(), options=("a road", "a river", last)) for i in range(6)]
    assert not may_be_dealt(questions[0])
    assert letter_balance.FILTER.apply(questions, context()).questions == tuple(questions)


def test_records_keep_all_else(ask: Ask, context: Context) -> None:
    questions = [ask(i, value={"kind": "point", "number": [150.0, 300.0], "unit": "px"}) for i in range(8)]
    for old, new in zip(questions, letter_balance.FILTER.apply(questions, context()).questions, strict=True):
        kept = set(Question.model_fields) - {"answer", "marks", "options", "satellite"}
        assert all(getattr(old, name) == getattr(new, name) for name in kept)
        assert Question.model_validate_json(new.model_dump_json()) == new
