"""SOURCE as a folder or an archive, and archives inside it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from links2_tasks.errors import DataError, UnsafePathError
from links2_tasks.importing._members import ArchiveLimits, Unpacking
from links2_tasks.importing._place import Place
from links2_tasks.importing._tar import is_tar, unpack_tar
from links2_tasks.importing._zip import unpack_zip

_SUFFIXES = (".tar.gz", ".tar.xz", ".tar.bz2", ".tgz", ".txz", ".tar", ".zip")


@contextmanager
def opened_source(
    source: Path, inner: tuple[str, ...], work: Path, limits: ArchiveLimits, tell: Callable[[str], None]
) -> Iterator[Place]:
    """SOURCE, unpacked into `work` where it is an archive; `work` is removed at the end, come what may.

    Args:
        source: A folder or an archive.
        inner: Globs of archives inside it; each becomes a folder of its name without suffix.
        work: A folder that is not there yet.
        limits: How much may come out of each archive.
        tell: Told the name of each member.

    Raises:
        DataError: there is nothing at `source`, it is no archive, or a member is refused.
    """
    if not source.exists():
        raise DataError(f"There is nothing at {source}. Name the folder or the archive that holds the rows.")
    try:
        place = Place(str(source), (_folder_of(source, work / "outer", limits, tell),))
        if inner:
            _unpack_inner(place, inner, work / "inner", limits, tell)
            place = Place(str(source), (*place.roots, (work / "inner").resolve()))
        yield place
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _folder_of(source: Path, work: Path, limits: ArchiveLimits, tell: Callable[[str], None]) -> Path:
    if source.is_dir():
        return source.resolve()
    work.mkdir(parents=True)
    unpack(source, work, limits, tell)
    return work.resolve()


def _unpack_inner(
    place: Place, patterns: tuple[str, ...], work: Path, limits: ArchiveLimits, tell: Callable[[str], None]
) -> None:
    work.mkdir(parents=True)
    found = place.matching(patterns)
    if not found:
        raise DataError(f"No file in {place} matches {', '.join(patterns)} (`archives` of the mapping).")
    for name in found:
        try:
            path = place.find(name)
        except UnsafePathError as error:
            raise DataError(f"The archive {name} in {place} is not unpacked: {place.told(error)}") from error
        if path is None:
            raise DataError(f"The archive {name} in {place} is a link that leads nowhere.")
        target = work / _without_suffix(name)
        try:
            target.mkdir(parents=True)
        except OSError as error:
            raise DataError(f"The archive {name} in {place} would be unpacked over another one.") from error
        unpack(path, target, limits, tell)


def _without_suffix(name: str) -> str:
    suffix = next((each for each in _SUFFIXES if name.lower().endswith(each)), PurePosixPath(name).suffix)
    return name[: len(name) - len(suffix)] or name


def unpack(archive: Path, folder: Path, limits: ArchiveLimits, tell: Callable[[str], None]) -> None:
    """Unpack a zip or tar archive into an empty folder.

    Raises:
        RefusedMemberError: a member leaves the folder, is no plain file, or is over the limits.
        DataError: it is no archive, or is damaged.
    """
    unpacking = Unpacking(archive, folder, limits, tell)
    if not archive.is_file():
        raise DataError(f"{archive} is no file and no folder.")
    if is_tar(archive):
        unpack_tar(unpacking)
    elif zipfile.is_zipfile(archive):
        unpack_zip(unpacking)
    else:
        raise DataError(
            f"{archive} is neither a folder nor a zip or tar archive that can be read. Name the folder that holds it."
        )
