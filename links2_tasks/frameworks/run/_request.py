"""What `links2 run` is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LMMS_EVAL, VLMEVALKIT = "lmms-eval", "vlmevalkit"
FRAMEWORKS = (LMMS_EVAL, VLMEVALKIT)
"""Names for `--framework`."""


@dataclass(frozen=True)
class RunRequest:
    """One command."""

    out: Path
    """Folder of the run: answers, results, and what was asked for."""
    arguments: tuple[str, ...]
    """For the framework's own runner, unchanged."""
    framework: str = LMMS_EVAL
    checkout: Path | None = None
    """Folder of a VLMEvalKit checkout; None is the current one if it is such, else the installed package."""
    chunk: int = 64
    """lmms-eval: most questions between two times that answers are stored."""
    processes: int = 1
    """Copies of the model that share the questions."""
    workers: int = 2
    """Processes that decode before the run."""
    warm: bool = True
    """Whether to decode what the cache lacks before the run."""
    dry_run: bool = False
    """Whether to stop when all has been looked at."""
