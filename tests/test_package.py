"""What holds for the package as a whole: quick imports, floors, and what the wheel carries."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

import links2_tasks
from links2_tasks.prompt import PromptSettings
from links2_tasks.taxonomy import read_yaml, task_yaml_dir

CHECKOUT = Path(__file__).parents[1]
PACKAGE = CHECKOUT / "links2_tasks"
HEAVY = (
    "torch",
    "cv2",
    "av",
    "shapely",
    "rasterio",
    "pyproj",
    "lmms_eval",
    "transformers",
    "datasets",
    "matplotlib",
    "numpy",
)

FLOORS = (
    {"_console", "_extras", "_files", "_folders", "_listed", "_secrets", "errors", "schema", "taxonomy", "terms"},
    {"language", "media", "scoring", "statistics"},
    {"dataset"},
    {"importing", "prompt", "rewriting"},
    {"construction"},
    {"baselines"},
    {"variants"},
    {"results", "audits", "mistakes"},
    {"adaptation", "frameworks", "pipeline", "release", "report", "review"},
    {"cli"},
)
"""From the ground up; a part imports from its own floor and those below. `links2_tasks` itself is the face of all."""


def _python(code: str, *arguments: str) -> str:
    return subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("module", ["links2_tasks", "links2_tasks.cli", "links2_tasks.schema", "links2_tasks.taxonomy"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    loaded = set(_python(f"import sys, {module}; print(*sys.modules)").split())
    assert not loaded & set(HEAVY)


def test_the_version_is_that_of_the_installed_package() -> None:
    assert version("links2-tasks") == links2_tasks.__version__


def test_the_public_names_exist() -> None:
    assert all(hasattr(links2_tasks, name) for name in links2_tasks.__all__)


def test_the_variant_that_contributing_shows_is_right(tmp_path: Path) -> None:
    shown = re.search(r"```yaml\n(.*?)```", (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.S)
    assert shown is not None
    file = tmp_path / "variant.yaml"
    file.write_text(shown[1], encoding="utf-8")
    content = read_yaml(file)
    assert (task_yaml_dir() / content["include"]).is_file()
    settings = content["lmms_eval_specific_kwargs"]["default"]
    PromptSettings.model_validate({key: value for key, value in settings.items() if value != "auto"})


def _imports(file: Path) -> Iterator[str]:
    """First part below `links2_tasks` of everything that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith("links2_tasks."))


def _floor(part: str) -> int:
    found = [number for number, parts in enumerate(FLOORS) if part in parts]
    assert found, f"'{part}' has no floor; give it one in {Path(__file__).name}"
    return found[0]


def test_each_floor_imports_only_from_those_below() -> None:
    wrong = []
    for file in sorted(PACKAGE.rglob("*.py")):
        part = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if part == "__init__":
            continue
        above = [name for name in _imports(file) if name != "__version__" and _floor(name) > _floor(part)]
        wrong += [f"{file.relative_to(CHECKOUT)} imports {name}" for name in above]
    assert wrong == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the checkout, so that nothing is left in it and nothing left in it gets in."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for folder in ("links2_tasks", "task_yamls"):
        shutil.copytree(CHECKOUT / folder, copy / folder, ignore=ignore)
    for file in CHECKOUT.iterdir():
        if file.is_file():
            shutil.copy(file, copy)
    command = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "-q", "-w", str(out)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("links2_tasks-*.whl"))


def test_the_wheel_holds_every_module_and_data_file(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(CHECKOUT).as_posix() for path in PACKAGE.rglob("*.py")}
    tables = {path.relative_to(CHECKOUT).as_posix() for path in PACKAGE.rglob("*.yaml")}
    declarations = {f"links2_tasks/task_yamls/{path.name}" for path in (CHECKOUT / "task_yamls").glob("*yaml")}
    assert "links2_tasks/task_yamls/_links2_template_yaml" in declarations
    assert "links2_tasks/prompt/model_families.yaml" in tables
    assert modules | tables | declarations | {"links2_tasks/py.typed"} <= held


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    held = {Path(name) for name in zipfile.ZipFile(wheel).namelist()}
    assert {path.parts[0].partition("-")[0] for path in held} == {"links2_tasks"}
    assert {path.suffix for path in held if path.parts[0] == "links2_tasks"} <= {
        ".py",
        ".yaml",
        ".typed",
        ".html",
        ".css",
        ".js",
        "",
    }


def test_the_wheel_declares_licence_commands_and_plug_in(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    facts = {Path(name).name: name for name in archive.namelist() if ".dist-info/" in name}
    metadata = archive.read(facts["METADATA"]).decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert f"Version: {links2_tasks.__version__}\n" in metadata
    assert "LICENSE" in facts
    points = archive.read(facts["entry_points.txt"]).decode()
    assert "links2 = links2_tasks.cli:main" in points
    assert "[lmms_eval.models]\nlinks2_tasks = links2_tasks.frameworks.lmms_eval.plugin:register" in points


def test_the_unpacked_wheel_finds_its_own_task_files(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from links2_tasks.taxonomy import task_yaml_dir, tasks\n"
        "print(task_yaml_dir(), len(tasks()))"
    )
    assert _python(code, str(tmp_path)).split() == [str(tmp_path / "links2_tasks/task_yamls"), "12"]
