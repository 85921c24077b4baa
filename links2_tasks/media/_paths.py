"""Paths that come from data stay inside the data's root."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from links2_tasks.errors import UnsafePathError


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
        UnsafePathError: the path is empty, absolute or a URL, holds control characters, or leaves the root.
    """
    fault = _fault(relative)
    if fault is None:
        base = Path(root).resolve()
        try:
            target = (base / relative).resolve()
        except (OSError, RuntimeError) as error:  # RuntimeError: links that form a loop, before Python 3.13.
            raise UnsafePathError(f"Path {relative!r} in {root} cannot be resolved: {error}.") from error
        if target != base and target.is_relative_to(base):
            return target
        fault = "leaves the dataset's root" if target != base else "is the root itself"
    raise UnsafePathError(
        f"Path {relative!r} {fault}. Paths in a dataset are relative and stay below its root ({root})."
    )


def _fault(relative: str) -> str | None:
    if not relative.strip():
        return "is empty"
    if any(ord(character) < 32 or ord(character) == 127 for character in relative):
        return "holds control characters"
    if "://" in relative:
        return "is a URL"
    if PurePosixPath(relative).is_absolute() or PureWindowsPath(relative).drive or relative.startswith("\\"):
        return "is absolute"
    if ".." in PurePosixPath(relative.replace("\\", "/")).parts:
        return "contains '..'"
    return None
