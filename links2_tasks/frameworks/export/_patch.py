"""Changes to files that upstream has already, as a patch for `git apply`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Insertion:
    """Lines that go between lines that are there."""

    path: str
    line: int
    """Where `before` begins, counted from 1; git also finds it some lines further up or down."""
    before: tuple[str, ...]
    added: tuple[str, ...]
    after: tuple[str, ...]

    def hunk(self) -> str:
        """The insertion as a hunk of a unified diff."""
        n_before = len(self.before) + len(self.after)
        marked = [
            *(f" {line}" for line in self.before),
            *(f"+{line}" for line in self.added),
            *(f" {line}" for line in self.after),
        ]
        heading = f"@@ -{self.line},{n_before} +{self.line},{n_before + len(self.added)} @@"
        return "\n".join([heading, *marked]) + "\n"


def file_patch(insertion: Insertion) -> str:
    """The patch of a file with one insertion."""
    return f"--- a/{insertion.path}\n+++ b/{insertion.path}\n{insertion.hunk()}"
