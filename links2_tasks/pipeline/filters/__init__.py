"""Automatic filters: questions that should not reach a reviewer, each with the reason."""

from links2_tasks.pipeline.filters._filter import Filter, FilterContext, Filtered

__all__ = ["Filter", "FilterContext", "Filtered"]
