"""Automatic filters: questions that should not reach a reviewer, each with the reason."""

from links2_tasks.pipeline.filters._dataset import FilteredDataset, filter_dataset
from links2_tasks.pipeline.filters._filter import Filter, FilterContext, Filtered
from links2_tasks.pipeline.filters._run import FILTERS, FilterRun, FilterStep, run_filters
from links2_tasks.pipeline.filters._settings import FilterSettings
from links2_tasks.pipeline.filters._steps import funnel_of

__all__ = [
    "FILTERS",
    "Filter",
    "FilterContext",
    "FilterRun",
    "FilterSettings",
    "FilterStep",
    "Filtered",
    "FilteredDataset",
    "filter_dataset",
    "funnel_of",
    "run_filters",
]
