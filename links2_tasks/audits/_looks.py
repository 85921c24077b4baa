"""From what classifiers pick to scores, with all looks that were taken kept in mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from links2_tasks.audits._chance import p_above_chance
from links2_tasks.audits._classifiers import Classifier, Pick, held_out_picks
from links2_tasks.audits._folds import Folds
from links2_tasks.audits._records import LEVEL, ShortcutScore
from links2_tasks.results import Run
from links2_tasks.schema import Question
from links2_tasks.scoring import Interval, ScoredRow, clustered_bootstrap
from links2_tasks.statistics import holm

Picks = Mapping[str, Mapping[str, Sequence[Pick]]]
"""By classifier and task."""
ALL = "all"
_N_RESAMPLES = 2000


def by_task(questions: Sequence[Question]) -> dict[str, list[Question]]:
    """Questions of each task, tasks by name, questions by id."""
    tasks: dict[str, list[Question]] = {name: [] for name in sorted({question.task for question in questions})}
    for question in sorted(questions, key=lambda question: question.question_id):
        tasks[question.task].append(question)
    return tasks


def pick_all(classifiers: Sequence[Classifier], questions: Sequence[Question], folds: Folds, seed: int) -> Picks:
    """What each classifier takes of each question of each task, held out."""
    tasks = by_task(questions)
    return {
        classifier.name: {task: held_out_picks(classifier, members, folds, seed) for task, members in tasks.items()}
        for classifier in classifiers
    }


def picks_of_run(run: Run, questions: Sequence[Question]) -> Mapping[str, Sequence[Pick]]:
    """A run as a classifier: its answers to those of the questions that it was asked."""
    scores = {(row.scored.task, row.scored.question_id): row.scored.score for row in run.rows}
    found = {
        task: [
            Pick(one, 1, scores[task, one.question_id] >= 1.0) for one in members if (task, one.question_id) in scores
        ]
        for task, members in by_task(questions).items()
    }
    return {task: picks for task, picks in found.items() if picks}


@dataclass(frozen=True)
class _Look:
    """One classifier on one task, or on all."""

    classifier: str
    task: str
    picks: Sequence[Pick]
    p: float | None


def scores_of(picks: Picks, seed: int) -> tuple[ShortcutScore, ...]:
    """Accuracy, interval and probability of every look: tasks first, then all tasks together.

    A classifier that likes all options of a task alike cannot be above chance there, and is no look.
    """
    looks = [
        _Look(name, task, chosen, p_above_chance(chosen))
        for name, tasks in picks.items()
        for task, chosen in (*tasks.items(), (ALL, [one for each in tasks.values() for one in each]))
    ]
    of_any = _corrected(looks)
    of_own: dict[int, float] = {}
    for name in picks:
        own = [look for look in looks if look.classifier == name]
        # 'all' is the tasks over again: it is corrected with them among all looks, and by itself within its classifier.
        of_own |= _corrected([look for look in own if look.task != ALL]) | _corrected([x for x in own if x.task == ALL])
    intervals = {name: _intervals(tasks, seed) for name, tasks in picks.items()}
    return tuple(
        ShortcutScore(
            task=look.task,
            classifier=look.classifier,
            n=len(look.picks),
            accuracy=_mean([one.score for one in look.picks]),
            chance=_mean([one.chance for one in look.picks]),
            interval=intervals[look.classifier].get(look.task),
            p_value=of_own.get(id(look)),
            above_chance=of_any.get(id(look), 1.0) < LEVEL,
            p_any_look=of_any.get(id(look)),
        )
        for look in looks
    )


def _corrected(looks: Sequence[_Look]) -> dict[int, float]:
    taken = {id(look): look.p for look in looks if look.p is not None}
    if len(taken) < 2:
        return taken
    return dict(zip(taken, holm(list(taken.values())), strict=True))


def _intervals(tasks: Mapping[str, Sequence[Pick]], seed: int) -> dict[str, Interval]:
    """Intervals of the accuracies, from resamples of clips; none for fewer than two clips."""
    rows = [_row(one) for picks in tasks.values() for one in picks]
    if len({row.clip_id for row in rows}) < 2:
        return {}
    found = clustered_bootstrap(rows, n_resamples=_N_RESAMPLES, seed=seed)
    single = {task for task, picks in tasks.items() if len({one.question.clip_id for one in picks}) < 2}
    return {**{task: one for task, one in found.tasks.items() if task not in single}, ALL: found.micro}


def _row(one: Pick) -> ScoredRow:
    asked = one.question
    return ScoredRow(asked.question_id, asked.task, asked.clip_id, asked.region, one.score, one.chance, "letter")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
