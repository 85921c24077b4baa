"""The files below a folder of results. Links are not followed: what they lead to may lie anywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.errors import DataError


@dataclass(frozen=True)
class Tree:
    """What lies below a folder."""

    root: Path
    files: tuple[Path, ...]
    """Regular files, in the order of their paths."""
    links: tuple[Path, ...]
    """Links to files or folders; VLMEvalKit makes some to files that are in the tree anyway."""

    def below(self, folder: Path) -> Tree:
        """The part of the tree that lies below a folder."""

        def inside(path: Path) -> bool:
            return folder in path.parents

        return Tree(folder, tuple(filter(inside, self.files)), tuple(filter(inside, self.links)))

    def without(self, folders: tuple[Path, ...]) -> Tree:
        """The tree less what lies below some folders."""

        def kept(path: Path) -> bool:
            return not any(folder in path.parents for folder in folders)

        return Tree(self.root, tuple(filter(kept, self.files)), tuple(filter(kept, self.links)))


def look_below(folder: Path) -> Tree:
    """All files below a folder, which itself may be a link.

    Raises:
        DataError: there is no such folder, or a part of it cannot be read.
    """
    if not folder.is_dir():
        what = "is a file" if folder.is_file() else "does not exist"
        raise DataError(f"Results were looked for in {folder}, which {what}. Name the folder that a run wrote to.")
    files: list[Path] = []
    links: list[Path] = []
    for path in _entries(folder):
        if path.is_symlink():
            links.append(path)
        elif path.is_file():
            files.append(path)
    return Tree(folder, tuple(sorted(files)), tuple(sorted(links)))


def _entries(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise DataError(f"Results were looked for in {folder}, but {error.filename}: {error.strerror}.") from error

    for place, folders, files in os.walk(folder, onerror=refuse, followlinks=False):
        yield from (Path(place, name) for name in (*folders, *files))
