"""Questions whose right option is hardly better than another, recomputed from the question's own record.

What an option is, and not the name of the task, decides what is looked at; so questions of other origin are checked as
well. Each check is a function that yields faults; it yields none where the record does not hold what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, one_by_one
from links2_tasks.pipeline.filters._margins_of_maps import close_paths, overlapping_tiles
from links2_tasks.pipeline.filters._margins_of_places import close_marks, no_clear_nearest, truth_off_its_mark
from links2_tasks.pipeline.filters._margins_of_words import close_counts, close_directions, same_orders, same_routes
from links2_tasks.pipeline.filters._settings import FilterSettings
from links2_tasks.schema import Question

Check = Callable[[Question, FilterSettings], Iterator[Fault]]

CHECKS: tuple[Check, ...] = (
    close_marks,
    truth_off_its_mark,
    no_clear_nearest,
    close_directions,
    close_counts,
    same_orders,
    same_routes,
    close_paths,
    overlapping_tiles,
)


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """Questions that fail a check."""

    def fault_of(question: Question) -> Fault | None:
        return next(chain.from_iterable(check(question, context.settings) for check in CHECKS), None)

    return one_by_one(questions, fault_of)


FILTER = Filter(
    "ambiguous_margins",
    "Questions of which a careful person could dispute the answer: two options are almost the same, or the truth lies "
    "between two of them.",
    apply,
)
