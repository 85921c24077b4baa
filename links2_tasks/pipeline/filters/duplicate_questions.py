"""Questions that ask what an earlier one asks: `audits.audit_duplicates`, the later one goes."""

from __future__ import annotations

from collections.abc import Sequence

from links2_tasks.audits import audit_duplicates
from links2_tasks.pipeline.filters._digests import media_digests
from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, without
from links2_tasks.schema import Question

REASONS = {
    "question": "asks the same as an earlier one",
    "near": "asks nearly the same as an earlier one",
    "answer": "has another's right answer, with other wrong options",
    "text and marks": "is a copy on other footage",
}
"""By what the audit calls a pair."""


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """Of each pair of duplicates, the one that comes later; one that has gone takes nobody with it."""
    place = {question.question_id: i for i, question in enumerate(questions)}
    found = audit_duplicates(questions, context.root, digests=media_digests(questions, context.root))
    pairs = sorted(
        (max(place[one.first], place[one.second]), min(place[one.first], place[one.second]), one.what, one.similarity)
        for one in found
        if one.what in context.settings.duplicate_kinds
    )
    faults: dict[str, Fault] = {}
    for later, earlier, what, similarity in pairs:
        twin = questions[earlier].question_id
        if twin not in faults:
            fault = Fault(REASONS[what], f"'{what}' with {twin}, likeness {similarity:.2f}")
            faults.setdefault(questions[later].question_id, fault)
    return without(questions, faults)


FILTER = Filter(
    "duplicate_questions",
    "Questions that an earlier one asks as well: the same footage, marked places, right answer and most options.",
    apply,
)
