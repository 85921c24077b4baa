"""Exports written once, and packages of a few lines."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from links2_tasks.frameworks.export import ExportReport, export_lmms_eval, export_vlmevalkit
from links2_tasks.frameworks.export._source import SourcePackage

# Without a framework's extra there is no host to test with.
collect_ignore = [
    f"test_{export}_in_the_host.py"
    for export, host in (("lmms_eval", "lmms_eval"), ("vlmevalkit", "vlmeval"))
    if importlib.util.find_spec(host) is None
]


@pytest.fixture(scope="session")
def lmms_eval_export(tmp_path_factory: pytest.TempPathFactory) -> ExportReport:
    """The export for lmms-eval."""
    return export_lmms_eval(tmp_path_factory.mktemp("for_lmms_eval"))


@pytest.fixture(scope="session")
def vlmevalkit_export(tmp_path_factory: pytest.TempPathFactory) -> ExportReport:
    """The export for VLMEvalKit."""
    return export_vlmevalkit(tmp_path_factory.mktemp("for_vlmevalkit"))


@pytest.fixture
def make_package(tmp_path: Path) -> Callable[[Mapping[str, str]], SourcePackage]:
    """Writes a package 'ours' from the texts of its files by their paths."""

    def make(files: Mapping[str, str]) -> SourcePackage:
        for name, text in {"__init__.py": "", **files}.items():
            path = tmp_path / "ours" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return SourcePackage("ours", tmp_path / "ours")

    return make


@pytest.fixture(scope="session")
def parity() -> Callable[[str], ModuleType]:
    """Modules of the tests that compare frameworks, by their names: the data and replies there are awkward on purpose."""

    def load(name: str) -> ModuleType:
        path = Path(__file__).parents[1] / "parity" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"for_exports_{name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # Dataclasses look their module up here.
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    return load
