"""Choose questions from drafts: evenly over clips, evenly over what a guesser could learn, letters in equal numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from links2_tasks.construction.writers import Draft
from links2_tasks.schema import LETTERS, Clip

MOST_PER_CLIP = 4
"""Questions of one task about one clip; more would be the same question with other marks."""


@dataclass(frozen=True)
class Drafted:
    """A draft with the clip that it asks about."""

    clip: Clip
    draft: Draft


def select(drafted: Sequence[Drafted], wanted: int, rng: np.random.Generator) -> tuple[Drafted, ...]:
    """At most `wanted` drafts, and at most `MOST_PER_CLIP` of each clip.

    Each step takes, from the clips with the fewest questions so far, a draft whose balance keys are the rarest so far.
    """
    waiting: dict[str, list[Drafted]] = defaultdict(list)
    for i in rng.permutation(len(drafted)):
        waiting[drafted[int(i)].clip.clip_id].append(drafted[int(i)])
    of_clip: Counter[str] = Counter()
    of_key: Counter[tuple[int, str]] = Counter()
    chosen: list[Drafted] = []
    while len(chosen) < wanted and any(waiting.values()):
        least = min(of_clip[clip_id] for clip_id, rest in waiting.items() if rest)
        if least == MOST_PER_CLIP:
            break
        pool = [one for clip_id, rest in waiting.items() if of_clip[clip_id] == least for one in rest]
        best = min(pool, key=lambda one: sum(of_key[key] for key in one.draft.balance_keys))
        waiting[best.clip.clip_id].remove(best)
        of_clip[best.clip.clip_id] += 1
        of_key.update(best.draft.balance_keys)
        chosen.append(best)
    return tuple(chosen)


def deal_letters(chosen: Sequence[Drafted], rng: np.random.Generator) -> tuple[str, ...]:
    """A letter for each draft; among drafts with equally many options every letter occurs equally often, within one."""
    letters = [""] * len(chosen)
    by_number: dict[int, list[int]] = defaultdict(list)
    for i, one in enumerate(chosen):
        by_number[len(one.draft.choices)].append(i)
    for number, places in by_number.items():
        first = int(rng.integers(number))
        deck = [LETTERS[(first + i) % number] for i in range(len(places))]
        for place, i in zip(places, rng.permutation(len(deck)), strict=True):
            letters[place] = deck[int(i)]
    return tuple(letters)
