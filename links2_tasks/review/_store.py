"""Where decisions lie: `Store`."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.errors import DataError
from links2_tasks.review._database import STORE_FILE, opened, prepare, transaction
from links2_tasks.review._records import Decision, Key, Mode, Progress
from links2_tasks.review._users import NOBODY, Hashed, fits, hashed

RESERVED = ("people", "adjudicated")
"""Names that exports use for all reviewers together."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True)
class Logged:
    """A decision with its number in the log; later ones have larger numbers."""

    number: int
    decision: Decision


@dataclass(frozen=True)
class Given:
    """A question that a person has got to decide about."""

    reviewer: str
    key: Key
    given_at: float
    """Seconds since 1970."""


class Store:
    """Decisions of all people about the questions of one dataset.

    Safe to use from several threads and processes, and to kill at any moment: what a method has acknowledged by
    returning is on the disk. Nothing is ever overwritten; what is taken back stays in the log.
    """

    def __init__(self, path: Path) -> None:
        """Use `Store.open`, which makes and checks the file."""
        self.path = path
        self._lock = threading.Lock()
        # Both tables only grow, so that what was read once stays.
        self._logged: dict[int, Logged] = {}
        self._taken_back: set[int] = set()
        self._given: dict[tuple[str, str], list[Given]] = {}
        self._newest_read = self._newest_given = 0

    @classmethod
    def open(cls, root: Path, path: Path | None = None, *, make: bool = True) -> Store:
        """The store of a dataset.

        Args:
            root: Folder of the dataset.
            path: File of the store, where it is not to lie in the dataset.
            make: Whether a missing one is made.

        Raises:
            DataError: it is missing and not to be made, cannot be written, or is no store that this version reads.
        """
        place = root / STORE_FILE if path is None else path
        prepare(place, make=make)
        return cls(place)

    def add(self, decision: Decision) -> int:
        """Keep a decision; it is on the disk when this returns.

        Returns:
            Its number in the log.
        """
        with opened(self.path) as connection:
            text = decision.model_dump_json(exclude_defaults=True)
            added = connection.execute("INSERT INTO log (decision) VALUES (?)", (text,))
        return int(added.lastrowid or 0)

    def take_back(self, number: int) -> bool:
        """Let a decision count no more; it stays in the log.

        Returns:
            False where it was taken back before.
        """
        with opened(self.path) as connection:
            try:
                connection.execute("INSERT INTO log (undoes) VALUES (?)", (number,))
            except sqlite3.IntegrityError:
                return False
        return True

    def logged(self, mode: Mode | None = None) -> tuple[Logged, ...]:
        """All decisions that were not taken back, oldest first; of all modes where none is named.

        Raises:
            DataError: the log holds what this version cannot read.
        """
        with self._lock:
            with opened(self.path) as connection:
                self._read(connection)
            return tuple(
                each
                for number, each in self._logged.items()
                if number not in self._taken_back and (mode is None or each.decision.mode == mode)
            )

    def stamp(self) -> tuple[int, int]:
        """Changes with every decision, undo and question that is given."""
        with opened(self.path) as connection:
            row = connection.execute("SELECT (SELECT max(id) FROM log), (SELECT max(id) FROM given)").fetchone()
        return row[0] or 0, row[1] or 0

    def given(self, mode: Mode, run: str = "") -> tuple[Given, ...]:
        """What people have got in a mode, in the order in which they got it."""
        with opened(self.path) as connection:
            return self._read_given(connection, mode, run)

    def give(
        self, mode: Mode, run: str, reviewer: str, choose: Callable[[Sequence[Given]], Iterable[Key]]
    ) -> tuple[Key, ...]:
        """Give a person questions, while nobody else is given any.

        Args:
            mode: In which mode.
            run: In mode 'errors', of which run.
            reviewer: The person.
            choose: Told what everyone has got; says what this person gets.

        Returns:
            The questions that the person had not got before.
        """
        with opened(self.path) as connection, transaction(connection):
            before = self._read_given(connection, mode, run)
            had = {each.key for each in before if each.reviewer == reviewer}
            new = [key for key in dict.fromkeys(choose(before)) if key not in had]
            connection.executemany(
                "INSERT INTO given (mode, run, reviewer, task, question_id, question_sha256, given_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(mode, run, reviewer, *key, time.time()) for key in new],
            )
        return tuple(new)

    def progress(self, mode: Mode) -> tuple[Progress, ...]:
        """How far each person is with each task, by name and task."""
        own = [each.decision for each in self.logged(mode) if not each.decision.adjudicates]
        decided = {(each.reviewer, each.run, each.key) for each in own}
        with opened(self.path) as connection:
            rows = connection.execute(
                "SELECT DISTINCT run, reviewer, task, question_id, question_sha256 FROM given WHERE mode = ?", (mode,)
            ).fetchall()
        given = Counter((reviewer, task) for _, reviewer, task, _, _ in rows)
        done = Counter((reviewer, key[0]) for run, reviewer, *key in rows if (reviewer, run, tuple(key)) in decided)
        return tuple(Progress(mode, *each, done[each], given[each]) for each in sorted(given))

    def welcome(self, name: str) -> str:
        """Let a person review; the first time, they get the next number.

        Returns:
            The name.

        Raises:
            DataError: as `check_name`.
        """
        if name not in self.reviewers():
            self.check_name(name)
            with opened(self.path) as connection:
                connection.execute("INSERT OR IGNORE INTO people (name) VALUES (?)", (name,))
        return name

    def reviewers(self) -> tuple[str, ...]:
        """Everyone who has begun to review, in the order in which they came."""
        with opened(self.path) as connection:
            return tuple(name for (name,) in connection.execute("SELECT name FROM people ORDER BY number"))

    def check_name(self, name: str) -> str:
        """A name that a reviewer may have.

        Raises:
            DataError: it has other characters, is reserved, or differs from a known one in nothing but case.
        """
        if not _NAME.fullmatch(name):
            raise DataError(f"{name!r} is no name of a reviewer: use up to 40 letters, digits, '.', '_' and '-'.")
        if name.casefold() in RESERVED:
            raise DataError(f"'{name}' is what exports call all reviewers together. Choose another name.")
        for known in (*self.users(), *self.reviewers()):
            if known != name and known.casefold() == name.casefold():
                raise DataError(f"There is a reviewer '{known}' already. Use that spelling, or another name.")
        return name

    def users(self) -> tuple[str, ...]:
        """Names of those who have a password."""
        with opened(self.path) as connection:
            return tuple(name for (name,) in connection.execute("SELECT name FROM users ORDER BY name"))

    def add_user(self, name: str, password: str) -> None:
        """Let a person log in, or give them a new password.

        Raises:
            DataError: the name or the password is none.
        """
        kept = hashed(password)
        with opened(self.path) as connection:
            connection.execute(
                "INSERT INTO users (name, salt, digest) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET salt = excluded.salt, digest = excluded.digest",
                (self.check_name(name), kept.salt, kept.digest),
            )

    def remove_user(self, name: str) -> None:
        """Let a person log in no more; what they have decided stays.

        Raises:
            DataError: there is no such user.
        """
        with opened(self.path) as connection:
            removed = connection.execute("DELETE FROM users WHERE name = ?", (name,)).rowcount
        if not removed:
            raise DataError(f"There is no user '{name}'. Known: {', '.join(self.users()) or 'none'}.")

    def password_fits(self, name: str, password: str) -> bool:
        """Whether a user may log in with a password; takes as long for a name that nobody has."""
        with opened(self.path) as connection:
            found = connection.execute("SELECT salt, digest FROM users WHERE name = ?", (name,)).fetchone()
        return fits(password, Hashed(*found) if found else NOBODY) and found is not None

    def _read(self, connection: sqlite3.Connection) -> None:
        """Take in what was added to the log since the last look."""
        rows = connection.execute(
            "SELECT id, decision, undoes FROM log WHERE id > ? ORDER BY id", (self._newest_read,)
        ).fetchall()
        for number, text, undoes in rows:
            if text is None:
                self._taken_back.add(undoes)
            else:
                self._logged[number] = Logged(number, self._parsed(number, text))
            self._newest_read = number

    def _parsed(self, number: int, text: str) -> Decision:
        try:
            return Decision.model_validate_json(text)
        except ValueError as error:
            raise DataError(
                f"Decision {number} in {self.path} cannot be read: {error}. It was written by another version of "
                "links2-tasks; use that one."
            ) from error

    def _read_given(self, connection: sqlite3.Connection, mode: Mode, run: str) -> tuple[Given, ...]:
        """Take in what was given since the last look; what was given in one mode, of one run."""
        with self._lock:
            rows = connection.execute(
                "SELECT id, mode, run, reviewer, task, question_id, question_sha256, given_at FROM given WHERE id > ? "
                "ORDER BY id",
                (self._newest_given,),
            ).fetchall()
            for number, of_mode, of_run, reviewer, task, question_id, digest, given_at in rows:
                found = self._given.setdefault((of_mode, of_run), [])
                found.append(Given(reviewer, (task, question_id, digest), given_at))
                self._newest_given = number
            return tuple(self._given.get((mode, run), ()))
