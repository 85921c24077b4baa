"""Who is held out together: questions of one region, since a city's streets and skies are alike in all its clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from links2_tasks.errors import DataError
from links2_tasks.schema import Question


@dataclass(frozen=True)
class Folds:
    """In which part of a dataset each question is held out."""

    grouped_by: str
    """'region', or 'clip' where there are fewer than two regions."""
    n_folds: int
    fold_of_group: dict[str, int]

    def of(self, question: Question) -> int:
        """Number 0..n_folds - 1 of the question's fold."""
        return self.fold_of_group[_group(question, self.grouped_by)]


def make_folds(questions: Sequence[Question], folds: int, seed: int) -> Folds:
    """Whole regions, or whole clips where there is one region, dealt to at most `folds` folds alike in size.

    Raises:
        DataError: `folds` is below 2.
    """
    if folds < 2:
        raise DataError(
            f"Classifiers are tried on questions that they did not see: folds must be 2 or more, got {folds}."
        )
    grouped_by = "region" if len({question.region for question in questions}) > 1 else "clip"
    sizes = Counter(_group(question, grouped_by) for question in questions)
    names = sorted(sizes)
    # Shuffled first, so that groups of one size are dealt differently by each seed.
    names = [names[int(i)] for i in np.random.default_rng(seed).permutation(len(names))]
    load = [0] * max(1, min(folds, len(names)))
    fold_of_group = {}
    for name in sorted(names, key=lambda name: -sizes[name]):
        fold = load.index(min(load))
        fold_of_group[name] = fold
        load[fold] += sizes[name]
    return Folds(grouped_by, len(load), fold_of_group)


def _group(question: Question, grouped_by: str) -> str:
    return question.region if grouped_by == "region" else question.clip_id
