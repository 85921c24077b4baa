"""The databases in which lmms-eval stores answers, one for each process, joined to one that all processes read.

A process that is killed leaves its own database whole, thanks to SQLite; but it may leave one without tables, and a
full or a remote disk may leave a damaged one. The host would not start with such a file. Beside each it keeps a log of
the same answers, and fills a new database from it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal

_JOINT = "cache.db"
_TABLES = {"responses", "meta"}
_DAMAGED = ".damaged"

State = Literal["whole", "empty", "damaged"]


def join_answers(folder: Path, merge: Callable[[list[str], str], object], say: Callable[[str], None]) -> None:
    """Join the answers of all processes of all attempts.

    Args:
        folder: The host's folder of a cache.
        merge: The host's own function for it: databases to read, and the one to add to.
        say: Told what is put aside.

    Raises:
        sqlite3.Error: a database cannot be read or written for another reason than damage.
    """
    joint = folder / _JOINT
    for path in (joint, *sorted(folder.glob("runs/*/rank_*.db"))):
        if path.exists() and state_of(path) == "damaged":
            say(f"{path} is damaged and is put aside; its answers are taken from the other files")
            _put_aside(path)
    parts = [str(path) for path in sorted(folder.glob("runs/*/rank_*.db")) if state_of(path) == "whole"]
    if parts:
        merge(parts, str(joint))


def state_of(path: Path) -> State:
    """What a database is worth."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError:
            # Locked, or the disk does not answer: that is no damage.
            raise
        except sqlite3.DatabaseError:
            return "damaged"
    if verdict != "ok":
        return "damaged"
    return "whole" if names >= _TABLES else "empty"


def _put_aside(path: Path) -> None:
    # With what SQLite keeps beside it, which it would otherwise apply to the next file of that name.
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(path.with_name(f"{path.name}{_DAMAGED}{suffix}"))
