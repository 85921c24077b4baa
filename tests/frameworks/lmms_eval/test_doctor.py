from __future__ import annotations

import importlib.util
import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.frameworks._checks import Check
from links2_tasks.frameworks.lmms_eval import doctor

OURS = EntryPoint("links2_tasks", "links2_tasks.frameworks.lmms_eval.plugin:register", doctor.GROUP)


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the entry points that are found."""

    def set_points(*points: EntryPoint) -> None:
        monkeypatch.setattr(doctor, "entry_points", lambda group: [each for each in points if each.group == group])

    set_points(OURS)
    return set_points


@pytest.fixture
def broken_plugin() -> Any:
    """An importable plug-in that raises when it is called."""

    def register() -> None:
        raise RuntimeError("broken on purpose")

    module = types.ModuleType("broken_links2_neighbour")
    module.register = register  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    yield EntryPoint("neighbour", "broken_links2_neighbour:register", doctor.GROUP)
    del sys.modules[module.__name__]


def test_all_is_well_here(declare: Any, tiny_data: Path) -> None:
    checks = doctor.diagnose()
    assert [check for check in checks if not check.ok] == []
    assert all(check.detail and not check.mend for check in checks)
    assert len(checks) == 5


def test_a_missing_entry_point_is_found_and_the_way_around_is_named(declare: Any) -> None:
    declare()
    check = doctor._check_entry_point()
    assert not check.ok
    assert "--include_path" in check.mend


def test_a_plugin_that_stops_others_is_named(declare: Any, broken_plugin: EntryPoint) -> None:
    declare(broken_plugin, OURS)
    (check,) = doctor._check_other_plugins()
    assert not check.ok
    assert check.name == "the plug-in neighbour does not stop others"
    assert "broken on purpose" in check.detail
    assert "broken_links2_neighbour" in check.mend


@pytest.mark.parametrize("package", ["lmms_eval", "decord"])
def test_a_missing_package_is_found(declare: Any, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else real(name))
    monkeypatch.setattr(doctor, "_check_tasks", lambda: Check("skipped", True, "slow"))
    (check,) = [each for each in doctor.diagnose() if not each.ok]
    assert "links2-tasks[lmms-eval]" in check.mend
    assert package.replace("_", "-") in check.name.replace("_", "-")


def test_names_that_are_missing_are_listed() -> None:
    with pytest.raises(LookupError, match=r"links2_scene_recognition, .*links2_all"):
        doctor._names_in([])
