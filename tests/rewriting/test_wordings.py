"""Templates: every question of every writer has them, they ask the same, and whoever reads questions still can."""

from __future__ import annotations

import re
import string
from collections import Counter
from pathlib import Path

import pytest
from written_questions import Written, in_all_wordings

from links2_tasks.audits._option_text import FEATURES, numbers, option_features
from links2_tasks.construction.mini import mini_folder
from links2_tasks.construction.writers import WRITERS
from links2_tasks.dataset import load_questions
from links2_tasks.mistakes import categorise
from links2_tasks.mistakes._on_kinds import GUARANTEE
from links2_tasks.prompt import PromptSettings, prompt_text
from links2_tasks.results import ResultRow
from links2_tasks.rewriting import check_rewrite, reword
from links2_tasks.rewriting._wordings import protected_phrases, wordings
from links2_tasks.schema import Question
from links2_tasks.scoring import ScoredRow
from links2_tasks.taxonomy import tasks
from links2_tasks.terms import parse_place
from links2_tasks.variants import aligned, change_questions
from links2_tasks.variants._drawing import Drawn
from links2_tasks.variants.rotated_satellite import NORTH_UP

FEWEST_WORDINGS = 5
TASKS = [writer.task for writer in WRITERS]


def every_wording(written: Written) -> list[tuple[Question, Question]]:
    """Each question with itself in other words."""
    return [(question, other) for question in written.questions for other in in_all_wordings(question)]


def test_every_task_has_wordings_enough() -> None:
    assert set(wordings()) == set(TASKS) == {task.name for task in tasks()}
    for task, some in wordings().items():
        assert len(set(some)) == len(some) >= FEWEST_WORDINGS, task


def test_wordings_of_a_task_have_the_same_slots() -> None:
    for task, some in wordings().items():
        slots = [Counter(name for _, name, _, _ in string.Formatter().parse(one) if name) for one in some]
        assert all(one == slots[0] for one in slots), task


def test_the_first_wording_is_the_writers_own(written: Written) -> None:
    assert {question.task for question in written.questions} == set(TASKS)
    for question in written.questions:
        assert in_all_wordings(question)[0].question == question.question


def test_every_wording_passes_the_check_of_rewrites(written: Written) -> None:
    for before, after in every_wording(written):
        assert check_rewrite(before, after) == ()


def test_the_questions_of_the_default_dataset_are_matched() -> None:
    if not (mini_folder() / "dataset.json").is_file():
        pytest.skip("the default dataset has not been made")
    questions = load_questions(mini_folder())
    assert len(questions) == 288
    assert all(in_all_wordings(question)[0] == question for question in questions)
    for question in questions[::6]:
        assert all(check_rewrite(question, other) == () for other in in_all_wordings(question))
    changed = reword(questions, 0)
    assert 0.7 * 288 < changed.n_reworded < 0.95 * 288


def test_the_same_seed_gives_the_same_words_in_any_order(written: Written) -> None:
    first = reword(written.questions, 5)
    again = reword(written.questions[::-1], 5)
    assert again.questions[::-1] == first.questions
    assert reword(written.questions, 6).questions != first.questions


def test_only_words_and_their_origin_change(written: Written) -> None:
    found = reword(written.questions, 1)
    assert found.refused == ()
    n_changed = 0
    for before, after in zip(written.questions, found.questions, strict=True):
        kept = after.model_copy(update={"question": before.question, "provenance": before.provenance})
        assert kept == before
        assert Question.model_validate_json(after.model_dump_json()) == after
        if after.question == before.question:
            assert after == before
            assert "wording" not in after.provenance.model_dump()
            continue
        n_changed += 1
        assert after.provenance.wording is not None
        number = int(after.provenance.wording.by.removeprefix("template ")) - 1
        assert after.question == in_all_wordings(before)[number].question
    assert n_changed == found.n_reworded > 0


def test_all_wordings_are_drawn_about_equally_often(written: Written) -> None:
    question = written.one("uav_localization")
    many = [question.model_copy(update={"question_id": f"q{i}"}) for i in range(600)]
    drawn = Counter(one.question for one in reword(many, 3).questions)
    assert set(drawn) == {one.question for one in in_all_wordings(question)}
    assert min(drawn.values()) > 60


def test_a_question_in_other_words_is_left_as_it_is(written: Written) -> None:
    own = written.one("uav_localization").model_copy(update={"question": "Where is the UAV at 4.0 s?"})
    unknown = own.model_copy(update={"task": "of_somebody_else"})
    found = reword([own, unknown], 1)
    assert found.questions == (own, unknown)
    assert found.n_reworded == 0


def test_a_class_with_odd_signs_comes_through(written: Written) -> None:
    question = written.one("object_counting")
    odd = re.sub("class '.*?'", lambda _: r"class 'St. {number} {0}'s \1 shop'", question.question)
    for other in in_all_wordings(question.model_copy(update={"question": odd})):
        assert r"the class 'St. {number} {0}'s \1 shop'" in other.question


def test_the_protected_phrases_are_those_that_others_look_for() -> None:
    assert {NORTH_UP, GUARANTEE} <= set(protected_phrases())
    own = " ".join(some[0] for some in wordings().values())
    assert all(phrase in own for phrase in protected_phrases())


def test_places_are_read_back(written: Written) -> None:
    n_places = 0
    for before, after in every_wording(written):
        assert parse_place(after.question) == parse_place(before.question)
        n_places += parse_place(after.question) is not None
    assert n_places >= 2 * FEWEST_WORDINGS


def test_turned_maps_are_told_of(written: Written) -> None:
    for _, other in every_wording(written):
        (turned,) = change_questions("rotated_satellite", [other], written.root)
        assert turned.satellite[0].turned_deg
        assert NORTH_UP not in turned.question
        assert (other.task == "heading_estimation") == ("degrees clockwise so that north is" in turned.question)


def test_open_questions_ask_for_a_point(written: Written) -> None:
    n_points = 0
    for _, other in every_wording(written):
        for asked in change_questions("open", [other], written.root):
            assert asked.value is not None
            if asked.value.kind == "point":
                n_points += 1
                assert "mark" not in asked.question
                assert re.search(r"[Ww]hich point\b", asked.question)
    assert n_points >= 2 * FEWEST_WORDINGS


def test_the_sentence_of_a_drawn_estimate_stands_before_any_wording(written: Written) -> None:
    for _, other in every_wording(written):
        mark = other.marks[0] if other.marks else None
        if mark is not None:
            asked = aligned._with(other, [Drawn(mark, "the outline is the ground in view")])
            assert asked.question.endswith(f". {other.question}")


def test_mistakes_are_the_same(written: Written) -> None:
    def mistakes_of(questions: list[Question]) -> list[object]:
        rows = [_wrong(question, letter) for question in questions for letter in question.letters.replace("B", "")]
        by_id = {(one.task, one.question_id): one for one in questions}
        return list(categorise(rows, by_id))

    first = list(written.questions)
    expected = mistakes_of(first)
    assert any("another_kind" in repr(one) for one in expected)
    for seed in range(4):
        assert mistakes_of(list(reword(first, seed).questions)) == expected


def test_numbers_stand_in_the_same_order(written: Written) -> None:
    own_words = FEATURES.index("words shared with the question")
    for before, after in every_wording(written):
        assert numbers(after.question) == numbers(before.question)
        one, other = (option_features(question) for question in (before, after))
        one[:, own_words] = other[:, own_words] = 0
        assert (one == other).all()


def test_prompts_hold_the_new_words(written: Written) -> None:
    settings = PromptSettings(n_frames=2)
    for question in reword(written.questions, 2).questions:
        assert question.question in prompt_text(question, settings, written.root)


def _wrong(question: Question, letter: str) -> ResultRow:
    scored = ScoredRow(
        question_id=question.question_id,
        task=question.task,
        clip_id=question.clip_id,
        region=question.region,
        score=0.0,
        chance=1 / len(question.options),
        reason="letter",
        prediction=letter,
        answer=question.answer,
    )
    return ResultRow(scored, "default", letter, "", None, None, None)


def test_nothing_in_the_tables_is_left_out_of_the_package() -> None:
    folder = Path(__file__).parents[2] / "links2_tasks/rewriting"
    assert {path.name for path in folder.glob("*.yaml")} == {"wordings.yaml", "watched_words.yaml", "prompts.yaml"}
    assert "links2_tasks.rewriting = *.yaml" in (folder.parents[1] / "setup.cfg").read_text(encoding="utf-8")
