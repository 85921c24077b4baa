from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from links2_tasks.dataset import atomic_directory, made_once
from links2_tasks.errors import DataError

_HOLD = """
import sys, time
from pathlib import Path
from links2_tasks.dataset import atomic_directory
with atomic_directory(sys.argv[1]) as folder:
    (folder / "half").write_text("half")
    print("started", flush=True)
    time.sleep(float(sys.argv[2]))
"""

_HOLD_NESTED = """
import sys, time
from links2_tasks.dataset import atomic_directory
with atomic_directory(sys.argv[1]) as outer, atomic_directory(outer):
    print("started", flush=True)
    time.sleep(60)
"""


def _holder(target: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that makes `target` and takes `seconds` for it; returns when it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(target), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def test_the_folder_appears_complete_and_nothing_else_stays(tmp_path: Path) -> None:
    target = tmp_path / "new" / "data"
    with atomic_directory(target) as folder:
        assert folder.parent == target.parent
        (folder / "file").write_text("content")
        assert not target.exists()
    assert (target / "file").read_text() == "content"
    assert os.listdir(target.parent) == ["data"]


def test_the_folder_follows_the_umask(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with atomic_directory(tmp_path / "data"):
        pass
    assert (tmp_path / "data").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        with atomic_directory(tmp_path / "data") as folder:
            (folder / "file").write_text("content")
            raise error

    with pytest.raises(error):
        fail()
    assert os.listdir(tmp_path) == []


def test_an_existing_target_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/precious").write_text("mine")
    with pytest.raises(DataError, match=r"data exists already"), atomic_directory(tmp_path / "data"):
        pytest.fail("began to work")
    assert (tmp_path / "data/precious").read_text() == "mine"


def test_an_empty_target_is_filled(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with atomic_directory(tmp_path / "data") as folder:
        (folder / "file").write_text("content")
    assert (tmp_path / "data/file").exists()


def test_what_a_killed_process_left_is_removed_next_time(tmp_path: Path) -> None:
    target = tmp_path / "da[t]a*"
    holder = _holder(target, 60)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert [name for name in os.listdir(tmp_path) if "unfinished" in name]
    (tmp_path / ".other.unfinished-1").mkdir()
    with atomic_directory(target) as folder:
        assert not (folder / "half").exists()
    assert sorted(os.listdir(tmp_path)) == [".other.unfinished-1", "da[t]a*"]


def test_what_a_killed_process_left_beside_its_unfinished_folder_is_removed_too(tmp_path: Path) -> None:
    """A builder that is given an unfinished folder as its target locks and fills a sibling of that."""
    target = tmp_path / "data"
    process = subprocess.Popen([sys.executable, "-c", _HOLD_NESTED, str(target)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    process.kill()
    process.wait()
    assert len(os.listdir(tmp_path)) == 4
    made_once(target, lambda folder: None)
    assert os.listdir(tmp_path) == ["data"]


def test_the_second_process_waits_and_uses_what_the_first_made(tmp_path: Path) -> None:
    target = tmp_path / "data"
    holder = _holder(target, 0.5)
    found = made_once(target, lambda folder: pytest.fail("made it twice"))
    assert holder.wait() == 0
    assert (found / "half").exists()
    assert os.listdir(tmp_path) == ["data"]


def test_the_second_process_takes_over_from_a_killed_one(tmp_path: Path) -> None:
    target = tmp_path / "data"
    holder = _holder(target, 60)
    began = time.monotonic()
    os.kill(holder.pid, signal.SIGKILL)
    made_once(target, lambda folder: (folder / "mine").write_text("") and None)
    holder.wait()
    assert os.listdir(target) == ["mine"]
    assert time.monotonic() - began < 30


def test_many_processes_make_it_once(tmp_path: Path) -> None:
    script = (
        "import sys, os\n"
        "from links2_tasks.dataset import made_once\n"
        "made_once(sys.argv[1], lambda folder: (folder / str(os.getpid())).write_text(''))\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "data")]) for _ in range(4)]
    assert [worker.wait() for worker in workers] == [0] * 4
    assert len(os.listdir(tmp_path / "data")) == 1
    assert os.listdir(tmp_path) == ["data"]


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"Cannot lock .*Choose a folder"), atomic_directory(tmp_path / "file" / "data"):
        pytest.fail("began to work")
