"""What can be noticed of an option without any picture: its words, its numbers, its length, and how it differs."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import numpy as np

from links2_tasks.audits._classifiers import Classifier, Likings, rule
from links2_tasks.schema import LETTERS, Question

_WORD = re.compile(r"-?\d+(?:\.\d+)?|\w+|[^\w\s]")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
N_QUESTION_NUMBERS = 3
"""Of a question's numbers the first so many are compared with those of the options."""


@lru_cache(maxsize=100_000)
def words(text: str) -> tuple[str, ...]:
    """Words, numbers and signs in small letters."""
    return tuple(_WORD.findall(text.lower()))


@lru_cache(maxsize=100_000)
def numbers(text: str) -> tuple[float, ...]:
    """All numbers of a text."""
    return tuple(float(found) for found in _NUMBER.findall(text))


def option_tokens(question: Question, place: int) -> tuple[str, ...]:
    """Words and pairs of words of an option, its first word, its letter, and the rank of its number."""
    found = words(question.options[place])
    pairs = tuple(f"{one} {other}" for one, other in pairwise(found))
    start = (f"starts: {found[0]}",) if found else ()
    rank = int(_ranks(_first_numbers(question))[place])
    return (*found, *pairs, *start, f"letter: {LETTERS[place]}", f"number of rank: {rank}")


FEATURES = (
    "place", "number of options", "length", "length over mean", "rank of length", "number of words", "first number",
    "rank of first number", "first number less mean", "sum of numbers", "rank of sum", "how many numbers",
    "likeness to the others", "rank of likeness", "words shared with the question",
    *(f"first number less number {i + 1} of the question" for i in range(N_QUESTION_NUMBERS)),
    *(f"number {i + 1} of the question" for i in range(N_QUESTION_NUMBERS)),
)  # fmt: skip


def option_features(question: Question) -> Likings:
    """Figures (n_options, n_features), in the order of `FEATURES`."""
    n = len(question.options)
    lengths, firsts, sums = _lengths(question), _first_numbers(question), _sums(question)
    alike, asked = _likeness(question), np.zeros(N_QUESTION_NUMBERS)
    found = numbers(question.question)[:N_QUESTION_NUMBERS]
    asked[: len(found)] = found
    columns = [
        np.arange(n), np.full(n, n), lengths, lengths / lengths.mean(), _ranks(lengths),
        np.array([len(words(option)) for option in question.options]), firsts, _ranks(firsts), firsts - firsts.mean(),
        sums, _ranks(sums), np.array([len(numbers(option)) for option in question.options]),
        alike, _ranks(alike), _shared(question),
        *(firsts - number for number in asked), *(np.full(n, number) for number in asked),
    ]  # fmt: skip
    return np.column_stack(columns).astype(float)


def _lengths(question: Question) -> Likings:
    return np.array([len(option) for option in question.options], float)


def _first_numbers(question: Question) -> Likings:
    return np.array([(numbers(option) or (0.0,))[0] for option in question.options])


def _sums(question: Question) -> Likings:
    return np.array([sum(numbers(option)) for option in question.options])


def _middle(question: Question) -> Likings:
    ranks = _ranks(_first_numbers(question))
    return -np.abs(ranks - ranks.mean())


def _likeness(question: Question) -> Likings:
    """Mean likeness 0..1 of each option to the others: shared runs of three characters (Dice)."""
    # A text and not its letter: 'Mark A' and 'Mark B' are alike as any two.
    pieces = [_pieces(option) for option in question.options]
    return np.array([np.mean([_dice(one, other) for other in pieces if other is not one]) for one in pieces])


@lru_cache(maxsize=100_000)
def _pieces(text: str) -> frozenset[str]:
    padded = f" {text.lower()} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _dice(first: frozenset[str], second: frozenset[str]) -> float:
    return 2 * len(first & second) / max(1, len(first) + len(second))


def _shared(question: Question) -> Likings:
    asked = set(words(question.question))
    return np.array([len(asked.intersection(words(option))) for option in question.options], float)


def _ranks(values: Likings) -> Likings:
    """Mean ranks from 0; equal values share a rank."""
    below = (values[None] < values[:, None] - 1e-9).sum(axis=1)
    equal = (np.abs(values[None] - values[:, None]) <= 1e-9).sum(axis=1)
    return below + (equal - 1) / 2


RULES: tuple[Classifier, ...] = (
    rule("longest option", _lengths),
    rule("shortest option", lambda question: -_lengths(question)),
    rule("largest number", _first_numbers),
    rule("smallest number", lambda question: -_first_numbers(question)),
    rule("middle number", _middle),
    rule("most like the others", _likeness),
    rule("odd one out", lambda question: -_likeness(question)),
    rule("shares most words with the question", _shared),
)
"""What a test taker tries first."""
