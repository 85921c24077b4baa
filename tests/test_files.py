from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from links2_tasks._files import UNFINISHED, check_place, locked, size_text, write_text, write_whole
from links2_tasks.errors import DataError


def test_a_file_is_written_whole_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "a/b/file"
    write_whole(path, lambda stream: stream.write(b"content"))
    assert path.read_bytes() == b"content"
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def half(stream: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_whole(path, half)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_new_files_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "file", lambda stream: stream.write(b""))
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


def test_a_text_that_cannot_be_written_is_named_by_its_own_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file/below"):
        with pytest.raises(DataError) as caught:
            write_text(path, "text")
        assert str(caught.value).startswith(f"{path} cannot be written: ")


def test_half_a_character_in_a_text_costs_that_character_only(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "a\ud800b")
    assert (tmp_path / "file").read_bytes() == b"a?b"


def test_a_place_is_refused_before_the_work_where_it_can_be_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    check_place(tmp_path / "file", is_folder=False)
    check_place(tmp_path, is_folder=True)
    check_place(tmp_path / "new/file", is_folder=False)
    for path, is_folder in ((tmp_path, False), (tmp_path / "file", True), (tmp_path / "file/below", False)):
        with pytest.raises(DataError, match="cannot be written"):
            check_place(path, is_folder=is_folder)


@pytest.mark.parametrize(("n_bytes", "text"), [(0, "0 kB"), (52_000, "52 kB"), (9.1e6, "9.1 MB"), (2e10, "20.0 GB")])
def test_sizes_are_said_in_a_unit_that_shows_them(n_bytes: float, text: str) -> None:
    assert size_text(n_bytes) == text


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []
    most = 0

    def hold() -> None:
        nonlocal most
        for _ in range(20):
            with locked(tmp_path / "lock"):
                inside.append(1)
                most = max(most, len(inside))
                time.sleep(0.0005)
                inside.pop()

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert not (tmp_path / "lock").exists()


def test_a_lock_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from links2_tasks._files import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with locked(tmp_path / "lock"):
        pass


def test_unfinished_files_can_be_told_by_their_name(tmp_path: Path) -> None:
    seen: list[str] = []
    write_whole(tmp_path / "file", lambda stream: seen.extend(path.name for path in tmp_path.iterdir()))
    assert len(seen) == 1
    assert seen[0].startswith(UNFINISHED)
