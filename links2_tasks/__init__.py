"""LinkS2Bench for the frameworks that people already evaluate with: UAV video linked with satellite imagery."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from links2_tasks.schema import Question

__version__ = "0.2.0"

__all__ = ["__version__", "load_questions"]


def load_questions(
    root: str | Path | None = None, task: str | None = None, split: str = "test"
) -> tuple[Question, ...]:
    """Questions of one split of a dataset.

    Args:
        root: folder of a dataset, or the id of a Hub dataset as `owner/name[@revision]`. None takes the value of the
            environment variable LINKS2_DATA; when that is not set either, a small simulated dataset is made once in
            the user's cache.
        task: name of a task, for example 'uav_localization'; None takes all.
        split: name of a split.

    Raises:
        links2_tasks.errors.DataError: there is no such dataset, split or task, or a line of it is bad.
    """
    from links2_tasks import dataset
    from links2_tasks.construction import mini

    return dataset.load_questions(mini.data_root(root), task=task, split=split)
