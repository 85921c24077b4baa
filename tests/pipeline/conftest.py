"""Two tiny flights over two regions, and a build of them that takes a few seconds."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# The flights' makers lie with the writers' tests; tests are no package.
sys.path.insert(0, str(Path(__file__).parents[1] / "construction/writers"))

from flight_folders import plan_flight, write_flight, write_region

from links2_tasks.pipeline import BuildReport, BuildSettings, build, read_settings
from links2_tasks.pipeline.filters import FILTERS

QUICK = {"questions_per_task": 2, "clip_length_s": 20.0, "filters": {"skip": [one.name for one in FILTERS]}}
"""One clip a flight, few questions, and no filter: those have tests of their own."""


@pytest.fixture(scope="session")
def tiny_flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two flights, each over a region of its own; tests change copies only."""
    folder = tmp_path_factory.mktemp("tiny") / "flights"
    rng = np.random.default_rng(11)
    for name in ("north", "south"):
        write_region(folder / name, rng, n_landmarks=40, n_changed=8)
        plan = plan_flight(rng)
        write_flight(
            folder / name / f"over_{name}", plan, region=f"{name} town", simulated=True, recorded_on="2024-05-31"
        )
    return folder


@pytest.fixture
def flights(tiny_flights: Path, tmp_path: Path) -> Path:
    """A copy of the flights, with the times of change that they had."""
    folder = tmp_path / "flights"
    shutil.copytree(tiny_flights, folder)
    return folder


@pytest.fixture(scope="session")
def settings() -> Callable[..., BuildSettings]:
    """Quick settings, with some of them replaced."""
    return lambda **changes: read_settings(None, {**QUICK, **changes})


@pytest.fixture(scope="session")
def whole(
    tiny_flights: Path, settings: Callable[..., BuildSettings], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, BuildReport]:
    """A build that nothing came between: its dataset, and its report; the work folder lies beside it."""
    out = tmp_path_factory.mktemp("whole") / "data"
    return out, build(tiny_flights, out, settings())


@pytest.fixture
def built(whole: tuple[Path, BuildReport], tiny_flights: Path, tmp_path: Path) -> Path:
    """A copy of that dataset with its work folder, which knows it as its own; 'flights' lies beside both."""
    from links2_tasks.pipeline import work_folder

    out = tmp_path / "data"
    shutil.copytree(tiny_flights, tmp_path / "flights")
    shutil.copytree(whole[0], out)
    shutil.copytree(work_folder(whole[0]), work_folder(out))
    return out


@pytest.fixture(scope="session")
def files_of() -> Callable[[Path], dict[str, bytes]]:
    """All files of a folder by their paths."""

    def _files_of(folder: Path) -> dict[str, Any]:
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }

    return _files_of
