from __future__ import annotations

from pathlib import Path

import huggingface_hub
import pytest

from links2_tasks.dataset import DATA_VARIABLE, find_root
from links2_tasks.dataset._find import _fetch
from links2_tasks.errors import DataError


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _fetch.cache_clear()


def _dataset(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "dataset.json").write_text("{}")
    return folder


def test_the_argument_wins_over_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, other = _dataset(tmp_path / "named"), _dataset(tmp_path / "other")
    monkeypatch.setenv(DATA_VARIABLE, str(other))
    assert find_root(named) == named
    assert find_root(str(named)) == named
    assert find_root() == other


def test_a_relative_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _dataset(tmp_path / "some/data")
    monkeypatch.chdir(tmp_path)
    assert find_root("some/data") == tmp_path / "some/data"


def test_nothing_named_says_how_to_make_a_dataset() -> None:
    with pytest.raises(DataError, match=r"LINKS2_DATA is not set.*links2 simulate.*links2 build"):
        find_root()


def test_a_missing_folder_is_named_with_where_it_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"no dataset at .*nowhere .asked for: LINKS2_DATA=.*links2 simulate"):
        find_root()


def test_a_folder_of_flights_is_told_from_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no dataset\.json.*links2 build"):
        find_root(tmp_path)


def test_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "dataset.json"
    file.write_text("{}")
    with pytest.raises(DataError, match="is a file"):
        find_root(file)


@pytest.mark.parametrize(
    ("asked", "repo", "revision"),
    [("some-one/links2.mini", "some-one/links2.mini", None), ("owner/name@v1.2", "owner/name", "v1.2")],
)
def test_a_hub_id_is_fetched_once_into_a_folder_without_links(
    asked: str, repo: str, revision: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls = []

    def snapshot_download(repo_id: str, *, repo_type: str, revision: str | None, local_dir: Path) -> str:
        calls.append((repo_id, repo_type, revision))
        _dataset(local_dir)
        return str(local_dir)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    found = find_root(asked)
    assert found == find_root(asked)
    assert found.is_relative_to(tmp_path / "cache")
    assert calls == [(repo, "dataset", revision)]


def test_a_folder_wins_over_a_hub_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _dataset(tmp_path / "owner/name")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *a, **k: pytest.fail("asked the Hub"))
    assert find_root("owner/name") == folder


def test_a_failed_fetch_names_both_places(monkeypatch: pytest.MonkeyPatch) -> None:
    def snapshot_download(*_args: object, **_settings: object) -> str:
        raise OSError("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(DataError, match=r"no folder .*owner.name.*Hub dataset 'owner/name'.*no network"):
        find_root("owner/name")


@pytest.mark.parametrize(
    "asked", ["/owner/name", "a/b/c", "../owner/name", "./owner/name", "owner", "https://hub/name"]
)
def test_what_looks_like_a_path_is_never_asked_of_the_hub(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *a, **k: pytest.fail("asked the Hub"))
    with pytest.raises(DataError, match="no dataset at"):
        find_root(asked)
