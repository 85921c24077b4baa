"""How things stand for one person at one moment: who has got and decided what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from links2_tasks.review._outcomes import Outcome, outcomes
from links2_tasks.review._records import Decision, DeskSettings, Key
from links2_tasks.review._store import Given, Logged

_HOUR_S = 3600.0


@dataclass(frozen=True)
class Standing:
    """Seen from one person, in one mode."""

    own: Mapping[Key, Decision]
    """What this person has decided; the newest of each question."""
    own_numbers: Sequence[tuple[int, Key]]
    """This person's decisions by their numbers in the log, oldest first."""
    had: Sequence[Key]
    """What this person has got, in the order in which it came."""
    wanting: frozenset[Key]
    """What wants one more reviewer than the others who have decided about it or have it in hand."""
    outcomes: Mapping[Key, Outcome]
    """Where this person adjudicates, else empty."""


def standing(
    logged: Sequence[Logged],
    given: Sequence[Given],
    keys: Iterable[Key],
    reviewer: str,
    settings: DeskSettings,
    now_s: float,
) -> Standing:
    """How things stand.

    Args:
        logged: Decisions about the questions, oldest first.
        given: What everybody has got.
        keys: The questions.
        reviewer: The person.
        settings: Of the queue.
        now_s: The time, in seconds since 1970.
    """
    own = [(each.number, each.decision) for each in logged if _is_own(each.decision, reviewer, settings)]
    taken, settled = _taken(logged, given, now_s - settings.hold_hours * _HOUR_S)
    most = settings.reviewers_per_question
    return Standing(
        own={decision.key: decision for _, decision in own},
        own_numbers=[(number, decision.key) for number, decision in own],
        had=[each.key for each in given if each.reviewer == reviewer],
        wanting=frozenset(
            key for key in keys if key not in settled and len(taken.get(key, frozenset()) - {reviewer}) < most
        ),
        outcomes=outcomes(logged, most) if settings.adjudicate else {},
    )


def _is_own(decision: Decision, reviewer: str, settings: DeskSettings) -> bool:
    return decision.reviewer == reviewer and decision.adjudicates == settings.adjudicate


def _taken(logged: Iterable[Logged], given: Iterable[Given], since_s: float) -> tuple[dict[Key, set[str]], set[Key]]:
    """Who has decided about each question or has it in hand, and which questions somebody has settled."""
    taken: dict[Key, set[str]] = {}
    settled: set[Key] = set()
    last_sign: dict[str, str] = {}
    for each in logged:
        decision = each.decision
        if decision.adjudicates:
            settled.add(decision.key)
        else:
            taken.setdefault(decision.key, set()).add(decision.reviewer)
            last_sign[decision.reviewer] = decision.decided_at
    seen_s = {name: datetime.fromisoformat(at).timestamp() for name, at in last_sign.items()}
    for one in given:
        # Who shows no sign for long has left; what they hold goes to others.
        if max(one.given_at, seen_s.get(one.reviewer, 0.0)) > since_s:
            taken.setdefault(one.key, set()).add(one.reviewer)
    return taken, settled
