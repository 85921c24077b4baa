"""Adversarial filtering: the questions that shortcuts have right go, until no shortcut is above chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from links2_tasks.audits._chance import p_above_chance
from links2_tasks.audits._classifiers import Pick
from links2_tasks.audits._looks import ALL, Picks, by_task
from links2_tasks.audits._records import LEVEL, ShortcutScore
from links2_tasks.schema import Question

Key = tuple[str, str]
MOST_AT_ONCE = 0.15
"""Share of the questions that may go before classifiers learn again: who learned from them then knows less."""
STEP = 0.01
"""Share of the questions that go before the probabilities are looked at again."""


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
        fewer = _without_the_most_biased(kept, picks)
        if len(fewer) == len(kept):
            break
        kept = fewer
    return kept


def _without_the_most_biased(kept: Sequence[Question], picks: Picks) -> list[Question]:
    """What is left when questions go until these very picks are at chance, or `MOST_AT_ONCE` of them are gone."""
    by_classifier = [{_key(one.question): one for each in tasks.values() for one in each} for tasks in picks.values()]
    bias = _bias(picks)
    left = list(kept)
    step = max(1, round(STEP * len(kept)))
    while left and len(kept) - len(left) < max(1, MOST_AT_ONCE * len(kept)):
        above = [picked for picked in by_classifier if _is_above([picked[_key(q)] for q in left if _key(q) in picked])]
        if not above:
            break
        # The most biased: by the shortcuts that are above chance now, then by all.
        caught = {_key(q): sum(picked[_key(q)].score for picked in above if _key(q) in picked) for q in left}
        left.sort(key=lambda question: (caught[_key(question)], bias[_key(question)], _key(question)))
        del left[-step:]
    return left


def _is_above(chosen: Sequence[Pick]) -> bool:
    """Whether the probability, uncorrected, is below the level."""
    p = p_above_chance(chosen)
    return p is not None and p < LEVEL


def _bias(picks: Picks) -> dict[Key, float]:
    scores: dict[Key, list[float]] = {}
    for tasks in picks.values():
        for chosen in tasks.values():
            for one in chosen:
                scores.setdefault(_key(one.question), []).append(one.score)
    return {key: sum(each) / len(each) for key, each in scores.items()}


def _key(question: Question) -> Key:
    return question.task, question.question_id
