"""Questions that text gives away: to classifiers, and to a language model."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, cast

import numpy as np
import pytest

from links2_tasks.errors import LanguageModelError
from links2_tasks.language import LanguageModel, LanguageSettings
from links2_tasks.pipeline.filters import FilterContext, language_model, text_alone
from links2_tasks.pipeline.filters._above_chance import Tried, beyond_chance, p_by_chance
from links2_tasks.pipeline.filters.language_model import Guess, steady_choices
from links2_tasks.schema import LETTERS, Question

Ask = Callable[..., Question]
Context = Callable[..., FilterContext]
NOUNS = ("river", "bridge", "tower", "field", "road", "forest", "school", "market", "harbour", "station")


@pytest.fixture(autouse=True, scope="module")
def _no_garbage_of_others() -> Iterator[None]:
    """Holm's correction by statsmodels looks for garbage at each call: not in what is loaded already."""
    with suppress(ImportError):
        import sklearn.ensemble  # noqa: F401
        import statsmodels.stats.multitest  # noqa: F401
    gc.freeze()
    yield
    gc.unfreeze()


def _questions(ask: Ask, n: int, seed: int, right: str | None = None, task: str = "t1") -> list[Question]:
    """Questions with random nouns as options, four regions; the right option is `right` where that is named."""
    rng = np.random.default_rng(seed)
    questions = []
    for i in range(n):
        options = [str(noun) for noun in rng.choice(NOUNS[:8], 4, replace=False)]
        answer = int(rng.integers(4))
        if right is not None:
            options[answer] = right
        questions.append(
            ask(
                i, question_id=f"{task}-{i:03d}", task=task, clip_id=f"clip_{i // 2}", region=f"region_{i % 4}", marks=(),
                options=tuple(options), answer=LETTERS[answer],
            )
        )  # fmt: skip
    return questions


def test_honest_questions_stay(ask: Ask, context: Context) -> None:
    pytest.importorskip("sklearn")
    questions = _questions(ask, 32, seed=1)
    assert text_alone.FILTER.apply(questions, context()).questions == tuple(questions)


def test_a_word_that_is_always_right_is_found_and_the_detail_says_by_whom(ask: Ask, context: Context) -> None:
    pytest.importorskip("sklearn")
    spoilt, honest = _questions(ask, 32, seed=1, right="harbour"), _questions(ask, 16, seed=2, task="t2")
    result = text_alone.FILTER.apply([*spoilt, *honest], context())
    assert {one.task for one in result.dropped} == {"t1"}
    assert len(result.dropped) > 20
    assert {one.reason for one in result.dropped} == {text_alone.REASON}
    assert "option n-grams" in result.dropped[0].detail
    assert set(honest) <= set(result.questions)


def test_no_questions_are_no_fault(context: Context) -> None:
    assert text_alone.FILTER.apply([], context()).questions == ()


class _Model:
    """A language model that chooses by a rule; `choose` gets the options, and the number of the request."""

    settings = LanguageSettings(base_url="http://localhost", model="tests")

    def __init__(self, choose: Callable[[Sequence[str], int], int | None]) -> None:
        self._choose = choose
        self.asked: list[Any] = []

    def ask_many(self, requests: Sequence[Any], progress: Callable[[str], None]) -> Iterator[Any]:
        for request in requests:
            self.asked.append(request)
            lines = request.text.splitlines()[1:-1]
            place = self._choose([line.partition(". ")[2] for line in lines], len(self.asked))
            if place is None:
                yield LanguageModelError("no answer")
            else:
                yield type("Answer", (), {"content": Guess(letter=cast(Any, LETTERS[place]))})()


def _with_model(
    context: FilterContext, choose: Callable[[Sequence[str], int], int | None]
) -> tuple[FilterContext, _Model]:
    model = _Model(choose)
    return FilterContext(context.root, context.settings, 0, model=cast(LanguageModel, model)), model


def test_without_a_model_nothing_goes(ask: Ask, context: Context) -> None:
    questions = _questions(ask, 8, seed=1)
    assert language_model.FILTER.apply(questions, context()).questions == tuple(questions)


def test_a_model_that_knows_the_answers_takes_out_what_chance_does_not_explain(ask: Ask, context: Context) -> None:
    pytest.importorskip("scipy")
    spoilt, honest = _questions(ask, 40, seed=1, right="harbour"), _questions(ask, 40, seed=2, task="t2")

    def knows(options: Sequence[str], number: int) -> int:
        return options.index("harbour") if "harbour" in options else options.index(min(options))

    used, model = _with_model(context(), knows)
    result = language_model.FILTER.apply([*spoilt, *honest], used)
    assert {one.task for one in result.dropped} == {"t1"}
    assert set(honest) <= set(result.questions)
    # Of the last few, all right, nobody can say that it is no luck.
    assert 36 <= len(result.dropped) <= 40
    assert "right under all 4 rotations" in result.dropped[0].detail
    assert "40 of 40 steady answers on t1 are right, 10.0 by chance" in result.dropped[0].detail
    assert len(model.asked) == 80 * 4
    assert all(not request.images and request.temperature == 0 for request in model.asked)


def test_a_model_with_a_taste_takes_nothing_from_honest_questions(ask: Ask, context: Context) -> None:
    """It likes one noun over another under every rotation, and so has a quarter right under all of them."""
    pytest.importorskip("scipy")
    questions = [one for seed in range(5) for one in _questions(ask, 40, seed=seed, task=f"t{seed}")]
    used, _ = _with_model(context(), lambda options, number: options.index(max(options)))
    tried = steady_choices(questions, used.model, lambda step: None)  # type: ignore[arg-type]
    assert len(tried) == 200
    assert sum(one.is_right for one in tried) > 25
    assert language_model.FILTER.apply(questions, used).dropped == ()


def test_a_model_that_draws_lots_or_likes_a_letter_is_not_steady(ask: Ask, context: Context) -> None:
    questions = _questions(ask, 60, seed=1)
    rng = np.random.default_rng(0)
    for choose in (lambda options, number: int(rng.integers(4)), lambda options, number: 2):
        used, _ = _with_model(context(), choose)
        assert len(steady_choices(questions, used.model, lambda step: None)) <= 4  # type: ignore[arg-type]
        assert language_model.FILTER.apply(questions, used).dropped == ()


def test_a_rotation_without_an_answer_makes_a_question_unsteady(ask: Ask, context: Context) -> None:
    questions = _questions(ask, 3, seed=1, right="harbour")
    used, _ = _with_model(context(), lambda options, number: None if number == 2 else options.index("harbour"))
    tried = steady_choices(questions, used.model, lambda step: None)  # type: ignore[arg-type]
    assert [one.question for one in tried] == questions[1:]


def test_a_letter_beyond_the_options_is_no_choice(ask: Ask, context: Context) -> None:
    question = ask(marks=(), options=("a road", "a river"))
    used, _ = _with_model(context(), lambda options, number: 4)
    assert steady_choices([question], used.model, lambda step: None) == ()  # type: ignore[arg-type]


def test_an_endpoint_that_answers_nothing_is_an_error(ask: Ask, context: Context) -> None:
    used, _ = _with_model(context(), lambda options, number: None)
    with pytest.raises(LanguageModelError, match="no answer"):
        language_model.FILTER.apply(_questions(ask, 2, seed=1), used)


def test_luck_accuses_few_of_many_honest_batches(ask: Ask) -> None:
    pytest.importorskip("scipy")
    questions = [one for t in range(3) for one in _questions(ask, 24, seed=t, task=f"t{t}")]
    rng = np.random.default_rng(0)
    accused = sum(
        bool(beyond_chance([Tried(question, bool(rng.random() < 0.25)) for question in questions], 0))
        for _ in range(40)
    )
    # One in twenty at most, so two of forty; more than six would come by chance once in a hundred times.
    assert accused <= 6


def test_what_is_left_is_what_chance_explains(ask: Ask) -> None:
    pytest.importorskip("scipy")
    tried = [Tried(question, i % 2 == 0) for i, question in enumerate(_questions(ask, 60, seed=1))]
    gone = {one.question.question_id for one, _ in beyond_chance(tried, 0)}
    left = [one for one in tried if one.question.question_id not in gone]
    assert gone
    assert all(one.is_right for one in tried if one.question.question_id in gone)
    assert (p_by_chance(left) or 0) >= 0.05
    one_more = [*left, next(one for one in tried if one.question.question_id in gone)]
    assert len(left) < len(one_more) <= 60


def test_questions_of_one_clip_prove_nothing(ask: Ask) -> None:
    tried = [Tried(ask(i), True) for i in range(20)]
    assert p_by_chance(tried) is None
    assert beyond_chance(tried, 0) == ()
