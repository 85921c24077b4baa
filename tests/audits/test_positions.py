"""A preferred letter shows, and a fair model is not accused of one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from links2_tasks.audits import audit_positions
from links2_tasks.results import ResultRow, Run
from links2_tasks.schema import LETTERS, Question

Ask = Callable[..., Question]
RunOf = Callable[..., Run]


@pytest.fixture
def answered(ask: Ask, run_of: RunOf) -> Callable[..., tuple[ResultRow, ...]]:
    """Rows of a model that knows an answer with some chance, and else draws a letter."""

    def make(n: int, knows: float, shares: tuple[float, ...], seed: int = 0) -> tuple[ResultRow, ...]:
        rng = np.random.default_rng(seed)
        answers = []
        for i in range(n):
            right = LETTERS[int(rng.integers(4))]
            letter = right if rng.uniform() < knows else str(rng.choice(list("ABCD"), p=shares))
            answers.append((ask(i, answer=right), letter, "letter"))
        return run_of(answers).rows

    return make


def test_a_preferred_letter_shows(answered: Callable[..., tuple[ResultRow, ...]]) -> None:
    found = audit_positions(answered(200, 0.4, (0.1, 0.1, 0.7, 0.1)))
    assert found.p_value is not None
    assert found.p_value < 0.001
    assert max(found.letters, key=lambda one: one.n_chosen).letter == "C"
    assert found.recall_spread is not None
    assert found.recall_spread > 0.15
    assert sum(one.n_right for one in found.letters) == found.n == 200


def test_a_fair_model_is_rarely_accused(answered: Callable[..., tuple[ResultRow, ...]]) -> None:
    p_values = [audit_positions(answered(60, 0.5, (0.25,) * 4, seed)).p_value or 0.0 for seed in range(60)]
    # 3 are expected; 9 and more have a chance of 0.4 %.
    assert sum(p < 0.05 for p in p_values) < 9
    assert 0.3 < float(np.mean(p_values)) < 0.7


def test_an_uneven_key_is_not_held_against_a_perfect_model(ask: Ask, run_of: RunOf) -> None:
    questions = [ask(i, answer="A" if i % 5 else "B") for i in range(50)]
    found = audit_positions(run_of([(q, q.answer, "letter") for q in questions]).rows)
    assert found.p_value == pytest.approx(1.0)
    assert found.recall_spread == 0.0
    assert [(one.letter, one.accuracy) for one in found.letters] == [("A", 1.0), ("B", 1.0), ("C", None), ("D", None)]


def test_rows_without_a_letter_are_left_out(ask: Ask, run_of: RunOf) -> None:
    questions = [ask(i) for i in range(12)]
    read = [(q, "B", "letter") for q in questions[:9]]
    lost = [(questions[9], None, "refused"), (questions[10], "12.5", "number"), (questions[11], "E", "letter")]
    assert audit_positions(run_of([*read, *lost]).rows).n == 9


def test_too_few_rows_have_no_p_value(ask: Ask, run_of: RunOf) -> None:
    assert audit_positions(()).p_value is None
    assert audit_positions(()).letters == ()
    assert audit_positions(run_of([(ask(i), "A", "letter") for i in range(5)]).rows).p_value is None


def test_questions_with_fewer_options_are_expected_to_use_fewer_letters(ask: Ask, run_of: RunOf) -> None:
    rng = np.random.default_rng(0)
    rows = []
    for i in range(200):
        letters = "AB" if i % 2 else "ABCDEF"
        question = ask(i, options=tuple(letters), answer=str(rng.choice(list(letters))))
        rows.append((question, str(rng.choice(list(letters))), "letter"))
    found = audit_positions(run_of(rows).rows)
    assert found.p_value is not None
    assert found.p_value > 0.01
    assert len(found.letters) == 6
