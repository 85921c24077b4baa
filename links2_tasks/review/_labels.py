"""Categories that people gave, in the form that `links2 mistakes --labels` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from links2_tasks._files import write_text
from links2_tasks.mistakes import ADJUDICATOR, CATEGORIES, UNDECIDED, Label
from links2_tasks.review._aliases import Aliases, file_name
from links2_tasks.review._records import Decision
from links2_tasks.review._store import Store


def label_of(decision: Decision, rater: str) -> Label:
    """A decision of mode 'errors' as a label."""
    category = next((one for one in CATEGORIES if one == decision.category), None)
    return Label(rater, decision.task, decision.question_id, decision.chosen, category, decision.comment)


def export_labels(store: Store, folder: Path, *, names: bool = False) -> tuple[Path, ...]:
    """Write one file of labels for each run and rater; adjudications go to a file of their own.

    Args:
        store: Of the dataset.
        folder: The files come as `<run>/<rater>.jsonl`; those of an earlier export are replaced.
        names: Whether raters have their names; 'person_1' and so on otherwise.

    Returns:
        The files.

    Raises:
        DataError: the store cannot be read or a file cannot be written.
    """
    aliases = Aliases(store, names=names)
    by_file: dict[tuple[str, str], dict[tuple[str, str], Decision]] = {}
    for each in store.logged("errors"):
        decision = each.decision
        rater = ADJUDICATOR if decision.adjudicates else aliases.of(decision.reviewer)
        by_file.setdefault((decision.run, rater), {})[decision.task, decision.question_id] = decision
    return tuple(
        _written(folder / file_name(run) / f"{rater}.jsonl", rater, decisions.values())
        for (run, rater), decisions in sorted(by_file.items())
    )


def _written(path: Path, rater: str, decisions: Iterable[Decision]) -> Path:
    ordered = sorted(decisions, key=lambda each: (each.task, each.question_id))
    write_text(path, "".join(json.dumps(_line(each, rater), ensure_ascii=False) + "\n" for each in ordered))
    return path


def _line(decision: Decision, rater: str) -> dict[str, str]:
    return {
        "task": decision.task,
        "question_id": decision.question_id,
        "chosen": decision.chosen,
        "rater": rater,
        "category": decision.category or UNDECIDED,
        "comment": decision.comment,
    }
