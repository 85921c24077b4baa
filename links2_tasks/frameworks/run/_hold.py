"""One run at a time in a folder, and no process of a run that outlives it.

The lock is the kernel's, so it is free as soon as its holder is gone, however it went. Processes that a run has started
look now and then whether it still holds the lock: were they to go on after it was killed, the next run would ask what
they are asking already.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.errors import FrameworkError

VARIABLE = "LINKS2_RUN_HOLD"
"""Tells processes of a run which lock it holds."""

_WAIT_S = 2.0
"""Others hold the lock for an instant when they look at it."""
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Hold:
    """A lock that is held."""

    path: Path
    token: str
    """Tells this holder from others of the same lock."""

    @property
    def variables(self) -> dict[str, str]:
        """What a process of the run is told."""
        return {VARIABLE: f"{self.token}:{self.path.resolve()}"}


@contextmanager
def held(path: Path) -> Iterator[Hold]:
    """Hold the lock file `path`; its folder is made where it is missing.

    Raises:
        FrameworkError: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as stream:
        if not _locked(stream.fileno()):
            raise FrameworkError(
                f"Another `links2 run` is at work in {path.parent}. Wait until it is done, or name another --out."
            )
        token = f"{os.getpid()}-{secrets.token_hex(4)}"
        stream.truncate(0)
        stream.write(token.encode())
        stream.flush()
        yield Hold(path, token)


def end_with_the_run() -> None:
    """End this process soon after the run that started it has ended; does nothing in other processes."""
    token, _, path = os.environ.get(VARIABLE, "").partition(":")
    if token:
        threading.Thread(target=_watch, args=(Path(path), token), daemon=True, name="links2-run-watch").start()


def _locked(handle: int) -> bool:
    deadline = time.monotonic() + _WAIT_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)


def _watch(path: Path, token: str) -> None:
    while _is_held(path, token):
        time.sleep(_LOOK_EVERY_S)
    print(f"links2 run: the run in {path.parent} has ended, so this process ends too", file=sys.stderr, flush=True)
    # Not sys.exit, which ends a thread. Answers that were given are on the disk.
    os._exit(1)


def _is_held(path: Path, token: str) -> bool:
    try:
        with path.open("rb") as stream:
            if stream.read().decode() != token:
                return False
            fcntl.flock(stream.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
