"""Classifiers that learn which option is right from other questions of the task (scikit-learn)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from links2_tasks._extras import import_extra
from links2_tasks.audits._classifiers import Classifier, Learned, Likings
from links2_tasks.audits._option_text import FEATURES, option_features, option_tokens, words
from links2_tasks.audits._records import Clue
from links2_tasks.schema import LETTERS, Question

Tokens = Callable[[Question, int], Sequence[str]]
Table = Callable[[Question], Likings]

MOST_QUESTION_WORDS = 200
N_TREES = 30
LEAST_LEAF = 4
FEWEST_QUESTIONS = 4
"""Fewer questions to learn from teach nothing."""


def _nothing(asked: Sequence[Question]) -> list[Likings]:
    return [np.zeros(len(question.options)) for question in asked]


def _by_question(values: Likings, asked: Sequence[Question]) -> list[Likings]:
    """Values of all options of all questions, cut into questions."""
    return np.split(values, np.cumsum([len(question.options) for question in asked])[:-1])


def fit_ngrams(questions: Sequence[Question], seed: int) -> Learned:
    """Words and pairs of words of options, one weight each."""
    return _fit_pairs(questions, lambda _: option_tokens, weighted=False)


def fit_tfidf(questions: Sequence[Question], seed: int) -> Learned:
    """Words of options and their pairs with those words of the question that not all questions have, by tf-idf."""
    return _fit_pairs(questions, _crossed, weighted=True)


def _crossed(questions: Sequence[Question]) -> Tokens:
    """Tokens of an option and each of its words beside each telling word of the question."""
    seen = Counter(word for question in questions for word in set(words(question.question)))
    telling = {word for word, n in seen.most_common() if 1 < n < 0.9 * len(questions)}
    kept = frozenset([word for word, _ in seen.most_common() if word in telling][:MOST_QUESTION_WORDS])

    def tokens(question: Question, place: int) -> Sequence[str]:
        own = option_tokens(question, place)
        asked = sorted(kept.intersection(words(question.question)))
        return (*own, *(f"{one} + {other}" for one in asked for other in own))

    return tokens


def _fit_pairs(
    questions: Sequence[Question], tokens_from: Callable[[Sequence[Question]], Tokens], weighted: bool
) -> Learned:
    """Logistic regression on the differences between the right option and each wrong one (Bradley and Terry 1952)."""
    if len(questions) < FEWEST_QUESTIONS:
        return Learned(_nothing)
    text, linear = _sklearn("feature_extraction.text"), _sklearn("linear_model")
    tokens = tokens_from(questions)
    kind = text.TfidfVectorizer if weighted else text.CountVectorizer
    vectorizer = kind(analyzer=lambda one: tokens(*one), min_df=2, **({} if weighted else {"binary": True}))
    try:
        vectors = vectorizer.fit_transform(_places(questions))
    except ValueError:
        # scikit-learn's way of saying that no token comes twice.
        return Learned(_nothing)
    right, wrong = (np.array(side) for side in zip(*_right_and_wrong(questions), strict=True))
    # Every second pair the other way round, so that both answers occur: 'the first is right' and 'the second is'.
    signs = np.where(np.arange(len(right)) % 2 == 0, 1.0, -1.0)
    differences = (vectors[right] - vectors[wrong]).multiply(signs[:, None]).tocsr()
    model = linear.LogisticRegression(C=1.0, fit_intercept=False, solver="liblinear", max_iter=300)
    model.fit(differences, signs > 0)
    weights = model.coef_[0]

    def likings(asked: Sequence[Question]) -> list[Likings]:
        return _by_question(np.asarray(vectorizer.transform(_places(asked)) @ weights, float), asked)

    def clues(n: int) -> tuple[Clue, ...]:
        names = vectorizer.get_feature_names_out()
        return tuple(Clue(str(names[i]), float(weights[i])) for i in np.argsort(-np.abs(weights))[:n])

    return Learned(likings, clues)


def _places(questions: Sequence[Question]) -> list[tuple[Question, int]]:
    return [(question, place) for question in questions for place in range(len(question.options))]


def _right_and_wrong(questions: Sequence[Question]) -> Iterator[tuple[int, int]]:
    """Places of the right option and of each wrong one among all options of all questions."""
    start = 0
    for question in questions:
        right = LETTERS.index(question.answer)
        yield from ((start + right, start + i) for i in range(len(question.options)) if i != right)
        start += len(question.options)


def forest(name: str, table: Table, features: Sequence[str]) -> Classifier:
    """A random forest that is asked of each option whether it is right; `table` gives (n_options, n_features)."""

    def fit(questions: Sequence[Question], seed: int) -> Learned:
        if len(questions) < FEWEST_QUESTIONS:
            return Learned(_nothing)
        model = _sklearn("ensemble").RandomForestClassifier(
            n_estimators=N_TREES, min_samples_leaf=LEAST_LEAF, random_state=seed, n_jobs=1
        )
        rows = np.concatenate([table(question) for question in questions])
        right = np.concatenate([np.arange(len(q.options)) == LETTERS.index(q.answer) for q in questions])
        model.fit(rows, right)

        def likings(asked: Sequence[Question]) -> list[Likings]:
            tables = np.concatenate([table(question) for question in asked])
            return _by_question(np.asarray(model.predict_proba(tables)[:, 1], float), asked)

        def clues(n: int) -> tuple[Clue, ...]:
            shares = model.feature_importances_
            return tuple(Clue(features[i], float(shares[i])) for i in np.argsort(-shares)[:n])

        return Learned(likings, clues)

    return Classifier(name, fit)


LEARNERS: tuple[Classifier, ...] = (
    Classifier("option n-grams", fit_ngrams),
    Classifier("tf-idf with the question", fit_tfidf),
    forest("forest on option features", option_features, FEATURES),
)


def _sklearn(module: str) -> Any:
    return import_extra(f"sklearn.{module}", "scikit-learn", "report", "`links2 audit data`")
