"""How often each category comes, and how often it would come by guessing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from links2_tasks import taxonomy
from links2_tasks.mistakes._categorise import Questions, findings_of_wrong_options
from links2_tasks.mistakes._records import CATEGORIES, UNDECIDED, GuessedShares, Mistake, MistakeShares
from links2_tasks.results import ResultRow

ALL = "all"


def mistake_shares(mistakes: Sequence[Mistake]) -> tuple[MistakeShares, ...]:
    """Numbers by category: for each task with a mistake, in the order of tables, then for 'all'."""
    of_tasks = [
        _shares(task, [one for one in mistakes if one.task == task])
        for task in _in_order({one.task for one in mistakes})
    ]
    return *of_tasks, _shares(ALL, mistakes)


def guessed_shares(rows: Sequence[ResultRow], questions: Questions) -> tuple[GuessedShares, ...]:
    """What `mistake_shares` would be on average had each wrong answer been drawn by lot from the wrong options.

    Every distractor stands for some mistake, so a guesser's answers get categories too. Only what a model has more of
    says something about the model.

    Raises:
        DataError: as `categorise`.
    """
    weights: dict[str, Counter[str]] = {}
    numbers: Counter[str] = Counter()
    for task, findings in findings_of_wrong_options(rows, questions):
        numbers[task] += 1
        for found in findings:
            weights.setdefault(task, Counter())[found.category or UNDECIDED] += 1 / len(findings)  # type: ignore[assignment]
    tasks = _in_order(numbers)
    total: Mapping[str, float] = {name: sum(weights[task][name] for task in tasks) for name in (*CATEGORIES, UNDECIDED)}
    return (
        *(_guessed(task, numbers[task], weights[task]) for task in tasks),
        _guessed(ALL, sum(numbers.values()), total),
    )


def _shares(name: str, mistakes: Sequence[Mistake]) -> MistakeShares:
    counts = Counter(one.category or UNDECIDED for one in mistakes)
    return MistakeShares(name, len(mistakes), {key: counts[key] for key in (*CATEGORIES, UNDECIDED)})


def _guessed(name: str, n_wrong: int, weights: Mapping[str, float]) -> GuessedShares:
    return GuessedShares(name, n_wrong, {key: weights[key] / max(1, n_wrong) for key in (*CATEGORIES, UNDECIDED)})


def _in_order(tasks: Iterable[str]) -> list[str]:
    known = [task.name for task in taxonomy.tasks()]
    return sorted(tasks, key=lambda task: (known.index(task) if task in known else len(known), task))
