"""Files of an export on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.export._write import (
    ExportedFile,
    ExportReport,
    with_markdown_origin,
    with_origin,
    write_files,
)

OWNED = "tasks/ours"


def _file(name: str, text: str = "x = 1\n") -> ExportedFile:
    return ExportedFile(f"{OWNED}/{name}", with_origin(text, "ours.py"))


def _write(dest: Path, *files: ExportedFile) -> ExportReport:
    return write_files(dest, files, owned=OWNED, next_step="go on")


def test_the_report_says_what_was_written(tmp_path: Path) -> None:
    report = _write(tmp_path / "new", _file("b.py"), _file("a.py", "y = 1\nz = 2\n"))
    assert report.files == (Path(OWNED, "a.py"), Path(OWNED, "b.py"))
    assert (report.dest, report.n_lines, report.removed, report.next_step) == (tmp_path / "new", 7, (), "go on")
    assert (report.dest / report.files[0]).read_text().endswith("y = 1\nz = 2\n")


def test_each_file_says_where_it_comes_from() -> None:
    assert with_origin("x = 1\n", "a/b.py").startswith("# Generated from links2-tasks ")
    assert "(a/b.py)" in with_origin("x = 1\n", "a/b.py").splitlines()[0]
    assert with_origin("x = 1\n", "a/b.py").splitlines()[1] == "# SPDX-License-Identifier: Apache-2.0"
    assert with_markdown_origin("# Title\n").startswith("<!-- Generated from links2-tasks ")


def test_an_earlier_export_is_replaced(tmp_path: Path) -> None:
    _write(tmp_path, _file("a.py", "old = 1\n"))
    _write(tmp_path, _file("a.py", "new = 1\n"))
    assert (tmp_path / OWNED / "a.py").read_text().endswith("new = 1\n")
    assert [path.name for path in (tmp_path / OWNED).iterdir()] == ["a.py"]


def test_what_an_earlier_export_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    _write(tmp_path, _file("a.py"), _file("deep/b.py"))
    mine = tmp_path / OWNED / "mine.py"
    mine.write_text("by = 'hand'\n")
    elsewhere = tmp_path / "elsewhere.py"
    elsewhere.write_text(with_origin("x = 1\n", "ours.py"))
    report = _write(tmp_path, _file("a.py"))
    assert report.removed == (Path(OWNED, "deep/b.py"),)
    assert mine.exists()
    assert elsewhere.exists()


@pytest.mark.parametrize("content", [b"by = 'hand'\n", b"", b"\xff\xfe\x00"])
def test_a_file_that_is_not_from_an_export_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / OWNED).mkdir(parents=True)
    (tmp_path / OWNED / "b.py").write_bytes(content)
    with pytest.raises(FrameworkError, match=r"b\.py\. Move it away, or name another folder"):
        _write(tmp_path, _file("a.py"), _file("b.py"))
    assert (tmp_path / OWNED / "b.py").read_bytes() == content
    assert not (tmp_path / OWNED / "a.py").exists()


def test_a_folder_in_the_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / OWNED / "a.py").mkdir(parents=True)
    with pytest.raises(FrameworkError, match="not from an earlier export"):
        _write(tmp_path, _file("a.py"))


def test_a_file_in_the_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tasks").write_text("")
    with pytest.raises(FrameworkError, match="cannot be written"):
        _write(tmp_path, _file("a.py"))


def test_files_can_be_read_by_others_as_the_umask_has_it(tmp_path: Path) -> None:
    _write(tmp_path, _file("a.py"))
    (tmp_path / "plain").write_text("")
    assert (tmp_path / OWNED / "a.py").stat().st_mode == (tmp_path / "plain").stat().st_mode
