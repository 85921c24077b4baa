from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.vlmeval import _environment, _host


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder that is no checkout."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the package that is installed under the name of the host."""

    def set_package(file: Path | None) -> None:
        spec = None if file is None else SimpleNamespace(origin=str(file))
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)

    return set_package


def test_the_named_checkout_comes_first(
    checkout: Path, make_checkout: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_checkout(tmp_path / "current", {}))
    host = _host.find_host(checkout)
    assert (host.kind, host.folder, host.runner) == ("checkout", checkout, checkout / "run.py")


def test_the_current_folder_comes_before_the_installed_package(
    checkout: Path, installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(None)
    monkeypatch.chdir(checkout)
    assert _host.find_host().folder == checkout


@pytest.mark.parametrize("lacking", ["run.py", "vlmeval/dataset/__init__.py"])
def test_a_folder_that_is_no_checkout_is_refused_by_what_it_lacks(checkout: Path, lacking: str) -> None:
    (checkout / lacking).unlink()
    with pytest.raises(FrameworkError, match="git clone") as caught:
        _host.find_host(checkout)
    assert f"it has no {lacking}." in str(caught.value)


def test_the_installed_package_is_found_without_importing_it(elsewhere: Path) -> None:
    if importlib.util.find_spec("vlmeval") is None:
        pytest.skip("needs the extra 'vlmeval'")
    code = (
        "import sys\nfrom links2_tasks.frameworks.vlmeval._host import find_host\nhost = find_host()\n"
        "assert host.kind == 'package' and host.runner.is_file(), host\n"
        "assert host.runner == host.folder / 'vlmeval/run.py', host\n"
        "assert 'vlmeval' not in sys.modules and 'torch' not in sys.modules\nprint(host.version)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ms-vlmeval ")


def test_without_any_host_the_ways_to_get_one_are_told(elsewhere: Path, installed: Any) -> None:
    installed(None)
    with pytest.raises(FrameworkError, match=r"pip install 'links2-tasks\[vlmeval\]'.*--checkout DIR"):
        _host.find_host()


def test_a_folder_that_only_has_the_name_is_no_package(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "vlmeval").mkdir()
    monkeypatch.delitem(sys.modules, "vlmeval", raising=False)
    monkeypatch.setattr(sys, "path", [str(elsewhere)])
    with pytest.raises(FrameworkError, match="not installed"):
        _host.find_host()


def test_a_checkout_that_is_installed_in_place_is_a_checkout(checkout: Path, elsewhere: Path, installed: Any) -> None:
    installed(checkout / "vlmeval/__init__.py")
    assert _host.find_host() == _host.find_host(checkout)


def test_upstream_installed_without_its_runner_is_refused(checkout: Path, elsewhere: Path, installed: Any) -> None:
    (checkout / "run.py").unlink()
    installed(checkout / "vlmeval/__init__.py")
    with pytest.raises(FrameworkError, match=r"has no runner.*--checkout DIR"):
        _host.find_host()


def _git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_version_of_a_checkout_is_its_commit(checkout: Path) -> None:
    _git(checkout, "init", "-q")
    _git(checkout, "add", "run.py")
    _git(checkout, "commit", "-qm", "first")
    assert _host.find_host(checkout).version == f"VLMEvalKit checkout {_git(checkout, 'rev-parse', 'HEAD')[:8]}"


def test_a_copy_inside_another_repository_has_no_commit_of_its_own(checkout: Path) -> None:
    _git(checkout.parent, "init", "-q")
    _git(checkout.parent, "commit", "-q", "--allow-empty", "-m", "outer")
    assert _host.find_host(checkout).version == "VLMEvalKit checkout of unknown commit"


@pytest.mark.parametrize("name", ["vlmeval", "run"])
def test_two_hosts_in_one_process_are_refused(checkout: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    other = ModuleType(name)
    other.__file__ = f"/other/{name}/__init__.py"
    monkeypatch.setitem(sys.modules, name, other)
    monkeypatch.setattr(sys, "path", list(sys.path))
    if name == "run":
        monkeypatch.delitem(sys.modules, "vlmeval", raising=False)
    with pytest.raises(FrameworkError, match=f"'{name}' is imported already from /other/{name}"):
        _host.import_runner(_host.find_host(checkout))


def test_a_package_that_the_host_needs_and_does_not_list_is_named(
    checkout: Path, run_tiny_host: Any, make_checkout: Any
) -> None:
    make_checkout(checkout, {"vlmeval/config.py": "import rouge_score_that_is_nowhere.rouge_scorer\n"})
    done = run_tiny_host("--data", "X", "--model", "tiny-model", cwd=checkout, plan={})
    assert done.returncode == 1
    assert "needs the package 'rouge_score_that_is_nowhere'" in done.stderr
    assert "python -m pip install rouge_score_that_is_nowhere, and" in done.stderr
    assert f"-r {checkout / 'requirements.txt'}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_without_the_function_that_starts_it_is_refused(
    checkout: Path, run_tiny_host: Any, make_checkout: Any
) -> None:
    make_checkout(checkout, {"run.py": "start = print\n"})
    done = run_tiny_host("--data", "X", "--model", "tiny-model", cwd=checkout, plan={})
    assert done.returncode == 1
    assert "has no function main" in done.stderr


@pytest.fixture(autouse=True)
def _variables_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set and unset once: what is tested sets them behind the back of `monkeypatch`."""
    for name in ("PRED_FORMAT", "LMUData"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_the_format_of_answers_is_one_that_keeps_them_whole() -> None:
    _environment.set_up(has_ours=True)
    assert os.environ["PRED_FORMAT"] == "tsv"


@pytest.mark.parametrize(
    ("chosen", "why"), [("xlsx", "32767"), ("XLSX", "32767"), ("json", "--reuse"), ("csv", "none")]
)
def test_a_chosen_format_that_harms_is_refused_for_our_datasets_only(
    monkeypatch: pytest.MonkeyPatch, chosen: str, why: str
) -> None:
    monkeypatch.setenv("PRED_FORMAT", chosen)
    with pytest.raises(FrameworkError, match=f"{why}.*set it to tsv"):
        _environment.set_up(has_ours=True)
    _environment.set_up(has_ours=False)
    assert os.environ["PRED_FORMAT"] == chosen


def test_a_missing_data_folder_is_made_and_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMUData", str(tmp_path / "deep/data"))
    _environment.set_up(has_ours=True)
    assert (tmp_path / "deep/data").is_dir()
    monkeypatch.delenv("LMUData")
    _environment.set_up(has_ours=True)
    assert "LMUData" not in os.environ


def test_a_data_folder_in_the_home_is_found_as_shells_find_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LMUData", "~/data")
    _environment.set_up(has_ours=True)
    assert os.environ.get("LMUData") == str(tmp_path / "data")  # noqa: SIM112 - the host's own spelling
    assert (tmp_path / "data").is_dir()


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("LMUData", str(tmp_path / "file/data"))
    with pytest.raises(FrameworkError, match=r"LMUData names .*file/data"):
        _environment.set_up(has_ours=True)


def test_what_the_host_reads_from_a_file_of_its_own_is_looked_at_again(
    checkout: Path, run_tiny_host: Any, make_checkout: Any, tiny_root: Path
) -> None:
    make_checkout(checkout, {"vlmeval/__init__.py": "import os\nos.environ['PRED_FORMAT'] = 'xlsx'\n"})
    arguments = ("--data", "LinkS2", "--model", "tiny-model")
    done = run_tiny_host(*arguments, cwd=checkout, plan={}, LINKS2_DATA=str(tiny_root))
    assert done.returncode == 1
    assert "PRED_FORMAT is 'xlsx'" in done.stderr
    assert "HANDED OVER" not in done.stdout
    done = run_tiny_host("--data", "X", "--model", "tiny-model", cwd=checkout, plan={"X": {"status": "done"}})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.partition("HANDED OVER ")[2].splitlines()[0])["format"] == "xlsx"
