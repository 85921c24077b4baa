"""Tar archives, plain or compressed, member by member."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from pathlib import Path
from typing import IO, Any

from links2_tasks.errors import DataError
from links2_tasks.importing._members import RefusedMemberError, Stream, Unpacking

_MAX_HEADER_BYTES = 1 << 20
_MARKS = ((b"\x1f\x8b", gzip.open), (b"\xfd7zXZ\0", lzma.open), (b"BZh", bz2.open))
_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


class _BrokenError(DataError):
    """A header in the midst of an archive is broken."""


def _checked_members() -> type[tarfile.TarInfo]:
    """Headers of one archive, checked: tarfile itself takes a broken one, or a cut, for the archive's end."""

    class Member(tarfile.TarInfo):
        after_zeros = False
        """Whether the last block was one of zeros, which only the end of an archive is made of."""

        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Member:
            if not buf and not Member.after_zeros:
                raise _BrokenError("it is cut short")
            Member.after_zeros = not any(buf)
            try:
                member = super().frombuf(buf, encoding, errors)
            except (tarfile.TruncatedHeaderError, tarfile.InvalidHeaderError) as error:  # type: ignore[attr-defined]
                raise _BrokenError(f"the header of a member is broken ({error})") from error
            if member.type in _HEADERS and member.size > _MAX_HEADER_BYTES:
                raise _BrokenError(f"a member's name or attributes take {member.size} bytes")
            return member

    return Member


class _Counted:
    """A stream whose bytes count, also those that are passed over."""

    def __init__(self, stream: Stream, unpacking: Unpacking) -> None:
        self._stream = stream
        self._unpacking = unpacking
        self._n_bytes = 0
        self.name = "its first one"

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self._n_bytes += len(piece)
        self._unpacking.check(self._n_bytes, self.name)
        return piece


def unpack_tar(unpacking: Unpacking) -> None:
    """Unpack a tar archive, plain or compressed with gzip, xz or bzip2.

    Raises:
        RefusedMemberError: a member is a link, a device or a pipe, leaves the folder, or is over the limits.
        DataError: the archive is damaged or cut short.
    """
    try:
        with _opened(unpacking.archive) as stream:
            counted = _Counted(stream, unpacking)
            # Zeros are not the end: a second archive may follow, and a compressed one ends with a check of its bytes.
            with tarfile.open(
                fileobj=_as_file(counted), mode="r|", tarinfo=_checked_members(), ignore_zeros=True
            ) as archive:
                for member in archive:
                    counted.name = member.name
                    _unpack(archive, member, unpacking)
    except RefusedMemberError:
        raise
    except (_BrokenError, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, ValueError, OSError) as error:
        raise DataError(
            f"{unpacking.archive} cannot be unpacked: {error}. Fetch it again, or pack it again as zip or tar.gz."
        ) from error


def is_tar(path: Path) -> bool:
    """Whether a file is a tar archive, plain or compressed, by its first bytes."""
    try:
        with _opened(path) as stream:
            head = stream.read(512)
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return False
    if head.startswith(b"PK\3\4"):
        return False
    return head[257:262] == b"ustar" or (len(head) == 512 and _has_checksum(head))


def _has_checksum(head: bytes) -> bool:
    """Whether this is a header of the old form, without a mark."""
    try:
        stated = int(head[148:156].strip(b" \0") or b"0", 8)
    except ValueError:
        return False
    return any(head) and stated == sum(head[:148]) + 8 * 32 + sum(head[156:])


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        head = stream.read(6)
    opener: Any = next((opener for mark, opener in _MARKS if head.startswith(mark)), open)
    stream_: IO[bytes] = opener(path, "rb")
    return stream_


def _as_file(counted: _Counted) -> IO[bytes]:
    """What tarfile takes: it reads a stream with `read` alone."""
    stream: Any = counted
    return stream


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, unpacking: Unpacking) -> None:
    if member.issym() or member.islnk():
        raise unpacking.refused(member.name, "is a link")
    if member.isdir():
        unpacking.make_folder(member.name)
        return
    stream = archive.extractfile(member) if member.isreg() else None
    if stream is None:
        raise unpacking.refused(member.name, "is a device, a pipe or of an unknown kind")
    unpacking.write(member.name, stream)
