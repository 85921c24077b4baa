"""The page shows what the JSON files hold: every table, and figures that miss their goal."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    monkeypatch.syspath_prepend(str(FOLDER))
    return {name: importlib.import_module(name) for name in ("_report", "write_page")}


def _report(modules: dict[str, ModuleType], **others: Any) -> Any:
    made = modules["_report"]
    table = made.Table("A title", ("who", "time, s"), (("we | they", 0.12345), ("peer", None)), "A note.")
    fields = {
        "name": "scoring",
        "measures": "Something.",
        "command": "python benchmarks/scoring.py",
        "started": made.now(),
        "machine": made.this_machine(),
        "repeats": 5,
        "tables": (table,),
        "goals": (made.Goal("speed", "under 1 s", "2 s", met=False), made.Goal("size", "small", "small", met=True)),
    }
    return made.Report(**{**fields, **others})


def test_tables_and_missed_goals_stand_on_the_page(modules: dict[str, ModuleType]) -> None:
    page = modules["write_page"].page([_report(modules)])
    assert "| we \\| they | 0.123 |\n| peer |  |" in page
    assert "| speed | under 1 s | 2 s | **missed** |" in page
    assert "| size | small | small | met |" in page
    assert "A note." in page


def test_what_is_measured_comes_from_the_benchmark_itself(modules: dict[str, ModuleType]) -> None:
    page = modules["write_page"].page([_report(modules)])
    assert "17,900 replies" in page
    section = page[page.index("## Scoring") : page.index("## How to repeat")]
    assert section.count("python benchmarks/") == 1


def test_benchmarks_stand_in_the_usual_order_and_unknown_ones_last(modules: dict[str, ModuleType]) -> None:
    names = ("another", "scoring", "input_preparation")
    page = modules["write_page"].page([_report(modules, name=name) for name in names])
    places = [page.index(f"## {title}") for title in ("Input preparation", "Scoring", "another")]
    assert places == sorted(places)


def test_a_report_survives_its_file(modules: dict[str, ModuleType], tmp_path: Path) -> None:
    report = _report(modules, samples={"we: wall_s": [0.1, 0.2]}, notes=("said",))
    modules["_report"].publish(report, tmp_path / "report.json")
    assert modules["_report"].read_report(tmp_path / "report.json") == report
