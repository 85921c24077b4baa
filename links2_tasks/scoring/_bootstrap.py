"""Intervals by resampling clips: questions about one clip are not independent, so clips are drawn, not questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from links2_tasks.errors import DataError
from links2_tasks.scoring._aggregate import ScoredRow

if TYPE_CHECKING:
    import numpy as np

_AT_ONCE = 500
"""Resamples drawn together: as many as keep the drawn numbers in a few megabytes for thousands of clips."""


@dataclass(frozen=True)
class Interval:
    """An interval of a share 0..1, or of a difference of shares."""

    low: float
    high: float


@dataclass(frozen=True)
class BootstrapIntervals:
    """Intervals of one run."""

    macro: Interval
    """Of the unweighted mean of the tasks' accuracies."""
    micro: Interval
    """Of the mean score of all questions."""
    tasks: Mapping[str, Interval]
    n_resamples: int
    n_clusters: int


@dataclass(frozen=True)
class ClusterTotals:
    """Sums over the questions of each cluster (a clip, a region) and task: all that means and resamples need."""

    tasks: tuple[str, ...]
    sums: np.ndarray
    """(clusters, tasks): sum of values."""
    counts: np.ndarray
    """(clusters, tasks): number of questions."""


def clustered_bootstrap(
    rows: Sequence[ScoredRow], n_resamples: int = 10_000, confidence: float = 0.95, seed: int = 0
) -> BootstrapIntervals:
    """Percentile intervals from resamples of whole clips (Davison and Hinkley 1997, section 3.8).

    A task that no drawn clip has a question of is left out of that resample's macro accuracy.

    Args:
        rows: Scored questions in any order; the result depends on the order of the clips' names only.
        n_resamples: Number of resamples.
        confidence: Share of resamples that lie in an interval.
        seed: The same seed gives the same intervals.

    Raises:
        DataError: there are no rows, or `n_resamples` or `confidence` make no sense.
    """
    import numpy as np  # Not above: reading an answer needs none of it.

    if not rows:
        raise DataError("there are no rows to resample; was the run finished?")
    if n_resamples < 1 or not 0.0 < confidence < 1.0:
        raise DataError(
            f"n_resamples must be 1 or more and confidence between 0 and 1, got {n_resamples} and {confidence}"
        )
    totals = cluster_totals([row.score for row in rows], [row.task for row in rows], [row.clip_id for row in rows])
    micro, by_task = resampled_means(totals, n_resamples, seed)
    shares = np.column_stack([np.nanmean(by_task, axis=1), micro, by_task])
    edges = [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0]
    low, high = np.nanquantile(shares, edges, axis=0)
    intervals = [Interval(float(one), float(other)) for one, other in zip(low, high, strict=True)]
    return BootstrapIntervals(
        macro=intervals[0],
        micro=intervals[1],
        tasks=dict(zip(totals.tasks, intervals[2:], strict=True)),
        n_resamples=n_resamples,
        n_clusters=len(totals.counts),
    )


def cluster_totals(values: Sequence[float], tasks: Sequence[str], clusters: Sequence[str]) -> ClusterTotals:
    """Sums of the values of questions, by cluster and task, both in the order of their names.

    Args:
        values: One for each question: a score, or a difference of scores.
        tasks: The task of each question.
        clusters: The cluster of each question: its clip or its region.
    """
    import numpy as np

    task_names, cluster_names = tuple(sorted(set(tasks))), sorted(set(clusters))
    task_of, cluster_of = ({name: place for place, name in enumerate(names)} for names in (task_names, cluster_names))
    n_tasks = len(task_names)
    places = np.array(
        [cluster_of[cluster] * n_tasks + task_of[task] for task, cluster in zip(tasks, clusters, strict=True)]
    )
    size, shape = len(cluster_names) * n_tasks, (len(cluster_names), n_tasks)
    sums = np.bincount(places, weights=values, minlength=size).reshape(shape)
    return ClusterTotals(task_names, sums, np.bincount(places, minlength=size).reshape(shape).astype(float))


def resampled_means(totals: ClusterTotals, n_resamples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Means in resamples of whole clusters.

    Returns:
        (resamples,) mean of all questions; (resamples, tasks) means of the tasks, NaN where a task was not drawn.
    """
    import numpy as np

    blocks = list(_resampled(totals, n_resamples, np.random.default_rng(seed)))
    return np.concatenate([micro for micro, _ in blocks]), np.concatenate([by_task for _, by_task in blocks])


def _resampled(
    totals: ClusterTotals, n_resamples: int, random: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Blocks of what `resampled_means` returns."""
    import numpy as np

    n_clusters = len(totals.counts)
    for start in range(0, n_resamples, _AT_ONCE):
        n_now = min(_AT_ONCE, n_resamples - start)
        drawn = random.integers(n_clusters, size=(n_now, n_clusters))
        drawn += np.arange(n_now)[:, None] * n_clusters
        times = np.bincount(drawn.ravel(), minlength=n_now * n_clusters).reshape(n_now, n_clusters).astype(float)
        sums, counts = times @ totals.sums, times @ totals.counts
        with np.errstate(invalid="ignore"):
            by_task = sums / counts
        yield sums.sum(axis=1) / counts.sum(axis=1), by_task
