"""Oracle, random and prior."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from links2_tasks.baselines import BASELINES, make_baseline
from links2_tasks.baselines.oracle import OracleBaseline
from links2_tasks.baselines.prior import PriorBaseline
from links2_tasks.baselines.random import RandomBaseline
from links2_tasks.errors import Links2Error

ROOT = Path("there/is/no/such/folder")


@pytest.mark.parametrize("letter", "ABCD")
def test_oracle_is_always_right(ask, letter):
    assert OracleBaseline().answer(ask(answer=letter), ROOT) == letter


@pytest.mark.parametrize("options", [("x", "y"), ("x", "y", "z"), ("u", "v", "w", "x", "y", "z")])
def test_random_draws_every_letter_equally_often(ask, options):
    baseline = RandomBaseline()
    n = 3000
    counts = Counter(baseline.answer(ask(question_id=f"q{i}", options=options), ROOT) for i in range(n))
    expected = n / len(options)
    chi_squared = sum((counts[letter] - expected) ** 2 / expected for letter in "ABCDEF"[: len(options)])
    assert sum(counts.values()) == n
    assert set(counts) == set("ABCDEF"[: len(options)])
    assert chi_squared < 20.5  # the 0.999 quantile for 5 degrees of freedom


def test_random_does_not_depend_on_order_or_object(ask):
    questions = [ask(question_id=f"q{i}") for i in range(50)]
    forwards = {q.question_id: RandomBaseline().answer(q, ROOT) for q in questions}
    one = RandomBaseline()
    assert {q.question_id: one.answer(q, ROOT) for q in reversed(questions)} == forwards


def test_random_is_the_same_on_every_machine(ask):
    drawn = "".join(RandomBaseline().answer(ask(question_id=f"q{i}"), ROOT) for i in range(12))
    assert drawn == "BACCCABDCCDD"


def test_random_seeds_are_independent(ask):
    questions = [ask(question_id=f"q{i}") for i in range(400)]
    same = sum(RandomBaseline(0).answer(q, ROOT) == RandomBaseline(1).answer(q, ROOT) for q in questions)
    assert 60 < same < 140  # a quarter of 400, give or take 4.6 standard deviations


@pytest.mark.parametrize("answer", "ABCD")
def test_prior_without_a_table_never_looks_at_the_answer(ask, answer):
    assert PriorBaseline().answer(ask(answer=answer), ROOT) == "A"


def test_prior_of_other_questions_counts_by_number_of_options(ask):
    fours = [ask(answer=letter) for letter in "BDDA"]
    twos = [ask(options=("x", "y"), answer=letter) for letter in "BBA"]
    prior = PriorBaseline.of(fours + twos)
    assert prior.answer(ask(), ROOT) == "D"
    assert prior.answer(ask(options=("x", "y")), ROOT) == "B"
    assert prior.answer(ask(options=("x", "y", "z")), ROOT) == "A"


def test_prior_of_equally_frequent_letters_is_the_first(ask):
    assert PriorBaseline.of([ask(answer=letter) for letter in "CBBC"]).answer(ask(), ROOT) == "B"


@pytest.mark.parametrize("letter", ["C", "", "AB", "a"])
def test_prior_refuses_letters_that_are_no_options(letter):
    with pytest.raises(ValueError, match="2 options"):
        PriorBaseline({2: letter})


@pytest.mark.parametrize("name", list(BASELINES))
def test_every_baseline_is_made_by_name_and_answers_with_a_letter(ask, name):
    assert make_baseline(name).answer(ask(), ROOT) in "ABCD"


def test_an_unknown_baseline_is_named_with_the_known_ones():
    with pytest.raises(Links2Error, match=r"'orakel'.*oracle, random, prior, geometric"):
        make_baseline("orakel")


def test_listing_the_baselines_does_not_load_opencv():
    code = "import sys, links2_tasks.baselines as b; b.make_baseline('random'); sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
