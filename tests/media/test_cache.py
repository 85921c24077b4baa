from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from links2_tasks.errors import MediaError
from links2_tasks.media import ClipCache, _cache, clip_cache


@pytest.fixture
def cache(tmp_path: Path) -> ClipCache:
    return ClipCache(tmp_path / "cache", 10**9)


def content(data: bytes, calls: list[bytes] | None = None) -> Callable[[IO[bytes]], object]:
    """A maker of an entry; notes that it was called."""

    def make(stream: IO[bytes]) -> None:
        if calls is not None:
            calls.append(data)
        stream.write(data)

    return make


def test_an_entry_is_made_once_for_a_recipe(cache: ClipCache) -> None:
    calls: list[bytes] = []
    first = cache.get("frames", ["a", 1], ".npy", content(b"1", calls))
    assert cache.get("frames", ["a", 1], ".npy", content(b"2", calls)) == first
    assert first.read_bytes() == b"1"
    assert cache.get("frames", ["a", 2], ".npy", content(b"3", calls)) != first
    assert cache.get("clips", ["a", 1], ".npy", content(b"4", calls)) != first
    assert calls == [b"1", b"3", b"4"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "longer", "emptied", "facts gone", "facts damaged", "gone"])
def test_a_damaged_entry_is_made_anew(cache: ClipCache, damage: str) -> None:
    path = cache.get("frames", ["a"], ".npy", content(b"0123456789"))
    facts = path.with_name(f"{path.name}.json")
    harm = {
        "cut": lambda: path.write_bytes(b"01234"),
        "flipped": lambda: path.write_bytes(b"0123456780"),
        "longer": lambda: path.write_bytes(b"0123456789x"),
        "emptied": lambda: path.write_bytes(b""),
        "facts gone": facts.unlink,
        "facts damaged": lambda: facts.write_text('{"sha256": 3'),
        "gone": path.unlink,
    }
    harm[damage]()
    calls: list[bytes] = []
    again = cache.get("frames", ["a"], ".npy", content(b"0123456789", calls))
    assert (again, calls, again.read_bytes()) == (path, [b"0123456789"], b"0123456789")


def test_threads_that_ask_at_once_make_it_once(cache: ClipCache) -> None:
    calls: list[bytes] = []

    def make(stream: IO[bytes]) -> None:
        calls.append(b"")
        time.sleep(0.05)
        stream.write(b"slow")

    threads = [threading.Thread(target=cache.get, args=("frames", ["a"], ".npy", make)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_processes_that_ask_at_once_make_it_once(cache: ClipCache, tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from links2_tasks.media import ClipCache\n"
        "def make(stream):\n"
        "    with open(sys.argv[2], 'a') as log: log.write('made\\n')\n"
        "    time.sleep(0.5); stream.write(b'x' * 1000)\n"
        "print(ClipCache(Path(sys.argv[1]), 10**9).get('frames', ['a'], '.npy', make).stat().st_size)"
    )
    command = [sys.executable, "-c", code, str(cache.folder), str(tmp_path / "log")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0] for process in running] == ["1000\n"] * 3
    assert (tmp_path / "log").read_text().splitlines() == ["made"]


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, 10_000)
    paths = [cache.get("frames", [name], ".npy", content(b"x" * 1_000)) for name in "abcdefgh"]
    for age, path in enumerate(reversed(paths)):
        os.utime(path, (time.time() - 100 - age, time.time() - 100 - age))
    cache.get("frames", ["a"], ".npy", content(b"x" * 1_000))  # Used again: now the youngest.
    cache.get("frames", ["big"], ".npy", content(b"x" * 5_000))
    left = {path.name for path in paths if path.exists()}
    assert left == {paths[0].name, *(path.name for path in paths[4:])}
    assert sum(entry.n_bytes for entry in cache.entries()) <= 10_000


def test_an_entry_larger_than_the_bound_is_there_for_its_maker_and_goes_next(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, 100)
    first = cache.get("frames", ["a"], ".npy", content(b"x" * 1_000))
    assert first.stat().st_size == 1_000
    second = cache.get("frames", ["b"], ".npy", content(b"x" * 1_000))
    assert (first.exists(), second.exists()) == (False, True)


def test_clips_that_a_host_may_still_open_stay_over_the_bound(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, 3_000)
    young = [cache.get("clips", [name], ".mp4", content(b"x" * 1_000)) for name in "abcd"]
    assert all(path.exists() for path in young)
    for path in young:
        os.utime(path, (time.time() - 2 * 86_400,) * 2)
    cache.trim()
    assert sum(path.exists() for path in young) == 3


def test_clear_removes_every_entry_and_says_how_much(cache: ClipCache) -> None:
    cache.get("frames", ["a"], ".npy", content(b"x" * 300))
    cache.get("clips", ["a"], ".mp4", content(b"x" * 200))
    assert cache.clear() == 500
    assert list(cache.entries()) == []
    assert [path for path in cache.folder.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_an_error_that_leaves_nothing(cache: ClipCache) -> None:
    def make(stream: IO[bytes]) -> None:
        stream.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        cache.get("frames", ["a"], ".npy", make)
    assert [path for path in cache.folder.rglob("*") if path.is_file()] == []
    assert cache.get("frames", ["a"], ".npy", content(b"whole")).read_bytes() == b"whole"


def test_20_kills_while_entries_are_written_leave_no_wrong_entry(tmp_path: Path) -> None:
    """Each process writes entries as fast as it can until it is killed; whatever counts as whole afterwards is right.

    They are forks of one that has imported the package.
    """
    code = (
        "import itertools, os, sys; from pathlib import Path; from links2_tasks.media import ClipCache\n"
        "def write_on():\n"
        "    print(os.getpid(), flush=True)\n"
        "    cache = ClipCache(Path(sys.argv[1]), 10**9)\n"
        "    for number in itertools.count():\n"
        "        name = str(number % 40)\n"
        "        path = cache.get('frames', [name], '.npy', lambda stream: [stream.write(name.encode() * 20_000) for _ in range(5)])\n"
        "        path.unlink() if number % 3 == 0 else None\n"
        "for line in sys.stdin:\n"
        "    child = os.fork()\n"
        "    if child == 0: write_on()\n"
        "    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)\n"
    )
    dice = random.Random(5)
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as host:
        assert host.stdin is not None
        assert host.stdout is not None
        for _ in range(20):
            host.stdin.write("another\n")
            number = int(host.stdout.readline())
            time.sleep(dice.uniform(0.0, 0.08))
            os.kill(number, signal.SIGKILL)
            assert host.stdout.readline() == f"{-signal.SIGKILL}\n"
    cache = ClipCache(tmp_path, 10**9)
    for number in range(40):
        name = str(number)
        whole = name.encode() * 100_000
        assert cache.get("frames", [name], ".npy", content(whole)).read_bytes() == whole
    for leftover in tmp_path.rglob(".unfinished-*"):
        os.utime(leftover, (0, 0))
    cache.trim()
    assert list(tmp_path.rglob(".unfinished-*")) == []


def test_the_bound_is_set_in_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKS2_CACHE_GB", "0.5")
    assert clip_cache().max_bytes == 500_000_000
    monkeypatch.delenv("LINKS2_CACHE_GB")
    assert clip_cache().max_bytes == 20_000_000_000
    assert clip_cache() is clip_cache()


@pytest.mark.parametrize("text", ["0", "-1", "much", "nan", "inf"])
def test_a_wrong_bound_is_an_error_that_says_what_is_right(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKS2_CACHE_GB", text)
    with pytest.raises(MediaError, match="for example 20"):
        _cache.max_bytes()


def test_the_facts_of_an_entry_are_its_size_and_digest(cache: ClipCache) -> None:
    path = cache.get("frames", ["a"], ".npy", content(b"abc"))
    facts = json.loads(path.with_name(f"{path.name}.json").read_text())
    assert facts["bytes"] == 3
    assert facts["sha256"].startswith("ba7816bf")
