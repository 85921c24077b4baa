"""Runs whose questions go together within a clip and within a region."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
import pytest

from links2_tasks.scoring import ScoredRow

TASKS = {"counting": "perception", "change": "perception", "heading": "relation"}


@pytest.fixture(autouse=True, scope="module")
def _no_garbage_of_others() -> Iterator[None]:
    """Holm's correction by statsmodels looks for garbage at each call: not in what is loaded already, such as torch."""
    with suppress(ImportError):
        import statsmodels.stats.multitest  # noqa: F401
    gc.freeze()
    yield
    gc.unfreeze()


def _run(
    n_clips: int = 12, n_regions: int = 4, per_clip: int = 4, *, seed: int = 0, spread: float = 1.0, shift: float = 0.0
) -> list[ScoredRow]:
    """Scores 0 or 1; `spread` is how much clips differ, `shift` how good the run is. The same clips are hard in each run."""
    level = np.random.default_rng(100).standard_normal(n_clips) * spread
    random = np.random.default_rng(seed)
    rows = []
    for clip in range(n_clips):
        for number in range(per_clip):
            task = list(TASKS)[(clip + number * number) % len(TASKS)]
            right = random.random() < 1 / (1 + np.exp(-level[clip] - shift))
            rows.append(
                ScoredRow(
                    f"q{clip}-{number}", task, f"clip{clip}", f"region{clip % n_regions}", float(right), 0.25, "letter"
                )
            )
    return rows


@pytest.fixture(scope="session")
def run() -> Callable[..., list[ScoredRow]]:
    return _run


@pytest.fixture(scope="session")
def dimensions() -> dict[str, str]:
    return TASKS
