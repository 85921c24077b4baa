"""One step on the way from footage to a dataset, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from links2_tasks.errors import DataError


@dataclass(frozen=True)
class FunnelStep:
    """One step of a build."""

    name: str
    title: str
    unit: str
    """What is counted, in the plural: 'flights', 'clips', 'drafts' or 'questions'."""
    n_in: int
    n_out: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Why the others do not go on, each with how many."""

    def __post_init__(self) -> None:
        """Refuse numbers that no step can have."""
        if not 0 <= self.n_out <= self.n_in or any(n < 0 for n in self.reasons.values()):
            raise DataError(
                f"Step '{self.name}' of a funnel takes in {self.n_in} {self.unit} and gives out {self.n_out}, for the "
                f"reasons {dict(self.reasons)}. No step gives out more than it takes in, or drops less than nothing."
            )

    @property
    def n_dropped(self) -> int:
        """How many do not go on."""
        return self.n_in - self.n_out

    @property
    def told(self) -> tuple[tuple[str, int], ...]:
        """Reasons with their numbers, the commonest first; a rest without one comes last."""
        known = sorted(self.reasons.items(), key=lambda one: (-one[1], one[0]))
        rest = self.n_dropped - sum(self.reasons.values())
        told = [(reason, n) for reason, n in known if n]
        return (*told, *((("no reason kept", rest),) if rest > 0 else ()))
