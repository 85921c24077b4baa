"""The files of the export for lmms-eval."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.export import ExportReport, export_lmms_eval
from links2_tasks.frameworks.export._stand_ins import VARIANTS_LEFT_OUT
from links2_tasks.prompt import model_families, strategy_for
from links2_tasks.taxonomy import read_yaml, task_yaml_dir

TASKS = Path("lmms_eval/tasks/links2")


@pytest.fixture(scope="module")
def dest(lmms_eval_export: ExportReport) -> Path:
    return lmms_eval_export.dest


def _python_files(dest: Path) -> list[Path]:
    return sorted(dest.rglob("*.py"))


def test_it_holds_what_a_pull_request_needs(lmms_eval_export: ExportReport) -> None:
    written = {path.as_posix() for path in lmms_eval_export.files}
    assert {"PULL_REQUEST.md", "links2.patch", "test/eval/test_links2.py", f"{TASKS}/utils.py"} <= written
    names = {path.name for path in task_yaml_dir().iterdir() if path.name.endswith("yaml")}
    left_out = {f"links2_{variant}.yaml" for variant in VARIANTS_LEFT_OUT}
    assert left_out < names
    assert {f"{TASKS}/{name}" for name in names - left_out} <= written
    assert not {f"{TASKS}/{name}" for name in left_out} & written
    text = (lmms_eval_export.dest / "PULL_REQUEST.md").read_text()
    assert all(f"`links2_{variant}`: it needs the feature matching" in text for variant in VARIANTS_LEFT_OUT)
    outside = {path for path in lmms_eval_export.files if TASKS not in path.parents}
    assert {path.as_posix() for path in outside} == {"PULL_REQUEST.md", "links2.patch", "test/eval/test_links2.py"}


def test_the_formatters_of_lmms_eval_change_nothing(dest: Path) -> None:
    for command in (["black", "--check", "--line-length=240"], ["isort", "--check", "--profile", "black"]):
        # As pre-commit runs them: in the clone, where isort finds the folder lmms_eval by itself.
        done = subprocess.run([sys.executable, "-m", *command, "."], cwd=dest, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_no_name_is_unused_or_undefined(dest: Path) -> None:
    command = [sys.executable, "-m", "flake8", "--select=F", "."]
    done = subprocess.run(command, cwd=dest, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_names_this_package_but_the_lines_of_origin(dest: Path) -> None:
    for path in sorted(path for path in dest.rglob("*") if path.is_file()):
        first, *rest = path.read_text(encoding="utf-8").splitlines()
        assert "Generated from links2-tasks" in first
        assert not [line for line in rest if "links2_tasks" in line], path


def test_what_is_imported_is_in_the_export_or_a_requirement_of_lmms_eval(dest: Path) -> None:
    inside, outside = set(), set()
    for path in _python_files(dest):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("lmms_eval.tasks.links2"):
                inside |= {f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = [str(node.module)] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
                outside |= {name.partition(".")[0] for name in names}
    modules = {path.relative_to(dest).with_suffix("").as_posix().replace("/", ".") for path in _python_files(dest)}
    modules |= {name.removesuffix(".__init__") for name in modules}
    assert {name for name in inside if name.rpartition(".")[0] not in modules} <= modules
    requirements = {"PIL", "av", "cv2", "datasets", "huggingface_hub", "loguru", "lmms_eval", "numpy", "pydantic"}
    # Not one of its own, but one of black's, datasets' neighbours' and wandb's, which it requires.
    requirements.add("platformdirs")
    # Only for windows of maps that are too large to be decoded whole; who needs it and lacks it is told.
    requirements.add("rasterio")
    assert outside - set(sys.stdlib_module_names) <= requirements


def test_simulator_models_and_command_line_stay_here(lmms_eval_export: ExportReport) -> None:
    written = {path.as_posix() for path in lmms_eval_export.files}
    assert not [
        path for path in written if re.search(r"construction|baselines|/cli|simulat|plugin|doctor|_validate", path)
    ]


def test_task_files_name_only_functions_beside_them(dest: Path) -> None:
    for path in (dest / TASKS).glob("*yaml"):
        for module in re.findall(r"!function ([\w.]+)\.\w+", path.read_text(encoding="utf-8")):
            assert (dest / TASKS / f"{module}.py").is_file()


def test_task_files_declare_what_ours_declare(dest: Path) -> None:
    """But for the names of functions and the blocks of models, which other tests are about."""
    for path in (dest / TASKS).glob("*yaml"):
        theirs, ours = _plain(read_yaml(path)), _plain(read_yaml(task_yaml_dir() / path.name))
        assert theirs == ours, path.name


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items() if key != "lmms_eval_specific_kwargs"}
    if isinstance(content, list):
        return [_plain(value) for value in content]
    if content == "links2_tasks.taxonomy.BENCHMARK_VERSION":
        return taxonomy.BENCHMARK_VERSION
    return content.rpartition(".")[2] if isinstance(content, str) and re.fullmatch(r"[\w.]+\.\w+", content) else content


def _files_with_settings(dest: Path) -> list[Path]:
    return [path for path in sorted((dest / TASKS).glob("*yaml")) if "lmms_eval_specific_kwargs" in read_yaml(path)]


def test_every_model_of_the_table_gets_the_strategy_of_the_plug_in(dest: Path) -> None:
    names = {name for family in model_families() for name in (*family.names, *family.contains)} | {"no_such_model"}
    assert len(_files_with_settings(dest)) >= 7
    for path in _files_with_settings(dest):
        given = read_yaml(path)["lmms_eval_specific_kwargs"]
        declared = read_yaml(task_yaml_dir() / path.name)["lmms_eval_specific_kwargs"]["default"]
        for name in names:
            # The host takes a model's block as a whole.
            assert given.get(name, given["default"]) == {**declared, "strategy": strategy_for(name)}, (path.name, name)


def test_comments_of_task_files_stay(dest: Path) -> None:
    assert "# Greedy, with room for a chain of thought." in (dest / TASKS / "_links2_template_yaml").read_text()


def test_files_are_the_same_when_the_export_is_made_again(lmms_eval_export: ExportReport, tmp_path: Path) -> None:
    again = export_lmms_eval(tmp_path)
    assert again.files == lmms_eval_export.files
    for path in again.files:
        assert (tmp_path / path).read_bytes() == (lmms_eval_export.dest / path).read_bytes()


def test_nothing_is_written_when_the_results_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match="no results of links2 tasks"):
        export_lmms_eval(tmp_path / "dest", results=tmp_path)
    assert not (tmp_path / "dest").exists()


def test_the_report_counts_the_lines(lmms_eval_export: ExportReport) -> None:
    counted = sum(len((lmms_eval_export.dest / path).read_text().splitlines()) for path in lmms_eval_export.files)
    assert lmms_eval_export.n_lines == counted
    # A reviewer reads all of it; think twice before this number goes up. Variants are 900 lines of it.
    assert counted < 8000
