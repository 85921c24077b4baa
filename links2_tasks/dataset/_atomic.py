"""Folders that are there completely or not at all.

A folder is made under a hidden name beside its place and renamed when it is complete. Whoever makes one holds a lock
file beside it. The kernel frees the lock when its holder dies, so whatever unfinished folder the next holder finds is
what a killed process left behind, and may be removed.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from glob import escape
from pathlib import Path

from links2_tasks._files import locked
from links2_tasks.errors import DataError


@contextmanager
def atomic_directory(target: str | Path) -> Iterator[Path]:
    """A new folder beside `target` that becomes `target` when the block ends without an error.

    On an error, the folder and all that is in it are removed and `target` stays absent. While another process makes
    the same target, this one waits.

    Raises:
        DataError: `target` exists already and is not an empty folder.
    """
    place = Path(target).expanduser().absolute()
    with _lock(place):
        if place.exists() and not _is_empty_folder(place):
            raise DataError(f"{place} exists already. Name another folder, or remove this one first.")
        with _unfinished(place) as folder:
            yield folder


def made_once(target: str | Path, make: Callable[[Path], None]) -> Path:
    """`target`, made by `make(folder)` when it is not there yet.

    Of several processes that ask at once, one makes it and the others wait and use what it made.
    """
    place = Path(target).expanduser().absolute()
    if not place.exists():
        with _lock(place):
            if not place.exists():
                with _unfinished(place) as folder:
                    make(folder)
    return place


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


@contextmanager
def _unfinished(place: Path) -> Iterator[Path]:
    """A hidden sibling that is renamed to `place`; needs the lock of `place`."""
    prefix = _beside(place, ".unfinished-").name
    for left_behind in place.parent.glob(f"{escape(prefix)}*"):
        _remove(left_behind)
    # Not tempfile.mkdtemp: its folders are closed to others, and the finished dataset should follow the umask.
    folder = place.with_name(prefix + secrets.token_hex(4))
    folder.mkdir()
    try:
        yield folder
        folder.rename(place)
    finally:
        _remove(folder)


def _beside(place: Path, suffix: str) -> Path:
    """A hidden sibling. What is made beside an unfinished folder begins with that folder's name, so it goes with it."""
    return place.with_name(f".{place.name.lstrip('.')}{suffix}")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _lock(place: Path) -> Iterator[None]:
    """Hold the lock file of `place`; wait while another process holds it."""
    path = _beside(place, ".lock")
    with ExitStack() as held:
        try:
            held.enter_context(locked(path))
        except OSError as error:
            raise DataError(f"Cannot lock {path}: {error.strerror}. Choose a folder that you may write to.") from error
        yield
