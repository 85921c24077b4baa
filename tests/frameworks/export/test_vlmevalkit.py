"""The files of the export for VLMEvalKit."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.export import ExportReport, export_vlmevalkit
from links2_tasks.frameworks.vlmeval._names import find

CORE = Path("vlmeval/dataset/utils/links2")

# Of VLMEvalKit at e8e78f05, whose pre-commit runs the three in this way.
SETUP_CFG = """\
[flake8]
max-line-length = 99
ignore = W503,E203,E741

[yapf]
based_on_style = pep8
blank_line_before_nested_class_or_def = true
split_before_expression_after_opening_paren = true
split_penalty_import_names = 0
split_penalty_after_opening_bracket = 800
column_limit = 99

[isort]
line_length = 99
multi_line_output = 0
known_first_party = vlmeval
no_lines_before = STDLIB,LOCALFOLDER
sections = FUTURE,STDLIB,THIRDPARTY,FIRSTPARTY,LOCALFOLDER
"""
CHECKS = (
    ("flake8", "--max-line-length=120", "--ignore=W503", "vlmeval"),
    ("isort", "--check", "vlmeval"),
    ("yapf", "--style={column_limit=120}", "--diff", "--recursive", "vlmeval"),
)
REQUIREMENTS = {"PIL", "av", "cv2", "huggingface_hub", "numpy", "pandas", "pydantic"}
"""Of VLMEvalKit: in its requirements.txt, or required by those (av by qwen_vl_utils, pydantic by gradio and openai)."""


@pytest.fixture(scope="module")
def dest(vlmevalkit_export: ExportReport) -> Path:
    return vlmevalkit_export.dest


def _python_files(dest: Path) -> list[Path]:
    return sorted(dest.rglob("*.py"))


def test_it_holds_what_a_pull_request_needs(vlmevalkit_export: ExportReport) -> None:
    outside = {path.as_posix() for path in vlmevalkit_export.files if CORE not in path.parents}
    assert outside == {"PULL_REQUEST.md", "links2.patch", "links2_config.json", "vlmeval/dataset/links2.py"}


def test_every_folder_of_modules_is_a_package(dest: Path) -> None:
    """Upstream's setup.py finds packages by this file."""
    folders = {path.parent for path in _python_files(dest / CORE)}
    assert len(folders) >= 5
    assert not [folder for folder in folders if not (folder / "__init__.py").is_file()]


@pytest.mark.parametrize("command", CHECKS, ids=[command[0] for command in CHECKS])
def test_the_checks_of_vlmevalkit_find_nothing(dest: Path, command: tuple[str, ...]) -> None:
    config = dest / "setup.cfg"
    config.write_text(SETUP_CFG)
    try:
        done = subprocess.run([sys.executable, "-m", *command], cwd=dest, capture_output=True, text=True)
    finally:
        config.unlink()
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_files_end_as_the_checks_of_vlmevalkit_want_it(vlmevalkit_export: ExportReport) -> None:
    for path in vlmevalkit_export.files:
        text = (vlmevalkit_export.dest / path).read_bytes().decode()
        assert "\r" not in text
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        if path.suffix != ".patch":
            assert not [line for line in text.splitlines() if line != line.rstrip()], path


def test_nothing_names_this_package_but_the_lines_of_origin(dest: Path) -> None:
    for path in sorted(path for path in dest.rglob("*") if path.is_file()):
        first, *rest = path.read_text(encoding="utf-8").splitlines()
        assert "Generated from links2-tasks" in first
        assert not [line for line in rest if "links2_tasks" in line], path


def _imports(file: Path) -> Iterator[tuple[str, str, bool]]:
    """Module and name of each import, with whether it stands at the top level; relative ones made absolute."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        is_top = node in tree.body
        if isinstance(node, ast.Import):
            yield from ((alias.name, "", is_top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(file.parts[: len(file.parts) - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield from ((module, alias.name, is_top) for alias in node.names)


def test_what_is_imported_is_in_the_export_or_a_requirement_of_vlmevalkit(
    dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(dest)
    files = [path.relative_to(dest) for path in _python_files(dest)]
    modules = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files}
    hosts = {"vlmeval.smp", "vlmeval.dataset.image_base", "vlmeval.dataset.video_base"}
    for file in files:
        for module, name, is_top in _imports(file):
            package = module.partition(".")[0]
            if package == "vlmeval":
                assert module in modules | hosts or f"{module}.{name}" in modules, (file, module)
            elif package not in sys.stdlib_module_names:
                # rasterio: only for windows of maps that are too large to be read whole; who lacks it is told.
                assert package in REQUIREMENTS | (set() if is_top else {"rasterio"}), (file, module)


def test_what_is_not_for_every_system_is_imported_where_it_is_used(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """VLMEvalKit imports all its datasets at once, so one that cannot be imported would cost all others."""
    monkeypatch.chdir(dest)
    tops = {module for path in _python_files(dest) for module, _, is_top in _imports(path.relative_to(dest)) if is_top}
    assert not tops & {"fcntl", "termios", "resource", "huggingface_hub"}


def test_simulator_models_and_command_line_stay_here(vlmevalkit_export: ExportReport) -> None:
    written = {path.as_posix() for path in vlmevalkit_export.files}
    unwanted = r"construction|baselines|/cli|simulat|doctor|runner|registry|models|wrappers|_validate|_pages|_outcome"
    assert not [path for path in written if re.search(unwanted, path)]


def test_no_code_for_other_frameworks_or_commands_of_this_package_is_left(dest: Path) -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in _python_files(dest))
    for unwanted in ("lmms_eval_name", "LINE_OF_MESSAGE", "LineOfMessage", "platformdirs", "links2 tasks", "XDG_CACHE"):
        assert unwanted not in texts


def test_the_datasets_name_the_paper_and_disclaim_its_data(dest: Path) -> None:
    tree = ast.parse((dest / "vlmeval/dataset/links2.py").read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in (classes["LinkS2"], classes["LinkS2Video"], tree):
        text = " ".join(str(ast.get_docstring(node)).split())
        assert "2604.02020" in text
        assert "not the paper's" in text


def test_the_example_config_is_what_vlmevalkit_reads(dest: Path) -> None:
    config = json.loads((dest / "links2_config.json").read_text(encoding="utf-8"))
    frames, video = config["data"]
    assert (find(frames).sampling.medium, find(video).sampling.medium) == ("images", "video")
    # The short form is for what stands in video_dataset_config.py; of any other, class and dataset are named.
    assert (config["data"][frames], config["data"][video]) == ({"class": "LinkS2", "dataset": frames}, {})
    assert [entry["class"] for entry in config["model"].values()] == ["Qwen2VLChat"]


def test_files_are_the_same_when_the_export_is_made_again(vlmevalkit_export: ExportReport, tmp_path: Path) -> None:
    shutil.copytree(vlmevalkit_export.dest, tmp_path, dirs_exist_ok=True)
    for path in vlmevalkit_export.files:
        with (tmp_path / path).open("a", encoding="utf-8") as stream:
            stream.write("of an earlier export\n")
    again = export_vlmevalkit(tmp_path)
    assert (again.files, again.removed) == (vlmevalkit_export.files, ())
    for path in again.files:
        assert (tmp_path / path).read_bytes() == (vlmevalkit_export.dest / path).read_bytes()


def test_nothing_is_written_when_the_results_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match="no figures of LinkS2 datasets"):
        export_vlmevalkit(tmp_path / "dest", results=tmp_path)
    assert not (tmp_path / "dest").exists()


def test_the_report_counts_the_lines(vlmevalkit_export: ExportReport) -> None:
    counted = sum(len((vlmevalkit_export.dest / path).read_text().splitlines()) for path in vlmevalkit_export.files)
    assert vlmevalkit_export.n_lines == counted
    # A reviewer reads all of it; think twice before this number goes up. Variants, with open answers, are 1,200 of it.
    assert counted < 7900
