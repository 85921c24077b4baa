from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("vlmeval")

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval import doctor
from links2_tasks.frameworks.vlmeval._names import dataset_names


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRED_FORMAT", raising=False)
    monkeypatch.delenv("LMUData", raising=False)
    monkeypatch.chdir(tmp_path)


def test_all_is_well_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRED_FORMAT", "tsv")
    checks = doctor.diagnose()
    assert [check for check in checks if not check.ok] == []
    assert checks[-1].detail == f"{len(dataset_names())} datasets"


def test_a_format_that_harms_answers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRED_FORMAT", "xlsx")
    (wrong,) = [check for check in doctor.diagnose() if not check.ok]
    assert "32767" in wrong.detail


def test_no_vlmevalkit_is_one_finding_that_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> None:
        raise FrameworkError("VLMEvalKit is not installed")

    monkeypatch.setattr(doctor, "find_host", nothing)
    (check,) = doctor.diagnose()
    assert not check.ok
    assert "links2-tasks[vlmeval]" in check.mend
