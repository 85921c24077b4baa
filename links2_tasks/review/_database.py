"""The file that decisions lie in: made, checked and opened.

A log that only grows: rows of it can be neither changed nor removed, which the file itself enforces. A commit is on the
disk before it is acknowledged (`synchronous=FULL`), so a process may be killed at any moment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from links2_tasks._files import locked
from links2_tasks.errors import DataError

STORE_FILE = ".links2/review.sqlite"
"""Below the dataset's root; hidden folders are no part of a dataset."""
APPLICATION_ID = 0x6C327276
"""'l2rv': tells a store from SQLite files of others."""
VERSION = 1
SYNCHRONOUS = "FULL"
"""A commit is on the disk when it returns."""
_WAIT_S = 30.0
_ELSEWHERE = "Name a file on a disk of this machine that you may write to: --store FILE."

_TABLES = (
    """
    CREATE TABLE log (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        decision TEXT,
        undoes INTEGER UNIQUE REFERENCES log (id),
        CHECK ((decision IS NULL) <> (undoes IS NULL))
    )
    """,
    "CREATE TRIGGER log_is_not_changed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END",
    "CREATE TRIGGER log_is_not_cut BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END",
    """
    CREATE TABLE given (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        mode TEXT NOT NULL,
        run TEXT NOT NULL,
        reviewer TEXT NOT NULL,
        task TEXT NOT NULL,
        question_id TEXT NOT NULL,
        question_sha256 TEXT NOT NULL,
        given_at REAL NOT NULL,
        UNIQUE (mode, run, reviewer, task, question_id, question_sha256)
    )
    """,
    "CREATE TABLE people (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE users (name TEXT PRIMARY KEY, salt BLOB NOT NULL, digest BLOB NOT NULL)",
)


def prepare(path: Path, *, make: bool) -> None:
    """Make the file where it is missing, and check that it is a store that this version reads.

    Raises:
        DataError: it is missing and not to be made, cannot be made, is something else, or of a newer version.
    """
    if not make and not path.is_file():
        raise DataError(
            f"There is no review store at {path}: nobody has reviewed yet. Begin with `links2 review ROOT`."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite cannot wait when two processes change a new file's journal at once; the lock makes one of them wait.
        with locked(path.with_name(f".{path.name}.lock")):
            _prepare(path)
    except OSError as error:
        raise DataError(f"The review store {path} cannot be opened: {error.strerror}. {_ELSEWHERE}") from error


def _prepare(path: Path) -> None:
    with opened(path, make=True) as connection:
        found = _number(connection, "application_id"), _number(connection, "user_version")
        n_tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found == (0, 0) and n_tables == 0:
            connection.execute("PRAGMA journal_mode = WAL")
            with transaction(connection):
                for statement in _TABLES:
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
        elif found[0] != APPLICATION_ID:
            raise DataError(f"{path} is no review store of links2. Name another file with --store, or move this one.")
        elif found[1] > VERSION:
            raise DataError(
                f"The review store {path} is of version {found[1]}; this links2 knows versions up to {VERSION}. "
                "Install the newer links2-tasks that wrote it."
            )


def _number(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


@contextmanager
def opened(path: Path, *, make: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection of its own for one use: safe in any thread and after any fork.

    A file that somebody has removed is an error; a new empty one in its place would hide that.

    Raises:
        DataError: the file cannot be read or written.
    """
    address = f"{path.absolute().as_uri()}?mode={'rwc' if make else 'rw'}"
    try:
        with closing(sqlite3.connect(address, timeout=_WAIT_S, isolation_level=None, uri=True)) as connection:
            connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        raise DataError(f"The review store {path} cannot be read or written: {error}. {_ELSEWHERE}") from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, and nobody else writes meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
