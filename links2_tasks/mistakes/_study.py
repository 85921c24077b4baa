"""The mistakes of a run, with what people decided: everything that `links2 mistakes` shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from links2_tasks._files import write_text
from links2_tasks.dataset import load_questions
from links2_tasks.errors import DataError
from links2_tasks.mistakes._agreement import Agreement, agreements, combine
from links2_tasks.mistakes._categorise import Questions, categorise
from links2_tasks.mistakes._people import read_labels, write_cases
from links2_tasks.mistakes._records import GuessedShares, Mistake, MistakeShares
from links2_tasks.mistakes._shares import guessed_shares, mistake_shares
from links2_tasks.mistakes._steady import SteadyError, steady_errors
from links2_tasks.results import Run
from links2_tasks.schema import Question

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
    steady: tuple[SteadyError, ...]
    """Errors that the model may make throughout, the least likely by guessing first."""
    agreements: tuple[Agreement, ...]

    def write_cases(self, path: Path) -> int:
        """Write what is still undecided for people; see `mistakes.write_cases`."""
        return write_cases(path, self.run.rows, self.questions, self.mistakes)


def study(run: Run, asked: Questions, root: Path, label_files: Sequence[Path] = ()) -> Study:
    """The wrong answers of a run, by rules and, where there are labels, by people.

    Args:
        run: From `read_runs` or `choose_run`.
        asked: From `results.questions_of`.
        root: Folder of the dataset that the run was asked with.
        label_files: Filled-in files of the run's cases, one for each rater.

    Raises:
        DataError: labels are bad or of another run.
        MissingExtraError: labels of two raters need statsmodels, which is not installed.
    """
    labels = [read_labels(path) for path in label_files]
    of_dataset: dict[tuple[str, str], Question] = {}
    # The other questions only tell more of the flights; a dataset with a bad line does without.
    with suppress(DataError):
        of_dataset = {(one.task, one.question_id): one for one in load_questions(root)}
    questions = {**of_dataset, **asked}
    chosen = {(row.scored.task, row.scored.question_id): row.scored.prediction for row in run.rows}
    by_rules = categorise(run.rows, questions)
    mistakes = combine(by_rules, [label for of_one in labels for label in of_one], chosen)
    guessed = guessed_shares(run.rows, questions)
    steady = steady_errors(run.rows, questions)
    return Study(run, questions, mistakes, mistake_shares(mistakes), guessed, steady, agreements(labels))


def write_shares(path: Path, study: Study) -> None:
    """Write a CSV file of the shares, one row for each task and category.

    Raises:
        DataError: the file cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    guessed = {shares.name: shares for shares in study.guessed}
    for shares in study.shares:
        for category, count in shares.counts.items():
            by_lot = guessed[shares.name].shares[category]
            row = (study.run.name, shares.name, shares.n_wrong, category, count)
            table.writerow((*row, f"{shares.share(category):.4f}", f"{by_lot:.4f}"))
    write_text(path, text.getvalue())
