"""Two runs beside each other: which of them, on what questions, shown the same or not, and the paired statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks import taxonomy
from links2_tasks.errors import DataError
from links2_tasks.prompt import FrameManifest
from links2_tasks.results._read import read_runs
from links2_tasks.results._records import ResultRow, Run
from links2_tasks.results._rotations import question_rows
from links2_tasks.statistics import Comparison, compare
from links2_tasks.variants import CIRCULAR

OTHER = "other"
"""The dimension of rows whose task is none of links2, as those of damaged lines of question files."""

RowsByKey = Mapping[tuple[str, str], ResultRow]


@dataclass(frozen=True)
class Sameness:
    """Of how many questions that both runs have something is the same in both, differs, or is not known."""

    what: str
    n_same: int
    n_different: int
    n_unknown: int

    @property
    def n(self) -> int:
        """Questions that both runs have."""
        return self.n_same + self.n_different + self.n_unknown


@dataclass(frozen=True)
class RunComparison:
    """A paired comparison of two runs, and what there is to know before it is believed."""

    first: Run
    second: Run
    statistics: Comparison
    sameness: tuple[Sameness, ...]
    notes: tuple[str, ...]
    """How rows were paired, and what was amiss in the files."""
    warnings: tuple[str, ...]
    """Why the difference may be no difference of the models."""


def dimensions_of(rows: Sequence[ResultRow]) -> dict[str, str]:
    """The dimension of each task of links2, and of the other tasks that rows have."""
    known = {task.name: task.dimension for task in taxonomy.tasks()}
    return {**known, **{row.scored.task: OTHER for row in rows if row.scored.task not in known}}


def choose_run(folder: Path, name: str | None, option: str) -> Run:
    """The run of a folder, or of several the one with a name.

    Args:
        folder: Folder of results.
        name: Its name, or a part of it that no other has; None where the folder holds one run.
        option: What the name is given by, for the error.

    Raises:
        DataError: there is no such run, or there are several.
    """
    runs = read_runs(folder)
    if name is None:
        fitting = list(runs)
    else:
        wanted = name.casefold()
        fitting = [run for run in runs if run.name.casefold() == wanted]
        fitting = fitting or [run for run in runs if wanted in run.name.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(f"'{run.name}'" for run in fitting or runs)
    count = f"{len(fitting)} runs" if fitting else "no run"
    called = "" if name is None else f" called '{name}'"
    raise DataError(f"{folder} holds {count}{called}. Choose one with {option}: {names}.")


def compare_runs(first: Run, second: Run, *, n_resamples: int = 10_000, seed: int = 0) -> RunComparison:
    """Compare two runs question by question.

    Rotations of one question of a circular run are joined: it is right only when all of them are. So a circular run can
    be compared with one that asked each question once.

    Args:
        first: A run.
        second: Another one; differences are second less first.
        n_resamples: Number of resamples and of permutations.
        seed: The same seed gives the same figures.

    Raises:
        DataError: the runs share no question, or one gave letters and the other numbers.
        MissingExtraError: statsmodels is not installed.
    """
    _refuse_other_scores(first, second)
    notes: list[str] = []
    rows_of = [_by_question(run, notes) for run in (first, second)]
    common = [(rows_of[0][key], rows_of[1][key]) for key in rows_of[0] if key in rows_of[1]]
    if not common:
        raise DataError(
            f"'{first.name}' and '{second.name}' have no question in common: {len(rows_of[0])} and {len(rows_of[1])} "
            "questions with other ids. They are of other tasks or datasets."
        )
    statistics = compare(
        [row.scored for row in rows_of[0].values()],
        [row.scored for row in rows_of[1].values()],
        dimensions_of([*first.rows, *second.rows]),
        n_resamples=n_resamples,
        seed=seed,
    )
    sameness = tuple(_sameness(common, first.variant == second.variant))
    for run in (first, second):
        notes += [f"{run.name}: {remark}" for remark in run.remarks]
    return RunComparison(
        first=first,
        second=second,
        statistics=statistics,
        sameness=sameness,
        notes=tuple(notes),
        warnings=tuple(_warnings(first, second, statistics, sameness)),
    )


def _refuse_other_scores(first: Run, second: Run) -> None:
    if first.is_open != second.is_open:
        numbers, letters = (first, second) if first.is_open else (second, first)
        raise DataError(
            f"'{numbers.name}' answered with numbers, which are scored by how near they are, and '{letters.name}' with "
            "letters, which are right or wrong: the difference of such scores means nothing. Compare two runs of the "
            "same form of answer."
        )


def _by_question(run: Run, notes: list[str]) -> RowsByKey:
    found = question_rows(run)
    if run.variant == CIRCULAR:
        notes.append(f"{run.name}: a question counts as right only when all its rotations are")
    if found.n_incomplete:
        notes.append(f"{run.name}: {found.n_incomplete} questions are left out, as some of their rotations have no row")
    return {(row.scored.task, row.scored.question_id): row for row in found.rows}


def _sameness(common: Sequence[tuple[ResultRow, ResultRow]], same_variant: bool) -> Iterator[Sameness]:
    shown = [(first.manifest, second.manifest) for first, second in common]
    frames = [None if first is None or second is None else _frames(first) == _frames(second) for first, second in shown]
    yield _counted("frames", frames)
    ways = [None if first is None or second is None else first.strategy == second.strategy for first, second in shown]
    yield _counted("prompt strategies", ways)
    if same_variant:
        yield _counted("questions", [_same_question(first, second) for first, second in common])


def _frames(shown: FrameManifest) -> tuple[object, ...]:
    return shown.plan_id, shown.indices, shown.query_index


def _same_question(first: ResultRow, second: ResultRow) -> bool | None:
    if None not in (first.question_sha256, second.question_sha256):
        return first.question_sha256 == second.question_sha256
    # Rows of older versions have no digest; another right answer shows another question all the same.
    if None not in (first.scored.answer, second.scored.answer) and first.scored.answer != second.scored.answer:
        return False
    return None


def _counted(what: str, found: Sequence[bool | None]) -> Sameness:
    return Sameness(what, found.count(True), found.count(False), found.count(None))


def _warnings(first: Run, second: Run, statistics: Comparison, sameness: Sequence[Sameness]) -> Iterator[str]:
    if first == second:
        yield "a run is compared with itself"
    if first.version.partition("-")[0] != second.version.partition("-")[0]:
        yield f"versions {first.version} and {second.version} of the benchmark: their scores are not comparable"
    if first.variant != second.variant:
        yield (
            f"variants '{first.variant}' and '{second.variant}': the questions were not put alike, which may be "
            "all of the difference"
        )
    for each in sameness:
        if each.n_different:
            yield f"{each.n_different} of {each.n} questions: not the same {each.what} in both runs"
    if unknown := [f"{each.what} ({each.n_unknown} of {each.n} questions)" for each in sameness if each.n_unknown]:
        yield f"not known whether both runs had the same {', '.join(unknown)}"
    for which, n_left_out in (("first", statistics.n_only_in_first), ("second", statistics.n_only_in_second)):
        if n_left_out:
            yield f"left out: {n_left_out} questions that only the {which} run has"
