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
    """A percentile interval of a share 0..1."""

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
class _Totals:
    """Sums over the questions of each clip and task."""

    tasks: tuple[str, ...]
    scores: np.ndarray
    """(clips, tasks): sum of scores."""
    counts: np.ndarray
    """(clips, tasks): number of questions."""


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
    totals = _totals(rows)
    shares = np.concatenate(list(_resampled(totals, n_resamples, np.random.default_rng(seed))))
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


def _totals(rows: Sequence[ScoredRow]) -> _Totals:
    import numpy as np

    tasks = tuple(sorted({row.task for row in rows}))
    clips = sorted({row.clip_id for row in rows})
    task_of, clip_of = ({name: place for place, name in enumerate(names)} for names in (tasks, clips))
    places = np.array([clip_of[row.clip_id] * len(tasks) + task_of[row.task] for row in rows])
    size, shape = len(clips) * len(tasks), (len(clips), len(tasks))
    scores = np.bincount(places, weights=[row.score for row in rows], minlength=size).reshape(shape)
    return _Totals(tasks, scores, np.bincount(places, minlength=size).reshape(shape).astype(float))


def _resampled(totals: _Totals, n_resamples: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """Blocks (resamples, 2 + tasks) of macro, micro and the tasks' accuracies."""
    import numpy as np

    n_clips = len(totals.counts)
    for start in range(0, n_resamples, _AT_ONCE):
        n_now = min(_AT_ONCE, n_resamples - start)
        drawn = random.integers(n_clips, size=(n_now, n_clips))
        drawn += np.arange(n_now)[:, None] * n_clips
        times = np.bincount(drawn.ravel(), minlength=n_now * n_clips).reshape(n_now, n_clips).astype(float)
        scores, counts = times @ totals.scores, times @ totals.counts
        with np.errstate(invalid="ignore"):
            by_task = scores / counts
        micro = scores.sum(axis=1) / counts.sum(axis=1)
        yield np.column_stack([np.nanmean(by_task, axis=1), micro, by_task])
