"""What holds for every change of questions."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from links2_tasks.errors import TaskError
from links2_tasks.prompt import PromptSettings, Strategy, build_prompt, prompt_text
from links2_tasks.schema import Question
from links2_tasks.variants import CHANGES, base_id, change_questions


@pytest.mark.parametrize("name", CHANGES)
def test_the_same_questions_give_the_same_change(name: str, questions: tuple[Question, ...], root: Path) -> None:
    assert change_questions(name, questions, root) == change_questions(name, questions, root)


@pytest.mark.parametrize("name", CHANGES)
def test_questions_keep_their_order_and_what_they_are_about(
    name: str, questions: tuple[Question, ...], root: Path
) -> None:
    changed = change_questions(name, questions, root)
    ids = [base_id(question.question_id) for question in changed]
    assert list(dict.fromkeys(ids)) == [question.question_id for question in questions]
    by_id = {question.question_id: question for question in questions}
    for after, question_id in zip(changed, ids, strict=True):
        before = by_id[question_id]
        kept = ("task", "clip_id", "video", "video_span_s", "query_time_s", "region", "source", "provenance")
        assert all(getattr(after, field) == getattr(before, field) for field in kept)
        assert after.answer_text == before.answer_text


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_question_is_a_valid_one(name: str, questions: tuple[Question, ...], root: Path) -> None:
    for question in change_questions(name, questions, root):
        assert Question.model_validate_json(question.model_dump_json()) == question


@pytest.mark.parametrize("strategy", get_args(Strategy))
@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_question_makes_a_prompt(
    name: str, strategy: Strategy, questions: tuple[Question, ...], tiles: tuple[Question, ...], root: Path
) -> None:
    settings = PromptSettings(strategy=strategy, n_frames=4, overlays=("north_arrow",))
    for asked in (questions, tiles):
        # Of the tiles' question nothing is a number, so the change to open questions leaves none.
        for question in change_questions(name, asked, root)[:2]:
            prompt = build_prompt(question, settings, root)
            assert prompt.text == prompt_text(question, settings, root)
            assert len(prompt.manifest.satellite_sha256) == len(question.satellite)


def test_a_change_that_there_is_not() -> None:
    with pytest.raises(TaskError, match="circular, open, wrong_satellite, rotated_satellite, aligned"):
        change_questions("mirrored", (), Path())
