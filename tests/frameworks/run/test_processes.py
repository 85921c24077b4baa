"""One run at a time, signals that are passed on, and nothing that outlives a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.run import _hold
from links2_tasks.frameworks.run._child import run_child
from links2_tasks.frameworks.run._hold import VARIABLE, held

RUN = """
import sys
from pathlib import Path
from links2_tasks.frameworks.run._child import run_child
from links2_tasks.frameworks.run._hold import held
with held(Path(sys.argv[1])) as hold:
    sys.exit(run_child([sys.executable, "-c", sys.argv[2], *sys.argv[3:]], hold.variables) % 256)
"""
"""A run in small: it holds a folder and starts a program."""

WATCHED = """
import os, sys, time
from pathlib import Path
from links2_tasks.frameworks.run._hold import end_with_the_run
end_with_the_run()
Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(60)
"""


def python(code: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)])


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    # A process that nobody has waited for yet is still there, and is none any more.
    status = Path(f"/proc/{number}/stat")
    return not (status.is_file() and status.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.fixture
def number_file(tmp_path: Path) -> Path:
    return tmp_path / "number"


def written(path: Path) -> bool:
    return path.is_file() and path.read_text() != ""


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_hold, "_WAIT_S", 0.1)
    with (
        held(tmp_path / "out/lock"),
        pytest.raises(FrameworkError, match=r"Another `links2 run` is at work in .*out"),
        held(tmp_path / "out/lock"),
    ):
        pass
    with held(tmp_path / "out/lock"):
        pass


def test_after_a_kill_the_folder_is_free_and_what_the_run_had_started_ends(tmp_path: Path, number_file: Path) -> None:
    run = python(RUN, tmp_path / "lock", WATCHED, number_file)
    wait_for(lambda: written(number_file))
    child = int(number_file.read_text())
    run.kill()
    run.wait()
    with held(tmp_path / "lock") as hold:
        # The next run holds the lock now, and what is left of the last one still ends.
        assert hold.variables[VARIABLE].endswith(str(tmp_path / "lock"))
        wait_for(lambda: not runs(child))


def test_a_process_without_a_run_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    before = set(os.listdir("/proc/self/task")) if Path("/proc/self/task").is_dir() else set()
    _hold.end_with_the_run()
    after = set(os.listdir("/proc/self/task")) if Path("/proc/self/task").is_dir() else set()
    assert after <= before


def test_the_exit_status_is_that_of_the_program() -> None:
    assert run_child([sys.executable, "-c", "import sys; sys.exit(7)"], {}) == 7


def test_variables_are_set_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEFT_OUT", "x")
    code = "import os, sys; sys.exit(0 if os.environ['SET'] == '1' and 'LEFT_OUT' not in os.environ else 1)"
    assert run_child([sys.executable, "-c", code], {"SET": "1", "LEFT_OUT": None}) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_program_once_and_all_that_it_started(
    tmp_path: Path, number_file: Path, number: signal.Signals
) -> None:
    grandchild = (
        "import os, signal, sys, time; from pathlib import Path\n"
        "seen = Path(sys.argv[1] + '.seen')\n"
        "def note(n, _): seen.write_text(seen.read_text() + str(n) + ' ' if seen.exists() else str(n) + ' ')\n"
        "signal.signal(signal.SIGINT, note); signal.signal(signal.SIGTERM, note)\n"
        "Path(sys.argv[1]).write_text(str(os.getpid()))\n"
        "while not seen.exists(): time.sleep(0.02)\n"
        "time.sleep(0.2)\n"
    )
    program = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', sys.argv[2], sys.argv[1]]))"
    run = python(RUN, tmp_path / "lock", program, number_file, grandchild)
    wait_for(lambda: written(number_file))
    run.send_signal(number)
    assert run.wait(timeout=20) == 256 - number
    seen = Path(f"{number_file}.seen").read_text().split()
    # When the program has ended by it, what is left of its group is told to end as well.
    assert seen[0] == str(int(number))
    assert seen.count(str(int(number))) == 1 or number == signal.SIGTERM
    wait_for(lambda: not runs(int(number_file.read_text())))


def test_a_second_signal_ends_a_program_that_heeds_none(tmp_path: Path, number_file: Path) -> None:
    stubborn = (
        "import os, signal, sys, time; from pathlib import Path\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)\n"
    )
    run = python(RUN, tmp_path / "lock", stubborn, number_file)
    wait_for(lambda: written(number_file))
    run.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert run.poll() is None
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=20) == 256 - signal.SIGINT


def test_what_a_program_leaves_behind_is_ended(number_file: Path) -> None:
    code = (
        "import subprocess, sys; from pathlib import Path\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "Path(sys.argv[1]).write_text(str(left.pid))\n"
    )
    assert run_child([sys.executable, "-c", code, str(number_file)], {}) == 0
    wait_for(lambda: not runs(int(number_file.read_text())))
