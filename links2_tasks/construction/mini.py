"""The default dataset: simulated once into the user's cache, so that everything runs without a download."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import platformdirs

from links2_tasks import __version__
from links2_tasks.dataset import DATA_VARIABLE, find_root, made_once

MINI_NAME = "links2_mini"
MINI_SEED = 7
_QUESTIONS_PER_TASK = 32
_WORKERS = 2


def data_root(root: str | Path | None = None) -> Path:
    """Folder of the dataset to use: `root`, else LINKS2_DATA, else the simulated default.

    Raises:
        DataError: what is named is no dataset.
    """
    if root is None and not os.environ.get(DATA_VARIABLE):
        return ensure_mini()
    return find_root(root)


def ensure_mini() -> Path:
    """Folder of the simulated default dataset, made on the first call.

    Processes that ask at the same time make it once.
    """
    return made_once(mini_folder(), _make)


def mini_folder() -> Path:
    """Where the default dataset is or will be.

    The version of this package is part of the name, so a changed generator never meets an old dataset.
    """
    return Path(platformdirs.user_cache_dir("links2")) / f"{MINI_NAME}-{__version__}-{MINI_SEED}"


def _make(folder: Path) -> None:
    # Imported here: finding a dataset that is there already should not load the simulator.
    from links2_tasks._console import steps
    from links2_tasks.construction.pipeline import build
    from links2_tasks.construction.simulate import mini_regions, simulate

    title = f"links2: making the default dataset, once, in {mini_folder()}"
    # The flights lie beside the dataset and not in /tmp, which is often small or in memory.
    with TemporaryDirectory(prefix=f".{MINI_NAME}-flights-", dir=folder.parent) as flights, steps(title) as show:
        simulate(Path(flights), regions=mini_regions(MINI_SEED), workers=_WORKERS, progress=show)
        build(
            Path(flights),
            folder,
            name=MINI_NAME,
            seed=MINI_SEED,
            questions_per_task=_QUESTIONS_PER_TASK,
            progress=show,
        )
