"""Zip archives, member by member."""

from __future__ import annotations

import stat
import zipfile
import zlib
from lzma import LZMAError

from links2_tasks.errors import DataError
from links2_tasks.importing._members import Unpacking

_ENCRYPTED = 0x1


def unpack_zip(unpacking: Unpacking) -> None:
    """Unpack a zip archive.

    Raises:
        RefusedMemberError: a member is a link or a device, is encrypted, leaves the folder, or is over the limits.
        DataError: the archive is damaged, or uses a compression that Python does not know.
    """
    try:
        with zipfile.ZipFile(unpacking.archive) as archive:
            for member in archive.infolist():
                _unpack(archive, member, unpacking)
    except (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise DataError(
            f"{unpacking.archive} cannot be unpacked: {error}. Fetch it again, or pack it again as zip or tar.gz."
        ) from error


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, unpacking: Unpacking) -> None:
    # `filename` is cut at NUL, `orig_filename` is not.
    name = member.orig_filename
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise unpacking.refused(name, "is a link")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise unpacking.refused(name, "is a device, a pipe or a socket")
    if member.flag_bits & _ENCRYPTED:
        raise unpacking.refused(name, "is encrypted; unpack it yourself and name the folder")
    if member.is_dir() or kind == stat.S_IFDIR:
        unpacking.make_folder(name)
        return
    with archive.open(member) as stream:
        unpacking.write(name, stream)
