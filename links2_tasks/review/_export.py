"""Fold decisions into a dataset: `export_reviewed`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks._files import write_text
from links2_tasks.dataset import atomic_directory, load_info, resolve_inside, write_dataset
from links2_tasks.errors import DataError
from links2_tasks.review._checked import WORDS, Checked, checked, counted
from links2_tasks.review._checks import edited
from links2_tasks.review._store import Store
from links2_tasks.schema import DatasetInfo, Question

REPORT_FILE = "review.json"
"""In the new dataset: how many questions of each task came through; without names."""
_QUESTIONS = "questions/"
_SUFFIX = "+reviewed"
_MOST_NAMED = 5


@dataclass(frozen=True)
class ExportReport:
    """What became of the questions of a dataset."""

    out: Path
    n_reviewers: int
    counts: Mapping[str, Mapping[str, int]]
    """By task and where questions stood (`WORDS`)."""
    n_before: int
    n_after: int

    def total(self, word: str) -> int:
        """Questions of all tasks that stood somewhere."""
        return sum(of_task[word] for of_task in self.counts.values())


def export_reviewed(
    root: Path,
    out: Path,
    *,
    store: Store | None = None,
    reviewers: int = 2,
    only_reviewed: bool = False,
    keep_open: bool = False,
    version: str | None = None,
) -> ExportReport:
    """Write a dataset with what reviewers decided: fixed texts, no rejected questions, `provenance.review` set.

    What is not through yet keeps its words and `provenance.review`. Letters, marks and media stay as they are. The new
    folder appears when it is complete.

    Args:
        root: The dataset that was reviewed; it is not changed.
        out: A new folder.
        store: By default that of the dataset.
        reviewers: So many people must have decided before a question is through.
        only_reviewed: Leave out what is not through, unless it came from an earlier review.
        keep_open: Keep what reviewers differ on, as what is not through, instead of refusing.
        version: Of the new dataset; by default that of the old one and '+reviewed'.

    Raises:
        DataError: reviewers differ and nobody has settled it; nothing would be left; two questions were made alike by
            fixes; a file is missing; or `out` exists.
    """
    kept = store or Store.open(root, make=False)
    info, questions = load_info(root), checked(kept, root, reviewers)
    _refuse_open(questions, keep_open)
    wanted = [each for each in questions if each.word != "rejected" and (_was_reviewed(each) or not only_reviewed)]
    if not wanted:
        raise DataError(f"No question of {root} would be left: all are rejected or not reviewed yet.")
    by_split: dict[str, list[Question]] = {}
    for each in wanted:
        by_split.setdefault(each.split, []).append(_as_decided(each))
    _refuse_alike([one for of_split in by_split.values() for one in of_split])
    report = ExportReport(out, reviewers, counted(questions), len(questions), len(wanted))
    with atomic_directory(out) as folder:
        _copy_media(root, info, folder)
        write_text(folder / REPORT_FILE, json.dumps(_as_json(report), indent=2) + "\n")
        write_dataset(
            folder,
            name=info.name,
            version=version or f"{info.version.removesuffix(_SUFFIX)}{_SUFFIX}",
            licence=info.licence,
            description=info.description,
            clips=info.clips,
            questions=by_split,
            simulated=info.simulated,
        )
    return report


def _is_through(each: Checked) -> bool:
    return each.word in ("accepted", "fixed", "rejected")


def _was_reviewed(each: Checked) -> bool:
    """Now, or in an earlier review that this dataset came from."""
    return _is_through(each) or each.question.provenance.review in ("accepted", "fixed")


def _as_decided(each: Checked) -> Question:
    """The question as it goes out; one that is not through is as it was."""
    final = each.outcome.final
    if final is None:
        return each.question
    question = edited(each.question, final.edit) if final.edit is not None else each.question
    provenance = question.provenance.model_copy(update={"review": each.word})
    return question.model_copy(update={"provenance": provenance})


def _refuse_open(questions: Sequence[Checked], keep_open: bool) -> None:
    differ = [each.question.question_id for each in questions if each.word == "open"]
    if differ and not keep_open:
        raise DataError(
            f"Reviewers differ on {len(differ)} questions, as {', '.join(differ[:_MOST_NAMED])}. Settle them with "
            "`links2 review ROOT --adjudicate`, or leave them as they are with --keep-open."
        )


def _refuse_alike(questions: Sequence[Question]) -> None:
    seen: dict[object, str] = {}
    for one in questions:
        asked = (one.question, one.clip_id, one.video_span_s, one.satellite, one.marks)
        other = seen.setdefault(asked, one.question_id)
        if other != one.question_id:
            raise DataError(
                f"'{other}' and '{one.question_id}' ask the same of the same clip and map since texts were fixed. "
                "Reject one of them, or fix it otherwise."
            )


def _copy_media(root: Path, info: DatasetInfo, folder: Path) -> None:
    """Everything that the dataset lists besides its questions and the report of an earlier review."""
    for path in info.files:
        if path.startswith(_QUESTIONS) or path == REPORT_FILE:
            continue
        source, target = resolve_inside(root, path), folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(source, target)
        except OSError as error:
            raise DataError(
                f"{source} cannot be copied to the new dataset: {error.strerror}. `links2 validate {root}` shows what "
                "is missing."
            ) from error


def _as_json(report: ExportReport) -> dict[str, object]:
    return {
        "reviewers_per_question": report.n_reviewers,
        "questions_before": report.n_before,
        "questions_after": report.n_after,
        "all": {word: report.total(word) for word in WORDS},
        "tasks": report.counts,
    }
