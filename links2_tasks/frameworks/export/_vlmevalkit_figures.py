"""Figures of runs, from the `_acc` files that the datasets write in VLMEvalKit, with the plug-in or without."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from links2_tasks import taxonomy
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval._names import dataset_names

_ENDING = "_acc.csv"


@dataclass(frozen=True)
class Figures:
    """Figures of everything, of one dimension, or of one task."""

    level: str
    """'overall', 'dimension' or 'task'."""
    name: str
    n: int
    """Questions that were asked."""
    accuracy: float
    """Mean over the tasks."""
    micro_accuracy: float
    chance_corrected: float
    failures: Mapping[str, int]
    """Replies without a readable answer, by reason."""

    @property
    def n_failures(self) -> int:
        """Replies without a readable answer."""
        return sum(self.failures.values())


@dataclass(frozen=True)
class Run:
    """One model's answers to one dataset."""

    file: Path
    model: str
    dataset: str
    rows: tuple[Figures, ...]
    """Overall, dimensions, then tasks."""

    @property
    def overall(self) -> Figures:
        """Figures of all questions."""
        return next(row for row in self.rows if row.level == "overall")


def read_runs(folder: Path) -> tuple[Run, ...]:
    """The latest figures of each model and dataset below a work dir, in the order of their names.

    Raises:
        FrameworkError: there are none, a file cannot be read, or figures are of another version of the benchmark.
    """
    # VLMEvalKit links the latest files of a model from one folder further up.
    files = {path.resolve() for path in folder.expanduser().rglob(f"*{_ENDING}")}
    latest: dict[tuple[str, str], Run] = {}
    for file in sorted(files, key=_age):
        if (names := _names(file)) is not None:
            latest[names] = _read(file, *names)
    if not latest:
        raise FrameworkError(
            f"There are no figures of LinkS2 datasets in {folder.absolute()}: looked for <model>_<dataset>{_ENDING} in "
            "it and below. Make some with: links2 vlmeval --data LinkS2 --model MODEL --work-dir FOLDER"
        )
    return tuple(latest[names] for names in sorted(latest))


def _age(file: Path) -> tuple[int, str]:
    return file.stat().st_mtime_ns, str(file)


def _names(file: Path) -> tuple[str, str] | None:
    """Model and dataset of a file; None for a dataset of others."""
    stem = file.name.removesuffix(_ENDING)
    fitting = [each.name for each in dataset_names() if stem.endswith(f"_{each.name}")]
    return (stem.removesuffix(f"_{fitting[0]}"), fitting[0]) if fitting else None


def _read(file: Path, model: str, dataset: str) -> Run:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        found = Run(file, model, dataset, tuple(map(_figures, rows)))
        versions = {row["benchmark_version"] for row in rows}
        levels = [row.level for row in found.rows].count("overall")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FrameworkError(
            f"{file} does not read like figures of a LinkS2 dataset: {type(error).__name__}: {error}"
        ) from error
    if levels != 1:
        raise FrameworkError(f"{file} holds {levels} rows of the level 'overall' where there should be one.")
    if versions != {taxonomy.BENCHMARK_VERSION}:
        raise FrameworkError(
            f"{file} holds figures of version {', '.join(sorted(versions))}; the tasks are in version "
            f"{taxonomy.BENCHMARK_VERSION} now, and scores of two versions are not to be mixed. Run it again."
        )
    return found


def _figures(row: Mapping[str, str]) -> Figures:
    return Figures(
        level=row["level"],
        name=row["name"],
        n=int(row["n"]),
        accuracy=float(row["macro_accuracy"]),
        micro_accuracy=float(row["micro_accuracy"]),
        chance_corrected=float(row["chance_corrected_accuracy"]),
        failures={str(reason): int(count) for reason, count in json.loads(row["extraction_failures"]).items()},
    )
