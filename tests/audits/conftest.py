"""Made-up questions with text only, and runs that answer them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from links2_tasks.results import ResultRow, Run
from links2_tasks.schema import LETTERS, Question
from links2_tasks.scoring import ScoredRow

Ask = Callable[..., Question]
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


@pytest.fixture(autouse=True, scope="module")
def _no_garbage_of_others() -> Iterator[None]:
    """Holm's correction by statsmodels looks for garbage at each call: not in what is loaded already, such as torch."""
    with suppress(ImportError):
        import sklearn.ensemble  # noqa: F401
        import statsmodels.stats.multitest  # noqa: F401
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def ask() -> Ask:
    """Makes one question; every field may be named."""

    def make(number: int = 0, **changed: object) -> Question:
        fields: dict[str, object] = {
            "question_id": f"q{number}", "task": "uav_localization", "clip_id": f"clip_{number}", "video": "videos/v.mp4",
            "video_span_s": (0.0, 10.0), "satellite": (), "question": "Which one is seen?", "options": ("a", "b", "c", "d"),
            "answer": "A", "region": "town", "source": {"dataset": "made up", "licence": "CC0-1.0"},
            "provenance": {"writer": "w", "version": "1", "seed": 0},
        }  # fmt: skip
        return Question.model_validate(fields | changed)

    return make


@pytest.fixture
def random_questions(ask: Ask) -> Callable[..., list[Question]]:
    """Makes questions whose words, numbers and letters say nothing; `options_of` may spoil that.

    Two of a clip, clips in regions of ten questions each.
    """

    def make(
        n: int,
        seed: int,
        options_of: Callable[[np.random.Generator, int], tuple[Sequence[str], str]] | None = None,
        **changed: object,
    ) -> list[Question]:
        rng = np.random.default_rng(seed)
        questions = []
        for i in range(n):
            options, answer = (options_of or plain_options)(rng, i)
            text = f"At {rng.uniform(0, 10):.1f} s, what lies beside the {rng.choice(NOUNS)}?"
            fields = {"clip_id": f"clip_{i // 2}", "region": f"region_{i // 10}", "question": text}
            questions.append(ask(i, **{**fields, "options": tuple(options), "answer": answer, **changed}))
        return questions

    return make


def plain_options(rng: np.random.Generator, number: int) -> tuple[Sequence[str], str]:
    """Four different options of a noun and a number, any of which is right."""
    nouns = rng.choice(NOUNS, 4, replace=False)
    return [f"the {noun}, {rng.integers(1, 90)} m away" for noun in nouns], LETTERS[int(rng.integers(4))]


@pytest.fixture
def run_of() -> Callable[..., Run]:
    """Makes a run from (question, letter or None, reason) triples."""

    def make(
        answers: Sequence[tuple[Question, str | None, str]], raw: str = "?", max_new_tokens: int | None = None
    ) -> Run:
        rows = tuple(_row(question, letter, reason, raw) for question, letter, reason in answers)
        return Run(
            name="model", folder=Path("out"), framework="lmms-eval", model="model", model_args="", variant="text_only",
            version="1-A", started_at=None, seconds=None, max_new_tokens=max_new_tokens, rows=rows,
        )  # fmt: skip

    return make


def _row(question: Question, letter: str | None, reason: str, raw: str) -> ResultRow:
    scored = ScoredRow(
        question_id=question.question_id,
        task=question.task,
        clip_id=question.clip_id,
        region=question.region,
        score=float(letter == question.answer),
        chance=1 / len(question.options),
        reason=reason,
        prediction=letter,
        answer=question.answer,
    )
    return ResultRow(scored, "text_only", raw, "", None, None, None)
