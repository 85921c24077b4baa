"""Splits by region: shares are met as far as whole regions go, and nothing is shown twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links2_tasks.audits import audit_leakage
from links2_tasks.dataset import load_info, load_questions, validate
from links2_tasks.errors import DataError
from links2_tasks.pipeline import BuildSettings, build, work_folder
from links2_tasks.pipeline._splitting import deal_regions
from links2_tasks.pipeline._work import STAGES

Settings = Callable[..., BuildSettings]
shares = st.sampled_from([{"test": 1.0}, {"train": 0.8, "test": 0.2}, {"a": 0.5, "b": 0.3, "c": 0.2}])


@given(
    counts=st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(1, 50), min_size=3, max_size=30),
    shares=shares,
    seed=st.integers(0, 99),
)
def test_regions_are_dealt_so_that_shares_are_met_within_a_region(
    counts: dict[str, int], shares: dict[str, float], seed: int
) -> None:
    split_of = deal_regions(counts, shares, seed)
    assert set(split_of) == set(counts)
    assert set(split_of.values()) == set(shares)
    got = {split: sum(n for region, n in counts.items() if split_of[region] == split) for split in shares}
    for split, share in shares.items():
        assert abs(got[split] - share * sum(counts.values())) <= max(counts.values()) * len(shares)
    assert deal_regions(dict(reversed(counts.items())), shares, seed) == split_of


def test_regions_of_one_size_are_dealt_by_seed() -> None:
    counts = dict.fromkeys("abcdefgh", 5)
    dealt = {tuple(sorted(deal_regions(counts, {"x": 0.5, "y": 0.5}, seed).items())) for seed in range(9)}
    assert len(dealt) > 3


def test_fewer_regions_than_splits_are_an_error() -> None:
    with pytest.raises(DataError, match="at least as many regions"):
        deal_regions({"a": 3}, {"x": 0.5, "y": 0.5}, 0)


def test_splits_by_name_go_to_files_of_their_own_and_share_nothing(built: Path, settings: Settings) -> None:
    out = built.with_name("split")
    splits = {"train": ["north town"], "test": ["south town", "atlantis"]}
    report = build(built.with_name("flights"), out, settings(splits=splits), work=work_folder(built))
    assert validate(out) == ()
    assert load_info(out).splits == ("test", "train")
    assert {question.region for question in load_questions(out, split="train")} == {"north town"}
    assert audit_leakage(out) == ()
    remarks = report.stages[STAGES.index("splits")].remarks
    assert remarks == ("test: south town", "train: north town", "no question is about the region 'atlantis'")


def test_a_region_in_no_split_is_an_error(built: Path, settings: Settings) -> None:
    with pytest.raises(DataError, match="'south town' is in no split"):
        build(
            built.with_name("flights"),
            built.with_name("out"),
            settings(splits={"test": ["north town"]}),
            work=work_folder(built),
        )


def test_two_splits_never_show_one_file_whatever_it_is_called(built: Path, settings: Settings) -> None:
    flights, out = built.with_name("flights"), built.with_name("out")
    shutil.copy(flights / "north/uav.mp4", flights / "south/uav.mp4")
    splits = {"train": ["north town"], "test": ["south town"]}
    with pytest.raises(DataError, match="would show the same file"):
        build(flights, out, settings(splits=splits), work=work_folder(built))
    assert not out.exists()
