"""Probabilities agree with drawn guessers, and with a binomial table where there is one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from links2_tasks.audits._chance import p_above_chance
from links2_tasks.audits._classifiers import Pick
from links2_tasks.schema import Question

stats = pytest.importorskip("scipy.stats", reason="the extra `report` is not installed")

Ask = Callable[..., Question]


def picks(ask: Ask, n_right: int, n: int, n_liked: int = 1, clip_of: Callable[[int], int] = lambda i: i) -> list[Pick]:
    return [Pick(ask(i, clip_id=f"c{clip_of(i)}"), n_liked, i < n_right) for i in range(n)]


def test_it_is_no_smaller_than_the_binomial_tail(ask: Ask) -> None:
    for n_right in (2, 6, 9, 14):
        exact = float(stats.binom.sf(n_right - 1, 24, 0.25))
        found = p_above_chance(picks(ask, n_right, 24))
        assert found is not None
        assert found >= exact - 1e-12
    # Far above chance with a clip to each question, the t test is the smaller of the two.
    assert p_above_chance(picks(ask, 23, 24)) == pytest.approx(float(stats.binom.sf(22, 24, 0.25)))


def test_ties_are_counted_exactly(ask: Ask) -> None:
    """Ten picks of two options of four with five right are five points of ten draws at one half each: as drawn."""
    mixed = [*picks(ask, 6, 10, n_liked=2), *picks(ask, 3, 7)]
    rng = np.random.default_rng(0)
    scores = rng.binomial(10, 0.5, 200_000) / 2 + rng.binomial(7, 0.25, 200_000)
    from links2_tasks.audits._chance import _exact

    assert _exact(mixed) == pytest.approx((scores >= 6 / 2 + 3).mean(), abs=0.004)


def test_questions_of_one_clip_that_go_together_say_less(ask: Ask) -> None:
    apart = p_above_chance(picks(ask, 24, 48))
    together = p_above_chance(picks(ask, 24, 48, clip_of=lambda i: i // 8))
    assert apart is not None
    assert together is not None
    assert apart < 0.001 < together


def test_guessers_are_rarely_called_better_than_chance(ask: Ask) -> None:
    rng = np.random.default_rng(1)
    questions = [ask(i, clip_id=f"c{i // 2}") for i in range(40)]
    low = sum(
        (p_above_chance([Pick(q, 1, bool(rng.uniform() < 0.25)) for q in questions]) or 1.0) < 0.05 for _ in range(600)
    )
    assert low <= 45, "5 % of 600 are 30; 46 and more have a chance of 0.3 %"


def test_clips_that_are_right_or_wrong_as_a_whole_are_rarely_called_better(ask: Ask) -> None:
    """Were questions taken for independent, a third of such guessers would be."""
    rng = np.random.default_rng(1)
    questions = [ask(i, clip_id=f"c{i // 4}") for i in range(120)]
    low = 0
    for _ in range(400):
        lucky = rng.uniform(size=30) < 0.25
        low += (p_above_chance([Pick(q, 1, bool(lucky[i // 4])) for i, q in enumerate(questions)]) or 1.0) < 0.05
    assert low <= 34


def test_it_says_nothing_of_one_clip_or_of_options_liked_alike(ask: Ask) -> None:
    assert p_above_chance(picks(ask, 5, 10, clip_of=lambda i: 0)) is None
    assert p_above_chance(picks(ask, 10, 10, n_liked=4)) is None
    assert p_above_chance([]) is None


def test_thousands_of_questions_take_no_time(ask: Ask) -> None:
    one = ask()
    many = [Pick(one.model_copy(update={"clip_id": f"c{i % 500}"}), 1 + i % 3, i % 4 == 0) for i in range(20_000)]
    assert p_above_chance(many) is not None
