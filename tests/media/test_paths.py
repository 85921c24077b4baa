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
    ],
)
def test_paths_that_are_refused(tmp_path: Path, relative: str) -> None:
    with pytest.raises(UnsafePathError, match="stay below its root"):
        resolve_inside(tmp_path, relative)


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
