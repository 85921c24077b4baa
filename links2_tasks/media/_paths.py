"""Paths that come from data stay inside the data's root."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from pathlib import Path, PurePosixPath, PureWindowsPath

from links2_tasks.errors import UnsafePathError

_NO_NAME = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Kinds of characters that no name in a dataset holds: control characters, halves of characters, ends of lines.

They break the lists, logs and tables that names stand in. Letters of any script are fine.
"""
_SHOWN_CHARS = 200
"""How much of a path messages show."""


def resolve_inside(root: Path, relative: str) -> Path:
    """Resolve a path written in a dataset to a real path below `root`.

    The file need not exist, so that the caller can say in its own words what is missing. Links are followed before the
    check: a link inside the root that leads outside it is refused.

    Args:
        root: Folder of the dataset.
        relative: Path as it stands in the data, with forward slashes.

    Returns:
        An absolute path without links, below `root`.

    Raises:
        UnsafePathError: the path is empty, absolute or a URL, holds control characters or line breaks, leaves the
            root, or is one that the file system cannot look up, as when it is too long.
    """
    fault = _fault(relative)
    if fault is None:
        base = Path(root).resolve()
        try:
            target = _looked_up(base / relative)
        except (OSError, RuntimeError) as error:  # RuntimeError: links that form a loop, before Python 3.13.
            reason = getattr(error, "strerror", None) or error
            raise UnsafePathError(
                f"Path {_shown(relative)} in {root} cannot be resolved: {reason}. Correct the path or the file's name."
            ) from error
        if target != base and target.is_relative_to(base):
            return target
        fault = "leaves the dataset's root" if target != base else "is the root itself"
    raise UnsafePathError(
        f"Path {_shown(relative)} {fault}. Paths in a dataset are relative and stay below its root ({root})."
    )


def _looked_up(path: Path) -> Path:
    """The path without links. Whether there is a file does not matter; whether there could be one does."""
    target = path.resolve()
    with suppress(FileNotFoundError, NotADirectoryError):
        target.lstat()
    return target


def _shown(relative: str) -> str:
    return repr(relative if len(relative) <= _SHOWN_CHARS else f"{relative[:_SHOWN_CHARS]}...")


def _fault(relative: str) -> str | None:
    if not relative.strip():
        return "is empty"
    if any(unicodedata.category(character) in _NO_NAME for character in relative):
        return "holds control characters or line breaks"
    if "://" in relative:
        return "is a URL"
    if PurePosixPath(relative).is_absolute() or PureWindowsPath(relative).drive or relative.startswith("\\"):
        return "is absolute"
    if ".." in PurePosixPath(relative.replace("\\", "/")).parts:
        return "contains '..'"
    return None
