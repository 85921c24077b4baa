"""Which right answers chance does not explain, with all tasks that were looked at kept in mind."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from links2_tasks._extras import import_extra
from links2_tasks.schema import Question
from links2_tasks.statistics import holm

LEVEL = 0.05
_EVEN = 1e-12


@dataclass(frozen=True)
class Tried:
    """A question of which one option was chosen, whatever letter it had."""

    question: Question
    is_right: bool

    @property
    def chance(self) -> float:
        """Of a right choice, when the choice knows nothing."""
        return 1 / len(self.question.options)


def beyond_chance(tried: Sequence[Tried], seed: int) -> tuple[tuple[Tried, str], ...]:
    """Questions to take out until chance explains how many are right, each with the figures of its task.

    A task is looked into when its probability, corrected by Holm for all tasks, is below `LEVEL`; where no task is, but
    all together are, all are looked into. There, right ones go by lot until the probability is at `LEVEL` without
    correction.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    groups: dict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        groups[one.question.task].append(one)
    scopes = {**groups, "all tasks": list(tried)}
    looks = {name: p for name, members in scopes.items() if (p := p_by_chance(members)) is not None}
    if not looks:
        return ()
    corrected = dict(zip(looks, holm(list(looks.values())), strict=True)) if len(looks) > 1 else looks
    found = [name for name in sorted(groups) if corrected.get(name, 1.0) < LEVEL]
    if not found and corrected.get("all tasks", 1.0) < LEVEL:
        found = ["all tasks"]
    rng = np.random.default_rng(seed)
    return tuple(gone for name in found for gone in _taken_out(name, scopes[name], rng))


def _taken_out(name: str, members: Sequence[Tried], rng: np.random.Generator) -> list[tuple[Tried, str]]:
    n_right = sum(one.is_right for one in members)
    expected = sum(one.chance for one in members)
    words = f"{n_right} of {len(members)} steady answers on {name} are right, {expected:.1f} by chance"
    left = sorted(members, key=lambda one: one.question.question_id)
    left = [left[int(i)] for i in rng.permutation(len(left))]
    gone: list[tuple[Tried, str]] = []
    while (p := p_by_chance(left)) is not None and p < LEVEL:
        right = next((one for one in left if one.is_right), None)
        if right is None:
            break
        left.remove(right)
        gone.append((right, words))
    return gone


def p_by_chance(tried: Sequence[Tried]) -> float | None:
    """One-sided probability of as many right choices by chance; None for fewer than two clips.

    The larger of two, as in `links2 audit data`: the exact one for independent questions, and a t test on the gains of
    whole clips, since questions about one clip are not independent.
    """
    clips: dict[str, float] = defaultdict(float)
    for one in tried:
        clips[one.question.clip_id] += one.is_right - one.chance
    if len(clips) < 2:
        return None
    return max(_exact(tried), _by_clip(list(clips.values())))


def _exact(tried: Sequence[Tried]) -> float:
    """Chance of as many right ones or more, trial by trial."""
    of_number = np.ones(1)
    for one in tried:
        of_number = np.convolve(of_number, [1 - one.chance, one.chance])
    return float(min(1.0, of_number[sum(one.is_right for one in tried) :].sum()))


def _by_clip(gains: Sequence[float]) -> float:
    stats = import_extra("scipy.stats", "scipy", "report", "Telling chance from knowledge")
    spread = float(np.std(gains, ddof=1)) * math.sqrt(len(gains))
    if spread < _EVEN:
        # All clips gain the same: the exact count alone decides.
        return 0.0 if sum(gains) > 0 else 1.0
    return float(stats.t.sf(sum(gains) / spread, len(gains) - 1))
