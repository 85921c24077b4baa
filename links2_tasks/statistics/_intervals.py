"""Confidence intervals of macro means, by one rule for clips and for regions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from links2_tasks.scoring import ClusterTotals, Interval, resampled_means
from links2_tasks.statistics._clustered import ClusteredMean, clustered_mean, t_quantile

_FEW = 30.0
"""Below this many degrees of freedom, Student's t: percentiles of resamples are then too narrow."""


@dataclass(frozen=True)
class Intervals:
    """Gives intervals of the macro means of some values, all from the same resamples."""

    totals: ClusterTotals
    limits: tuple[float, float]
    """What a mean cannot leave: 0 and 1 for scores, -1 and 1 for differences."""
    confidence: float
    n_resamples: int
    seed: int

    def of(self, tasks: Sequence[int]) -> Interval | None:
        """The interval of the unweighted mean of some tasks' means.

        Thirty clusters or more, of about equal size: percentiles of resamples of whole clusters (Davison and Hinkley
        1997, section 3.8). Fewer: mean +- t * standard error (Cameron and Miller 2015, "A Practitioner's Guide to
        Cluster-Robust Inference", Journal of Human Resources 50, section VI). No difference between clusters at all, as
        when everything is right: what the number of clusters alone allows to say.

        Returns:
            None where a task lies in fewer than two clusters.
        """
        found = clustered_mean(self.totals, tasks)
        if found is None:
            return None
        if found.standard_error == 0.0:
            return self._without_variation(found)
        if found.degrees_of_freedom < _FEW:
            return self._by_t(found)
        return self._by_resamples(tasks)

    def _without_variation(self, found: ClusteredMean) -> Interval:
        """All clusters agree, so a share of at least (alpha / 2)^(1 / clusters) of all clusters would.

        This is the limit of Clopper and Pearson (1934) for a share of which every sample was a success, taken over
        clusters. The clusters that would not agree may have any mean within the limits.
        """
        alike = float(((1.0 - self.confidence) / 2.0) ** (1.0 / found.n_clusters))
        low, high = (alike * found.mean + (1.0 - alike) * limit for limit in self.limits)
        return Interval(low, high)

    def _by_t(self, found: ClusteredMean) -> Interval:
        half = t_quantile((1.0 + self.confidence) / 2.0, found.degrees_of_freedom) * found.standard_error
        low, high = self.limits
        return Interval(max(low, found.mean - half), min(high, found.mean + half))

    def _by_resamples(self, tasks: Sequence[int]) -> Interval:
        with warnings.catch_warnings():
            # A resample may draw none of the tasks; it says nothing then and is left out below.
            warnings.simplefilter("ignore", RuntimeWarning)
            macro = np.nanmean(self._resampled[:, tasks], axis=1)
        edges = [(1.0 - self.confidence) / 2.0, (1.0 + self.confidence) / 2.0]
        low, high = np.nanquantile(macro, edges)
        return Interval(float(low), float(high))

    @cached_property
    def _resampled(self) -> np.ndarray:
        """(resamples, tasks) means."""
        return resampled_means(self.totals, self.n_resamples, self.seed)[1]
