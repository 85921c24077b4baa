"""Each reason for which a row is left out; the good rows beside it come in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.dataset import load_questions, validate
from links2_tasks.errors import DataError
from links2_tasks.importing import REASONS, REPORT_FILE, _convert
from links2_tasks.importing._records import UnusableError

LOOKUP = {"task": {"column": "t", "lookup": {"Loc": "uav_localization"}}}


def test_reasons_are_of_the_list() -> None:
    with pytest.raises(KeyError):
        UnusableError("no such reason", "")


@pytest.mark.parametrize(
    ("changes", "mapping", "reason"),
    [
        ({"question": ...}, {}, "column missing"),
        ({"question": ""}, {}, "cell empty"),
        ({"question": "  \t"}, {}, "cell empty"),
        ({"question": float("nan")}, {}, "cell empty"),
        ({"question": ["a", "b"]}, {}, "not a text"),
        ({"question": {"a": 1}}, {}, "not a text"),
        ({"question": "a\0b"}, {}, "unfit text"),
        ({"t": "Other"}, LOOKUP, "task without a mapping"),
        ({"t": "elsewhere"}, {"task": "t"}, "task without a mapping"),
        ({"p": "Nowhere"}, {"region": {"column": "p", "lookup": {"Somewhere": "town"}}}, "not in the lookup"),
        ({"p": "two\nlines"}, {"region": "p"}, "unfit text"),
        ({"s": "../up"}, {"split": "s"}, "unfit text"),
        ({"i": "a\x1b[31m"}, {"question_id": "i"}, "unfit text"),
        ({"g": "NaN"}, {"satellite": {"file": "map.png", "gsd_m": "g"}}, "not a number"),
        ({"g": float("nan")}, {"satellite": {"file": "map.png", "gsd_m": "g"}}, "not a number"),
        ({"g": float("inf")}, {"satellite": {"file": "map.png", "gsd_m": "g"}}, "not a number"),
        ({"g": "half"}, {"satellite": {"file": "map.png", "gsd_m": "g"}}, "not a number"),
        ({"g": "1_000"}, {"satellite": {"file": "map.png", "gsd_m": "g"}}, "not a number"),
        ({"g": 0}, {"satellite": {"file": "map.png", "gsd_m": "g"}}, "not a number"),
        ({"g": True}, {"satellite": {"file": "map.png", "gsd_m": "g"}}, "not a number"),
        ({"v": float("nan")}, {"value": {"number": "v"}}, "not a number"),
        ({"v": [1.0]}, {"value": {"number": "v"}}, "not a number"),
        ({"v": [1.0, "x"]}, {"value": {"number": "v"}}, "not a number"),
        *(
            ({"d": day}, {"recorded_on": "d"}, "not a day")
            for day in ("1 May", "20260501", "2026-13-01", "2026-05-011")
        ),
        ({"B": ""}, {}, "number of options"),
        ({"o": list("abcdefg")}, {"options": {"from_list": "o"}}, "number of options"),
        ({"o": ["a", ""], "answer": "A"}, {"options": {"from_list": "o"}}, "option empty"),
        ({"o": ["a", None], "answer": "A"}, {"options": {"from_list": "o"}}, "option empty"),
        ({"o": "a;;b", "answer": "A"}, {"options": {"from_text": "o", "separator": ";"}}, "option empty"),
        ({"answer": "C"}, {}, "option empty"),
        ({"B": " HERE"}, {}, "options alike"),
        ({"o": "a, b"}, {"options": {"from_list": "o"}}, "options not readable"),
        ({"o": {"A": "a"}}, {"options": {"from_list": "o"}}, "options not readable"),
        ({"o": ["a", "b"]}, {"options": {"from_dict": "o"}}, "options not readable"),
        ({"o": '{"a": 1, "a": 2}'}, {"options": {"from_dict": "o"}}, "options not readable"),
        ({"answer": "D"}, {}, "answer names no option"),
        ({"answer": "AB"}, {}, "answer names no option"),
        ({"answer": 3}, {"answer": {"column": "answer", "form": "index_from_0"}}, "answer names no option"),
        ({"answer": 0}, {"answer": {"column": "answer", "form": "index_from_1"}}, "answer names no option"),
        ({"answer": 0.5}, {"answer": {"column": "answer", "form": "index_from_0"}}, "answer names no option"),
        ({"answer": "nowhere"}, {"answer": {"column": "answer", "form": "text"}}, "answer names no option"),
        ({"f": "none.mp4"}, {"video": {"file": "{f}"}}, "media missing"),
        ({"f": "folder"}, {"video": {"frames": "{f}", "fps": 1}}, "media missing"),
        ({"f": "../flight.mp4"}, {"video": {"file": "{f}"}}, "path refused"),
        ({"f": "/etc/passwd"}, {"video": {"file": "{f}"}}, "path refused"),
        ({"f": "https://example.org/a.mp4"}, {"video": {"file": "{f}"}}, "path refused"),
        ({"f": "C:\\a.mp4"}, {"video": {"file": "{f}"}}, "path refused"),
        ({"f": "map.png"}, {"video": {"file": "{f}"}}, "video not decodable"),
        ({"f": "flight.mp4"}, {"satellite": {"file": "{f}", "gsd_m": 1}}, "image not readable"),
        ({"f": "no base64!"}, {"satellite": {"data": "f", "gsd_m": 1}}, "image not readable"),
        ({"f": "aGVsbG8="}, {"satellite": {"data": "f", "gsd_m": 1}}, "image not readable"),
        ({"f": 12}, {"satellite": {"data": "f", "gsd_m": 1}}, "image not readable"),
        ({"f": []}, {"satellite": {"data": "f", "gsd_m": 1}}, "cell empty"),
        ({"f": []}, {"satellite": {"file": "{item}", "each": "f", "gsd_m": 1}}, "cell empty"),
        ({"n": 0}, {"video": {"frames": "frames", "fps": "n"}}, "not a number"),
        ({"s": 9}, {"span_start_s": "s"}, "outside the video"),
        ({"s": -1}, {"span_start_s": "s"}, "outside the video"),
        ({"s": 2.2}, {"span_end_s": "s"}, "outside the video"),
        ({"s": 2.01, "e": 2.04}, {"span_start_s": "s", "span_end_s": "e"}, "outside the video"),
        ({"s": 1.5}, {"query_time_s": "s", "span_end_s": {"constant": 1}}, "outside the video"),
    ],
)
def test_a_row_is_left_out_for_its_reason(
    plain: Any, changes: dict[str, Any], mapping: dict[str, Any], reason: str
) -> None:
    plain.rows(plain.row(1, **changes))
    report = plain.load(**mapping)
    assert [(each.file, each.row, each.reason) for each in report.left_out] == [("rows.jsonl", 1, reason)]
    assert reason in REASONS
    assert not plain.out.exists()


def test_what_only_the_records_refuse_is_listed_too(plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_convert, "__version__", "")
    assert plain.reasons(plain.row()) == [(1, "question refused")]


def test_rows_must_fit_to_earlier_ones(plain: Any, video: bytes) -> None:
    (plain.folder / "other.mp4").write_bytes(video)
    rows = [
        plain.row(1, id="a", clip="c", film="flight", place="town"),
        plain.row(2, id="a", clip="c", film="flight", place="town"),
        plain.row(1, id="b", clip="c", film="flight", place="town"),
        plain.row(4, id="d", clip="c", film="other", place="town"),
        plain.row(5, id="e", clip="c", film="flight", place="village"),
        plain.row(6, id="f", clip="c", film="flight", place="town"),
    ]
    mapping = {"question_id": "id", "clip_id": "clip", "video": {"file": "{film}.mp4"}, "region": "place"}
    assert plain.reasons(*rows, **mapping) == [
        (2, "id twice"),
        (3, "asked twice"),
        (4, "clip contradicts itself"),
        (5, "clip contradicts itself"),
    ]
    assert [question.question_id for question in load_questions(plain.out)] == ["a", "f"]
    assert validate(plain.out) == ()
    assert not (plain.out / "videos/other.mp4").exists(), "media of rows that were left out are not copied"


def test_the_first_of_two_rows_is_named(plain: Any) -> None:
    plain.rows(plain.row(1, id="a"), plain.row(2, id="a"))
    (left_out,) = plain.load(question_id="id").left_out
    assert left_out.detail == "'a' is that of rows.jsonl row 1"


@pytest.mark.parametrize("spoilt", ["size", "bytes"])
def test_frames_that_make_no_video(plain: Any, png: Callable[..., bytes], spoilt: str) -> None:
    (plain.folder / "frames").mkdir()
    for index in range(3):
        (plain.folder / f"frames/{index}.png").write_bytes(png(index))
    (plain.folder / "frames/2.png").write_bytes(png(1, 20, 20) if spoilt == "size" else png(1)[:80])
    plain.rows(plain.row())
    (left_out,) = plain.load(video={"frames": "frames", "fps": 2}).left_out
    assert left_out.reason == "frames not usable"
    assert "2.png" in left_out.detail
    assert str(plain.folder) not in left_out.detail


def test_an_image_cut_short_is_left_out(plain: Any, png: Callable[..., bytes]) -> None:
    (plain.folder / "map.png").write_bytes(png(0)[:-40])
    assert plain.reasons(plain.row()) == [(1, "image not readable")]


def test_a_video_cut_short_is_left_out(plain: Any, video: bytes) -> None:
    (plain.folder / "flight.mp4").write_bytes(video[: len(video) // 2])
    assert plain.reasons(plain.row()) == [(1, "video not decodable")]


def test_links_out_of_the_source_are_refused(plain: Any, png: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png(9))
    (plain.folder / "map.png").unlink()
    (plain.folder / "map.png").symlink_to(tmp_path / "secret.png")
    assert plain.reasons(plain.row()) == [(1, "path refused")]
    frames = plain.folder / "frames"
    frames.mkdir()
    (frames / "1.png").symlink_to(tmp_path / "secret.png")
    changes = {"video": {"frames": "frames", "fps": 1}, "satellite": {"folder": "frames", "gsd_m": 1}}
    assert plain.reasons(plain.row(), video=changes["video"]) == [(1, "path refused")]
    assert plain.reasons(plain.row(), satellite=changes["satellite"]) == [(1, "path refused")]


def test_files_of_rows_that_are_links_out_are_listed(plain: Any, tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text(json.dumps(plain.row(2)))
    (plain.folder / "rows.x.jsonl").symlink_to(tmp_path / "other.jsonl")
    plain.rows(plain.row())
    report = plain.load()
    assert report.n_questions == 1
    (left_out,) = report.left_out
    assert (left_out.file, left_out.row, left_out.reason) == ("rows.x.jsonl", None, "file not readable")


def test_links_inside_the_source_are_followed_and_copied(plain: Any) -> None:
    (plain.folder / "linked.mp4").symlink_to("flight.mp4")
    plain.rows(plain.row())
    assert plain.load(video={"file": "linked.mp4"}).n_questions == 1
    copied = plain.out / "videos/linked.mp4"
    assert copied.is_file()
    assert not copied.is_symlink()
    assert copied.stat().st_nlink == 1


def test_good_rows_are_written_and_bad_ones_are_in_the_report(plain: Any) -> None:
    plain.rows(plain.row(1, mood="x"), plain.row(2, answer="D"), plain.row(3))
    report = plain.load(recorded_on="day")
    assert (report.n_rows, report.n_questions, len(report.left_out)) == (3, 2, 1)
    assert validate(plain.out) == ()
    written = json.loads((plain.out / REPORT_FILE).read_text(encoding="utf-8"))
    assert written["left_out"] == [
        {"file": "rows.jsonl", "row": 2, "place": "line 2", "reason": "answer names no option"}
        | {"detail": "'D' is none of A, B, C"}
    ]
    assert (written["n_questions"], written["reasons"]) == (2, {"answer names no option": 1})
    assert (written["unused_columns"], written["absent_columns"]) == (["mood"], ["day"])


def test_where_nothing_can_be_used_the_report_lies_beside(plain: Any) -> None:
    assert plain.reasons(plain.row(answer="D"), plain.row(B="")) != []
    assert not plain.out.exists()
    beside = json.loads(plain.out.with_name(f"out.{REPORT_FILE}").read_text(encoding="utf-8"))
    assert (beside["n_questions"], len(beside["left_out"])) == (0, 2)


def test_a_dataset_is_not_written_into_its_source(plain: Any) -> None:
    plain.rows(plain.row())
    plain.out = plain.folder / "out"
    with pytest.raises(DataError, match="lies in"):
        plain.load()
    assert not plain.out.exists()


def test_one_frame_makes_a_video_of_one_frame(plain: Any) -> None:
    (plain.folder / "frames").mkdir()
    Image.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(plain.folder / "frames/a.jpg")
    assert plain.reasons(plain.row(), video={"frames": "frames", "fps": 2}) == []
    assert load_questions(plain.out)[0].video_span_s == (0, 0.5)
