"""The default dataset: simulated once into the user's cache, so that everything runs without a download."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from links2_tasks import __version__
from links2_tasks._folders import cache_folder
from links2_tasks.dataset import DATA_VARIABLE, find_root, made_once
from links2_tasks.errors import DataError, Links2Error

MINI_NAME = "links2_mini"
MINI_SEED = 7
_QUESTIONS_PER_TASK = 24
_WORKERS = 2


def data_root(root: str | Path | None = None) -> Path:
    """Folder of the dataset to use: `root`, else LINKS2_DATA, else the simulated default.

    Raises:
        DataError: what is named is no dataset, or the default one cannot be made.
    """
    if root is None and not os.environ.get(DATA_VARIABLE):
        return ensure_mini()
    return find_root(root)


def ensure_mini() -> Path:
    """Folder of the simulated default dataset, made on the first call.

    Processes that ask at the same time make it once.

    Raises:
        DataError: it cannot be made.
    """
    return made_once(mini_folder(), _make_in_own_process)


def mini_folder() -> Path:
    """Where the default dataset is or will be.

    The version of this package is part of the name, so a changed generator never meets an old dataset.
    """
    return cache_folder() / f"{MINI_NAME}-{__version__}-{MINI_SEED}"


def make_mini(folder: Path) -> None:
    """Simulate the flights of the default dataset and build it in `folder`, which is empty or absent."""
    # Imported here: finding a dataset that is there already should not load the simulator.
    from links2_tasks._console import steps
    from links2_tasks.construction.building import build
    from links2_tasks.construction.simulate import mini_regions, simulate
    from links2_tasks.taxonomy import tasks

    regions = mini_regions(MINI_SEED)
    n_flights = sum(len(region.flights) for region in regions)
    # One step for each map and flight made, flight read and task written, and one for the copies at the end.
    n_steps = len(regions) + 2 * n_flights + len(tasks()) + 1
    title = f"links2: making the default dataset, once, in {mini_folder()}"
    # The flights lie beside the unfinished dataset and not in /tmp, which is often small or in memory. Their folder
    # begins with its name: whoever clears away an unfinished dataset of a killed process clears them away too.
    with (
        TemporaryDirectory(prefix=f"{folder.name}-flights-", dir=folder.parent) as flights,
        steps(title, n_steps) as show,
    ):
        simulate(Path(flights), regions=regions, workers=_WORKERS, progress=show)
        build(
            Path(flights),
            folder,
            name=MINI_NAME,
            seed=MINI_SEED,
            questions_per_task=_QUESTIONS_PER_TASK,
            progress=show,
        )


def _make_in_own_process(folder: Path) -> None:
    """Make the dataset in a new interpreter.

    The simulator's workers start by importing the main module. In the caller's process that may be a script that asks
    for this very dataset: its workers would wait for the lock that their parent holds.
    """
    # `-c` and not `-m`: a module that is run by its name is imported a second time under another one.
    code = "import sys; from links2_tasks.construction import mini; sys.exit(mini.main(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise DataError(
            f"The default dataset could not be made in {mini_folder()}; the reason stands above. Mend it and try again, "
            f"or name a dataset of your own: set {DATA_VARIABLE} to its folder."
        )


def main(folder: str) -> int | str:
    """What the new interpreter runs: an exit status, or the text of an error."""
    try:
        make_mini(Path(folder))
    except (Links2Error, OSError) as error:
        return f"links2: {error}"
    return 0
