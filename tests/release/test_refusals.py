"""Everything that stands in the way of a release is told at once, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.dataset import load_info, load_questions, write_dataset
from links2_tasks.errors import DataError, MissingExtraError
from links2_tasks.release import ReleaseSettings, plan, read_settings, release
from links2_tasks.release._licences import ledger_of, licence_refusals, spdx_of, whole_licence
from links2_tasks.schema import Source

VERSION = ReleaseSettings(version="1.0.0")


def _told(root: Path, out: Path | None, settings: ReleaseSettings) -> dict[str, str]:
    return {refusal.what: refusal.detail for refusal in plan(root, out, settings).refusals}


@pytest.mark.parametrize("version", ["1", "1.0", "1.0.0rc1", "v1.0.0", "01.0.0", "1.0.0.0", "newest", ""])
def test_a_version_is_three_numbers(told_root: Path, version: str) -> None:
    assert "a bad version" in _told(told_root, None, ReleaseSettings(version=version))


def test_all_refusals_come_at_once(told_root: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/file").write_text("mine")
    settings = ReleaseSettings(
        version="1.0",
        licences={"flights": "my terms", "nobody": "MIT"},
        notices=(tmp_path / "absent",),
        work=tmp_path,
        require_review=True,
        round_m=0,
    )
    told = _told(told_root, tmp_path / "out", settings)
    assert set(told) == {
        "a bad version",
        "the folder exists",
        "a bad distance",
        "a notice is missing",
        "no funnel",
        "a licence is unknown",
        "a licence of no source",
        "not reviewed",
    }
    assert "4 of 8 questions" in told["not reviewed"]
    with pytest.raises(DataError, match=r"\(1\) a bad version.*\(2\) the folder exists.*not reviewed"):
        release(told_root, tmp_path / "out", settings)
    assert (tmp_path / "out/file").read_text() == "mine"


def test_a_folder_within_the_dataset_is_refused(told_root: Path) -> None:
    assert "the folder is in the dataset" in _told(told_root, told_root / "release", VERSION)
    assert "the folder exists" in _told(told_root, told_root.parent, VERSION)


def test_a_full_disk_is_refused_before_anything_is_written(
    told_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 1000

    monkeypatch.setattr("links2_tasks.release._checks.shutil.disk_usage", lambda path: Full)
    assert "1 kB are free" in _told(told_root, tmp_path / "deep/out", VERSION)["no space"]


def test_a_dataset_with_faults_is_refused_with_file_and_line(write: Callable[..., Path], tmp_path: Path) -> None:
    root = write(tmp_path / "data")
    with (root / "questions/test/heading_estimation.jsonl").open("a") as stream:
        stream.write("{}\n")
    told = _told(root, None, VERSION)
    assert "questions/test/heading_estimation.jsonl:3:" in told["the dataset has faults"]


def test_splits_that_share_anything_are_refused_and_named(
    make: Any, write: Callable[..., Path], tmp_path: Path
) -> None:
    shared = [make.question("test", "uav_localization", 1, question_id="other", clip_id="again")]
    clips = [make.clip("test"), make.clip("train"), make.clip("test", clip_id="again")]
    root = write(tmp_path / "data", clips=clips, questions={"test": make.questions_of("test"), "train": shared})
    told = _told(root, None, VERSION)
    assert "'test' and 'train' share the video videos/test.mp4" in told["splits leak"]
    assert "share the region old town" in told["splits leak"]
    out = release(root, tmp_path / "out", ReleaseSettings(version="1.0.0", allow_leaks=True)).out
    card = (out / "README.md").read_text()
    assert "**Splits share what follows.**" in card
    assert "| test | train | region | old town |" in card


def test_rejected_questions_are_refused(make: Any, write: Callable[..., Path], tmp_path: Path) -> None:
    rejected = {"writer": "uav_localization", "version": "1", "seed": 0, "review": "rejected"}
    asked = [*make.questions_of("test"), make.question("test", "object_counting", 1, provenance=rejected)]
    root = write(tmp_path / "data", questions={"test": asked, "train": make.questions_of("train")})
    assert "the first is 'test-object_counting-1'" in _told(root, None, VERSION)["rejected questions"]


def test_texts_that_hold_coordinates_are_refused_and_named(
    make: Any, write: Callable[..., Path], tmp_path: Path
) -> None:
    text = "Is 33.6426, 72.9903 seen?"
    asked = [*make.questions_of("test"), make.question("test", "object_counting", 1, question=text)]
    root = write(tmp_path / "data", questions={"test": asked, "train": make.questions_of("train")})
    assert "'test-object_counting-1'" in _told(root, None, VERSION)["texts hold coordinates"]
    assert _told(root, None, ReleaseSettings(version="1.0.0", coordinates="keep")) == {}


def test_media_that_a_release_cannot_write_are_refused(
    make: Any, write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path / "data")
    (root / "pictures").mkdir()
    (root / "satellite/map.jpg").rename(root / "pictures/map.jpg")
    moved = [
        one.model_copy(update={"satellite": (one.satellite[0].model_copy(update={"path": "pictures/map.jpg"}),)})
        for one in make.questions_of("train")
    ]
    clips = [make.clip("test"), make.clip("train")]
    facts = {"name": "told", "version": "1", "licence": "?", "description": "", "clips": clips}
    write_dataset(root, **facts, questions={"test": make.questions_of("test"), "train": moved})
    monkeypatch.setattr("links2_tasks.release._video._WRITERS", {"avi": "avi"})
    told = _told(root, None, VERSION)
    assert "'pictures/map.jpg'" in told["a file is in the way"]
    assert "2 of the videos, such as 'videos/test.mp4'" in told["a video cannot be written without its metadata"]


def test_a_split_that_datasets_cannot_name_is_refused(make: Any, write: Callable[..., Path], tmp_path: Path) -> None:
    root = write(tmp_path / "data", questions={"old-town": make.questions_of("test")})
    assert "'old-town'" in _told(root, None, VERSION)["a name of a split"]


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("BSD-2-Clause AND CC0-1.0", "BSD-2-Clause AND CC0-1.0"),
        ("LicenseRef-Campus", "LicenseRef-Campus"),
        ("BSD 2-Clause License", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_a_licence_is_an_spdx_expression_or_unknown(text: str, spdx: str | None) -> None:
    assert spdx_of(text) == spdx


@pytest.mark.parametrize(
    ("stated", "given", "allow_unknown", "told"),
    [
        ("CC-BY-NC-ND-4.0", {}, False, None),
        ("BSD 2-Clause License", {}, False, "a licence is unknown"),
        ("BSD 2-Clause License", {}, True, None),
        ("BSD 2-Clause License", {"flights": "BSD-2-Clause"}, False, None),
        ("All rights reserved", {}, True, "a licence forbids it"),
        ("No redistribution without consent", {}, True, "a licence forbids it"),
        ("All rights reserved", {"flights": "LicenseRef-Consent"}, False, None),
    ],
)
def test_unknown_and_forbidding_licences_are_refused(
    make: Any, stated: str, given: dict[str, str], allow_unknown: bool, told: str | None
) -> None:
    source = Source(dataset="flights", licence=stated)
    ledger = ledger_of([make.clip("test", source=source)], [], given)
    refusals = licence_refusals(ledger, given, allow_unknown=allow_unknown)
    assert [refusal.what for refusal in refusals] == ([] if told is None else [told])


def test_the_ledger_counts_each_source_and_says_its_conditions(make: Any, told_root: Path) -> None:
    info = load_info(told_root)
    every = [one for split in info.splits for one in load_questions(told_root, split=split)]
    first, second = ledger_of(info.clips, every, {"more": "CC-BY-NC-SA-4.0"})
    assert (first.dataset, first.n_clips, first.n_questions, first.seconds) == ("flights", 1, 4, 2.0)
    assert (second.spdx, second.stated, second.regions) == ("CC-BY-NC-SA-4.0", "CC0-1.0", ("harbour",))
    assert second.conditions == ("no commercial use", "changes under the same licence")
    assert first.conditions == ()
    assert whole_licence(info, (first, second)) == "CC-BY-4.0 AND CC-BY-NC-SA-4.0"


def test_an_unknown_licence_that_is_allowed_is_called_unknown(
    make: Any, write: Callable[..., Path], tmp_path: Path, no_pictures: None
) -> None:
    source = Source(dataset="flights", licence="ask me")
    asked = [one.model_copy(update={"source": source}) for one in make.questions_of("test")]
    root = write(tmp_path / "data", clips=[make.clip("test", source=source)], questions={"test": asked})
    out = release(root, tmp_path / "out", ReleaseSettings(version="1.0.0", allow_unknown_licence=True)).out
    assert "| flights | unknown | ask me |" in (out / "LICENCES.md").read_text()
    head = (out / "README.md").read_text().split("---\n")[1]
    assert "license: other\n" in head
    assert "license_link: LICENCES.md" in head


@pytest.mark.parametrize("text", ["CC-BY-4.0", "=CC-BY-4.0", "flights="])
def test_a_licence_without_its_source_is_an_error(text: str) -> None:
    with pytest.raises(DataError, match="SOURCE=SPDX-ID"):
        read_settings(version="1.0.0", licences=[text])


def test_settings_are_read_from_texts(tmp_path: Path) -> None:
    (tmp_path / "cite.bib").write_text("@misc{x}")
    settings = read_settings(version="1.0.0", licences=["a=b=MIT"], citation=tmp_path / "cite.bib")
    assert settings.licences == {"a=b": "MIT"}
    assert settings.citation == "@misc{x}"
    assert settings.coordinates == "removed"
    with pytest.raises(DataError, match="removed, rounded, keep, not 'hidden'"):
        read_settings(version="1.0.0", coordinates="hidden")
    with pytest.raises(DataError, match="cannot be read"):
        read_settings(version="1.0.0", citation=tmp_path / "absent.bib")


@pytest.mark.parametrize("content", ["no json", "[1]", '{"steps": [{"title": "x"}]}', "{}"])
def test_a_broken_funnel_is_refused(told_root: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "funnel.json").write_text(content)
    settings = ReleaseSettings(version="1.0.0", work=tmp_path)
    assert "is no funnel of a build" in _told(told_root, None, settings)["no funnel"]


def test_a_missing_package_names_the_extra(told_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "mlcroissant", None)
    with pytest.raises(MissingExtraError, match=r"mlcroissant.*links2-tasks\[release\]"):
        plan(told_root, None, VERSION)
