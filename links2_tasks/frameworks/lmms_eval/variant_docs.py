"""Documents of variants, as functions that the group files name.

`process_docs: !function links2_tasks.frameworks.lmms_eval.variant_docs.<change>` asks the questions of each task as
`links2_tasks.variants` changes them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from links2_tasks.construction.mini import data_root
from links2_tasks.errors import Links2Error
from links2_tasks.frameworks._variants import changed_lines
from links2_tasks.frameworks.lmms_eval._docs import documents, lines_in
from links2_tasks.frameworks.lmms_eval._not_possible import NotPossible
from links2_tasks.variants import CHANGES

if TYPE_CHECKING:
    from datasets import Dataset


def __getattr__(name: str) -> Callable[[Dataset], Dataset]:
    if name in CHANGES:
        return _documents_with(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has one for each of {', '.join(CHANGES)}")


def _documents_with(change: str) -> Callable[[Dataset], Dataset]:
    """As `process_docs`, with the questions changed."""

    def process_docs(dataset: Dataset) -> Dataset:
        try:
            return documents(changed_lines(lines_in(dataset), change, data_root()), dataset)
        except Links2Error as fault:
            raise NotPossible(fault) from fault

    return process_docs
