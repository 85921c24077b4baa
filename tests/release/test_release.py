"""A release is a sound dataset, complete, the same every time, and tells no place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from links2_tasks.audits import DatasetAudit, Duplicate, ShortcutScore, TextAudit
from links2_tasks.dataset import load_info, load_questions, validate
from links2_tasks.errors import DataError
from links2_tasks.media import FramePlan, load_frames, probe_video, read_image_window
from links2_tasks.release import ReleaseReport, ReleaseSettings, plan, release
from links2_tasks.release._scan import scan_media
from links2_tasks.schema import Question

VERSION = ReleaseSettings(version="1.2.0")
without_pictures = pytest.mark.usefixtures("no_pictures")
"""For tests that look at other things: pictures take most of the time of a tiny release."""
_LOAD = """
import json, sys
from datasets import load_dataset
root, cache, wanted = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
rows = {}
for split, tasks in wanted.items():
    for task in tasks:
        rows[f"{split}/{task}"] = list(load_dataset(root, task, split=split, cache_dir=cache))
    rows[split] = list(load_dataset(root, split=split, cache_dir=cache))
print(json.dumps(rows))
"""


def _every(root: Path) -> list[Question]:
    return [one for split in load_info(root).splits for one in load_questions(root, split=split)]


def test_a_release_is_a_sound_dataset_with_the_same_questions(told_root: Path, released: ReleaseReport) -> None:
    assert validate(released.out) == ()
    assert _every(released.out) == _every(told_root)
    for file in told_root.glob("questions/*/*.jsonl"):
        assert (released.out / file.relative_to(told_root)).read_bytes() == file.read_bytes()
    info = load_info(released.out)
    assert (info.version, info.simulated, info.licence) == ("1.2.0", False, "CC-BY-4.0 AND CC0-1.0")


def test_frames_and_map_pixels_are_those_of_the_dataset(told_root: Path, released: ReleaseReport) -> None:
    for file in ("videos/test.mp4", "videos/train.mp4"):
        before, after = told_root / file, released.out / file
        frames = FramePlan.uniform(probe_video(before), (0.0, 2.0), 16)
        assert frames == FramePlan.uniform(probe_video(after), (0.0, 2.0), 16)
        assert np.array_equal(load_frames(before, frames)[0], load_frames(after, frames)[0])
    for file in ("satellite/map.tif", "satellite/map.jpg"):
        before_px, after_px = (read_image_window(root / file, None, 10_000) for root in (told_root, released.out))
        assert np.array_equal(before_px, after_px)


def test_places_are_gone_and_were_there_before(told_root: Path, released: ReleaseReport) -> None:
    told = {(trace.file, trace.what) for trace in released.plan.traces}
    assert ("videos/test.mp4", "location (loci) in moov/udta/loci") in told
    assert {("satellite/map.jpg", what) for what in ("EXIF GPS", "XMP", "data after the end of the image")} <= told
    assert {("satellite/map.tif", what) for what in ("GeoTIFF tie points", "GDAL metadata")} <= told
    assert released.traces == ()
    assert scan_media(released.out, load_info(released.out), _every(released.out)) == ()
    for path in released.out.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            told = [each for each in (b"33.64", b"+33", b"made at home", b"Maker of drones") if each in content]
            assert told == [], path


def test_files_that_no_question_names_stay_behind(released: ReleaseReport) -> None:
    assert released.plan.left_out == ("videos/test.srt",)
    assert not (released.out / "videos/test.srt").exists()
    assert any("may tell a place, such as videos/test.srt" in remark for remark in released.plan.remarks)


@without_pictures
def test_no_file_shares_an_inode_with_the_dataset(told_root: Path, write: Callable[..., Path], tmp_path: Path) -> None:
    out = release(told_root, tmp_path / "kept", ReleaseSettings(version="1.0.0", coordinates="keep")).out
    inodes = {path.stat().st_ino for path in told_root.rglob("*") if path.is_file()}
    assert not inodes & {path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    assert (out / "satellite/map.jpg").read_bytes() == (told_root / "satellite/map.jpg").read_bytes()
    assert "Coordinates and other metadata of media files are kept" in (out / "README.md").read_text()


def test_the_same_input_gives_the_same_bytes(told_root: Path, released: ReleaseReport, tmp_path: Path) -> None:
    again = release(told_root, tmp_path / "again", VERSION).out
    files = {path.relative_to(again).as_posix(): path.read_bytes() for path in again.rglob("*") if path.is_file()}
    before = {
        path.relative_to(released.out).as_posix(): path.read_bytes()
        for path in released.out.rglob("*")
        if path.is_file()
    }
    assert files == before


def test_sha256sum_finds_every_file_as_listed(released: ReleaseReport) -> None:
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=released.out, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    listed = {line.split("  ", 1)[1] for line in (released.out / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(released.out).as_posix() for path in released.out.rglob("*") if path.is_file()}
    assert listed == there - {"SHA256SUMS"}
    assert released.n_files == len(there)


def test_datasets_loads_every_split_and_task_offline(released: ReleaseReport, tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    wanted = {split: sorted(tasks) for split, tasks in load_info(released.out).counts.items()}
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home"), "TQDM_DISABLE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, str(released.out), str(tmp_path / "cache"), json.dumps(wanted)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout.splitlines()[-1])
    for split, tasks in wanted.items():
        for task in tasks:
            read = tuple(map(Question.model_validate, rows[f"{split}/{task}"]))
            assert read == load_questions(released.out, task, split)
        assert sorted(row["question_id"] for row in rows[split]) == sorted(
            one.question_id for one in load_questions(released.out, split=split)
        )


@without_pictures
def test_a_released_dataset_is_released_again_with_nothing_left_out(released: ReleaseReport, tmp_path: Path) -> None:
    again = release(released.out, tmp_path / "again", ReleaseSettings(version="1.3.0"))
    assert again.plan.left_out == ()
    assert (again.out / "videos/test.mp4").read_bytes() == (released.out / "videos/test.mp4").read_bytes()
    assert validate(again.out) == ()


@without_pictures
def test_images_of_other_formats_become_png_and_questions_follow(write: Callable[..., Path], tmp_path: Path) -> None:
    from PIL import Image

    root = write(tmp_path / "data")
    with Image.open(root / "satellite/map.jpg") as image:
        image.save(root / "satellite/map.webp", lossless=True, exif=image.getexif())
    asked = [
        one.model_copy(update={"satellite": (one.satellite[0].model_copy(update={"path": "satellite/map.webp"}),)})
        for one in load_questions(root, split="train")
    ]
    write(root, questions={"test": load_questions(root, split="test"), "train": asked})
    out = release(root, tmp_path / "out", VERSION).out
    assert {one.satellite[0].path for one in load_questions(out, split="train")} == {"satellite/map.png"}
    before, after = (
        read_image_window(path, None, 999) for path in (root / "satellite/map.webp", out / "satellite/map.png")
    )
    assert np.array_equal(before, after)
    assert validate(out) == ()


def test_a_release_that_fails_leaves_nothing_behind(
    told_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise DataError("the disk is gone")

    monkeypatch.setattr("links2_tasks.release._release.write_media", broken)
    with pytest.raises(DataError, match="the disk is gone"):
        release(told_root, tmp_path / "out", VERSION)
    assert list(tmp_path.iterdir()) == []


def test_a_trace_that_is_left_stops_the_release(
    told_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from links2_tasks.release._media import copy_file

    monkeypatch.setattr("links2_tasks.release._media.write_plain_video", copy_file)
    with pytest.raises(DataError, match=r"could not be taken out: videos/test\.mp4: location"):
        release(told_root, tmp_path / "out", VERSION)
    assert not (tmp_path / "out").exists()


def test_the_card_says_what_is_known_and_what_is_not(released: ReleaseReport) -> None:
    text = (released.out / "README.md").read_text()
    assert "**Footage and maps are real.**" in text
    assert "**4 of 8 questions went through review (0 mended), the others did not.**" in text
    assert "| old town | test | 1 | 0.0 min | 4 | 2026-05-01 |" in text
    assert "| harbour | train | 1 | 0.0 min | 4 | unknown |" in text
    assert "| words by | a model | 2 |" in text
    assert "No two splits share a region" in text
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["license"] == ["cc-by-4.0", "cc0-1.0"]
    assert head["size_categories"] == ["n<1K"]
    assert [config["config_name"] for config in head["configs"]] == [
        "default",
        "heading_estimation",
        "uav_localization",
    ]


@without_pictures
def test_the_card_says_that_it_does_not_know_whether_footage_is_simulated(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    root = write(tmp_path / "data", simulated=None)
    out = release(root, tmp_path / "out", VERSION).out
    assert "simulated or real is unknown: the dataset does not say" in (out / "README.md").read_text()
    assert load_info(out).simulated is None


@without_pictures
def test_the_card_shows_texts_of_the_data_as_texts(write: Callable[..., Path], tmp_path: Path) -> None:
    root = write(tmp_path / "data", description="A | <script>alert(1)</script> [x](http://x) *y*")
    out = release(root, tmp_path / "out", ReleaseSettings(version="1.0.0", title="---\nlicense: mit")).out
    text = (out / "README.md").read_text()
    assert "<script>" not in text
    assert "[x](http" not in text
    head = yaml.safe_load(text.split("\n---\n")[0].removeprefix("---\n"))
    assert head["pretty_name"] == "---\nlicense: mit"
    assert head["license"] == ["cc-by-4.0", "cc0-1.0"]


@without_pictures
def test_funnel_citation_notices_and_day_go_along(told_root: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    step = {"name": "text", "title": "Text alone", "unit": "questions", "n_in": 9, "n_out": 8, "reasons": {"easy": 1}}
    (work / "funnel.json").write_text(json.dumps({"steps": [step]}))
    notice = tmp_path / "LICENSE-flights.txt"
    notice.write_text("Copyright of the flights")
    settings = ReleaseSettings(
        version="1.0.0", work=work, citation="@misc{told}", notices=(notice,), published=date(2026, 6, 1)
    )
    out = release(told_root, tmp_path / "out", settings).out
    card = (out / "README.md").read_text()
    assert "| Text alone | questions | 9 | 8 | 1 x easy |" in card
    assert "```bibtex\n@misc{told}\n```" in card
    assert (out / "notices/LICENSE-flights.txt").read_text() == "Copyright of the flights"
    assert "(notices/LICENSE-flights.txt)" in (out / "LICENCES.md").read_text()
    assert json.loads((out / "croissant.json").read_text())["datePublished"] == "2026-06-01"
    assert validate(out) == ()


@without_pictures
def test_audits_go_into_the_card_when_asked_for(
    told_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = ShortcutScore("heading_estimation", "longest", 40, 0.75, 0.25, None, 0.001, True, p_any_look=0.01)
    twice = (Duplicate("a", "b", 1.0, "question"),)
    found = DatasetAudit(("test",), 40, TextAudit((score,), {}, ()), (), twice, ())
    monkeypatch.setattr("links2_tasks.release._release.audit_dataset", lambda root, progress: found)
    out = release(told_root, tmp_path / "out", ReleaseSettings(version="1.0.0", audit=True)).out
    card = (out / "README.md").read_text()
    assert "Of 1 looks at text alone and at the layout of marks alone, 1 are above chance" in card
    assert "| heading_estimation | longest | 40 | 0.75 | 0.25 |" in card
    assert "There twice: 1 of the kind 'question'." in card


def test_a_plan_writes_nothing(told_root: Path, tmp_path: Path) -> None:
    planned = plan(told_root, tmp_path / "out", VERSION)
    assert planned.refusals == ()
    assert [file.target for file in planned.files] == [
        "videos/test.mp4",
        "videos/train.mp4",
        "satellite/map.jpg",
        "satellite/map.tif",
    ]
    assert list(tmp_path.iterdir()) == []
