"""The page on results says what the records say."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.results import ResultRow, Run, read_runs
from links2_tasks.scoring import ScoredRow
from links2_tasks.taxonomy import BENCHMARK_VERSION

PAGE = Path(__file__).parents[2] / "docs/results.md"


def fields(record: type) -> Iterator[tuple[str, str]]:
    """Names and descriptions of the fields of a record, as its source has them."""
    (body,) = ast.parse(inspect.getsource(record)).body
    assert isinstance(body, ast.ClassDef)
    name = ""
    for line in body.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            name = line.target.id
            yield name, ""
        elif name and isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
            yield name, " ".join(str(line.value.value).split())
        else:
            name = ""


def table(record: type) -> str:
    """The fields as a table in Markdown."""
    described = dict(fields(record))
    rows = [f"| `{name}` | {text} |" for name, text in described.items()]
    return "\n".join(["| field | |", "|---|---|", *rows])


@pytest.mark.parametrize("record", [Run, ResultRow, ScoredRow])
def test_the_fields_of_records_stand_on_the_page(record: type) -> None:
    assert table(record) in PAGE.read_text(encoding="utf-8"), f"write this on {PAGE}:\n{table(record)}"


def test_rows_from_elsewhere_are_read_in_the_form_on_the_page(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    row = re.findall(r"```json\n(.*?)```", page, re.S)[0]
    results = re.findall(r'`(\{"config".*?\})`', page)[0]
    (tmp_path / "1_results.json").write_text(results)
    (tmp_path / "1_samples_links2_heading_estimation.jsonl").write_text(" ".join(row.split()) + "\n")
    (run,) = read_runs(tmp_path)
    assert (run.name, run.model, run.variant, run.version) == ("people", "people", "default", BENCHMARK_VERSION)
    assert (run.started_at, run.seconds, run.max_new_tokens, run.remarks) == (None, None, None, ())
    assert run.rows[0].scored.score == 1.0


def test_the_lines_of_python_on_the_page_run(
    folders: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = folders.rows("heading_estimation", 4)
    folders.lmms_eval(tmp_path / "out", {"links2_heading_estimation": rows})
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[0]
    # The page is ours.
    exec(code, {})
    assert capsys.readouterr().out == "tiny heading_estimation 4 0.5\n"
