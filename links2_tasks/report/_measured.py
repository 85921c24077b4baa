"""Runs with their figures and with names that tell them apart: what every part of a report starts from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from links2_tasks.errors import DataError, Links2Error
from links2_tasks.report._text import shown
from links2_tasks.results import Run, dimensions_of, question_rows
from links2_tasks.schema import DEFAULT_VARIANT
from links2_tasks.statistics import RunEstimates, estimates

_READS_ANSWERS = "links2_oracle"
_ROLES = {
    _READS_ANSWERS: "reads the right answers: it proves the path from file to table and is no result",
    "links2_random": "guesses",
    "links2_prior": "always says the same letter",
    "links2_geometric": "registers pixels, told how to; no language model",
}


@dataclass(frozen=True)
class Measured:
    """One run with its figures."""

    label: str
    """What the report calls it; unlike that of every other run."""
    run: Run
    figures: RunEstimates

    @property
    def is_open(self) -> bool:
        """Whether its answers are numbers: such scores are no accuracies and stand apart."""
        return self.run.is_open

    @property
    def role(self) -> str:
        """What a model without weights does; empty for other models."""
        return _ROLES.get(self.run.model, "")

    @property
    def reads_answers(self) -> bool:
        """Whether its score says nothing about looking."""
        return self.run.model == _READS_ANSWERS

    @property
    def is_rival(self) -> bool:
        """Whether it may be the best: people and what reads the answers stand apart."""
        return not self.reads_answers and not self.is_of_people

    @property
    def is_of_people(self) -> bool:
        """Whether people answered."""
        return self.run.model.lower().startswith(("human", "people"))


def dimension_of_task(runs: Sequence[Run]) -> dict[str, str]:
    """The dimension of each task in the order of tables; tasks that are not the project's own come last."""
    return dimensions_of(sorted((row for run in runs for row in run.rows), key=lambda row: row.scored.task))


def measure(runs: Sequence[Run], n_resamples: int) -> tuple[tuple[Measured, ...], tuple[str, ...]]:
    """All runs with their figures, those of one model together, and what was left out.

    Raises:
        DataError: no run is left.
    """
    ordered = _in_order(runs)
    dimensions = dimension_of_task(ordered)
    found: list[Measured] = []
    faults: list[str] = []
    for label, run in zip(_labels(ordered), ordered, strict=True):
        try:
            asked = question_rows(run)
            figures = estimates([row.scored for row in asked.rows], dimensions, n_resamples=n_resamples)
        except Links2Error as error:
            faults.append(f"{label} is left out: {error}")
            continue
        if asked.n_incomplete:
            faults.append(
                f"{label}: {asked.n_incomplete} questions are left out, as some of their rotations have no row"
            )
        found.append(Measured(label, run, figures))
    if not found:
        raise DataError(f"No run can be reported. {' '.join(faults) or 'None was given; name folders of results.'}")
    return tuple(found), tuple(faults)


def main_runs(measured: Sequence[Measured]) -> tuple[Measured, ...]:
    """One run for each model: its questions as they stand in the dataset, or else its first variant."""
    closed = [each for each in measured if not each.is_open]
    with_default = {_model_key(each.run) for each in closed if each.run.variant == DEFAULT_VARIANT}
    first_of: dict[object, Measured] = {}
    for each in closed:
        key = _model_key(each.run)
        if each.run.variant == DEFAULT_VARIANT or key not in with_default:
            first_of.setdefault(key, each)
    return tuple(first_of.values())


def models(measured: Sequence[Measured]) -> tuple[tuple[Measured, ...], ...]:
    """Runs by model, in order."""
    by_model: dict[object, list[Measured]] = {}
    for each in measured:
        by_model.setdefault(_model_key(each.run), []).append(each)
    return tuple(tuple(group) for group in by_model.values())


def _model_key(run: Run) -> object:
    return run.framework, run.model, run.model_args


def _in_order(runs: Sequence[Run]) -> list[Run]:
    """Each run once, models in the order in which they come; of each, its default first."""
    # Folders that lie in one another hold the same runs.
    once = {(run.folder.resolve(), run.variant, _model_key(run)): run for run in runs}.values()
    places: dict[object, int] = {}
    for run in once:
        places.setdefault(_model_key(run), len(places))
    return sorted(once, key=lambda run: (places[_model_key(run)], run.variant != DEFAULT_VARIANT))


def _labels(runs: Sequence[Run]) -> list[str]:
    """The names of the runs, with the framework, and where that is not enough a number, behind those that are alike."""
    names = [shown(run.name) for run in runs]
    alike = Counter(names)
    names = [f"{name} ({run.framework})" if alike[name] > 1 else name for name, run in zip(names, runs, strict=True)]
    alike, seen = Counter(names), Counter[str]()
    labels = []
    for name in names:
        seen[name] += 1
        labels.append(f"{name} {seen[name]}" if alike[name] > 1 else name)
    return labels
