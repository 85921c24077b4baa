"""By lot, no look of the right mark is likelier than another, however the layouts are spread over the looks."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from links2_tasks.construction.writers._lots import as_keys, by_lot

Looks = tuple[int, int]


def test_each_value_of_each_look_has_the_same_chance() -> None:
    """Nine in ten layouts have the first look 0, and the looks go together; what is drawn shows neither."""
    rng = np.random.default_rng(0)
    drawn: list[Looks] = []
    for _ in range(1500):
        firsts = np.where(rng.uniform(size=60) < 0.85, 0, rng.integers(1, 4, 60))
        seconds = np.where(rng.uniform(size=60) < 0.6, firsts, rng.integers(0, 4, 60))
        pool = list(zip(firsts.tolist(), seconds.tolist(), strict=True))
        chosen = by_lot(pool, lambda one: one, rng)
        assert chosen is not None
        drawn.append(chosen)
    for look in range(2):
        shares = np.array([n for _, n in sorted(Counter(one[look] for one in drawn).items())]) / len(drawn)
        assert shares == pytest.approx(np.full(4, 0.25), abs=0.045), look


def test_a_value_that_no_layout_has_is_no_reason_to_fail() -> None:
    rng = np.random.default_rng(0)
    drawn = Counter(by_lot([(0,), (0,), (0,), (2,)], lambda one: one, rng) for _ in range(400))
    assert drawn.keys() == {(0,), (2,)}
    assert 150 < drawn[0,] < 250


def test_of_nothing_nothing_is_drawn() -> None:
    assert by_lot([], lambda one: (one,), np.random.default_rng(0)) is None


def test_ranks_become_keys_of_their_own() -> None:
    assert len(set(as_keys((1, 1, 2)))) == 3
