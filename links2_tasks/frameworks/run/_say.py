"""One line about what a run does, apart from results."""

from __future__ import annotations

import sys


def say(what: str) -> None:
    """Print it on stderr, at once."""
    print(f"links2 run: {what}", file=sys.stderr, flush=True)
