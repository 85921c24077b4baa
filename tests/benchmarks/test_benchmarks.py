"""Each benchmark runs on tiny input and hands out tables and JSON; how fast anything was is not looked at."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
NO_BENCHMARK = {"write_page"}


@dataclass(frozen=True)
class Quick:
    """A benchmark as it is tried: the slowest contestants are left out."""

    name: str
    arguments: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Packages without which nothing would be measured."""
    long: bool = False
    """Whether it is tried only where `EVERYTHING` asks for it."""


EVERYTHING = "LINKS2_TEST_BENCHMARKS"
QUICK = (
    Quick("decoding", ("--only", "PyAV, a seek a frame")),
    Quick("decoding", long=True),
    Quick("framework_overhead", ("--only", "lmms-eval, prompts"), ("lmms_eval",)),
    Quick("framework_overhead", ("--only", "VLMEvalKit, video"), ("vlmeval",), long=True),
    Quick("growth"),
    Quick("input_preparation"),
    Quick("scoring"),
    Quick("startup", ("--only", "import")),
    Quick("startup", ("--only", "import", "--only", "lmms-eval"), ("lmms_eval",), long=True),
)


def _module(name: str) -> ModuleType:
    """A module of the benchmarks' folder, which is no package."""
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(FOLDER))


def _started(name: str, *arguments: str, cache: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "HF_HUB_OFFLINE": "1", "NO_COLOR": "1"}
    command = [sys.executable, str(FOLDER / f"{name}.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared, so that the tiny clip is made once."""
    return tmp_path_factory.mktemp("cache")


def test_every_benchmark_is_tried() -> None:
    there = {path.stem for path in FOLDER.glob("[!_]*.py")} - NO_BENCHMARK
    assert there == {each.name for each in QUICK if not each.long}


@pytest.mark.parametrize("name", sorted({each.name for each in QUICK} | NO_BENCHMARK))
def test_help_says_what_is_measured(name: str, cache: Path) -> None:
    done = _started(name, "--help", cache=cache)
    assert done.returncode == 0, done.stderr
    assert f"python benchmarks/{name}.py" in done.stdout


@pytest.mark.parametrize("quick", QUICK, ids=lambda quick: " ".join((quick.name, *quick.arguments)))
def test_a_benchmark_gives_tables_and_json(quick: Quick, cache: Path, tmp_path: Path) -> None:
    if lacking := [package for package in quick.needs if importlib.util.find_spec(package) is None]:
        pytest.skip(f"needs {', '.join(lacking)}")
    if quick.long and os.environ.get(EVERYTHING) != "1":
        pytest.skip(f"takes long; {EVERYTHING}=1 tries it")
    done = _started(quick.name, "--quick", *quick.arguments, cache=cache)
    assert done.returncode == 0, done.stderr[-3000:]
    (tmp_path / "report.json").write_text(done.stdout, encoding="utf-8")
    report = _module("_report").read_report(tmp_path / "report.json")
    assert (report.name, report.repeats) == (quick.name, 1)
    assert report.tables
    assert all(table.rows and all(len(row) == len(table.columns) for row in table.rows) for table in report.tables)
    assert report.samples
    # The tables went to the terminal, cut at most where it is too narrow.
    assert all(table.title.split(":")[0] in done.stderr for table in report.tables)


def test_json_goes_to_a_file_where_one_is_named(cache: Path, tmp_path: Path) -> None:
    target = tmp_path / "new folder/import.json"
    done = _started("startup", "--quick", "--only", "import", "--json", str(target), cache=cache)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    report = _module("_report").read_report(target)
    assert report.command == "python benchmarks/startup.py --quick --only import"


def test_a_worker_that_fails_ends_the_benchmark_with_what_it_said() -> None:
    trials = _module("_trials")
    with pytest.raises(trials.TrialError, match="status 3"):
        trials.run_worker(trials.Contestant("bad", ("-c", "import sys; sys.exit(3)")))


def test_another_contestant_is_first_in_each_round() -> None:
    assert ["".join(_module("_trials").turned("abc", number)) for number in range(4)] == ["abc", "bca", "cab", "abc"]


def test_ratios_are_taken_round_by_round() -> None:
    trials = _module("_trials")
    slow_and_quick = [(2.0, 1.0), (20.0, 10.0), (6.0, 2.0)]
    measured = [
        trials.Trial(name, {"wall_s": seconds})
        for round_ in slow_and_quick
        for name, seconds in zip(("peer", "ours"), round_, strict=True)
    ]
    assert trials.ratio_of(measured, "peer", "ours", "wall_s") == 2.0
    assert trials.median_of(measured, "peer", "wall_s") == 6.0
