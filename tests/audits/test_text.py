"""Planted biases are found, and where there is none, nothing is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from links2_tasks.audits import ShortcutScore, TextAudit, audit_text
from links2_tasks.errors import DataError
from links2_tasks.results import Run
from links2_tasks.schema import LETTERS, Question

pytest.importorskip("sklearn", reason="the extra `report` is not installed")

Make = Callable[..., list[Question]]
NOUNS = [
    "river",
    "bridge",
    "tower",
    "field",
    "road",
    "forest",
    "school",
    "market",
    "harbour",
    "station",
    "garden",
    "quarry",
]


def longest_is_right(rng: np.random.Generator, number: int) -> tuple[Sequence[str], str]:
    """Three times in four."""
    options = [str(noun) for noun in rng.choice(NOUNS, 4, replace=False)]
    right = int(rng.integers(4))
    if rng.uniform() < 0.75:
        options[right] += " on the far side of the water"
    return options, LETTERS[right]


def a_word_is_right(rng: np.random.Generator, number: int) -> tuple[Sequence[str], str]:
    """'harbour' is right wherever it stands, which is in every second question; all options are of one length."""
    nouns = [f"{noun:.<10}" for noun in rng.choice([noun for noun in NOUNS if noun != "harbour"], 4, replace=False)]
    right = int(rng.integers(4))
    if number % 2:
        nouns[right] = f"{'harbour':.<10}"
    return nouns, LETTERS[right]


def b_is_right(rng: np.random.Generator, number: int) -> tuple[Sequence[str], str]:
    """B three times in five."""
    options = [str(noun) for noun in rng.choice(NOUNS, 4, replace=False)]
    return options, "B" if rng.uniform() < 0.6 else LETTERS[int(rng.integers(4))]


def middle_is_right(rng: np.random.Generator, number: int) -> tuple[Sequence[str], str]:
    """The second of five numbers in most questions, as when wrong counts are made by adding and subtracting."""
    numbers = rng.permutation(np.arange(5)) + int(rng.integers(10, 90))
    right = int(np.argsort(numbers)[2 if rng.uniform() < 0.7 else int(rng.integers(5))])
    return [str(one) for one in numbers], LETTERS[right]


def names(audit: TextAudit) -> set[str]:
    return {one.classifier for one in audit.found if one.task != "all"}


@pytest.mark.parametrize(
    ("options_of", "finder"),
    [
        (longest_is_right, "longest option"),
        (a_word_is_right, "option n-grams"),
        (b_is_right, "most frequent letter"),
        (middle_is_right, "middle number"),
    ],
)
def test_a_planted_bias_is_found_and_pruned(
    random_questions: Make, options_of: Callable[..., tuple[Sequence[str], str]], finder: str
) -> None:
    questions = random_questions(80, 1, options_of)
    audit = audit_text(questions)
    assert finder in names(audit), [(one.classifier, one.accuracy, one.p_value) for one in audit.scores]
    kept = [question for question in questions if question.question_id in audit.pruned]
    assert 15 < len(kept) < len(questions)
    again = audit_text(kept, seed=5)
    assert again.found == (), "other folds and another forest find nothing in what is left"
    assert set(again.pruned) == set(audit.pruned)


def test_the_shortcut_has_the_biased_questions_right(random_questions: Make) -> None:
    questions = random_questions(120, 1, a_word_is_right)
    bias = audit_text(questions).bias
    told = [bias[q.question_id] for i, q in enumerate(questions) if i % 2]
    others = [bias[q.question_id] for i, q in enumerate(questions) if not i % 2]
    assert set(bias) == {question.question_id for question in questions}
    assert min(bias.values()) >= 0
    assert max(bias.values()) <= 1
    assert np.mean(told) > np.mean(others) + 0.1


def test_a_learned_shortcut_names_its_word(random_questions: Make) -> None:
    audit = audit_text(random_questions(120, 1, a_word_is_right))
    clues = audit.clues["uav_localization", "option n-grams"]
    assert any("harbour" in clue.feature and clue.weight > 0 for clue in clues[:2])


def test_about_one_unbiased_dataset_in_twenty_is_called_biased(random_questions: Make) -> None:
    n_seeds = 20
    flagged = sum(bool(audit_text(random_questions(40, 1000 + seed), seed=seed).found) for seed in range(n_seeds))
    # 1 is expected at most; 5 and more have a chance of 0.3 %. Without a correction for their number it is 5.
    assert flagged < 5, f"{flagged} of {n_seeds}"


def test_tasks_are_judged_apart(random_questions: Make) -> None:
    fair = [q.model_copy(update={"question_id": f"f{q.question_id}", "task": "fair"}) for q in random_questions(60, 2)]
    audit = audit_text([*random_questions(60, 1, longest_is_right), *fair])
    assert {one.task for one in audit.found} - {"all"} == {"uav_localization"}
    assert {q.question_id for q in fair} <= set(audit.pruned), "a fair task loses nothing"


def test_regions_are_held_out_together_and_clips_where_there_is_one_region(random_questions: Make) -> None:
    questions = random_questions(40, 1)
    assert (audit_text(questions).grouped_by, audit_text(questions).n_folds) == ("region", 4)
    one_town = [question.model_copy(update={"region": "town"}) for question in questions]
    assert (audit_text(one_town).grouped_by, audit_text(one_town, folds=3).n_folds) == ("clip", 3)


def test_what_is_told_in_one_region_only_is_no_shortcut_in_others(random_questions: Make) -> None:
    """Each town has a right word of its own, so whoever has not been there learns nothing from the others."""

    def local(rng: np.random.Generator, number: int) -> tuple[Sequence[str], str]:
        word = NOUNS[number // 10]
        options = [str(noun) for noun in rng.choice([noun for noun in NOUNS if noun != word], 4, replace=False)]
        right = int(rng.integers(4))
        options[right] = word
        return options, LETTERS[right]

    asked = [
        question.model_copy(update={"question": f"What is seen in town{i // 10}?"})
        for i, question in enumerate(random_questions(120, 3, local))
    ]
    found = {one.classifier: one for one in audit_text(asked).scores if one.task == "all"}
    one_town = [question.model_copy(update={"region": "town"}) for question in asked]
    known = {one.classifier: one for one in audit_text(one_town).scores if one.task == "all"}
    assert not found["tf-idf with the question"].above_chance
    assert known["tf-idf with the question"].above_chance


def test_a_run_counts_as_a_classifier(random_questions: Make, run_of: Callable[..., Run]) -> None:
    questions = random_questions(80, 1)
    knows = run_of([(q, q.answer if i % 2 else "A", "letter") for i, q in enumerate(questions)])
    audit = audit_text(questions, [knows])
    assert names(audit) == {"run: model"}
    of_run = next(one for one in audit.scores if one.classifier == "run: model" and one.task == "all")
    expected = np.mean([1.0 if i % 2 else q.answer == "A" for i, q in enumerate(questions)])
    assert of_run.accuracy == pytest.approx(expected)
    kept = [question for question in questions if question.question_id in audit.pruned]
    assert len(kept) < len(questions)
    assert audit_text(kept, [knows]).found == ()


def test_a_run_on_other_questions_is_refused(random_questions: Make, run_of: Callable[..., Run], ask: object) -> None:
    questions = random_questions(20, 1)
    elsewhere = run_of([(q.model_copy(update={"question_id": f"x{q.question_id}"}), "A", "letter") for q in questions])
    with pytest.raises(DataError, match="answers none of these 20 questions"):
        audit_text(questions, [elsewhere])


def test_options_that_are_letters_only_are_no_look(random_questions: Make) -> None:
    marks = random_questions(60, 1, lambda rng, i: ([f"Mark {x}" for x in "ABCD"], LETTERS[int(rng.integers(4))]))
    looks: dict[str, ShortcutScore] = {one.classifier: one for one in audit_text(marks).scores if one.task != "all"}
    for name in ("longest option", "middle number", "odd one out"):
        assert looks[name].p_value is None
        assert looks[name].accuracy == pytest.approx(0.25)
        assert not looks[name].above_chance


def test_chance_is_that_of_each_question(random_questions: Make) -> None:
    two = random_questions(60, 1, lambda rng, i: (["yes", "no"], LETTERS[int(rng.integers(2))]))
    assert {one.chance for one in audit_text(two).scores} == {0.5}


def test_the_same_seed_gives_the_same_audit_in_any_order(random_questions: Make) -> None:
    questions = random_questions(60, 1)
    assert audit_text(questions, seed=3).scores == audit_text(questions[::-1], seed=3).scores


def test_no_questions_repeated_ones_and_one_fold_are_refused(random_questions: Make) -> None:
    questions = random_questions(12, 1)
    with pytest.raises(DataError, match="no questions"):
        audit_text([])
    with pytest.raises(DataError, match="comes twice"):
        audit_text([*questions, questions[3]])
    with pytest.raises(DataError, match="folds must be 2 or more"):
        audit_text(questions, folds=1)


def test_a_handful_of_questions_is_no_reason_to_stop(random_questions: Make) -> None:
    for n in (1, 2, 3, 5):
        audit = audit_text(random_questions(n, 1))
        assert audit.found == ()
        assert len(audit.pruned) == n
