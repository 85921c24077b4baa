"""What filters did, as steps of a funnel."""

from __future__ import annotations

from links2_tasks.pipeline._funnel_step import FunnelStep
from links2_tasks.pipeline.filters._dataset import FilteredDataset
from links2_tasks.pipeline.filters._run import FILTERS


def funnel_of(found: FilteredDataset) -> tuple[FunnelStep, ...]:
    """A step for each filter."""
    titles = {one.name: one.title for one in FILTERS}
    return tuple(
        FunnelStep(one.name, titles[one.name], "questions", one.n_in, one.n_out, one.reasons) for one in found.steps
    )
