"""Patches that git applies."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from links2_tasks.frameworks.export._lmms_eval_catalogue import catalogue_patch
from links2_tasks.frameworks.export._patch import Insertion, file_patch
from links2_tasks.frameworks.export._vlmevalkit_registries import INSERTIONS, registries_patch

INSERTION = Insertion("docs/list.md", 2, before=("b", "c"), added=("new", "", "newer"), after=("d", "e"))

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git applies the patches")


def _apply(folder: Path, patch: str) -> None:
    (folder / "links2.patch").write_text(patch)
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    subprocess.run(["git", "apply", "links2.patch"], cwd=folder, check=True)


@pytest.mark.parametrize("above", [0, 1, 5])
def test_an_insertion_finds_its_place_also_when_the_file_has_grown(tmp_path: Path, above: int) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/list.md").write_text("\n".join([*("x" * above), "b", "c", "d", "e", "f"]) + "\n")
    _apply(tmp_path, file_patch(INSERTION))
    lines = (tmp_path / "docs/list.md").read_text().splitlines()
    assert lines == [*("x" * above), "b", "c", "new", "", "newer", "d", "e", "f"]


@pytest.mark.parametrize("above", [0, 4])
def test_a_file_may_have_several_insertions(tmp_path: Path, above: int) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/list.md").write_text("\n".join([*("x" * above), *"abcdefghij"]) + "\n")
    second = Insertion("docs/list.md", 8, before=("h",), added=("last",), after=("i",))
    patch = file_patch(INSERTION, second)
    assert patch.count("+++ ") == 1
    # Where the lines stand when the ones above are in: other tools than git go by this.
    assert "@@ -8,2 +11,3 @@" in patch
    _apply(tmp_path, patch)
    lines = (tmp_path / "docs/list.md").read_text().splitlines()
    assert lines == [*("x" * above), *"abc", "new", "", "newer", *"defgh", "last", *"ij"]


def test_an_insertion_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/list.md").write_text("b\nother\n")
    with pytest.raises(subprocess.CalledProcessError):
        _apply(tmp_path, file_patch(INSERTION))
    assert (tmp_path / "docs/list.md").read_text() == "b\nother\n"


def test_both_registries_of_vlmevalkit_get_their_lines(tmp_path: Path) -> None:
    patch = registries_patch()
    for path in ("vlmeval/dataset/__init__.py", "vlmeval/dataset/video_dataset_config.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        of_file = [one for one in INSERTIONS if one.path == path]
        around = [line for one in of_file for line in ("...", *one.before, *one.after)]
        (tmp_path / path).write_text("\n".join(around) + "\n")
    _apply(tmp_path, patch)
    classes = (tmp_path / "vlmeval/dataset/__init__.py").read_text()
    assert "from .image_yorn import ImageYORNDataset\nfrom .links2 import LinkS2, LinkS2Video\nfrom .l" in classes
    assert [line.strip() for line in classes.splitlines() if "LinkS2" in line][1:] == ["LinkS2,", "LinkS2Video,"]
    configs = (tmp_path / "vlmeval/dataset/video_dataset_config.py").read_text()
    assert "dataset_groups += [links2_dataset]\n\nfor grp in dataset_groups:\n" in configs


def test_the_catalogue_line_goes_into_a_list_of_lmms_eval(tmp_path: Path) -> None:
    catalogue = tmp_path / "docs/advanced/current_tasks.md"
    catalogue.parent.mkdir(parents=True)
    patch = catalogue_patch()
    around = [line[1:] for line in patch.splitlines() if line.startswith(" ")]
    catalogue.write_text("\n".join(["### Spatial Reasoning", *around, ""]))
    _apply(tmp_path, patch)
    added = [line for line in catalogue.read_text().splitlines() if line not in ["### Spatial Reasoning", *around]]
    assert added[0].startswith("- [links2](https://arxiv.org/abs/2604.02020) (links2_all)")
    assert added[1].split() == [
        "-",
        "links2_perception,",
        "links2_localization,",
        "links2_relation,",
        "links2_reasoning",
    ]
