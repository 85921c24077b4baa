"""From what people decided to what holds: `outcomes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from links2_tasks.review._records import Decision, Key
from links2_tasks.review._store import Logged

State = Literal["unreviewed", "waiting", "agreed", "open", "adjudicated"]
"""Nobody has looked; not enough people have; all say the same; they differ; somebody has settled it."""


@dataclass(frozen=True)
class Outcome:
    """What holds about one question."""

    state: State
    decisions: tuple[Decision, ...] = ()
    """The newest of each reviewer, by name, without the adjudication."""
    final: Decision | None = None
    """What counts: the adjudication, or what all say; None in the other states."""


UNREVIEWED = Outcome("unreviewed")


def outcomes(logged: Iterable[Logged], n_reviewers: int) -> dict[Key, Outcome]:
    """What holds about each question that somebody has decided about.

    Args:
        logged: Decisions of one mode (and one run), oldest first.
        n_reviewers: So many people must have decided before a question is through.
    """
    votes: dict[Key, dict[str, Decision]] = {}
    settled: dict[Key, Decision] = {}
    for each in logged:
        decision = each.decision
        if decision.adjudicates:
            settled[decision.key] = decision
        else:
            votes.setdefault(decision.key, {})[decision.reviewer] = decision
    return {
        key: _outcome(votes.get(key, {}), settled.get(key), n_reviewers) for key in dict.fromkeys([*votes, *settled])
    }


def says(decision: Decision) -> tuple[object, ...]:
    """What two decisions are compared by: reasons and comments are no disagreement, other words of a fix are."""
    return decision.verdict, decision.edit, decision.letter, decision.category


def _outcome(votes: Mapping[str, Decision], settled: Decision | None, n_reviewers: int) -> Outcome:
    decisions = tuple(votes[name] for name in sorted(votes))
    if settled is not None:
        return Outcome("adjudicated", decisions, settled)
    if len(decisions) < n_reviewers:
        return Outcome("waiting", decisions)
    if len({says(each) for each in decisions}) > 1:
        return Outcome("open", decisions)
    return Outcome("agreed", decisions, decisions[0])
