"""What scores of runs say beyond their means: intervals, paired comparisons, corrections, sample sizes."""

from links2_tasks.statistics._records import Comparison, Estimate, PairedDifference, RunEstimates

__all__ = ["Comparison", "Estimate", "PairedDifference", "RunEstimates"]
