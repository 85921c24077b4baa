"""Adversarial filtering: the questions that shortcuts have right go, until no shortcut is above chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from links2_tasks.audits._chance import p_above_chance
from links2_tasks.audits._classifiers import Pick
from links2_tasks.audits._looks import ALL, Picks, by_task
from links2_tasks.audits._records import LEVEL, ShortcutScore
from links2_tasks.schema import Question

Key = tuple[str, str]
REMOVED_AT_ONCE = 0.04
"""Share of the questions that go before classifiers learn again: who learned from them then knows less."""


def bias_of(picks: Picks) -> Mapping[str, float]:
    """Mean score of each question over the classifiers that were asked it, by its id."""
    return {question_id: score for (_, question_id), score in _bias(picks).items()}


def prune(
    questions: Sequence[Question],
    scores: Sequence[ShortcutScore],
    again: Callable[[Sequence[Question]], Picks],
) -> tuple[Question, ...]:
    """Questions that are left, in their order.

    Only tasks with a shortcut above chance lose questions. There, the uncorrected probability of every classifier must
    rise to `LEVEL`: a split that barely passes one audit would fail the next.

    Args:
        questions: All questions.
        scores: What all classifiers reach on them.
        again: Lets all classifiers learn and pick anew, from fewer questions.
    """
    found = {one.task for one in scores if one.above_chance}
    tasks = by_task(questions)
    scopes = [tasks[task] for task in sorted(found - {ALL})]
    if found == {ALL}:
        scopes = [list(questions)]
    gone: set[Key] = set()
    for scope in scopes:
        kept = _pruned(scope, again)
        gone |= {_key(question) for question in scope} - {_key(question) for question in kept}
    return tuple(question for question in questions if _key(question) not in gone)


def _pruned(scope: Sequence[Question], again: Callable[[Sequence[Question]], Picks]) -> list[Question]:
    kept = list(scope)
    while kept:
        picks = again(kept)
        above = _above(picks)
        if not above:
            break
        # Most biased by the shortcuts that are still above chance, then by all.
        caught = dict.fromkeys(map(_key, kept), 0.0)
        for chosen in above:
            for one in chosen:
                caught[_key(one.question)] += one.score
        bias = _bias(picks)
        order = sorted(
            kept, key=lambda question: (-caught[_key(question)], -bias.get(_key(question), 0.0), _key(question))
        )
        n_gone = max(1, int(REMOVED_AT_ONCE * len(kept)))
        gone = {_key(question) for question in order[:n_gone]}
        kept = [question for question in kept if _key(question) not in gone]
    return kept


def _above(picks: Picks) -> list[list[Pick]]:
    """Picks of the classifiers whose probability, uncorrected, is below the level."""
    found = []
    for tasks in picks.values():
        chosen = [one for each in tasks.values() for one in each]
        p = p_above_chance(chosen)
        if p is not None and p < LEVEL:
            found.append(chosen)
    return found


def _bias(picks: Picks) -> dict[Key, float]:
    scores: dict[Key, list[float]] = {}
    for tasks in picks.values():
        for chosen in tasks.values():
            for one in chosen:
                scores.setdefault(_key(one.question), []).append(one.score)
    return {key: sum(each) / len(each) for key, each in scores.items()}


def _key(question: Question) -> Key:
    return question.task, question.question_id
