"""Members of archives: which are refused, and how they are written within limits."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from links2_tasks._files import size_text
from links2_tasks.errors import DataError
from links2_tasks.importing._records import in_a_line

_NO_NAME = frozenset({"Cc", "Cs", "Zl", "Zp"})
_PIECE_BYTES = 1 << 20
_NAME_BYTES = 255
_PATH_BYTES = 1_024
_MAX_DEPTH = 32


@dataclass(frozen=True)
class ArchiveLimits:
    """How much may come out of an archive; what is unpacked counts, not what its headers say."""

    max_bytes: int = 200 * 10**9
    """In all."""
    max_ratio: float = 100.0
    """Bytes that come out for each byte of the archive; videos and images have about 1, texts 5 to 20."""
    free_bytes: int = 100 * 10**6
    """So much may come out whatever the ratio is."""
    max_members: int = 2_000_000


class RefusedMemberError(DataError):
    """A member of an archive may not be unpacked."""


class Stream(Protocol):
    """What members are read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class Unpacking:
    """Writes members of one archive into a folder."""

    def __init__(self, archive: Path, folder: Path, limits: ArchiveLimits, tell: Callable[[str], None]) -> None:
        """Unpack `archive` into `folder`, which is new and empty."""
        self.archive = archive
        self._folder = folder
        self._limits = limits
        self._tell = tell
        self._n_archive_bytes = archive.stat().st_size
        self._allowed = min(limits.max_bytes, max(limits.free_bytes, int(self._n_archive_bytes * limits.max_ratio)))
        self._n_written = 0
        self._n_members = 0

    def make_folder(self, name: str) -> None:
        """Make the folder that a member is.

        Raises:
            RefusedMemberError: its name is refused, or a file is already there.
        """
        if name in (".", "./"):  # What `tar -C FOLDER -cf ARCHIVE .` begins with.
            return
        path = self._place_of(name.rstrip("/") or name)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self.refused(name, f"cannot be made: {error.strerror}") from error

    def write(self, name: str, stream: Stream) -> None:
        """Write a member that is a file.

        Raises:
            RefusedMemberError: its name is refused or taken, or a limit is passed; what was written of it stays for
                the caller to remove with the folder.
            DataError: the disk is full.
        """
        path = self._place_of(name)
        self._tell(in_a_line(name))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # 'x' never writes over what is there: a member of the same name, or one that differs in case only.
            with path.open("xb") as file:
                while piece := stream.read(_PIECE_BYTES):
                    self._n_written += len(piece)
                    self.check(self._n_written, name)
                    file.write(piece)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise self.refused(name, "would be written over another member") from error

    def check(self, n_bytes: int, name: str) -> None:
        """Check how many bytes have come out up to now, at the member `name`.

        Raises:
            RefusedMemberError: they are too many.
        """
        if n_bytes > self._allowed:
            raise self.refused(
                name,
                f"brings what is unpacked over {size_text(self._allowed)}; the archive has "
                f"{size_text(self._n_archive_bytes)}. If you trust it, raise --max-unpacked-gb or --max-ratio",
            )

    def refused(self, name: str, why: str) -> RefusedMemberError:
        """The error that names a member."""
        return RefusedMemberError(
            f"{self.archive} was not unpacked: its member '{in_a_line(name)}' {why}. Nothing was kept of it."
        )

    def _place_of(self, name: str) -> Path:
        self._n_members += 1
        if self._n_members > self._limits.max_members:
            raise self.refused(name, f"is one too many; at most {self._limits.max_members} are unpacked")
        fault = name_fault(name)
        if fault:
            raise self.refused(name, fault)
        return self._folder / name


def name_fault(name: str) -> str:
    """Why the name of a member is refused, as the end of a sentence; empty where it is fine."""
    parts = PurePosixPath(name).parts
    if not parts or not name.strip():
        return "has no name"
    if any(unicodedata.category(each) in _NO_NAME for each in name):
        return "has control characters or half a character in its name"
    if name.startswith("/"):
        return "has an absolute path"
    if "\\" in name:
        return "has a backslash in its name"
    if ":" in parts[0][:2]:
        return "names a drive"
    if ".." in parts:
        return "leaves the archive's folder"
    if len(parts) > _MAX_DEPTH or len(os.fsencode(name)) > _PATH_BYTES:
        return "has a path that is too long"
    if any(len(os.fsencode(part)) > _NAME_BYTES for part in parts):
        return "has a name that is too long"
    return ""
