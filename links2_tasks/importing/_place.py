"""SOURCE: the only folders that an import reads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath, PurePosixPath

from links2_tasks.errors import DataError, UnsafePathError
from links2_tasks.media import resolve_inside

_SOME = 10
_DIGITS = re.compile(r"(\d+)")


def natural(name: str) -> list[str | int]:
    """Sorts names as people do: 'frame 9' before 'frame 10'."""
    return [int(part) if number % 2 else part.casefold() for number, part in enumerate(_DIGITS.split(name))]


@dataclass(frozen=True)
class Place:
    """SOURCE and, behind it, what was unpacked from its archives; a path is looked up in one after the other."""

    name: str
    """What the user calls it."""
    roots: tuple[Path, ...]
    """Absolute folders without links."""

    def __str__(self) -> str:
        return self.name

    def find(self, relative: str) -> Path | None:
        """The real path of what lies at a path below SOURCE; None where there is nothing.

        Raises:
            UnsafePathError: the path leaves SOURCE, also through a link, or is none.
        """
        for root in self.roots:
            path = resolve_inside(root, relative)
            if path.exists():
                return path
        return None

    def told(self, error: Exception) -> str:
        """The message of an error, with paths as they are below SOURCE."""
        message = str(error)
        for root in self.roots:
            message = message.replace(f"{root}{os.sep}", "").replace(str(root), "SOURCE")
        return message

    def matching(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """Paths below SOURCE that match one of some globs, in natural order. Links are among them, unread.

        As in a shell, names that begin with a point match only patterns that have such a name: macOS puts files of its
        own beside others into archives.

        Raises:
            DataError: a pattern leaves SOURCE.
        """
        found: set[str] = set()
        for pattern in patterns:
            parts = PurePosixPath(pattern).parts
            if not parts or ".." in parts or PurePosixPath(pattern).is_absolute() or "\0" in pattern:
                raise DataError(f"The pattern '{pattern}' leaves SOURCE or is empty. Patterns are as 'data/*.json'.")
            hidden = _is_hidden(PurePosixPath(pattern))
            for root in self.roots:
                try:
                    hits = list(root.glob(pattern))
                except (ValueError, NotImplementedError) as error:
                    raise DataError(
                        f"The pattern '{pattern}' is none: {error}. Patterns are as 'data/*.json'."
                    ) from error
                names = (hit.relative_to(root) for hit in hits if hit.is_symlink() or hit.is_file())
                found.update(name.as_posix() for name in names if hidden or not _is_hidden(name))
        return tuple(sorted(found, key=lambda name: (natural(name), name)))

    def names_in(self, folder: str) -> tuple[str, ...] | None:
        """Names in a folder in natural order, hidden ones left out; None where there is no such folder.

        Raises:
            UnsafePathError: the path leaves SOURCE.
        """
        path = self.find(folder)
        if path is None or not path.is_dir():
            return None
        names = [name for name in os.listdir(path) if not name.startswith(".")]
        return tuple(sorted(names, key=lambda name: (natural(name), name)))

    def some_files(self) -> tuple[str, ...]:
        """A few files of SOURCE, for messages."""
        return tuple(islice(self._files(), _SOME))

    def _files(self) -> Iterator[str]:
        for root in self.roots:
            for folder, subfolders, names in os.walk(root):
                subfolders.sort(key=natural)
                yield from (Path(folder, name).relative_to(root).as_posix() for name in sorted(names, key=natural))


def _is_hidden(path: PurePath) -> bool:
    return any(part.startswith(".") for part in path.parts)


def inside(place: Place, folder: str, name: str) -> Path:
    """The real path of a file that `names_in` listed.

    Raises:
        UnsafePathError: it is a link that leads out of SOURCE, or to nothing.
    """
    path = place.find(f"{folder}/{name}")
    if path is None:
        raise UnsafePathError(f"'{folder}/{name}' is a link that leads nowhere.")
    return path
