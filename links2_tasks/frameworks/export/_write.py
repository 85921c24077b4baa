"""Files of an export: each says where it comes from, so that a later export may replace it and nothing else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks import __version__
from links2_tasks.errors import FrameworkError

_MARK = "Generated from links2-tasks "


@dataclass(frozen=True)
class ExportedFile:
    """One file to be written."""

    path: str
    """Relative to the destination."""
    text: str


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote."""

    dest: Path
    files: tuple[Path, ...]
    """Relative to `dest`, in order of their names."""
    removed: tuple[Path, ...]
    """Files of an earlier export that this one does not hold; relative to `dest`."""
    n_lines: int
    next_step: str


def origin(source: str = "") -> str:
    """The sentence that says where a file comes from, and by which it is known to be from an export."""
    return f"{_MARK}{__version__}{f' ({source})' if source else ''} by `links2 export`"


def with_origin(text: str, source: str) -> str:
    """Text of a file whose comments begin with '#', with two lines that say where it comes from and on what terms."""
    return f"# {origin(source)}; edit it there.\n# SPDX-License-Identifier: Apache-2.0\n{text}"


def with_markdown_origin(text: str) -> str:
    """Text of a Markdown file with a line that says where it comes from, which is not shown."""
    return f"<!-- {origin()}. -->\n{text}"


def write_files(dest: Path, files: Sequence[ExportedFile], owned: str, next_step: str) -> ExportReport:
    """Write an export into a folder, which may be a clone of the framework.

    Args:
        dest: The folder; made when it is not there.
        files: The files.
        owned: Folder below `dest` that holds nothing but files of exports; what earlier ones left there is removed.
        next_step: What to do with the files, for the report.

    Raises:
        FrameworkError: a file of the same name is not from an earlier export, or cannot be written. In the first case
            nothing was written.
    """
    folder = dest.expanduser().absolute()
    places = [folder / file.path for file in files]
    foreign = [str(place) for place in places if place.exists() and not _is_exported(place)]
    if foreign:
        raise FrameworkError(
            f"Not written, because it is not from an earlier export: {', '.join(foreign)}. Move it away, or name "
            "another folder."
        )
    stale = [path for path in sorted((folder / owned).rglob("*")) if path not in places and _is_exported(path)]
    try:
        for place, file in zip(places, files, strict=True):
            _write(place, file.text)
        for path in stale:
            path.unlink()
    except OSError as error:
        raise FrameworkError(
            f"The export cannot be written: {error}. Choose a folder that you may write to."
        ) from error
    return ExportReport(
        dest=folder,
        files=tuple(sorted(Path(file.path) for file in files)),
        removed=tuple(path.relative_to(folder) for path in stale),
        n_lines=sum(file.text.count("\n") for file in files),
        next_step=next_step,
    )


def _is_exported(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8") as stream:
            return _MARK in stream.readline()
    except (OSError, UnicodeDecodeError):
        return False


def _write(place: Path, text: str) -> None:
    """Write a file at once: whoever looks finds the old one or the new one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        # mkstemp's files are closed to others.
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
