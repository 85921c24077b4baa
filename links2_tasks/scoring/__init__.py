"""Scoring: from a model's reply to a score, and from scores to a benchmark's figures.

Nothing here guesses. A reply without a readable answer is wrong, and it is counted by the reason why it could not be
read.
"""

from links2_tasks.scoring._aggregate import (
    READ_REASONS,
    UNASKABLE_REASONS,
    Scoreboard,
    ScoredRow,
    Summary,
    aggregate,
    summarise,
)
from links2_tasks.scoring._bootstrap import (
    BootstrapIntervals,
    ClusterTotals,
    Interval,
    cluster_totals,
    clustered_bootstrap,
    resampled_means,
)
from links2_tasks.scoring._choice import extract_choice
from links2_tasks.scoring._clean import request_failed
from links2_tasks.scoring._errors import ERROR_UNITS, WITHIN_M, median_error, number_error, share_within
from links2_tasks.scoring._number import NumberExtraction, PointExtraction, extract_number, extract_point
from links2_tasks.scoring._scores import (
    POINT_THRESHOLDS_M,
    angular_error_deg,
    angular_score,
    chance_level,
    choice_score,
    mean_relative_accuracy,
    open_score,
    point_error_m,
    point_score,
)
from links2_tasks.scoring._statistics import clustered_standard_error, stratified_standard_error
from links2_tasks.scoring._value import Extraction

__all__ = [
    "ERROR_UNITS",
    "POINT_THRESHOLDS_M",
    "READ_REASONS",
    "UNASKABLE_REASONS",
    "WITHIN_M",
    "BootstrapIntervals",
    "ClusterTotals",
    "Extraction",
    "Interval",
    "NumberExtraction",
    "PointExtraction",
    "Scoreboard",
    "ScoredRow",
    "Summary",
    "aggregate",
    "angular_error_deg",
    "angular_score",
    "chance_level",
    "choice_score",
    "cluster_totals",
    "clustered_bootstrap",
    "clustered_standard_error",
    "extract_choice",
    "extract_number",
    "extract_point",
    "mean_relative_accuracy",
    "median_error",
    "number_error",
    "open_score",
    "point_error_m",
    "point_score",
    "request_failed",
    "resampled_means",
    "share_within",
    "stratified_standard_error",
    "summarise",
]
