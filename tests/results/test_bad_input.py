"""Damaged files end in an error that names file and line, or are passed over for complete ones, and named."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import DataError
from links2_tasks.results import read_runs

HEADING = "links2_heading_estimation"
SCORE = "tiny/tiny_LinkS2_score.tsv"


@pytest.fixture
def log(folders: Any, tmp_path: Path) -> Path:
    """A sample log of three rows of lmms-eval."""
    folders.lmms_eval(tmp_path, {HEADING: folders.rows("heading_estimation", 3)})
    (path,) = tmp_path.glob("*.jsonl")
    return path


def change(path: Path, number: int, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edit the row in one line of a sample log."""
    lines = path.read_text(encoding="utf-8").splitlines()
    sample = json.loads(lines[number - 1])
    edit(sample["links2_accuracy"])
    lines[number - 1] = json.dumps(sample)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_line_that_is_cut_off_is_named(log: Path, number: int) -> None:
    lines = log.read_text(encoding="utf-8").splitlines()
    lines[number - 1] = lines[number - 1][:100]
    log.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=rf"{log.name}:{number} is no JSON object"):
        read_runs(log.parent)


def test_a_damaged_file_is_passed_over_for_an_older_one_and_named(folders: Any, log: Path) -> None:
    folders.lmms_eval(log.parent, {HEADING: folders.rows("heading_estimation", 3)}, date="20260101_000000")
    log.write_text(log.read_text(encoding="utf-8")[:-50], encoding="utf-8")
    (run,) = read_runs(log.parent)
    assert len(run.rows) == 3
    assert any(f"{log.name}:3" in remark for remark in run.remarks)


def test_a_damaged_first_line_does_not_hide_the_file(folders: Any, log: Path) -> None:
    folders.lmms_eval(log.parent, {HEADING: folders.rows("heading_estimation", 3)}, date="20260101_000000")
    log.write_text("{", encoding="utf-8")
    (run,) = read_runs(log.parent)
    assert any(f"{log.name}:1" in remark for remark in run.remarks)


def test_a_missing_column_is_named(log: Path) -> None:
    change(log, 2, lambda row: row.pop("region"))
    with pytest.raises(DataError, match=rf"{log.name}:2: the row lacks region"):
        read_runs(log.parent)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1.5, -0.1, None, "high", [1]])
def test_a_score_that_is_no_share_is_named(log: Path, value: Any) -> None:
    change(log, 3, lambda row: row.update(score=value))
    with pytest.raises(DataError, match=rf"{log.name}:3: .*score"):
        read_runs(log.parent)


def test_a_line_of_another_kind_is_named(log: Path) -> None:
    with log.open("a", encoding="utf-8") as stream:
        stream.write('{"doc_id": 9}\n')
    with pytest.raises(DataError, match=rf"{log.name}:4: no row of links2"):
        read_runs(log.parent)


@pytest.mark.parametrize("content", [b"[1]\n", b"\xff\xfe\n", b"[" * 100_000])
def test_no_content_ends_in_a_traceback(log: Path, content: bytes) -> None:
    log.write_bytes(content)
    with pytest.raises(DataError, match=log.name):
        read_runs(log.parent)


def test_a_manifest_that_cannot_be_read_is_counted_and_costs_no_row(log: Path) -> None:
    change(log, 1, lambda row: row.update(manifest={"strategy": "unheard of"}))
    (run,) = read_runs(log.parent)
    assert [row.manifest is None for row in run.rows] == [True, False, False]
    assert any("what was shown cannot be read in 1 rows" in remark for remark in run.remarks)


def test_a_damaged_file_of_results_is_named(log: Path) -> None:
    (results,) = log.parent.glob("*_results.json")
    results.write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=rf"{results.name} is no JSON"):
        read_runs(log.parent)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: text[:-30], "unexpected end of data|number of cells"),
        # Inside the last cell of the last row, which leaves another number.
        (lambda text: text.rstrip()[:-2], "unexpected end of data"),
        (lambda text: text.replace('\t"0.25"\n', "\n", 1).replace('\t"0.25"\r\n', "\r\n", 1), "number of cells"),
        (lambda text: text.replace('"score"', '"scores"'), "lacks score"),
        (lambda text: text.replace("clip_id", "clip"), "no column"),
        (lambda text: text.replace('"1.0"', '"nan"'), ":2: .*score nan"),
    ],
)
def test_a_damaged_table_is_named(folders: Any, tmp_path: Path, damage: Callable[[str], str], told: str) -> None:
    path = folders.score_tsv(tmp_path / SCORE, folders.rows("heading_estimation", 2))
    path.write_bytes(damage(path.read_bytes().decode()).encode())
    with pytest.raises(DataError, match=told) as found:
        read_runs(tmp_path)
    assert str(path) in str(found.value)


def test_a_table_with_a_null_byte_is_no_traceback(folders: Any, tmp_path: Path) -> None:
    path = folders.score_tsv(tmp_path / SCORE, folders.rows("heading_estimation", 2))
    path.write_bytes(path.read_bytes().replace(b"letter", b"let\0ter"))
    # Python 3.10 does not read it.
    with pytest.raises(DataError, match=path.name) if sys.version_info < (3, 11) else nullcontext():
        assert read_runs(tmp_path)[0].rows[0].scored.reason == "let\0ter"


def test_a_pickle_is_named_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "tiny/tiny_LinkS2_score.pkl"
    path.parent.mkdir()
    # Loading it would make a file.
    trace = tmp_path / "trace"
    path.write_bytes(b"cposix\nsystem\n(S'touch " + os.fsencode(trace) + b"'\ntR.")
    with pytest.raises(DataError, match=r"score\.pkl is a pickle"):
        read_runs(tmp_path)
    assert not trace.exists()


def test_links_are_not_followed(folders: Any, tmp_path: Path) -> None:
    outside = folders.lmms_eval(tmp_path / "outside", {HEADING: folders.rows("heading_estimation", 2)})
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(outside, target_is_directory=True)
    for path in outside.iterdir():
        (inside / path.name).symlink_to(path)
    with pytest.raises(DataError, match="3 links that lead out of"):
        read_runs(inside)
    folders.lmms_eval(inside, {HEADING: folders.rows("heading_estimation", 2)}, date="20260105_000000")
    (run,) = read_runs(inside)
    assert any("not followed" in remark for remark in run.remarks)


def test_links_in_a_circle_do_no_harm(folders: Any, tmp_path: Path) -> None:
    folders.lmms_eval(tmp_path, {HEADING: folders.rows("heading_estimation", 2)})
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    assert [len(run.rows) for run in read_runs(tmp_path)] == [2]


@pytest.mark.parametrize("name", ["missing", "file"])
def test_what_is_no_folder_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=name):
        read_runs(tmp_path / name)


def test_a_workbook_that_is_none_is_named(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "tiny/tiny_LinkS2_score.xlsx"
    path.parent.mkdir()
    for write in (lambda: path.write_bytes(b"no workbook"), lambda: zipfile.ZipFile(path, "w").close()):
        write()
        with pytest.raises(DataError, match=r"score\.xlsx"):
            read_runs(tmp_path)
