"""Two runs on the same questions: `compare`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from links2_tasks.errors import DataError
from links2_tasks.scoring import ScoredRow, cluster_totals
from links2_tasks.statistics._clustered import clustered_mean
from links2_tasks.statistics._groups import OVERALL, groups_of, rows_by_key
from links2_tasks.statistics._intervals import Intervals
from links2_tasks.statistics._pairs import Pair, paired
from links2_tasks.statistics._permutation import cluster_parts, permutation_ps
from links2_tasks.statistics._power import questions_needed
from links2_tasks.statistics._records import Comparison, PairedDifference
from links2_tasks.statistics._textbook import holm, mcnemar_exact

_DIFFERENCES = (-1.0, 1.0)
_CONFIDENCE = 0.95


def compare(
    first: Sequence[ScoredRow],
    second: Sequence[ScoredRow],
    dimension_of_task: Mapping[str, str],
    *,
    n_resamples: int = 10_000,
    seed: int = 0,
) -> Comparison:
    """Compare two runs question by question, on the questions that both answered.

    Differences are second less first. Those of dimensions and overall are unweighted means over tasks, in the interval
    and in the permutation test too; McNemar's test and the counts beside it pool questions.

    Args:
        first: Scored questions of one run, in any order; the result does not depend on it.
        second: Those of the other.
        dimension_of_task: The dimension of each task; its order is the order of the result.
        n_resamples: Number of resamples and of permutations, where they are drawn.
        seed: The same seed gives the same result.

    Raises:
        DataError: a run has no rows or a question twice, the runs share no question, or a question is about another
            clip in the other run.
        TaskError: a task has no dimension.
        MissingExtraError: statsmodels is not installed.
    """
    if n_resamples < 1:
        raise DataError(f"n_resamples must be 1 or more, got {n_resamples}")
    of_first, of_second = rows_by_key(first), rows_by_key(second)
    pairs = paired(of_first, of_second)
    groups = groups_of((pair.first.task for pair in pairs), dimension_of_task)
    tasks, clips = [pair.first.task for pair in pairs], [pair.first.clip_id for pair in pairs]
    totals = cluster_totals([pair.difference for pair in pairs], tasks, clips)
    intervals = Intervals(totals, _DIFFERENCES, _CONFIDENCE, n_resamples, seed)
    places = [*groups.tasks.values(), *groups.dimensions.values(), groups.overall]
    ps = permutation_ps(cluster_parts(totals, places), n_resamples, seed)
    by_task: dict[str, list[Pair]] = {task: [] for task in totals.tasks}
    for pair in pairs:
        by_task[pair.first.task].append(pair)

    def difference(name: str, of: list[int], p: float) -> PairedDifference:
        return _difference(name, [by_task[totals.tasks[place]] for place in of], of, intervals, p)

    names = [*groups.tasks, *groups.dimensions, OVERALL]
    found = [difference(name, of, p) for name, of, p in zip(names, places, ps, strict=True)]
    n_tasks = len(groups.tasks)
    corrected = holm(ps[:n_tasks])
    return Comparison(
        tasks=tuple(replace(one, holm_p=p) for one, p in zip(found[:n_tasks], corrected, strict=True)),
        dimensions=tuple(found[n_tasks:-1]),
        overall=found[-1],
        n_only_in_first=len(of_first) - len(pairs),
        n_only_in_second=len(of_second) - len(pairs),
    )


def _difference(
    name: str, pairs_of_tasks: list[list[Pair]], places: list[int], intervals: Intervals, p: float
) -> PairedDifference:
    pairs = [pair for of_task in pairs_of_tasks for pair in of_task]
    first = _macro([[pair.first.score for pair in of_task] for of_task in pairs_of_tasks])
    second = _macro([[pair.second.score for pair in of_task] for of_task in pairs_of_tasks])
    only_first = sum(pair.difference < 0 for pair in pairs)
    only_second = sum(pair.difference > 0 for pair in pairs)
    found = clustered_mean(intervals.totals, places)
    return PairedDifference(
        name=name,
        n=len(pairs),
        first=first,
        second=second,
        difference=second - first,
        interval=intervals.of(places),
        only_first=only_first,
        only_second=only_second,
        permutation_p=p,
        mcnemar_p=mcnemar_exact(only_first, only_second) if all(pair.all_or_nothing for pair in pairs) else None,
        holm_p=None,
        questions_needed=questions_needed(second - first, found.standard_error, len(pairs), found.n_clusters)
        if found
        else None,
    )


def _macro(scores_of_tasks: list[list[float]]) -> float:
    means = [math.fsum(scores) / len(scores) for scores in scores_of_tasks]
    return math.fsum(means) / len(means)
