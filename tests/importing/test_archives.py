"""Archives are unpacked member by member; crafted ones are refused by the member's name, and nothing stays behind."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.dataset import validate
from links2_tasks.errors import DataError
from links2_tasks.importing import ArchiveLimits, RefusedMemberError, import_dataset
from links2_tasks.importing._archives import opened_source, unpack
from links2_tasks.importing._members import name_fault

SMALL = ArchiveLimits(max_bytes=10**6, max_ratio=20, free_bytes=25_000)


def write_zip(
    path: Path, members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda info: None
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, data)
    return path


def write_tar(
    path: Path,
    members: dict[str, bytes],
    change: Callable[[tarfile.TarInfo], None] = lambda info: None,
    mode: str = "w",
) -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            change(info)
            archive.addfile(info, io.BytesIO(data))
    return path


def unpacked(archive: Path, tmp_path: Path, limits: ArchiveLimits = SMALL) -> dict[str, bytes]:
    """Files that come out; whatever happens, the folder is gone afterwards."""
    work = tmp_path / "work"
    try:
        with opened_source(archive, (), work, limits, lambda name: None) as place:
            (root,) = place.roots
            return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    finally:
        assert not work.exists()


FILES = {"a.txt": b"one", "folder/b.txt": b"two", "folder/deep/c": b""}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_tars_come_out_as_they_went_in(tmp_path: Path, mode: str) -> None:
    assert unpacked(write_tar(tmp_path / "a.anything", FILES, mode=mode), tmp_path) == FILES


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tars_of_all_forms_and_long_names_come_out(tmp_path: Path, form: int) -> None:
    name = "/".join(["folder" * 5] * 4) + "/\u00fcber.txt"
    with tarfile.open(tmp_path / "a.tar", "w", format=form) as archive:
        info = tarfile.TarInfo(name)
        info.size = 2
        archive.addfile(info, io.BytesIO(b"ok"))
    assert unpacked(tmp_path / "a.tar", tmp_path) == {name: b"ok"}


def test_a_tar_of_the_folder_itself_comes_out(tmp_path: Path) -> None:
    (tmp_path / "packed/sub").mkdir(parents=True)
    (tmp_path / "packed/sub/a.txt").write_text("1")
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.add(tmp_path / "packed", ".")
    assert unpacked(tmp_path / "a.tar", tmp_path) == {"sub/a.txt": b"1"}


def test_zips_come_out_as_they_went_in(tmp_path: Path) -> None:
    assert unpacked(write_zip(tmp_path / "a.zip", FILES), tmp_path) == FILES


OUTSIDE = {
    "../up.txt": "leaves the archive's folder",
    "a/../../up.txt": "leaves the archive's folder",
    "/etc/up.txt": "has an absolute path",
    "..\\up.txt": "has a backslash",
    "C:/up.txt": "names a drive",
    "a\nb": "has control characters",
    "a\x1b[2Jb": "has control characters",
    "x" * 256: "has a name that is too long",
    "/".join("abcdefgh" * 5): "has a path that is too long",
    "é" * 200: "has a name that is too long",
}


@pytest.mark.parametrize(("name", "why"), OUTSIDE.items(), ids=range(len(OUTSIDE)))
@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_members_that_leave_the_folder_are_refused(
    tmp_path: Path, write: Callable[..., Path], name: str, why: str
) -> None:
    archive = write(tmp_path / "evil", {"good.txt": b"1", name: b"2"})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(RefusedMemberError, match=why) as raised:
        unpacked(archive, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    shown = name.replace("\n", " ").replace("\x1b", " ")[:20]
    assert f"its member '{shown}" in str(raised.value)


def test_a_name_with_nul_is_refused_and_not_cut(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"good.txtXevil": b"1"})
    archive.write_bytes(archive.read_bytes().replace(b"good.txtXevil", b"good.txt\0evil"))
    with pytest.raises(RefusedMemberError, match="control characters"):
        unpacked(archive, tmp_path)


def test_a_name_in_no_known_script_is_refused(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "a.tar", {"good": b"1"})
    data = bytearray(archive.read_bytes())
    data[:4] = b"\xff\xfeod"
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 8 * 32 + sum(data[156:512]))
    archive.write_bytes(data)
    with pytest.raises(RefusedMemberError, match="half a character"):
        unpacked(archive, tmp_path)


KINDS = {
    "is a link": (tarfile.SYMTYPE, tarfile.LNKTYPE),
    "is a device, a pipe": (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE),
}


@pytest.mark.parametrize(("why", "kind"), [(why, kind) for why, kinds in KINDS.items() for kind in kinds])
def test_links_and_devices_in_tars_are_refused(tmp_path: Path, why: str, kind: bytes) -> None:
    def change(info: tarfile.TarInfo) -> None:
        if info.name == "bad":
            info.type, info.linkname = kind, "good"

    archive = write_tar(tmp_path / "a.tar", {"good": b"", "bad": b""}, change)
    with pytest.raises(RefusedMemberError, match=f"'bad' {why}"):
        unpacked(archive, tmp_path)


@pytest.mark.parametrize(
    ("kind", "why"), [(stat.S_IFLNK, "is a link"), (stat.S_IFIFO, "is a device"), (stat.S_IFCHR, "is a device")]
)
def test_links_and_devices_in_zips_are_refused(tmp_path: Path, kind: int, why: str) -> None:
    def change(info: zipfile.ZipInfo) -> None:
        info.create_system, info.external_attr = 3, (kind | 0o644) << 16

    with pytest.raises(RefusedMemberError, match=f"'bad' {why}"):
        unpacked(write_zip(tmp_path / "a.zip", {"bad": b"/etc/passwd"}, change), tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_over_others_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", b"1")
        archive.writestr("a", b"2")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a", b"1")
        archive.writestr("a/b", b"2")
    with tarfile.open(tmp_path / "c.tar", "w") as tar:
        for _ in range(2):
            tar.addfile(tarfile.TarInfo("./x/a"))
    for name, member in (("a.zip", "a"), ("b.zip", "a/b"), ("c.tar", "./x/a")):
        with pytest.raises(RefusedMemberError, match=rf"'{member}' would be written over"):
            unpacked(tmp_path / name, tmp_path)


def test_a_folder_over_a_file_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", b"1")
        archive.writestr("a/", b"")
    with pytest.raises(RefusedMemberError, match="'a/' cannot be made"):
        unpacked(tmp_path / "a.zip", tmp_path)


ZEROS = bytes(400_000)


@pytest.mark.parametrize(
    "write",
    [
        write_zip,
        lambda path, members: write_tar(path, members, mode="w:gz"),
        lambda path, members: write_tar(path, members, mode="w:xz"),
    ],
)
def test_bombs_are_refused(tmp_path: Path, write: Callable[..., Path]) -> None:
    archive = write(tmp_path / "bomb", {"good": b"1", "boom": ZEROS})
    assert archive.stat().st_size < len(ZEROS) / 100
    with pytest.raises(RefusedMemberError, match=r"'(boom|good)' brings what is unpacked over \d+ kB"):
        unpacked(archive, tmp_path)
    wide = ArchiveLimits(max_bytes=10**6, max_ratio=10_000, free_bytes=0)
    assert unpacked(archive, tmp_path, wide)["boom"] == ZEROS
    with pytest.raises(RefusedMemberError, match=r"unpacked over 0\.3 MB"):
        unpacked(archive, tmp_path, ArchiveLimits(max_bytes=300_000, max_ratio=10_000))


def test_a_bomb_whose_headers_lie_is_refused(tmp_path: Path) -> None:
    """The headers say 10 bytes; a reader that believed them would let the rest through."""
    archive = write_zip(tmp_path / "a.zip", {"boom": ZEROS})
    data = archive.read_bytes()
    archive.write_bytes(data.replace(struct.pack("<L", len(ZEROS)), struct.pack("<L", 10)))
    with pytest.raises(DataError, match=r"cannot be unpacked|brings what is unpacked"):
        unpacked(archive, tmp_path)


def test_a_bomb_of_many_small_members_is_refused(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {f"m{number}": bytes(30_000) for number in range(40)})
    with pytest.raises(RefusedMemberError, match=r"'m\d+' brings"):
        unpacked(archive, tmp_path)


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", dict.fromkeys("abcd", b""))
    with pytest.raises(RefusedMemberError, match="'d' is one too many; at most 3"):
        unpacked(archive, tmp_path, ArchiveLimits(max_members=3))


def test_a_tar_with_a_huge_name_is_refused_before_it_is_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 2**33
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    with pytest.raises(DataError, match="name or attributes take 8589934592 bytes"):
        unpacked(tmp_path / "a.tar", tmp_path)


def test_a_sparse_file_counts_as_what_it_becomes(tmp_path: Path) -> None:
    """A tar of 2 kB that says it holds a file of 4 GB with nothing but a hole in it."""
    info = tarfile.TarInfo("hole")
    info.type = tarfile.GNUTYPE_SPARSE
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"%011o\0%011o\0" % (2**32 - 1, 0)
    header[483:495] = b"%011o\0" % (2**32 - 1)
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 32 + sum(header[156:512]))
    (tmp_path / "a.tar").write_bytes(bytes(header) + bytes(1024))
    with pytest.raises(DataError, match=r"'hole'|cannot be unpacked"):
        unpacked(tmp_path / "a.tar", tmp_path)


def test_an_encrypted_zip_is_told_as_such(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"secret": b"1"})
    data = bytearray(archive.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + offset] |= 1
    archive.write_bytes(data)
    with pytest.raises(RefusedMemberError, match="'secret' is encrypted; unpack it yourself"):
        unpacked(archive, tmp_path)


def test_a_compression_that_is_not_known_is_told(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"odd": b"1"})
    data = bytearray(archive.read_bytes())
    for mark, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        data[data.index(mark) + offset] = 99
    archive.write_bytes(data)
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpacked(archive, tmp_path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, bz2.compress])
def test_archives_cut_short_are_told_and_nothing_is_kept(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    whole = write_tar(tmp_path / "whole.tar", {"a": b"1" * 700, "b": b"2" * 700, "c": b"3" * 700}).read_bytes()
    packed = pack(whole)
    # Plain: in the midst of a header, of data, and at the edge of a member, where tarfile takes it for the end.
    ends = (1_024 + 512 + 9, 2_000, 1_536, 3_072) if pack is bytes else (len(packed) - 4, len(packed) // 2)
    for end in ends:
        (tmp_path / "cut").write_bytes(packed[:end])
        with pytest.raises(DataError, match=r"cannot be unpacked|neither a folder nor"):
            unpacked(tmp_path / "cut", tmp_path)


def test_archives_one_after_the_other_come_out_both(tmp_path: Path) -> None:
    one, two = (write_tar(tmp_path / name, {name: b"1"}).read_bytes() for name in "ab")
    (tmp_path / "both").write_bytes(one + two)
    assert unpacked(tmp_path / "both", tmp_path) == {"a": b"1", "b": b"1"}


def test_a_broken_header_in_the_midst_is_not_taken_for_the_end(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "a.tar", {"a": b"1", "b": b"2", "c": b"3"})
    data = bytearray(archive.read_bytes())
    data[1_024] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(DataError, match="the header of a member is broken"):
        unpacked(archive, tmp_path)


def test_a_zip_with_a_spoilt_member_is_told(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"a": bytes(range(256))})
    data = bytearray(archive.read_bytes())
    data[60] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpacked(archive, tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="text"),
        pytest.param(gzip.compress(b"hello", mtime=0), id="gzip of no tar"),
        pytest.param(b"PK\3\4 and no more", id="head of a zip"),
        pytest.param(b"\x1f\x8b\x08broken", id="broken gzip"),
    ],
)
def test_files_that_are_no_archives_are_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(DataError, match=r"neither a folder nor a zip or tar archive|cannot be unpacked"):
        unpacked(tmp_path / "a.zip", tmp_path)


def test_names_of_any_script_are_fine() -> None:
    assert [name_fault(name) for name in ("\u5730\u56fe/\u00e9t\u00e9.png", "a b/c.d-e_f", "...", "ab:c/d:e")] == [
        ""
    ] * 4
    assert name_fault("") == name_fault("  ") == "has no name"


def folder_as(plain: Any, kind: str, target: Path) -> Path:
    files = {path.name: path.read_bytes() for path in plain.folder.iterdir()}
    return write_zip(target, files) if kind == "zip" else write_tar(target, files, mode=f"w:{kind}")


@pytest.mark.parametrize("kind", ["zip", "gz", "xz"])
def test_an_archive_gives_what_its_folder_gives(plain: Any, tmp_path: Path, kind: str) -> None:
    plain.rows(plain.row(1), plain.row(2, answer="D"))
    from_folder, folder = plain.load(), plain.out
    archive = folder_as(plain, kind, tmp_path / "source.archive")
    before = sorted(tmp_path.iterdir())
    from_archive = import_dataset(archive, plain.mapping(), tmp_path / "again")
    assert from_archive == from_folder
    assert validate(tmp_path / "again") == ()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        assert (tmp_path / "again" / path.relative_to(folder)).read_bytes() == path.read_bytes()
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "again"])
    assert not list((tmp_path / "again").glob(".*"))


def test_a_refused_archive_leaves_nothing_behind(plain: Any, tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"rows.jsonl": b"{}", "../evil": b""})
    mapping = plain.mapping()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(RefusedMemberError, match=r"'\.\./evil'"):
        import_dataset(archive, mapping, tmp_path / "deep/out")
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == [tmp_path / "deep"]


def test_archives_inside_the_source_become_folders(plain: Any, video: bytes, tmp_path: Path) -> None:
    plain.rows(plain.row())
    (plain.folder / "flight.mp4").unlink()
    (plain.folder / "media").mkdir()
    write_tar(plain.folder / "media/uav.tar.gz", {"clips/one.mp4": video}, mode="w:gz")
    mapping = {"archives": "media/*.tar.gz", "video": {"file": "media/uav/clips/one.mp4"}}
    assert plain.load(**mapping).n_questions == 1
    assert [path.name for path in (plain.folder / "media").iterdir()] == ["uav.tar.gz"], "SOURCE is only read"
    outer = tmp_path / "outer.zip"
    files = {path.relative_to(plain.folder).as_posix(): path.read_bytes() for path in plain.folder.rglob("*.*")}
    write_zip(outer, files)
    assert import_dataset(outer, plain.mapping(**mapping), tmp_path / "twice").n_questions == 1


def test_archives_inside_are_checked_too(plain: Any, tmp_path: Path) -> None:
    plain.rows(plain.row())
    write_zip(plain.folder / "a.zip", {"../evil": b""})
    with pytest.raises(RefusedMemberError, match="evil"):
        plain.load(archives="a.zip")
    with pytest.raises(DataError, match=r"No file in .* matches b\.zip"):
        plain.load(archives="b.zip")
    (plain.folder / "b.zip").symlink_to(tmp_path / "map.yaml")
    with pytest.raises(DataError, match="is not unpacked"):
        plain.load(archives="b.zip")
    write_zip(plain.folder / "c.zip", FILES)
    write_tar(plain.folder / "c.tar", FILES)
    with pytest.raises(DataError, match="unpacked over another one"):
        plain.load(archives=["c.zip", "c.tar"])


def test_members_are_told_as_they_come(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    told: list[str] = []
    unpack(write_zip(tmp_path / "a.zip", FILES), tmp_path / "out", SMALL, told.append)
    assert told == list(FILES)


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is nothing at"):
        unpacked(tmp_path / "none", tmp_path)


def test_the_report_names_no_temporary_folder(plain: Any, tmp_path: Path) -> None:
    plain.rows(plain.row(1, f="map.png"), plain.row(2, f="flight.mp4"), plain.row(3, f="../x"))
    archive = folder_as(plain, "zip", tmp_path / "a.zip")
    import_dataset(archive, plain.mapping(video={"file": "{f}"}), tmp_path / "out")
    text = (tmp_path / "out/import_report.json").read_text()
    assert len(json.loads(text)["left_out"]) == 2
    assert str(tmp_path) not in text
    assert ".source" not in text
