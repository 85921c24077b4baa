"""Paths of a dataset cannot reach outside its root."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from links2_tasks.errors import UnsafePathError
from links2_tasks.media import resolve_inside


def test_a_path_inside(tmp_path: Path) -> None:
    assert resolve_inside(tmp_path, "videos/a.mp4") == tmp_path.resolve() / "videos" / "a.mp4"
    assert resolve_inside(tmp_path, "./a b..c.png") == tmp_path.resolve() / "a b..c.png"


@pytest.mark.parametrize(
    "relative",
    [
        "",
        "  ",
        ".",
        "..",
        "../a.mp4",
        "videos/../../a.mp4",
        "videos\\..\\a.mp4",
        "/etc/passwd",
        "C:/a.mp4",
        "C:\\a.mp4",
        "\\\\server\\share",
        "https://example.org/a.mp4",
        "file:///etc/passwd",
        "a\0.mp4",
        "a\n.mp4",
        "a\r.mp4",
        "a\u0085.mp4",
        "a\u2028.mp4",
        "a\u2029.mp4",
        "a\x1b[2J.mp4",
        "half a character \ud800.mp4",
        "a byte that is no UTF-8 \udcff.mp4",
    ],
)
def test_paths_that_are_refused(tmp_path: Path, relative: str) -> None:
    with pytest.raises(UnsafePathError, match="stay below its root"):
        resolve_inside(tmp_path, relative)


@pytest.mark.parametrize(
    ("relative", "told"),
    [
        ("/etc/passwd", "Path '/etc/passwd' is absolute. Paths in a dataset are relative and stay below its root"),
        ("https://example.org/a.mp4", "is a URL"),
        ("videos/../a.mp4", "contains '..'"),
        ("a\nb.mp4", r"Path 'a\nb.mp4' holds control characters or line breaks"),
        ("  ", "is empty"),
    ],
)
def test_a_refusal_shows_the_path_the_reason_and_the_root_in_one_line(tmp_path: Path, relative: str, told: str) -> None:
    with pytest.raises(UnsafePathError) as error:
        resolve_inside(tmp_path, relative)
    assert told in str(error.value)
    assert str(tmp_path) in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    "name", ["клип 北京 é ñ 😀", "family 👩‍👩‍👧", "عربي", "a'b\"c $(id) `id` ; & | # ? %20 %03d {0} [x]", "~", "-rf"]
)
def test_letters_of_any_script_and_signs_of_shells_are_fine(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.mp4").write_text("here")
    assert resolve_inside(tmp_path, f"{name}.mp4").read_text() == "here"


@pytest.mark.parametrize("relative", ["n" * 300, "n/" * 5000 + "a", "ü" * 200])
def test_names_that_are_too_long_to_look_up(tmp_path: Path, relative: str) -> None:
    with pytest.raises(UnsafePathError, match=r"cannot be resolved: File name too long") as error:
        resolve_inside(tmp_path, relative)
    assert len(str(error.value)) < 600


def test_a_file_taken_for_a_folder_is_only_missing(tmp_path: Path) -> None:
    (tmp_path / "map.png").write_text("")
    assert not resolve_inside(tmp_path, "map.png/tile.png").exists()


def test_a_link_that_leaves_the_root_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "link").symlink_to(outside)
    (root / "inner").mkdir()
    (root / "fine").symlink_to(root / "inner")
    with pytest.raises(UnsafePathError, match="leaves"):
        resolve_inside(root, "link/a.mp4")
    assert resolve_inside(root, "fine/a.mp4") == root.resolve() / "inner" / "a.mp4"


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(UnsafePathError, match="cannot be resolved"):
        resolve_inside(tmp_path, "a/x")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(relative=st.text(st.sampled_from("ab./\\:~ \0\n"), max_size=12))
def test_what_is_accepted_lies_inside(tmp_path: Path, relative: str) -> None:
    try:
        resolved = resolve_inside(tmp_path, relative)
    except UnsafePathError:
        return
    assert tmp_path.resolve() in resolved.parents
