"""Readers of rows: what was written comes back, and what is broken is listed, never raised."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from links2_tasks.errors import DataError, Links2Error
from links2_tasks.importing import _json_rows, _tables
from links2_tasks.importing._mapping import Rows
from links2_tasks.importing._place import Place, natural
from links2_tasks.importing._records import LeftOut
from links2_tasks.importing._row import MISSING, Columns, Row
from links2_tasks.importing._rows import read_rows, row_files

READ = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NAMES = st.lists(
    st.text("abcXY é.", min_size=1, max_size=4).filter(str.strip), min_size=2, max_size=4, unique_by=str.strip
)


def read(folder: Path, name: str, data: bytes, **rows: Any) -> list[Row | LeftOut]:
    """All rows of a file of these bytes."""
    (folder / name).write_bytes(data)
    return list(read_rows(Place("SOURCE", (folder.resolve(),)), name, Rows(files=(name,), **rows)))


def contents(found: list[Row | LeftOut]) -> list[dict[str, Any]]:
    return [dict(row.levels[0]) for row in found if isinstance(row, Row)]


def faults(found: list[Row | LeftOut]) -> list[tuple[int | None, str, str]]:
    return [(row.row, row.place, row.reason) for row in found if isinstance(row, LeftOut)]


@READ
@given(data=st.data(), names=NAMES, tabs=st.booleans(), end=st.sampled_from(["\n", "\r\n"]), mark=st.booleans())
def test_a_table_that_the_csv_module_wrote_comes_back(
    tmp_path: Path, data: st.DataObject, names: list[str], tabs: bool, end: str, mark: bool
) -> None:
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), min_size=1, max_size=4))
    stream = io.StringIO(newline="")
    # Before Python 3.13, the csv module writes a carriage return without quotes and then takes it for the end of a line.
    quoting = csv.QUOTE_ALL if any("\r" in cell for row in rows for cell in row) else csv.QUOTE_MINIMAL
    writer = csv.writer(stream, delimiter="\t" if tabs else ",", lineterminator=end, quoting=quoting)
    writer.writerows([names, *rows])
    written = stream.getvalue().encode("utf-8-sig" if mark else "utf-8")
    found = read(tmp_path, "rows.tsv" if tabs else "rows.csv", written)
    assert contents(found) == [dict(zip(map(str.strip, names), row, strict=True)) for row in rows]


@READ
@given(data=st.binary(max_size=80))
@example(b'a,b\n"1,2\n3,4\n')
@example(b"a,a\n1,2\n")
@example(b"\xff\xfea\0b\0")
@example(b"a,b\n\xe9,2\n")
def test_any_bytes_as_a_table_are_rows_or_listed(tmp_path: Path, data: bytes) -> None:
    found = read(tmp_path, "rows.csv", data)
    assert found or len(data.strip().splitlines()) <= 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=4), JSON, max_size=3), min_size=1, max_size=4)


@READ
@given(rows=OBJECTS, lines=st.booleans(), ascii_only=st.booleans(), mark=st.booleans())
def test_what_the_json_module_wrote_comes_back(
    tmp_path: Path, rows: list[dict[str, Any]], lines: bool, ascii_only: bool, mark: bool
) -> None:
    texts = [json.dumps(row, ensure_ascii=ascii_only) for row in rows]
    text = "\r\n".join(texts) if lines else f"[{', '.join(texts)}]"
    found = read(tmp_path, "rows.jsonl" if lines else "rows.json", text.encode("utf-8-sig" if mark else "utf-8"))
    assert contents(found) == rows


@READ
@given(
    data=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()),
    suffix=st.sampled_from(["json", "jsonl"]),
)
@example(b"[" * 100_000, "json")
@example(b'{"a":' * 100_000, "jsonl")
@example(b"1" * 5_000, "jsonl")
@example(b'{"a": "\\ud800"}', "jsonl")
def test_any_bytes_as_json_are_rows_or_listed(tmp_path: Path, data: bytes, suffix: str) -> None:
    found = read(tmp_path, f"rows.{suffix}", data)
    assert found or json.loads(data) == []


@READ
@given(data=st.binary(max_size=80))
def test_any_bytes_as_parquet_are_listed(tmp_path: Path, data: bytes) -> None:
    pytest.importorskip("pyarrow")
    assert [reason for _, _, reason in faults(read(tmp_path, "rows.parquet", data))] == ["file not readable"]


@READ
@given(cut=st.integers(0, 2_000), flipped=st.integers(0, 2_000), value=st.integers(0, 255))
def test_a_spoilt_parquet_file_is_rows_or_listed(tmp_path: Path, cut: int, flipped: int, value: int) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    sink = io.BytesIO()
    parquet.write_table(arrow.table({"a": ["x", None, "z"], "b": [[1], [], [2, 3]]}), sink)
    data = bytearray(sink.getvalue())
    data[flipped % len(data)] = value
    assert read(tmp_path, "rows.parquet", bytes(data[: max(1, len(data) - cut % 40)]))


def test_parquet_comes_back(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [{"a": "x", "b": [1, 2], "c": {"d": None, "e": 0.5}}, {"a": None, "b": [], "c": {"d": "y", "e": None}}]
    parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "t.parquet")
    assert contents(read(tmp_path, "rows.parquet", (tmp_path / "t.parquet").read_bytes())) == rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a,b\n1,2,3\n4\n5,6\n", [(1, "line 2", "ragged row"), (2, "line 3", "ragged row")]),
        (b'a,b\n"x\ny",2\n1\n', [(2, "line 4", "ragged row")]),
        (b'a,b\n1,"open\n3,4\n', [(1, "line 2", "quotes not closed")]),
        (b'a,b\n"1"x,2\n3,4\n', [(1, "line 2", "quotes not closed")]),
        (b"a,b\n1,\xff\n3,4\n", [(1, "line 2", "line not readable")]),
        (b"a,b\n\n1,2\n\n3\n", [(2, "line 5", "ragged row")]),
    ],
)
def test_bad_rows_of_tables_are_listed_with_their_lines(
    tmp_path: Path, text: bytes, expected: list[tuple[int, str, str]]
) -> None:
    assert faults(read(tmp_path, "rows.csv", text)) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "blank lines only"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"\0\1\2\3" * 9, "no text at all"),
        (b"a,a\n1,2\n", "two columns are called 'a'"),
        (b'"a,b\n1,2\n', "its header"),
    ],
)
def test_tables_that_are_none_are_listed_as_files(tmp_path: Path, text: bytes, told: str) -> None:
    (found,) = read(tmp_path, "rows.csv", text)
    assert isinstance(found, LeftOut)
    assert (found.row, found.reason) == (None, "file not readable")
    assert told in found.detail


def test_columns_without_a_name_are_called_by_their_number(tmp_path: Path) -> None:
    assert contents(read(tmp_path, "rows.csv", b",b,\n0,1,2\n")) == [{"_1": "0", "b": "1", "_3": "2"}]


def test_quotes_as_they_are_and_another_separator(tmp_path: Path) -> None:
    found = read(tmp_path, "rows.csv", b'a;b\n"x;y "z"\n', quotes=False, separator=";")
    assert contents(found) == [{"a": '"x', "b": 'y "z"'}]


def test_cells_may_be_longer_than_the_csv_module_takes_and_its_limit_stays(tmp_path: Path) -> None:
    # Frameworks that other tests import set it to the largest number there is.
    before = csv.field_size_limit(1000)
    try:
        cell = "x" * 1010
        assert contents(read(tmp_path, "rows.csv", f"a,b\n{cell},1\n".encode())) == [{"a": cell, "b": "1"}]
        assert csv.field_size_limit() == 1000
    finally:
        csv.field_size_limit(before)


def test_cells_and_lines_that_are_too_long_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tables, "MAX_CELL_CHARS", 20)
    monkeypatch.setattr(_tables, "MAX_LINE_CHARS", 40)
    monkeypatch.setattr(_json_rows, "MAX_LINE_BYTES", 40)
    text = f"a,b\n{'x' * 25},1\n{'y' * 90},1\n2,3\n".encode()
    found = read(tmp_path, "rows.csv", text)
    assert faults(found) == [(1, "line 2", "cell too long"), (2, "line 3", "line not readable")]
    assert contents(found) == [{"a": "2", "b": "3"}]
    text = json.dumps({"a": "x" * 90}).encode() + b'\n{"a": 1}\n'
    found = read(tmp_path, "rows.jsonl", text)
    assert (faults(found), contents(found)) == ([(1, "line 1", "line not readable")], [{"a": 1}])


def test_a_json_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_json_rows, "MAX_FILE_BYTES", 10)
    (found,) = read(tmp_path, "rows.json", b'[{"a": 1}, {"a": 2}]')
    assert isinstance(found, LeftOut)
    assert "use JSON Lines" in found.detail


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"a": 1', "in column 8"),
        (b"[1]", "no object, but a list"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"a": "\xff"}', "no UTF-8 text: byte 7"),
    ],
)
def test_bad_lines_of_json_are_listed_and_the_others_read(tmp_path: Path, line: bytes, told: str) -> None:
    found = read(tmp_path, "rows.jsonl", b'{"a": 0}\n' + line + b'\n\n{"a": 3}')
    assert contents(found) == [{"a": 0}, {"a": 3}]
    (fault,) = (each for each in found if isinstance(each, LeftOut))
    assert (fault.row, fault.place, fault.reason) == (2, "line 2", "line not readable")
    assert told in fault.detail


@pytest.mark.parametrize(
    ("text", "path", "told"),
    [
        (b"[1,\n", None, "in line 2, column 1"),
        (b"3", None, "set `rows.path`"),
        (b"{}", None, "set `rows.path`"),
        (b'{"info": 1, "data": [{}]}', None, "an object with the keys info, data"),
        (b'{"data": {"rows": 3}}', "data.rows", "but a number"),
        (b'{"data": []}', "dada", "nothing at `path` 'dada'"),
        (b'{"a": [{"b": 1}], "a": []}', "a", "stands twice"),
    ],
)
def test_json_without_a_list_of_rows_is_listed_as_a_file(
    tmp_path: Path, text: bytes, path: str | None, told: str
) -> None:
    (found,) = read(tmp_path, "rows.json", text, path=path)
    assert isinstance(found, LeftOut)
    assert (found.row, found.reason) == (None, "file not readable")
    assert told in found.detail


def test_entries_of_an_object_are_rows_with_their_keys(tmp_path: Path) -> None:
    text = b'{"c1": {"q": {"x": {"t": 1}, "y": {"t": 2}}}, "c2": {"q": {"z": {"t": 3}}}}'
    found = read(tmp_path, "rows.json", text, nested="q")
    assert [(row.levels[0]["_key"], row.levels[1]["_key"], row.place) for row in found if isinstance(row, Row)] == [
        ("x", "c1", "c1.q.x"),
        ("y", "c1", "c1.q.y"),
        ("z", "c2", "c2.q.z"),
    ]


def test_nested_lists_that_are_not_there_are_listed(tmp_path: Path) -> None:
    text = b'{"q": [{"t": 1}]}\n{"q": []}\n{"p": 1}\n{"q": 3}\n{"q": [4, {"t": 5}]}\n'
    found = read(tmp_path, "rows.jsonl", text, nested=["q"])
    assert contents(found) == [{"t": 1}, {"t": 5}]
    assert faults(found) == [
        (2, "line 2", "no rows inside"),
        (3, "line 3", "no rows inside"),
        (4, "line 4", "no rows inside"),
        (5, "line 5, q.0", "line not readable"),
    ]


def test_a_format_that_no_suffix_tells_must_be_said(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "rows.dat", b'{"a": 1}')
    assert isinstance(found, LeftOut)
    assert "set `rows.format`" in found.detail
    assert contents(read(tmp_path, "rows.dat", b'{"a": 1}', format="jsonl")) == [{"a": 1}]


def find(levels: list[dict[str, Any]], name: str) -> Any:
    prefixes = tuple("q" * (len(levels) - 1 - depth) for depth in range(len(levels)))
    return Columns().find(Row("f", 1, "", tuple(levels), prefixes), name)


def test_names_lead_into_objects_and_lists_and_to_the_rows_around() -> None:
    levels = [{"id": 7, "a.b": "dots", "a": {"b": 1, "c": [10, {"d": 11}]}}, {"id": 8, "city": "x"}, {"id": 9}]
    assert find(levels, "id") == 7
    assert find(levels, "parent.id") == 8
    assert find(levels, "parent.parent.id") == 9
    assert find(levels, "city") == "x"
    assert find(levels, "a.b") == "dots"
    assert find(levels, "a.c.0") == 10
    assert find(levels, "a.c.1.d") == 11
    for wrong in ("a.c.2", "a.c.-1", "a.c.x", "id.x", "none", "parent.a.b", "parent.parent.parent.id", "a..b", ""):
        assert find(levels, wrong) is MISSING


def test_a_column_called_parent_is_found() -> None:
    assert find([{"parent": {"id": 1}}, {"id": 2}], "parent.id") == 1


def test_files_are_sorted_as_people_sort(tmp_path: Path) -> None:
    for name in ("b10.csv", "b9.csv", "a.txt"):
        (tmp_path / name).write_text("x")
    assert row_files(Place("SOURCE", (tmp_path,)), Rows(files="*.csv")) == ("b9.csv", "b10.csv")
    assert sorted(["f2", "f10", "F1", "10", "9x"], key=natural) == ["9x", "10", "F1", "f2", "f10"]


def test_hidden_files_match_hidden_patterns_only(tmp_path: Path) -> None:
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("a.csv", "._a.csv", "__MACOSX/._a.csv", ".git/b.csv"):
        (tmp_path / name).write_text("x")
    place = Place("SOURCE", (tmp_path,))
    assert row_files(place, Rows(files="**/*.csv")) == ("a.csv",)
    assert row_files(place, Rows(files=".git/*.csv")) == (".git/b.csv",)


@pytest.mark.parametrize("pattern", ["../*.csv", "/etc/*", "a/../../*", "**.csv/**x**", "\0"])
def test_patterns_do_not_leave_the_source(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(Links2Error):
        row_files(Place("SOURCE", (tmp_path,)), Rows(files=pattern))


def test_where_no_file_matches_those_that_are_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("x")
    with pytest.raises(DataError, match=r"No file in SOURCE matches \*\.tsv .* Files there: rows\.csv\."):
        row_files(Place("SOURCE", (tmp_path,)), Rows(files="*.tsv"))
