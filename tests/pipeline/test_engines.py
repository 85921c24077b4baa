"""Engines: one result wherever the work is done, and what goes wrong there told here."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from links2_tasks.dataset import load_info
from links2_tasks.errors import DataError, MissingExtraError
from links2_tasks.pipeline import BuildReport, BuildSettings, Engine, build, engine_of
from links2_tasks.pipeline._attempt import WorkerBug, attempt, result_of
from links2_tasks.pipeline._engines import InProcess, LocalProcesses


@pytest.fixture(scope="module")
def two_processes() -> Engine:
    engine = LocalProcesses(2)
    yield engine  # type: ignore[misc]
    engine.close()


@pytest.fixture(params=["here", "there"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return InProcess() if request.param == "here" else request.getfixturevalue("two_processes")


def test_results_come_in_the_order_of_the_items_and_each_is_told_when_it_is_there(engine: Engine) -> None:
    told: dict[int, float] = {}
    assert engine.map(math.sqrt, [9, 4, 16, 1], told.__setitem__) == (3, 2, 4, 1)
    assert engine.map(math.sqrt, []) == ()
    assert told == {9: 3, 4: 2, 16: 4, 1: 1}


def test_an_error_of_ours_names_the_item(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"^{tmp_path}/b: There is no dataset|^{tmp_path}/a: There is no dataset"):
        engine.map(load_info, [tmp_path / "a", tmp_path / "b"])


def test_a_bug_names_the_item_and_brings_its_traceback(engine: Engine) -> None:
    with pytest.raises(WorkerBug, match=r"^-1: ValueError: (?s:.*)Traceback"):
        engine.map(math.sqrt, [4, -1])


def test_errors_that_cannot_travel_come_back_as_words() -> None:
    def fail(item: str) -> None:
        raise MissingExtraError("A map", "rasterio", "geo")

    with pytest.raises(DataError, match=r"^flight: A map needs the package 'rasterio'"):
        result_of(attempt(fail, "flight"), "flight")


def test_a_process_that_is_killed_is_told_with_what_was_under_way(two_processes: Engine) -> None:
    with pytest.raises(DataError, match=r"A process was killed.*: 3"):
        two_processes.map(os._exit, [3, 3])


def test_engines_that_are_not_there_are_named() -> None:
    with pytest.raises(DataError, match="no engine 'slurm'"), engine_of("slurm"):  # type: ignore[arg-type]
        pass
    with pytest.raises(DataError, match="workers must be 1 or more"), engine_of("local", 0):
        pass


def test_ray_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"links2-tasks\[ray\]"), engine_of("ray", 2):
        pass


ORPHANS = """\
import sys, threading
from links2_tasks.pipeline import engine_of

def wait(item):
    print("at work", flush=True)
    threading.Event().wait()

if __name__ == "__main__":
    with engine_of("local", 2) as engine:
        engine.map(wait, [1, 2])
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_a_build_that_is_killed_or_interrupted(how: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(ORPHANS)
    child = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert child.stdout is not None
    assert [child.stdout.readline() for _ in range(2)] == ["at work\n"] * 2
    child.send_signal(how)
    # The pipe ends when the last process that could write to it has ended.
    assert child.communicate(timeout=60)[0] == ""
    assert child.returncode != 0


@pytest.mark.parametrize("name", ["local", "ray"])
def test_two_processes_and_ray_give_the_bytes_of_one_process(
    name: str,
    tiny_flights: Path,
    whole: tuple[Path, BuildReport],
    settings: Callable[..., BuildSettings],
    tmp_path: Path,
    files_of: Callable[[Path], dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if name == "ray":
        pytest.importorskip("ray")
        monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with engine_of(name, 2) as engine:  # type: ignore[arg-type]
        report = build(tiny_flights, tmp_path / "data", settings(), engine=engine)
    assert files_of(tmp_path / "data") == files_of(whole[0])
    assert report.n_drafts == whole[1].n_drafts
    assert report.refusals == whole[1].refusals
