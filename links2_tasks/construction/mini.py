"""The default dataset: simulated once into the user's cache, so that everything runs without a download."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from links2_tasks import __version__
from links2_tasks.dataset import DATA_VARIABLE, find_root, made_once

MINI_SEED = 7
MINI_QUESTIONS_PER_TASK = 10


def data_root(root: str | Path | None = None) -> Path:
    """Folder of the dataset to use: `root`, else LINKS2_DATA, else the simulated default.

    Raises:
        DataError: what is named is no dataset.
    """
    if root is None and not os.environ.get(DATA_VARIABLE):
        return ensure_mini()
    return find_root(root)


def ensure_mini() -> Path:
    """Folder of the simulated default dataset `links2_mini`, made on the first call.

    The version of this package is part of the folder's name, so a changed generator never meets an old dataset.
    Processes that ask at the same time make it once.
    """
    target = Path(platformdirs.user_cache_dir("links2")) / f"links2_mini-{__version__}-{MINI_SEED}"
    return made_once(target, _make)


def _make(folder: Path) -> None:
    from tempfile import TemporaryDirectory

    from rich.console import Console

    from links2_tasks.construction.pipeline import build
    from links2_tasks.construction.simulate import mini_regions, simulate

    console = Console(stderr=True)
    with (
        TemporaryDirectory(prefix="links2-") as flights,
        console.status("links2: making the default dataset, once") as status,
    ):

        def show(step: str) -> None:
            status.update(f"links2: making the default dataset, once: {step}")

        simulate(Path(flights), regions=mini_regions(MINI_SEED), workers=2, progress=show)
        build(
            Path(flights),
            folder,
            name="links2_mini",
            seed=MINI_SEED,
            questions_per_task=MINI_QUESTIONS_PER_TASK,
            progress=show,
        )
