"""What there is to decide about in each mode, before anybody gets it: `cases`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from links2_tasks.dataset import load_info, load_questions
from links2_tasks.errors import DataError
from links2_tasks.mistakes import categorise
from links2_tasks.results import choose_run, questions_of
from links2_tasks.review._records import DeskSettings, Key, Mode, ModelAnswer
from links2_tasks.schema import Question, question_sha256


@dataclass(frozen=True)
class Case:
    """One question to decide about."""

    question: Question
    key: Key
    model_answer: ModelAnswer | None = None


@dataclass(frozen=True)
class Cases:
    """All questions of a mode, those of a clip together."""

    run: str
    """Name of the run in mode 'errors', else empty."""
    by_key: Mapping[Key, Case]


def key_of(question: Question) -> Key:
    """What a decision about a question names it by."""
    return question.task, question.question_id, question_sha256(question)


def cases(root: Path, mode: Mode, settings: DeskSettings) -> Cases:
    """What there is to decide about.

    Mode 'check' takes the questions of all splits, mode 'answer' those of the split that models are asked.

    Raises:
        DataError: the dataset or the run cannot be read, or nothing is left to decide about.
    """
    run, found = _errors(root, settings) if mode == "errors" else ("", _questions(root, mode))
    wanted = [each for each in found if not settings.tasks or each.question.task in settings.tasks]
    if mode == "answer" and settings.sample is not None:
        wanted = _sampled(wanted, settings.sample, settings.seed)
    if not wanted:
        raise DataError(_nothing(root, mode, settings, len(found)))
    ordered = sorted(wanted, key=lambda each: (each.question.clip_id, *each.key))
    return Cases(run, {each.key: each for each in ordered})


def drawn(seed: int, *names: str) -> str:
    """Something to sort by that stands for a draw by lot: the same on every machine and for every version of Python."""
    return sha256("\n".join([str(seed), *names]).encode()).hexdigest()


def _questions(root: Path, mode: Mode) -> list[Case]:
    splits = ("test",) if mode == "answer" else load_info(root).splits
    return [Case(one, key_of(one)) for split in splits for one in load_questions(root, split=split)]


def _sampled(found: Iterable[Case], n_per_task: int, seed: int) -> list[Case]:
    by_task: dict[str, list[Case]] = {}
    for each in found:
        by_task.setdefault(each.question.task, []).append(each)
    return [
        each
        for of_task in by_task.values()
        for each in sorted(of_task, key=lambda one: drawn(seed, *one.key))[:n_per_task]
    ]


def _errors(root: Path, settings: DeskSettings) -> tuple[str, list[Case]]:
    """Wrong answers that chose an option; what could not be read needs no person."""
    if settings.results is None:
        raise DataError("Errors of which run? Name the folder of its results: --results RUN.")
    run = choose_run(settings.results, settings.run, "--run")
    asked = questions_of(run, root)
    rows = {(row.scored.task, row.scored.question_id): row for row in run.rows}
    found = []
    for mistake in categorise(run.rows, {**_all_questions(root), **asked}):
        row, question = rows[mistake.task, mistake.question_id], asked[mistake.task, mistake.question_id]
        decided = mistake.category is not None and settings.only_undecided
        if decided or row.scored.prediction not in tuple(question.letters):
            continue
        answer = ModelAnswer(run.name, row.scored.prediction or "", row.raw, row.note, mistake.evidence)
        found.append(Case(question, key_of(question), answer))
    return run.name, found


def _all_questions(root: Path) -> Mapping[tuple[str, str], Question]:
    """Those that the run did not ask tell more of the flights; a dataset with a bad line does without."""
    with suppress(DataError):
        return {(one.task, one.question_id): one for one in load_questions(root)}
    return {}


def _nothing(root: Path, mode: Mode, settings: DeskSettings, n_found: int) -> str:
    if settings.tasks and n_found:
        return f"{root} has no questions of {', '.join(settings.tasks)} in mode '{mode}'. Name tasks that it has."
    if mode == "errors":
        return (
            f"No wrong answer of the run in {settings.results} waits for people: rules decide all of them, or nothing "
            "is wrong. --all-errors shows those that rules decide too."
        )
    return f"{root} has no questions to review in mode '{mode}'. Build a dataset with questions first."
