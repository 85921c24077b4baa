"""Which rows are mistakes, and how they are counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from links2_tasks.errors import DataError
from links2_tasks.mistakes import UNDECIDED, categorise, guessed_shares, mistake_shares


def _question(make: Any, number: int = 1) -> Any:
    return make.question(
        "heading_estimation", question_id=f"q{number}", options=("north", "south", "north-east", "south-west")
    )


def _keyed(*questions: Any) -> dict[tuple[str, str], Any]:
    return {(one.task, one.question_id): one for one in questions}


def test_right_answers_are_no_mistakes(make: Any) -> None:
    question = _question(make)
    assert categorise([make.row(question, "A")], _keyed(question)) == ()


@pytest.mark.parametrize("reason", ["refused", "ambiguous", "out_of_range", "truncated_thinking", "empty", "none"])
def test_replies_without_a_readable_answer_are_mistakes_of_format(make: Any, reason: str) -> None:
    question = _question(make)
    (mistake,) = categorise([make.row(question, None, reason)], _keyed(question))
    assert mistake.category == "format"
    assert reason in mistake.evidence


@pytest.mark.parametrize("reason", ["request_failed", "bad_question", "media_error", "prompt_error", "scoring_error"])
def test_what_never_reached_the_model_or_was_lost_is_no_mistake_of_it(make: Any, reason: str) -> None:
    question = _question(make)
    assert categorise([make.row(question, None, reason)], _keyed(question)) == ()


def test_open_answers_that_were_read_have_an_error_instead_of_a_mistake(make: Any) -> None:
    question = _question(make)
    row = make.row(question, "B")
    read = replace(row, scored=replace(row.scored, chance=0.0, score=0.4, reason="number", prediction="31"))
    unread = replace(row, scored=replace(row.scored, chance=0.0, score=0.0, reason="none", prediction=None))
    assert categorise([read], _keyed(question)) == ()
    assert [one.category for one in categorise([unread], _keyed(question))] == ["format"]


def test_a_question_that_is_not_there_is_an_error_that_names_it(make: Any) -> None:
    with pytest.raises(DataError, match="'q1' of task 'heading_estimation' is not in the dataset"):
        categorise([make.row(_question(make), "B")], {})


@pytest.mark.parametrize("letter", ["E", "BC", "A"])
def test_a_choice_that_the_question_does_not_have_is_an_error(make: Any, letter: str) -> None:
    question = _question(make)
    row = make.row(question, letter)
    wrong = replace(row, scored=replace(row.scored, score=0.0))
    with pytest.raises(DataError, match="has the options ABCD and the answer A"):
        categorise([wrong], _keyed(question))


def test_a_task_that_no_rule_knows_is_left_to_people(make: Any) -> None:
    question = make.question("a_task_of_tomorrow")
    mistakes = categorise([make.row(question, "B")], _keyed(question))
    assert [(one.category, one.rule) for one in mistakes] == [(None, "")]
    assert [one.name for one in mistake_shares(mistakes)] == ["a_task_of_tomorrow", "all"]


def test_shares_count_each_category_by_task_in_the_order_of_tables_and_then_all(make: Any) -> None:
    questions = [_question(make, i) for i in range(4)] + [make.question("uav_localization", question_id="u")]
    letters = ["B", "B", "C", None, "B"]
    reasons = ["letter", "letter", "letter", "empty", "letter"]
    rows = [make.row(*one) for one in zip(questions, letters, reasons, strict=True)]
    shares = mistake_shares(categorise(rows, _keyed(*questions)))
    assert [one.name for one in shares] == ["uav_localization", "heading_estimation", "all"]
    assert [one.n_wrong for one in shares] == [1, 4, 5]
    headings = shares[1].counts
    assert (headings["direction"], headings["format"], headings[UNDECIDED]) == (2, 1, 1)
    assert shares[1].share("direction") == 0.5
    assert all(sum(one.counts.values()) == one.n_wrong for one in shares)


def test_guessing_spreads_each_answer_over_the_wrong_options(make: Any) -> None:
    questions = [_question(make, 1), _question(make, 2)]
    rows = [make.row(questions[0], "B"), make.row(questions[1], None, "empty")]
    task, everything = guessed_shares(rows, _keyed(*questions))
    # Of south, north-east and south-west for north, only south is a turned or mirrored north.
    assert task.shares["direction"] == pytest.approx(0.5 * 1 / 3)
    assert task.shares[UNDECIDED] == pytest.approx(0.5 * 2 / 3)
    assert task.shares["format"] == 0.5
    assert everything.shares == pytest.approx(task.shares)


def test_no_mistakes_give_shares_of_nothing(make: Any) -> None:
    (everything,) = mistake_shares([])
    assert (everything.name, everything.n_wrong, everything.share("direction")) == ("all", 0, 0.0)
    assert guessed_shares([], {})[0].n_wrong == 0
