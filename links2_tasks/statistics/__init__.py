"""What scores of runs say beyond their means: intervals, paired comparisons, corrections, sample sizes."""

from links2_tasks.statistics._agreement import cohens_kappa
from links2_tasks.statistics._compare import compare
from links2_tasks.statistics._estimates import estimates
from links2_tasks.statistics._permutation import permutation_p
from links2_tasks.statistics._power import minimum_detectable_difference, questions_needed
from links2_tasks.statistics._records import Comparison, Estimate, Kappa, PairedDifference, RunEstimates
from links2_tasks.statistics._textbook import holm, mcnemar_exact

__all__ = [
    "Comparison",
    "Estimate",
    "Kappa",
    "PairedDifference",
    "RunEstimates",
    "cohens_kappa",
    "compare",
    "estimates",
    "holm",
    "mcnemar_exact",
    "minimum_detectable_difference",
    "permutation_p",
    "questions_needed",
]
