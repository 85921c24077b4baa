"""Files that several processes may want at once: written whole or not at all, and made by one of them; and their sizes.

The kernel frees a lock when its holder dies, so whatever unfinished file the next holder finds is what a killed process
left behind, and may be removed.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from links2_tasks.errors import DataError

UNFINISHED = ".unfinished-"
"""What the names of files begin with while they are written."""


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file under another name and rename it when it is complete; its folder is made where it is missing.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile: its files are closed to others, and these should follow the umask.
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(4)}-{path.name}")
    try:
        with unfinished.open("xb") as stream:
            write(stream)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all; halves of characters, which no file can hold, become question marks.

    Raises:
        DataError: it cannot be written; names the path.
    """
    with told_where(path):
        write_whole(path, lambda stream: stream.write(text.encode("utf-8", "replace")))


@contextmanager
def told_where(path: Path) -> Iterator[None]:
    """Turn the errors of writing into one that names what was to be written, and not the unfinished file.

    Raises:
        DataError: the path cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}. Name another place.") from error


def check_place(path: Path, *, is_folder: bool) -> None:
    """Say before long work that its result could not be written; what a look at the place cannot tell comes later.

    Raises:
        DataError: a file stands where a folder is wanted, or a folder where a file is; names the path.
    """
    if path.exists() and path.is_dir() != is_folder:
        raise DataError(f"{path} cannot be written: it is a {'file' if is_folder else 'folder'}. Name another place.")
    if any(parent.exists() and not parent.is_dir() for parent in path.parents):
        raise DataError(f"{path} cannot be written: a file stands where its folder should be. Name another place.")


def size_text(n_bytes: float) -> str:
    """A number of bytes for people, for example '9.1 MB'."""
    if n_bytes >= 1e9:
        return f"{n_bytes / 1e9:.1f} GB"
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.0f} kB"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; wait while another process or thread holds it.

    The file is removed at the end. Someone who waited for it then holds a lock on a file without a name, which locks
    nobody out; hence the check that the name still leads to the locked file.

    Raises:
        OSError: the lock file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = _locked_handle(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _locked_handle(path: Path) -> int:
    # Imported here: Windows lacks it, and there too a framework that holds an export of this module must import.
    import fcntl

    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _same_file(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
