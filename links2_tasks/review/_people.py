"""People as runs: their answers in the form of a model's results, so that reports and comparisons take them as rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from statistics import fmean
from typing import Any

from links2_tasks._files import write_text
from links2_tasks.dataset import atomic_directory, load_questions
from links2_tasks.errors import DataError
from links2_tasks.review._aliases import Aliases
from links2_tasks.review._cases import key_of
from links2_tasks.review._records import Decision, Key
from links2_tasks.review._store import Store
from links2_tasks.schema import DEFAULT_VARIANT, Question
from links2_tasks.scoring import chance_level
from links2_tasks.taxonomy import BENCHMARK_VERSION, PREFIX

POOLED = "people"
"""Name of the run of all people together."""
_STAMP = "%Y%m%d_000000"
"""The day; at which hours a person sat there is nobody's business."""
_MAPS = "satellite_sha256"
Row = dict[str, Any]


@dataclass(frozen=True)
class PersonRun:
    """What was written of one person, or of all."""

    name: str
    folder: Path
    n_answers: int
    accuracy: float
    """Mean score of the questions answered, 0..1; every question counts the same."""
    seconds: float
    """For all questions together; in the run of all people the mean person's."""


def export_people(
    root: Path, results_dir: Path, *, store: Store | None = None, names: bool = False
) -> tuple[PersonRun, ...]:
    """Write a run for each person who answered, and one for all of them.

    The score of a question in the run of all is the share of those who answered it that were right: the mean person's.
    Where somebody was wrong, its prediction is the wrong option that most of them chose.

    Args:
        root: The dataset.
        results_dir: A new folder; each run gets a folder of its own in it.
        store: By default that of the dataset.
        names: Whether people have their names; 'person_1' and so on otherwise.

    Returns:
        The runs, that of all people last.

    Raises:
        DataError: nobody has answered anything as it stands now, or the folder exists or cannot be written.
    """
    kept = store or Store.open(root, make=False)
    answers = _answers(kept, {key_of(one): one for one in load_questions(root)})
    if not answers:
        raise DataError(
            f"Nobody has answered a question of {root} as it stands now. Answer some first: "
            f"`links2 review {root} --mode answer`."
        )
    aliases = Aliases(kept, names=names)
    wanted = Counter(task for task, _, _ in {key for of_one in answers.values() for key in of_one})
    with atomic_directory(results_dir) as folder:
        runs = [
            _written(folder, aliases.of(name), [_row(*each) for each in of_one.values()], wanted)
            for name, of_one in answers.items()
        ]
        runs.append(_written(folder, POOLED, _pooled(answers.values()), wanted))
    return tuple(PersonRun(run.name, results_dir / run.name, run.n_answers, run.accuracy, run.seconds) for run in runs)


_Answers = Mapping[Key, tuple[Question, Decision]]


def _answers(store: Store, questions: Mapping[Key, Question]) -> dict[str, dict[Key, tuple[Question, Decision]]]:
    """The newest answer of each person to each question, people in the order in which they came."""
    found: dict[str, dict[Key, tuple[Question, Decision]]] = {}
    for each in store.logged("answer"):
        decision = each.decision
        if decision.key in questions:
            found.setdefault(decision.reviewer, {})[decision.key] = (questions[decision.key], decision)
    return {name: found[name] for name in store.reviewers() if name in found} | found


def _row(question: Question, decision: Decision) -> Row:
    letter = decision.letter or ""
    return {
        **_asked(question),
        "prediction": letter,
        "score": float(letter == question.answer),
        "note": decision.comment,
        "raw": letter,
        "manifest": decision.manifest.model_dump(mode="json") if decision.manifest else None,
        "seconds": decision.seconds,
        "decided_at": decision.decided_at,
    }


def _asked(question: Question) -> Row:
    return {
        "id": question.question_id,
        "clip_id": question.clip_id,
        "task": question.task,
        "variant": DEFAULT_VARIANT,
        "region": question.region,
        "answer": question.answer,
        "chance": chance_level(len(question.options)),
        "reason": "letter",
        "benchmark_version": BENCHMARK_VERSION,
        "question_sha256": key_of(question)[2],
    }


def _pooled(people: Iterable[_Answers]) -> list[Row]:
    by_key: dict[Key, list[tuple[Question, Decision]]] = {}
    for of_one in people:
        for key, answer in of_one.items():
            by_key.setdefault(key, []).append(answer)
    return [_pooled_row(answers) for answers in by_key.values()]


def _pooled_row(answers: Sequence[tuple[Question, Decision]]) -> Row:
    question = answers[0][0]
    rows = [_row(*each) for each in answers]
    chosen = Counter(str(row["prediction"]) for row in rows)
    wrong = [letter for letter in sorted(chosen) if letter != question.answer]
    return {
        **rows[0],
        "prediction": max(wrong, key=lambda letter: chosen[letter]) if wrong else question.answer,
        "score": fmean(row["score"] for row in rows),
        "note": f"{len(rows)} people; the score is the share of them who were right" if len(rows) > 1 else "1 person",
        "raw": ", ".join(f"{letter}: {chosen[letter]}" for letter in sorted(chosen)),
        "manifest": _shared([row["manifest"] for row in rows]),
        "seconds": fmean(row["seconds"] for row in rows),
        "decided_at": min(row["decided_at"] for row in rows),
    }


def _shared(manifests: Sequence[Row | None]) -> Row | None:
    """What all were shown; maps differ where marks have other letters for each person, frames do not."""
    shown = [each for each in manifests if each is not None]
    maps = {tuple(each[_MAPS]) for each in shown}
    frames = [{name: value for name, value in each.items() if name != _MAPS} for each in shown]
    if not shown or len(shown) < len(manifests) or any(each != frames[0] for each in frames):
        return None
    return {**frames[0], _MAPS: list(maps.pop()) if len(maps) == 1 else []}


def _written(folder: Path, name: str, rows: Sequence[Row], wanted: Mapping[str, int]) -> PersonRun:
    """One run in the form of lmms-eval; see docs/results.md, 'Rows from elsewhere'."""
    started = min(datetime.fromisoformat(row["decided_at"]) for row in rows).astimezone(timezone.utc)
    stamp, seconds = started.strftime(_STAMP), sum(row["seconds"] for row in rows)
    by_task: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda each: (each["task"], each["id"])):
        by_task.setdefault(row["task"], []).append(row)
    content = {
        "config": {"model": name, "resolved_cli_args": {"timezone": "UTC"}},
        "date": stamp,
        "total_evaluation_time_seconds": seconds,
        "n-samples": {
            f"{PREFIX}{task}": {"original": wanted[task], "effective": len(of)} for task, of in by_task.items()
        },
    }
    write_text(folder / name / f"{stamp}_results.json", json.dumps(content, indent=2) + "\n")
    for task, of_task in by_task.items():
        kept = [{name: value for name, value in row.items() if name != "decided_at"} for row in of_task]
        lines = [json.dumps({"doc_id": at, "row": row}, ensure_ascii=False) + "\n" for at, row in enumerate(kept)]
        write_text(folder / name / f"{stamp}_samples_{PREFIX}{task}.jsonl", "".join(lines))
    return PersonRun(name, folder / name, len(rows), fmean(row["score"] for row in rows), seconds)
