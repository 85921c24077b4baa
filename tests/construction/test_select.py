"""Choosing from drafts: even over clips and keys, letters in equal numbers."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.construction._select import MOST_PER_CLIP, Drafted, deal_letters, select
from links2_tasks.construction.writers import Draft
from links2_tasks.construction.writers._draft import Choice
from links2_tasks.schema import LETTERS, Clip, Source

CLIP = Clip(
    clip_id="clip",
    video="videos/a.mp4",
    span_s=(0.0, 1.0),
    width_px=160,
    height_px=90,
    fps=10.0,
    region="town",
    source=Source(dataset="tests", licence="CC0-1.0"),
)


def drafted(clip_id: str, key: str | tuple[str, ...] = "", number: int = 4, name: str = "") -> Drafted:
    choices = tuple(Choice(text=str(i)) for i in range(number))
    draft = Draft(text=f"{clip_id} {key} {name}", choices=choices, satellite=(), span_s=(0.0, 1.0), balance=key)
    return Drafted(CLIP.model_copy(update={"clip_id": clip_id}), draft)


drafts = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz")), max_size=40)


@given(made=drafts, wanted=st.integers(0, 50), seed=st.integers(0, 99))
def test_as_many_as_wanted_each_at_most_once(made: list[tuple[str, str]], wanted: int, seed: int) -> None:
    all_drafts = [drafted(clip, key, name=str(i)) for i, (clip, key) in enumerate(made)]
    chosen = select(all_drafts, wanted, np.random.default_rng(seed))
    of_clip = Counter(clip for clip, _ in made)
    assert len(chosen) == min(wanted, sum(min(n, MOST_PER_CLIP) for n in of_clip.values()))
    assert len({one.draft.text for one in chosen}) == len(chosen)
    assert all(one in all_drafts for one in chosen)


@given(made=drafts, wanted=st.integers(1, 50), seed=st.integers(0, 99))
def test_clips_get_equally_many_as_far_as_they_have_them(made: list[tuple[str, str]], wanted: int, seed: int) -> None:
    all_drafts = [drafted(clip, key, name=str(i)) for i, (clip, key) in enumerate(made)]
    got = Counter(one.clip.clip_id for one in select(all_drafts, wanted, np.random.default_rng(seed)))
    had = Counter(one.clip.clip_id for one in all_drafts)
    most = max(got.values(), default=0)
    assert all(got[clip] >= most - 1 for clip in had if got[clip] < had[clip])


@pytest.mark.parametrize("seed", range(5))
def test_rare_keys_are_taken_first(seed: int) -> None:
    made = [drafted(f"clip {i}", key, name=str(j)) for i in range(8) for j, key in enumerate("xxxxxxyyz")]
    keys = Counter(one.draft.balance for one in select(made, 24, np.random.default_rng(seed)))
    # By chance it would be 16, 5 and 3. Even clips go first, so even keys are not always within reach.
    assert max(keys.values()) - min(keys.values()) <= 3


@pytest.mark.parametrize("seed", range(5))
def test_of_several_keys_each_is_spread_by_itself(seed: int) -> None:
    """Of nine pairs of keys most drafts have one; taken as pairs or not, each key must come out even."""
    pairs = [(a, b) for a in "xxxxy" for b in "xxxxy"]
    made = [drafted(f"clip {i}", pair, name=str(j)) for i in range(8) for j, pair in enumerate(pairs)]
    chosen = select(made, 24, np.random.default_rng(seed))
    for place in range(2):
        assert 10 <= sum(one.draft.balance[place] == "x" for one in chosen) <= 14


def test_no_draft_gives_no_question() -> None:
    assert select([], 5, np.random.default_rng(0)) == ()
    assert deal_letters([], np.random.default_rng(0)) == ()


@given(numbers=st.lists(st.integers(2, 6), max_size=60), seed=st.integers(0, 99))
def test_letters_are_even_among_drafts_with_equally_many_options(numbers: list[int], seed: int) -> None:
    letters = deal_letters([drafted("a", number=number) for number in numbers], np.random.default_rng(seed))
    for number in set(numbers):
        dealt = Counter(letter for letter, n in zip(letters, numbers, strict=True) if n == number)
        counts = [dealt[letter] for letter in LETTERS[:number]]
        assert sum(counts) == numbers.count(number)
        assert max(counts) - min(counts) <= 1


def test_every_letter_is_equally_likely_at_every_place() -> None:
    made = [drafted("a", name=str(i)) for i in range(5)]
    dealt = Counter(
        (i, letter) for seed in range(800) for i, letter in enumerate(deal_letters(made, np.random.default_rng(seed)))
    )
    expected, error = 200, np.sqrt(800 * 0.25 * 0.75)
    assert all(abs(n - expected) < 4.5 * error for n in dealt.values())
    assert len(dealt) == 20
