"""Everything that can be looked for in a dataset, or in a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from links2_tasks.audits._duplicates import audit_duplicates
from links2_tasks.audits._extraction import audit_extraction
from links2_tasks.audits._layout import audit_layout
from links2_tasks.audits._leakage import audit_leakage
from links2_tasks.audits._positions import audit_positions
from links2_tasks.audits._records import DatasetAudit, RunAudit
from links2_tasks.audits._text import audit_text
from links2_tasks.dataset import load_info, load_questions
from links2_tasks.errors import DataError
from links2_tasks.results import Run

_TEST = "test"


def audit_dataset(
    root: Path,
    runs: Sequence[Run] = (),
    *,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> DatasetAudit:
    """Shortcuts and duplicates of the split 'test' (the first one, where there is none of this name), and leaks.

    Args:
        root: Folder of the dataset.
        runs: As in `audit_text`.
        folds: As in `audit_text`.
        seed: As in `audit_text`.
        progress: Told what is looked for.

    Raises:
        DataError: the dataset cannot be read or is empty, or a run is not of its questions.
        MissingExtraError: scikit-learn or scipy is not installed.
    """
    info = load_info(root)
    if not info.splits:
        raise DataError(f"The dataset in {root} has no split, so there are no questions to audit.")
    questions = load_questions(root, split=_TEST if _TEST in info.splits else info.splits[0])
    progress("text alone")
    text = audit_text(questions, runs, folds=folds, seed=seed)
    progress("layout alone")
    layout = audit_layout(questions, folds=folds, seed=seed)
    progress("duplicates")
    duplicates = audit_duplicates(questions, root)
    progress("leaks between splits")
    return DatasetAudit(info.splits, len(questions), text, layout, duplicates, audit_leakage(root))


def audit_run(run: Run) -> RunAudit:
    """What is wrong with one run although every file is in order."""
    return RunAudit(run.name, audit_positions(run.rows), audit_extraction(run))
