"""Ways of answering without looking, and what each of them picks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.audits._folds import Folds
from links2_tasks.audits._records import Clue
from links2_tasks.schema import LETTERS, Question

Likings = NDArray[np.float64]
"""How much each option of one question is liked (n_options,); only the order counts."""
Liking = Callable[[Question], Likings]
_ALIKE = 1e-9


@dataclass(frozen=True)
class Learned:
    """What fitting gives: likings of the options of each of some questions, and what they go by."""

    likings: Callable[[Sequence[Question]], Sequence[Likings]]
    clues: Callable[[int], tuple[Clue, ...]] = lambda n: ()


@dataclass(frozen=True)
class Classifier:
    """A way of answering; `fit` sees the questions of one task that are not held out, with their answers."""

    name: str
    fit: Callable[[Sequence[Question], int], Learned]
    """Of the questions and a seed."""


@dataclass(frozen=True)
class Pick:
    """What a classifier takes of one question: the options that it likes most, one or several."""

    question: Question
    n_liked: int
    is_right: bool
    """Whether the right option is among them."""

    @property
    def score(self) -> float:
        """Expected score when it draws one of them."""
        return self.is_right / self.n_liked

    @property
    def chance(self) -> float:
        """Expected score of a guess."""
        return 1.0 / len(self.question.options)

    @property
    def is_decided(self) -> bool:
        """Whether it likes some options more than others."""
        return self.n_liked < len(self.question.options)


def rule(name: str, liking: Liking) -> Classifier:
    """A classifier that learns nothing."""
    return Classifier(name, lambda questions, seed: Learned(lambda asked: [liking(one) for one in asked]))


def most_frequent_letter(questions: Sequence[Question], seed: int) -> Learned:
    """Likes each letter as often as it was right among questions with as many options."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for question in questions:
        counts[len(question.options)][question.answer] += 1

    def liking(question: Question) -> Likings:
        seen = counts[len(question.options)]
        return np.array([seen[letter] for letter in question.letters], float)

    return Learned(lambda asked: [liking(one) for one in asked])


FREQUENT_LETTER = Classifier("most frequent letter", most_frequent_letter)


def held_out_picks(classifier: Classifier, questions: Sequence[Question], folds: Folds, seed: int) -> tuple[Pick, ...]:
    """What a classifier takes of each question of one task when it has learned from the other folds only."""
    members: dict[int, list[int]] = defaultdict(list)
    for i, question in enumerate(questions):
        members[folds.of(question)].append(i)
    picks: list[Pick | None] = [None] * len(questions)
    for fold, places in members.items():
        others = [question for question in questions if folds.of(question) != fold]
        # Where all lie in one fold there is nothing to learn from; what is learned from nothing likes nothing.
        likings = classifier.fit(others, seed).likings([questions[place] for place in places])
        for place, liking in zip(places, likings, strict=True):
            picks[place] = pick(questions[place], liking)
    return tuple(one for one in picks if one is not None)


def pick(question: Question, likings: Likings) -> Pick:
    """The options that are liked most."""
    best = np.flatnonzero(likings >= likings.max() - _ALIKE)
    return Pick(question, len(best), bool(LETTERS.index(question.answer) in best))
