"""Changes to files that upstream has already, as a patch for `git apply`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True)
class Insertion:
    """Lines that go between lines that are there."""

    path: str
    line: int
    """Where `before` begins, counted from 1; git also finds it some lines further up or down."""
    before: tuple[str, ...]
    added: tuple[str, ...]
    after: tuple[str, ...]

    def hunk(self, shift: int = 0) -> str:
        """The insertion as a hunk of a unified diff; `shift` lines were added further up."""
        n_before = len(self.before) + len(self.after)
        marked = [
            *(f" {line}" for line in self.before),
            *(f"+{line}" for line in self.added),
            *(f" {line}" for line in self.after),
        ]
        heading = f"@@ -{self.line},{n_before} +{self.line + shift},{n_before + len(self.added)} @@"
        return "\n".join([heading, *marked]) + "\n"


def file_patch(*insertions: Insertion) -> str:
    """The patch of one file with its insertions, from top to bottom."""
    path = insertions[0].path
    shifts = accumulate((len(one.added) for one in insertions), initial=0)
    hunks = [one.hunk(shift) for one, shift in zip(insertions, shifts, strict=False)]
    return f"--- a/{path}\n+++ b/{path}\n{''.join(hunks)}"
