"""Questions that guessers answer without any picture: `audits.audit_text`, until no guesser is above chance."""

from __future__ import annotations

from collections.abc import Sequence

from links2_tasks.audits import TextAudit, audit_text
from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, without
from links2_tasks.schema import Question

REASON = "its text alone gives the answer away"


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """What the audit prunes: nothing, unless a guesser is above chance on a task when all looks are kept in mind."""
    if not questions:
        return Filtered((), ())
    return pruned(questions, audit_text(questions, folds=context.settings.text_folds, seed=context.seed), REASON)


def pruned(questions: Sequence[Question], audit: TextAudit, reason: str) -> Filtered:
    """The questions that an audit leaves; of the others, who was above chance on their task."""
    kept = set(audit.pruned)
    found = sorted(audit.found, key=lambda one: one.p_any_look or 0.0)
    faults = {}
    for question in questions:
        if question.question_id not in kept:
            own = [one for one in found if one.task in (question.task, "all")]
            words = "; ".join(f"{one.classifier}: {one.accuracy:.2f} of {one.n} on {one.task}" for one in own[:3])
            bias = audit.bias.get(question.question_id, 0.0)
            faults[question.question_id] = Fault(reason, f"{words}; {100 * bias:.0f} % of all guessers are right")
    return without(questions, faults)


FILTER = Filter(
    "text_alone",
    "Questions that word, number and length guessers have right without pictures, in tasks where they beat chance.",
    apply,
)
