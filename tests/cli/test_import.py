"""The command `links2 import`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner, Result

from links2_tasks.cli import app
from links2_tasks.dataset import validate
from links2_tasks.importing import EXAMPLES, example_mapping
from links2_tasks.media import VideoWriter

MAPPING = {
    "dataset": {"name": "foreign", "licence": "CC0-1.0"},
    "rows": {"files": "*.csv"},
    "task": {"constant": "uav_localization"},
    "question": "q",
    "options": {"columns": ["A", "B"]},
    "answer": "answer",
    "video": {"file": "flight.mp4"},
    "satellite": {"file": "map.png", "gsd_m": 0.5},
    "region": {"constant": "town"},
    "recorded_on": "[day]",
}
ROWS = "q,A,B,answer,[mood]\nWhere?,here,there,B,fine\nWhat?,one,two,Z,\nWho?,me,you,A,\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Runs `links2 import ...` in a folder with a source of three rows, of which one is bad, and a mapping."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "rows.csv").write_text(ROWS)
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save(source / "map.png")
    with VideoWriter(source / "flight.mp4", 32, 32, 2) as writer:
        for _ in range(2):
            writer.write(np.zeros((32, 32, 3), np.uint8))
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(MAPPING))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["import", *map(str, arguments)])


def lines(text: str, start: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


def test_rows_that_were_left_out_are_shown_and_the_exit_status_says_so(run: Callable[..., Result]) -> None:
    result = run("source", "--mapping", "map.yaml", "--out", "data")
    assert result.exit_code == 1, result.output
    assert "answer names no option" in result.stdout
    assert "rows.csv (line 3): 'Z' is none of A, B" in result.stdout
    assert lines(result.stdout, "Columns that the mapping does not use: [mood]")
    assert lines(result.stdout, "Columns that the mapping names and no row has: [day]")
    assert lines(result.stdout, "2 questions about 1 clips from 3 rows in 1 files; 1 left out")
    assert lines(result.stdout, "Next: links2 validate data")
    assert validate("data") == ()


def test_values_that_no_lookup_knows_are_counted(run: Callable[..., Result]) -> None:
    task = {"column": "answer", "lookup": {"B": "heading_estimation", "Z": "route_planning"}}
    Path("map.yaml").write_text(yaml.safe_dump(MAPPING | {"task": task}))
    Path("source/rows.csv").write_text(ROWS + "Why?,here,there,A,\n")
    result = run("source", "--mapping", "map.yaml", "--dry-run")
    assert lines(result.stdout, "Values that no lookup knows: 'A' (2 rows)")


def test_incomplete_imports_are_fine_where_that_is_allowed(run: Callable[..., Result]) -> None:
    result = run(
        "source", "--mapping", "map.yaml", "--out", "data", "--allow-incomplete", "--report", "deep/report.json"
    )
    assert result.exit_code == 0, result.output
    assert json.loads(Path("deep/report.json").read_text()) == json.loads(Path("data/import_report.json").read_text())


def test_complete_imports_are_fine(run: Callable[..., Result]) -> None:
    Path("source/rows.csv").write_text("\n".join(ROWS.splitlines()[:2]))
    result = run("source", "--mapping", "map.yaml", "--out", "data")
    assert result.exit_code == 0, result.output
    assert "Left out" not in result.stdout


def test_where_nothing_came_in_that_is_no_success(run: Callable[..., Result]) -> None:
    Path("source/rows.csv").write_text("\n".join(ROWS.splitlines()[::2]))
    result = run("source", "--mapping", "map.yaml", "--out", "data", "--limit", 1, "--allow-incomplete")
    assert result.exit_code == 1
    assert not Path("data").exists()
    assert "All rows are listed in data.import_report.json" in result.stdout
    assert len(json.loads(Path("data.import_report.json").read_text())["left_out"]) == 1


def test_a_dry_run_shows_the_first_question_and_columns_and_writes_nothing(run: Callable[..., Result]) -> None:
    before = sorted(Path().rglob("*"))
    result = run("source", "--mapping", "map.yaml", "--dry-run", "--limit", 1)
    assert result.exit_code == 0, result.output
    shown = result.stdout[result.stdout.index("{") : result.stdout.index("\n}") + 2]
    assert json.loads(shown)["options"] == ["here", "there"]
    (column,) = (line.split() for line in result.stdout.splitlines() if "[mood]" in line and "fine" in line)
    assert column[-2] == "fine"
    assert "1 questions about 1 clips from 1 rows in 1 files; 0 left out, stopped after 1" in result.stdout
    assert sorted(Path().rglob("*")) == before


def test_a_dry_run_without_a_mapping_shows_columns(run: Callable[..., Result]) -> None:
    result = run("source", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "rows.csv, 3 rows" in result.stdout
    assert "[mood]" in result.stdout
    Path("source/rows.csv").unlink()
    assert run("source", "--dry-run").exit_code == 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_printed_as_they_are(run: Callable[..., Result], name: str) -> None:
    assert run("--example", name).stdout == example_mapping(name)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a folder or an archive"),
        (("source",), "name a mapping"),
        (("source", "--mapping", "map.yaml"), "name the folder of the new dataset"),
    ],
)
def test_what_is_missing_is_told(run: Callable[..., Result], arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_limits_of_archives_are_options(run: Callable[..., Result]) -> None:
    import tarfile

    with tarfile.open("source.tar", "w") as archive:
        archive.add("source", ".")
    result = run("source.tar", "--mapping", "map.yaml", "--out", "data", "--max-unpacked-gb", 1e-6)
    assert result.exit_code == 1
    assert "brings what is unpacked over 1 kB" in result.stderr
    assert len(result.stderr.splitlines()) == 2, "the title and one line of error"
    assert run("source.tar", "--mapping", "map.yaml", "--out", "data", "--allow-incomplete").exit_code == 0
