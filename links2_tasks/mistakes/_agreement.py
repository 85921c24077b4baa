"""How far two people agree, and what their labels decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from links2_tasks.errors import DataError
from links2_tasks.mistakes._records import UNDECIDED, Label, Mistake
from links2_tasks.statistics import Kappa, cohens_kappa

ADJUDICATOR = "adjudicated"
"""Rater of the labels that settle what others disagree on; their word is final."""
PEOPLE = "people"
"""Rule of mistakes that all raters call the same."""


@dataclass(frozen=True)
class Agreement:
    """Two raters on the answers that both have labelled."""

    first: str
    second: str
    table: Mapping[tuple[str, str], int]
    """How often each pair of categories came, the first rater's first; 'undecided' is one."""
    kappa: Kappa

    @property
    def n_same(self) -> int:
        """Answers that both call the same."""
        return sum(number for (one, other), number in self.table.items() if one == other)


def agreement(first: Sequence[Label], second: Sequence[Label]) -> Agreement:
    """Table and Cohen's kappa of two raters.

    Raises:
        DataError: they are one rater, labelled different answers to a question, or have no answer in common.
        MissingExtraError: statsmodels is not installed.
    """
    one_name, other_name = (next((label.rater for label in labels), "") for labels in (first, second))
    pairs = _pairs(first, second)
    if one_name == other_name or not pairs:
        raise DataError(
            f"Agreement needs two raters with answers in common; '{one_name}' and '{other_name}' have {len(pairs)}. "
            "Give each rater a copy of the same file of cases, and fill in different names."
        )
    called = [(one.category or UNDECIDED, other.category or UNDECIDED) for one, other in pairs]
    kappa = cohens_kappa([one for one, _ in called], [other for _, other in called])
    return Agreement(one_name, other_name, dict(sorted(Counter(called).items())), kappa)


def agreements(files: Sequence[Sequence[Label]]) -> tuple[Agreement, ...]:
    """Every two raters; adjudicated labels are left out, as they were made knowing the others.

    Raises:
        DataError: as `agreement`.
        MissingExtraError: as `agreement`.
    """
    raters = [labels for labels in files if labels and labels[0].rater != ADJUDICATOR]
    return tuple(agreement(first, second) for first, second in combinations(raters, 2))


def combine(
    mistakes: Sequence[Mistake], labels: Sequence[Label], chosen: Mapping[tuple[str, str], str | None]
) -> tuple[Mistake, ...]:
    """The mistakes with what people decided about the undecided ones.

    An adjudicated label decides. Otherwise two raters or more must have labelled the answer, and all alike. What a rule
    has decided stays.

    Args:
        mistakes: What `categorise` gave.
        labels: Those of all raters together.
        chosen: The letter that the run chose, by task and question id.

    Raises:
        DataError: a label is about another answer than the run's, or about no mistake of it.
    """
    by_key: dict[tuple[str, str], list[Label]] = {}
    known = {(one.task, one.question_id) for one in mistakes}
    for label in labels:
        key = (label.task, label.question_id)
        if key not in known or label.chosen != chosen.get(key):
            raise DataError(
                f"The label of '{label.rater}' for '{label.question_id}' of task '{label.task}' is about the answer "
                f"{label.chosen!r}, which is no wrong answer of this run. Name the labels of this run's own cases."
            )
        by_key.setdefault(key, []).append(label)
    return tuple(_decided(one, by_key.get((one.task, one.question_id), [])) for one in mistakes)


def _decided(mistake: Mistake, labels: Sequence[Label]) -> Mistake:
    final = [label for label in labels if label.rater == ADJUDICATOR]
    given = final or labels
    categories = {label.category for label in given}
    enough = bool(final) or len({label.rater for label in labels}) >= 2
    if mistake.category is not None or not enough or len(categories) != 1 or None in categories:
        return mistake
    words = "; ".join(f"{label.rater}: {label.comment or 'no comment'}" for label in given)
    return replace(mistake, category=given[0].category, rule=ADJUDICATOR if final else PEOPLE, evidence=words)


def _pairs(first: Sequence[Label], second: Sequence[Label]) -> list[tuple[Label, Label]]:
    others = {(label.task, label.question_id): label for label in second}
    pairs = [(label, others[key]) for label in first if (key := (label.task, label.question_id)) in others]
    for one, other in pairs:
        if one.chosen != other.chosen:
            raise DataError(
                f"'{one.rater}' and '{other.rater}' labelled different answers to '{one.question_id}': "
                f"{one.chosen} and {other.chosen}. Both must label the cases of the same run."
            )
    return pairs
