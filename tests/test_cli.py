from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from links2_tasks import __version__, dataset
from links2_tasks.cli import app
from links2_tasks.dataset import Fault
from links2_tasks.errors import SceneError
from links2_tasks.frameworks import doctor
from links2_tasks.frameworks._checks import Check
from links2_tasks.media import clip_cache
from links2_tasks.taxonomy import task_yaml_dir, tasks, variants

VERBS = (
    *("tasks", "path", "doctor", "vlmeval", "export", "models", "run", "cache"),
    *("report", "compare", "mistakes", "audit"),
    *("simulate", "build", "import", "validate", "show", "filter", "review", "release"),
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Runs `links2 ...` in an empty folder, without a dataset, on a terminal wide enough for tables."""
    monkeypatch.delenv("LINKS2_DATA", raising=False)
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_every_command_is_among_the_verbs() -> None:
    assert set(get_command(app).commands) == set(VERBS)  # type: ignore[attr-defined]


def test_help_teaches_every_verb_with_an_example(run: Callable[..., Result]) -> None:
    overview = run("--help").stdout
    for verb in VERBS:
        assert verb in overview
        assert f"links2 {verb}" in run(verb, "--help").stdout or "$(links2 path)" in run(verb, "--help").stdout


def test_no_arguments_show_the_help(run: Callable[..., Result]) -> None:
    assert "Usage: links2" in run().output


def test_version(run: Callable[..., Result]) -> None:
    assert run("--version").stdout.split() == ["links2-tasks", __version__]


def test_tasks_are_those_of_the_yaml_files(run: Callable[..., Result]) -> None:
    shown = run("tasks").stdout
    rows = [row for row in shown.splitlines() if any(task.summary in row for task in tasks())]
    assert len(rows) == len(tasks()) == 12
    for task, row in zip(tasks(), rows, strict=True):
        assert all(cell in row for cell in (task.dimension, task.name, task.open_answer or "-"))


def test_variants_are_those_of_the_yaml_files(run: Callable[..., Result]) -> None:
    shown = run("tasks").stdout
    assert all(variant.summary in shown for variant in variants())


def test_path_prints_the_folder_and_nothing_else(run: Callable[..., Result]) -> None:
    assert run("path").stdout == f"{task_yaml_dir()}\n"


def test_an_error_of_ours_is_one_line_without_traceback(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("validate", tmp_path / "no [where]")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"Error: There is no dataset at {tmp_path / 'no [where]'}")
    assert "Traceback" not in result.output


def test_an_error_of_ours_is_red_on_a_terminal(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[31mError: There is no dataset" in run("validate", tmp_path / "nowhere").stderr


def test_a_bug_is_not_dressed_up_as_an_error_of_ours(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("links2_tasks.taxonomy.tasks", lambda: [][0])
    assert isinstance(run("tasks").exception, IndexError)


def _dataset_folder(root: Path) -> Path:
    root.mkdir()
    (root / "dataset.json").write_text("{}")
    return root


def test_validate_prints_every_fault_and_fails(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = _dataset_folder(tmp_path / "data")
    faults = (Fault("questions/test/a.jsonl", 7, "an option is [blank]"), Fault("dataset.json", None, "counts: wrong"))
    monkeypatch.setattr(dataset, "validate", lambda folder, progress: faults if folder == root else ())
    result = run("validate", root)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "questions/test/a.jsonl:7: an option is [blank]",
        "dataset.json: counts: wrong",
    ]
    assert "2 faults" in result.stderr


def test_validate_takes_the_dataset_of_the_environment(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = _dataset_folder(tmp_path / "data")
    monkeypatch.setenv("LINKS2_DATA", str(root))
    monkeypatch.setattr(dataset, "validate", lambda folder, progress: ())
    result = run("validate")
    assert (result.exit_code, result.stdout) == (0, f"no faults in {root}\n")


def test_validate_finds_the_faults_of_a_real_folder(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("validate", _dataset_folder(tmp_path / "data"))
    assert result.exit_code == 1
    assert "is of format None" in result.stdout


@dataclass(frozen=True)
class _Region:
    name: str
    flights: tuple[str, ...]


def test_simulate_takes_the_first_regions_and_flights(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    fake = types.ModuleType("links2_tasks.construction.simulate")
    fake.mini_regions = lambda seed: [_Region(f"{seed}{i}", tuple("abcde")) for i in range(4)]  # type: ignore[attr-defined]
    fake.simulate = lambda out, **settings: calls.append((out, settings["regions"]))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, fake.__name__, fake)
    monkeypatch.setattr("links2_tasks.construction.simulate", fake, raising=False)
    result = run("simulate", "--out", "here", "--regions", 2, "--flights", 3, "--seed", 5)
    assert result.exit_code == 0, result.output
    assert calls == [(Path("here"), [_Region("50", ("a", "b", "c")), _Region("51", ("a", "b", "c"))])]
    assert "6 flight(s) in here" in result.stdout


def test_an_error_of_the_simulator_is_one_line(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any, **_settings: Any) -> None:
        raise SceneError("two\nlines")

    fake = types.ModuleType("links2_tasks.construction.simulate")
    fake.mini_regions = fail  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, fake.__name__, fake)
    monkeypatch.setattr("links2_tasks.construction.simulate", fake, raising=False)
    assert run("simulate").stderr.splitlines()[-1] == "Error: two lines"


@pytest.mark.parametrize("ok", [True, False])
def test_doctor_fails_when_a_check_fails(ok: bool, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    checks = (Check("a", True, "fine [1]"), Check("b", ok, "seen", "mend [this]"))
    monkeypatch.setattr(doctor, "diagnose", lambda: checks)
    result = run("doctor")
    assert result.exit_code == (0 if ok else 1)
    assert "ok   a: fine [1]" in result.stdout
    assert ("mend it: mend [this]" in result.stdout) is not ok


def test_the_cache_is_described_filled_and_emptied(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    clip_cache().get("frames", ["a"], ".npy", lambda stream: stream.write(b"x" * 3_000_000))
    shown = run("cache", "info").stdout
    assert "3.0 MB of at most 20.0 GB" in shown
    assert str(tmp_path / "cache/links2/media") in shown
    assert "3.0 MB removed" in run("cache", "clear").stdout
    assert "0 kB of at most" in run("cache", "info").stdout


def test_a_wrong_bound_of_the_cache_is_one_line(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKS2_CACHE_GB", "lots")
    result = run("cache", "info")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
