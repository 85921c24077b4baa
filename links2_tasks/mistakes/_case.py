"""A wrong answer as rules see it, and what they say of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.mistakes._flights import Flight
from links2_tasks.mistakes._marks import file_px, mark_of
from links2_tasks.mistakes._records import Category
from links2_tasks.schema import LETTERS, Question

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Explanation:
    """Something that would have led to exactly the chosen option."""

    categories: frozenset[Category]
    """Every mistake that it takes."""
    rule: str
    evidence: str
    proves: bool = True
    """False where it fits too easily to prove anything: then it is only an objection to other explanations."""


def one_mistake(category: Category, rule: str, evidence: str, *, proves: bool = True) -> Explanation:
    """An explanation that takes a single mistake."""
    return Explanation(frozenset({category}), rule, evidence, proves)


@dataclass(frozen=True)
class Case:
    """A wrong answer: the question, the letter that was chosen, and what is known of the flight."""

    question: Question
    chosen: str
    flight: Flight

    @property
    def chosen_text(self) -> str:
        """Text of the chosen option."""
        return self.question.options[LETTERS.index(self.chosen)]

    @property
    def right_points(self) -> Points | None:
        """Points (N, 2) of the right mark, in pixels of the map file; None where options are no marks."""
        return self.points_of(self.question.answer)

    @property
    def chosen_points(self) -> Points | None:
        """Points (N, 2) of the chosen mark, in pixels of the map file; None where options are no marks."""
        return self.points_of(self.chosen)

    def points_of(self, letter: str) -> Points | None:
        """Points (N, 2) of an option's mark, in pixels of the map file."""
        mark = mark_of(self.question, letter)
        return None if mark is None else file_px(mark.xy_px, self.question.satellite[mark.image])

    @property
    def window_px(self) -> tuple[int, int, int, int] | None:
        """Left, top, width and height of the map that is shown; None where the question does not say."""
        return self.question.satellite[0].window_px if len(self.question.satellite) == 1 else None

    @property
    def side_px(self) -> float | None:
        """Length of the longer side of the map that is shown."""
        return float(max(self.window_px[2:])) if self.window_px else None

    @property
    def gsd_m(self) -> float:
        """Metres per pixel of the map."""
        return self.question.satellite[0].gsd_m
