"""Processes that are killed while they save, and two people who save at the same moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from links2_tasks.review import Store

# Forks of one process that has imported the package; each saves decisions and tells of each that was acknowledged.
_HOST = """
import itertools, os, sys
from pathlib import Path
from links2_tasks.review import Decision, Store

def save_on(path, reviewer, start, most):
    os.write(1, f"{os.getpid()}\\n".encode())
    store = Store.open(Path(), Path(path))
    for number in range(int(start), int(start) + int(most)):
        store.add(Decision(
            mode="check", reviewer=reviewer, task="t", question_id=str(number), question_sha256="0", verdict="accepted",
            comment="x" * 500, decided_at="2026-01-02T03:04:05+00:00",
        ))
        os.write(1, f"saved {reviewer} {number}\\n".encode())
    os._exit(0)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        save_on(*line.split())
"""


@contextmanager
def _host() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _HOST]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as host:
        yield host


def _told(line: str, saved: set[tuple[str, str]], pids: list[int]) -> None:
    words = line.split()
    if words[0] == "saved":
        saved.add((words[1], words[2]))
    else:
        pids.append(int(words[0]))


def _kept(path: Path) -> list[tuple[str, str]]:
    decisions = [each.decision for each in Store.open(Path(), path).logged()]
    return [(each.reviewer, each.question_id) for each in decisions]


def test_24_kills_while_two_people_save_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Every third time the store is new, so that some kills hit its making."""
    dice = random.Random(7)
    saved: set[tuple[str, str]] = set()
    paths = [tmp_path / f"{number // 3}.sqlite" for number in range(12)]
    with _host() as host:
        assert host.stdin is not None
        assert host.stdout is not None
        for number, path in enumerate(paths):
            pids: list[int] = []
            for reviewer in ("ann", "ben"):
                host.stdin.write(f"{path} {reviewer} {1000 * number} 1000\n")
            while len(pids) < 2:
                _told(host.stdout.readline(), saved, pids)
            for pid in pids:
                for _ in range(dice.choice((0, 1, 5, 20))):
                    _told(host.stdout.readline(), saved, pids)
                os.kill(pid, signal.SIGKILL)
        host.stdin.close()
        for line in host.stdout:
            _told(line, saved, [])
    kept = {path: _kept(path) for path in paths}
    for reviewer, number_text in saved:
        assert (reviewer, number_text) in kept[paths[int(number_text) // 1000]]
    assert all(len(set(each)) == len(each) for each in kept.values())
    assert len(saved) > 50


def test_four_processes_that_save_at_once_into_a_new_store_lose_nothing(tmp_path: Path) -> None:
    path, people = tmp_path / "review.sqlite", ("ann", "ben", "cem", "dia")
    with _host() as host:
        assert host.stdin is not None
        assert host.stdout is not None
        for reviewer in people:
            host.stdin.write(f"{path} {reviewer} 0 25\n")
        host.stdin.close()
        saved: set[tuple[str, str]] = set()
        for line in host.stdout:
            _told(line, saved, [])
    wanted = {(reviewer, str(number)) for reviewer in people for number in range(25)}
    assert saved == wanted
    assert sorted(_kept(path)) == sorted(wanted)
