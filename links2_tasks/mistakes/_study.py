"""The mistakes of the runs in a folder, with what people decided: everything that `links2 mistakes` shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from links2_tasks._files import write_whole
from links2_tasks.dataset import load_questions
from links2_tasks.errors import DataError
from links2_tasks.mistakes._agreement import Agreement, agreements, combine
from links2_tasks.mistakes._categorise import Questions, categorise
from links2_tasks.mistakes._people import read_labels, write_cases
from links2_tasks.mistakes._records import GuessedShares, Label, Mistake, MistakeShares
from links2_tasks.mistakes._shares import guessed_shares, mistake_shares
from links2_tasks.results import Run, questions_of, read_runs
from links2_tasks.schema import Question

_One = TypeVar("_One")
COLUMNS = ("run", "task", "n_wrong", "category", "count", "share", "guessed_share")


@dataclass(frozen=True)
class Study:
    """The wrong answers of one run."""

    run: Run
    questions: Questions
    """Those that the run asked, and the others of its dataset."""
    mistakes: tuple[Mistake, ...]
    """With what people decided."""
    shares: tuple[MistakeShares, ...]
    guessed: tuple[GuessedShares, ...]
    """As `shares`, had wrong options been drawn by lot; by rules alone."""
    agreements: tuple[Agreement, ...]

    def write_cases(self, path: Path) -> int:
        """Write what is still undecided for people; see `mistakes.write_cases`."""
        return write_cases(path, self.run.rows, self.questions, self.mistakes)


def study(folder: Path, root: Path, label_files: Sequence[Path] = (), name: str | None = None) -> tuple[Study, ...]:
    """Studies of the runs at or below a folder.

    Args:
        folder: Results of either framework.
        root: Folder of the dataset that the runs were asked with.
        label_files: Filled-in files of cases, one for each rater; they belong to one run.
        name: Only the run of this name.

    Raises:
        DataError: there is no run, or none of this name; the dataset is another; labels are bad, or there is more than one run for them.
        MissingExtraError: labels of two raters need statsmodels, which is not installed.
    """
    runs = read_runs(folder)
    if name is not None:
        names = ", ".join(run.name for run in runs)
        runs = tuple(run for run in runs if run.name == name)
        if not runs:
            raise DataError(f"No run in {folder} is named '{name}'. The runs are: {names}.")
    labels = [read_labels(path) for path in label_files]
    if labels:
        runs = (_only([run.name for run in runs], runs, folder),)
    of_dataset: dict[tuple[str, str], Question] = {}
    # The other questions only tell more of the flights; a dataset with a bad line does without.
    with suppress(DataError):
        of_dataset = {(one.task, one.question_id): one for one in load_questions(root)}
    return tuple(_study(run, {**of_dataset, **questions_of(run, root)}, labels) for run in runs)


def only_study(studies: Sequence[Study], folder: Path) -> Study:
    """The one study of a folder.

    Raises:
        DataError: there are several.
    """
    return _only([one.run.name for one in studies], studies, folder)


def write_shares(path: Path, studies: Iterable[Study]) -> None:
    """Write a CSV file of the shares, one row for each run, task and category.

    Raises:
        DataError: the file cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for one in studies:
        guessed = {shares.name: shares for shares in one.guessed}
        for shares in one.shares:
            for category, count in shares.counts.items():
                by_lot = guessed[shares.name].shares[category]
                row = (one.run.name, shares.name, shares.n_wrong, category, count)
                table.writerow((*row, f"{shares.share(category):.4f}", f"{by_lot:.4f}"))
    try:
        write_whole(path, lambda file: file.write(text.getvalue().encode()))
    except OSError as error:
        raise DataError(f"The shares cannot be written to {path}: {error.strerror}. Name another file.") from error


def _study(run: Run, questions: Questions, labels: Sequence[Sequence[Label]]) -> Study:
    by_rules = categorise(run.rows, questions)
    chosen: Mapping[tuple[str, str], str | None] = {
        (row.scored.task, row.scored.question_id): row.scored.prediction for row in run.rows
    }
    mistakes = combine(by_rules, [label for of_one in labels for label in of_one], chosen)
    guessed = guessed_shares(run.rows, questions)
    return Study(run, questions, mistakes, mistake_shares(mistakes), guessed, agreements(labels))


def _only(names: Sequence[str], all_of_them: Sequence[_One], folder: Path) -> _One:
    if len(all_of_them) != 1:
        raise DataError(
            f"{folder} holds {len(all_of_them)} runs ({', '.join(names)}), but cases, labels and a picture are of one. "
            "Name one of them."
        )
    return all_of_them[0]
