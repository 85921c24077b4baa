"""From scored rows to the figures of tasks, dimensions and the benchmark: `aggregate`."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from links2_tasks.errors import DataError, TaskError
from links2_tasks.scoring._statistics import clustered_standard_error, mean, stratified_standard_error

READ_REASONS = frozenset({"letter", "option_text", "boxed", "number", "word"})
"""Reasons of extractions that gave an answer; every other reason is a failure."""
UNASKABLE_REASONS = ("bad_question", "media_error", "prompt_error", "scoring_error")
"""Reasons of rows that lie in the dataset and stay until it is mended: no model was asked as it should be."""


@dataclass(frozen=True)
class ScoredRow:
    """One answered question with its score."""

    question_id: str
    task: str
    clip_id: str
    region: str
    score: float
    """0 to 1."""
    chance: float
    """Expected score of a guess: 1 / number of options; 0 for open answers."""
    reason: str
    """How the answer was read, or why not: the extraction's reason."""
    prediction: str | None = None
    """The letter or number that was read."""
    answer: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        if not (0.0 <= self.score <= 1.0 and 0.0 <= self.chance < 1.0):
            raise DataError(
                f"row '{self.question_id}' of task '{self.task}' has score {self.score} and chance {self.chance}; "
                "scores lie in 0..1 and chance levels in 0..1 without 1"
            )


@dataclass(frozen=True)
class Summary:
    """The figures of one task, of one dimension, or of everything. Shares are 0..1, never percent."""

    name: str
    n: int
    n_clusters: int
    """Number of clips; questions on one clip are not independent."""
    n_tasks: int
    micro_accuracy: float
    """Mean score of all questions: large tasks weigh more."""
    macro_accuracy: float
    """Unweighted mean of the tasks' mean scores. For one task it equals the micro accuracy."""
    mean_chance: float
    """Mean chance level of all questions."""
    chance_corrected_accuracy: float
    """(micro_accuracy - mean_chance) / (1 - mean_chance): 0 for guessing, 1 for all right; below 0 for worse than
    guessing."""
    micro_standard_error: float | None
    """Clustered by clip; None where it cannot be estimated."""
    macro_standard_error: float | None
    extraction_failures: Mapping[str, int]
    """Rows without a readable answer, by reason, in the order of the alphabet; they count as wrong."""

    @property
    def n_failures(self) -> int:
        """Rows without a readable answer."""
        return sum(self.extraction_failures.values())


@dataclass(frozen=True)
class Scoreboard:
    """All figures of one run."""

    tasks: tuple[Summary, ...]
    dimensions: tuple[Summary, ...]
    overall: Summary


def aggregate(rows: Iterable[ScoredRow], dimension_of_task: Mapping[str, str]) -> Scoreboard:
    """Summarise scored rows by task, by dimension and overall.

    Args:
        rows: In any order; the figures do not depend on it.
        dimension_of_task: The dimension of each task; its order is the order of the tables.

    Raises:
        DataError: there are no rows, or a question of a task comes twice, as when a framework pads the last batch.
        TaskError: a row's task has no dimension.
    """
    every = tuple(sorted(rows, key=lambda row: (row.task, row.question_id)))
    if not every:
        raise DataError(
            "there are no rows to aggregate; was the run finished, and were its result files the right ones?"
        )
    for first, second in itertools.pairwise(every):
        if (first.task, first.question_id) == (second.task, second.question_id):
            raise DataError(
                f"question '{first.question_id}' of task '{first.task}' is scored twice; drop the repeated rows "
                "(batches that were padded, or two runs in one file) before aggregating"
            )
    by_task: dict[str, list[ScoredRow]] = {}
    for row in every:
        by_task.setdefault(row.task, []).append(row)
    if unknown := sorted(set(by_task) - set(dimension_of_task)):
        raise TaskError(
            f"no dimension is given for task(s) {', '.join(unknown)}; known are {', '.join(dimension_of_task)}"
        )
    tasks = [task for task in dimension_of_task if task in by_task]
    dimensions = dict.fromkeys(dimension_of_task[task] for task in tasks)
    return Scoreboard(
        tasks=tuple(summarise(task, by_task[task]) for task in tasks),
        dimensions=tuple(
            summarise(
                dimension, [row for task in tasks if dimension_of_task[task] == dimension for row in by_task[task]]
            )
            for dimension in dimensions
        ),
        overall=summarise("overall", every),
    )


def summarise(name: str, rows: Iterable[ScoredRow]) -> Summary:
    """The figures of some rows of one or more tasks.

    Raises:
        DataError: there are no rows.
    """
    rows = tuple(rows)
    if not rows:
        raise DataError(f"there are no rows to summarise as '{name}'")
    scores, tasks, clips = [row.score for row in rows], [row.task for row in rows], [row.clip_id for row in rows]
    by_task = {task: [row for row in rows if row.task == task] for task in sorted(set(tasks))}
    failures = Counter(row.reason for row in rows if row.reason not in READ_REASONS)
    return Summary(
        name=name,
        n=len(rows),
        n_clusters=len(set(clips)),
        n_tasks=len(by_task),
        micro_accuracy=mean(scores),
        macro_accuracy=mean([_mean_score(of_task) for of_task in by_task.values()]),
        mean_chance=mean([row.chance for row in rows]),
        chance_corrected_accuracy=mean([_chance_corrected(of_task) for of_task in by_task.values()]),
        micro_standard_error=clustered_standard_error(scores, clips),
        macro_standard_error=stratified_standard_error(scores, tasks, clips),
        extraction_failures=dict(sorted(failures.items())),
    )


def _mean_score(rows: Sequence[ScoredRow]) -> float:
    return mean([row.score for row in rows])


def _chance_corrected(rows: Sequence[ScoredRow]) -> float:
    chance = mean([row.chance for row in rows])
    return (_mean_score(rows) - chance) / (1.0 - chance)
