from __future__ import annotations

import importlib.util
import types
from pathlib import Path

import pytest

from links2_tasks.frameworks import doctor
from links2_tasks.frameworks._checks import Check, check_data


def test_a_wrong_data_root_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKS2_DATA", "/nowhere")
    check = check_data()
    assert not check.ok
    assert "/nowhere" in check.detail


def test_a_right_data_root_is_described(tiny_data: Path) -> None:
    check = check_data()
    assert check.ok
    assert check.detail == f"{tiny_data}: 24 questions of 12 tasks in split 'test'"


def test_no_data_root_is_no_fault_and_makes_no_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINKS2_DATA", raising=False)
    check = check_data()
    assert check.ok
    assert "made on first use" in check.detail


@pytest.mark.parametrize(
    ("installed", "looked_at"),
    [
        ((), ("lmms_eval", "vlmeval")),
        (("vlmeval",), ("vlmeval",)),
        (("lmms_eval",), ("lmms_eval",)),
        (("vlmeval", "lmms_eval"), ("lmms_eval", "vlmeval")),
    ],
)
def test_frameworks_that_are_installed_are_looked_at_and_all_when_none_is(
    installed: tuple[str, ...], looked_at: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name in installed else None)
    monkeypatch.setattr(
        doctor,
        "import_module",
        lambda name: types.SimpleNamespace(diagnose=lambda: (Check(name.split(".")[2], True, "seen"),)),
    )
    assert [check.name for check in doctor.diagnose()] == ["the dataset is found", *looked_at]
