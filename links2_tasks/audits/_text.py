"""How far text alone goes: `audit_text`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from links2_tasks.audits._classifiers import FREQUENT_LETTER, Classifier
from links2_tasks.audits._folds import make_folds
from links2_tasks.audits._learners import LEARNERS
from links2_tasks.audits._looks import ALL, Picks, by_task, pick_all, picks_of_run, scores_of
from links2_tasks.audits._option_text import RULES
from links2_tasks.audits._prune import bias_of, prune
from links2_tasks.audits._records import Clue, ShortcutScore, TextAudit
from links2_tasks.errors import DataError
from links2_tasks.results import Run
from links2_tasks.schema import Question

CLASSIFIERS: tuple[Classifier, ...] = (FREQUENT_LETTER, *RULES, *LEARNERS)
N_CLUES = 6


def audit_text(questions: Sequence[Question], runs: Sequence[Run] = (), *, folds: int = 5, seed: int = 0) -> TextAudit:
    """Let classifiers answer from question and options alone, without any picture.

    Rules (longest option, middle number and so on) learn nothing. Learned ones (most frequent letter, logistic
    regression on n-grams and on tf-idf, a random forest on figures of the options) see other regions only than those
    that they are asked about; other clips only, where there are fewer than two regions. Each task is learned by itself.

    Args:
        questions: Of one dataset, of one or more tasks.
        runs: Runs on these questions without pictures, as of `links2_text_only` by a language model; each counts as one
            more classifier.
        folds: Number of parts that regions are dealt to, at most as many as there are regions.
        seed: Of the folds, of the forest and of the intervals.

    Raises:
        DataError: there are no questions, a question comes twice, `folds` is below 2, or a run answers none of the
            questions.
        MissingExtraError: scikit-learn or scipy is not installed.
    """
    _check(questions)
    for run in runs:
        _check_run(run, questions)
    dealt = make_folds(questions, folds, seed)

    def picked(asked: Sequence[Question]) -> Picks:
        of_runs = {f"run: {run.name}": picks_of_run(run, asked) for run in runs}
        # Of the few questions that pruning leaves, a run may have been asked none.
        answered = {name: tasks for name, tasks in of_runs.items() if tasks}
        return {**pick_all(CLASSIFIERS, asked, dealt, seed), **answered}

    picks = picked(questions)
    scores = scores_of(picks, seed)
    return TextAudit(
        scores=scores,
        bias=bias_of(picks),
        pruned=tuple(question.question_id for question in prune(questions, scores, picked)),
        grouped_by=dealt.grouped_by,
        n_folds=dealt.n_folds,
        clues=_clues(questions, scores, seed),
    )


def _clues(
    questions: Sequence[Question], scores: Sequence[ShortcutScore], seed: int
) -> dict[tuple[str, str], tuple[Clue, ...]]:
    """What learned classifiers go by where they are above chance, when they learn from all questions of the task."""
    learners = {one.name: one for one in LEARNERS}
    tasks = by_task(questions)
    return {
        (one.task, one.classifier): learners[one.classifier].fit(tasks[one.task], seed).clues(N_CLUES)
        for one in scores
        if one.above_chance and one.task != ALL and one.classifier in learners
    }


def _check(questions: Sequence[Question]) -> None:
    if not questions:
        raise DataError("There are no questions to audit; name a dataset that holds some.")
    keys = [(question.task, question.question_id) for question in questions]
    if len(set(keys)) < len(keys):
        (twice, _), *_ = Counter(keys).most_common(1)
        raise DataError(f"Question '{twice[1]}' of task '{twice[0]}' comes twice; audit one split at a time.")


def _check_run(run: Run, questions: Sequence[Question]) -> None:
    if not picks_of_run(run, questions):
        raise DataError(
            f"The run '{run.name}' in {run.folder} answers none of these {len(questions)} questions. Name a run on "
            "this very dataset, of a variant that asks every question once under its own id, such as text_only."
        )
