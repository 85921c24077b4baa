"""Guessers that do not look at the video, and whether they do better or worse than chance.

Worse than chance counts as well: who knows which option is rarely right guesses among the others. Questions about one
clip are not independent, so standard errors are those of clusters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.schema import LETTERS, Question

Points = NDArray[np.float64]
Guesser = Callable[[Question], Sequence[float] | Points]
"""A liking for each option; the guesser takes one of those that it likes most."""

STANDARD_ERRORS = 3.5
LEAST_QUESTIONS = 100


@dataclass(frozen=True)
class Outcome:
    """How a guesser does: mean gain over chance, its standard error, and on how much."""

    gain: float
    error: float
    n_questions: int
    n_clips: int

    @property
    def is_chance(self) -> bool:
        """Whether the gain is within what chance explains."""
        return abs(self.gain) <= STANDARD_ERRORS * self.error

    def __str__(self) -> str:
        return f"{self.gain:+.3f} against chance, standard error {self.error:.3f}, {self.n_questions} questions, {self.n_clips} clips"


def outcome(questions: Sequence[Question], guesser: Guesser) -> Outcome:
    """Let a guesser answer all questions; ties share the point."""
    gains: dict[str, list[float]] = defaultdict(list)
    for question in questions:
        liking = np.asarray(guesser(question), float)
        best = np.flatnonzero(liking >= liking.max() - 1e-9)
        hit = (LETTERS.index(question.answer) in best) / len(best)
        gains[question.clip_id].append(hit - 1 / len(question.options))
    sums = np.array([sum(each) for each in gains.values()])
    sizes = np.array([len(each) for each in gains.values()])
    gain = sums.sum() / sizes.sum()
    groups = len(sums)
    residuals = sums - gain * sizes
    error = float(np.sqrt((residuals**2).sum() * groups / (groups - 1)) / sizes.sum())
    # Where every answer is the same the estimate of the error is 0; one hit more or less is the least it can be.
    return Outcome(float(gain), max(error, 0.43 / len(questions)), len(questions), groups)


def assert_chance(questions: Sequence[Question], **guessers: Guesser) -> None:
    """Fail where a guesser does better or worse than chance, or where there are too few questions to tell."""
    assert len(questions) >= LEAST_QUESTIONS, f"only {len(questions)} questions: too few for an audit"
    found = {name: outcome(questions, guesser) for name, guesser in guessers.items()}
    leaks = [f"{name}: {one}" for name, one in found.items() if not one.is_chance]
    assert not leaks, "\n".join(leaks)


def opposite(guesser: Guesser) -> Guesser:
    """A guesser that likes most what another likes least."""
    return lambda question: -np.asarray(guesser(question), float)


def learner(questions: Sequence[Question], key: Callable[[Question, int], Hashable]) -> Guesser:
    """A guesser that has seen the answers about every second clip before it is asked about the others.

    `key` says what it notices of an option; it likes the options whose like were right most often.
    """
    half_of = {clip_id: i % 2 for i, clip_id in enumerate(sorted({question.clip_id for question in questions}))}
    right: dict[Hashable, list[float]] = defaultdict(lambda: [1.0, 4.0])
    for question in questions:
        for i, letter in enumerate(question.letters):
            counts = right[half_of[question.clip_id], key(question, i)]
            counts[0] += letter == question.answer
            counts[1] += 1

    def guess(question: Question) -> list[float]:
        other = 1 - half_of[question.clip_id]
        seen = [right[other, key(question, i)] for i in range(len(question.options))]
        return [hits / total for hits, total in seen]

    return guess


def option_points(question: Question) -> Points:
    """Middles (N, 2) of the marks with option letters, as shares of the window's sides."""
    middles = {mark.label: np.mean(mark.xy_px, axis=0) for mark in question.marks}
    window = question.satellite[0].window_px
    assert window is not None
    return np.array([middles[letter] for letter in question.letters]) / window[2:]


def offset_from_centre(question: Question, label: str) -> Points:
    """East, north (2,) from the window's centre to a point mark, as shares of its sides."""
    window = question.satellite[0].window_px
    assert window is not None
    (xy,) = next(mark.xy_px for mark in question.marks if mark.label == label)
    x, y = np.array(xy) / window[2:] - 0.5
    return np.array([x, -y])


def most_central(question: Question) -> Points:
    return -np.linalg.norm(option_points(question) - 0.5, axis=1)


def leftmost(question: Question) -> Points:
    return -option_points(question)[:, 0]


def topmost(question: Question) -> Points:
    return -option_points(question)[:, 1]


def near_the_others(question: Question) -> Points:
    """The mark in the middle of the marks."""
    points = option_points(question)
    return -np.linalg.norm(points[:, None] - points[None], axis=2).sum(axis=1)


def most_isolated(question: Question) -> Points:
    """The mark whose nearest neighbour is farthest away."""
    points = option_points(question)
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    return (gaps + 9.0 * np.eye(len(points))).min(axis=1)


def largest_cell(question: Question) -> Points:
    """The mark that is nearest to the largest part of the window."""
    axis = np.linspace(0.08, 0.92, 40)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    points = option_points(question)
    nearest = np.linalg.norm(grid[:, None] - points[None], axis=2).argmin(axis=1)
    return np.bincount(nearest, minlength=len(points)).astype(float)


WHERE: dict[str, Guesser] = {
    "most_central": most_central,
    "leftmost": leftmost,
    "topmost": topmost,
    "near_the_others": near_the_others,
    "most_isolated": most_isolated,
    "largest_cell": largest_cell,
    "smallest_cell": opposite(largest_cell),
}
"""Guessers that see only where marks lie in the window."""
