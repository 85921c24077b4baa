"""The file that decisions lie in."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from links2_tasks.errors import DataError
from links2_tasks.review import Decision, Store
from links2_tasks.review._database import APPLICATION_ID, STORE_FILE, VERSION, opened


def _decision(reviewer: str = "ann", number: int = 0, **changes: object) -> Decision:
    fields = {
        "mode": "check",
        "reviewer": reviewer,
        "task": "heading_estimation",
        "question_id": f"q-{number}",
        "question_sha256": "0" * 16,
        "verdict": "accepted",
        "decided_at": "2026-01-02T03:04:05+00:00",
    }
    return Decision.model_validate({**fields, **changes})


def _sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        found = connection.execute(statement).fetchall()
        connection.commit()
    finally:
        connection.close()
    return found


def test_a_store_lies_hidden_in_its_dataset_and_is_made_once(tmp_path: Path) -> None:
    Store.open(tmp_path).add(_decision())
    again = Store.open(tmp_path)
    assert again.path == tmp_path / STORE_FILE
    assert STORE_FILE.startswith(".")
    assert [each.decision for each in again.logged()] == [_decision()]


def test_the_file_says_what_it_is_and_is_written_ahead(store: Store) -> None:
    assert _sql(store.path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert _sql(store.path, "PRAGMA user_version") == [(VERSION,)]
    assert _sql(store.path, "PRAGMA journal_mode") == [("wal",)]


def test_a_commit_waits_for_the_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with opened(store.path) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_decision_comes_back_as_it_was_kept(store: Store) -> None:
    kept = _decision(verdict="fixed", edit={"question": "Wohin?", "options": ["Süd", "Nord"]}, comment="ß", seconds=1.5)
    store.add(kept)
    assert store.logged("check")[0].decision == kept
    assert Store(store.path).logged("check")[0].decision == kept


def test_logs_of_modes_are_apart(store: Store) -> None:
    store.add(_decision())
    store.add(_decision(mode="answer", verdict=None, letter="B"))
    assert [each.decision.mode for each in store.logged("answer")] == ["answer"]
    assert len(store.logged()) == 2


def test_what_is_taken_back_counts_no_more_and_stays_in_the_log(store: Store) -> None:
    first, second = store.add(_decision(number=1)), store.add(_decision(number=2))
    assert store.take_back(second)
    assert not store.take_back(second)
    assert [each.number for each in store.logged()] == [first]
    assert _sql(store.path, "SELECT count(*) FROM log WHERE decision IS NOT NULL") == [(2,)]


@pytest.mark.parametrize("statement", ["DELETE FROM log", "UPDATE log SET decision = '{}'"])
def test_the_file_itself_refuses_to_change_or_cut_the_log(store: Store, statement: str) -> None:
    store.add(_decision())
    with pytest.raises(sqlite3.DatabaseError, match="only grows"):
        _sql(store.path, statement)


def test_two_stores_of_one_file_see_each_others_decisions(store: Store) -> None:
    other = Store.open(Path("/nowhere"), store.path)
    number = store.add(_decision("ann"))
    assert [each.decision.reviewer for each in other.logged()] == ["ann"]
    other.add(_decision("ben"))
    other.take_back(number)
    assert [each.decision.reviewer for each in store.logged()] == ["ben"]


def test_threads_that_save_at_the_same_moment_lose_nothing(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(lambda at: store.add(_decision(f"r{at % 4}", at)), range(80)))
    assert len(set(numbers)) == 80
    assert {each.decision.question_id for each in store.logged()} == {f"q-{at}" for at in range(80)}


def test_a_missing_store_is_made_only_where_that_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nobody has reviewed yet"):
        Store.open(tmp_path, make=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database, and longer than the head of one would be: " * 10)
    with pytest.raises(DataError, match="--store"):
        Store.open(tmp_path, path)
    assert path.read_text().startswith("no database")


def test_a_database_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    _sql(path, "CREATE TABLE log (id INTEGER)")
    before = path.read_bytes()
    with pytest.raises(DataError, match="no review store of links2"):
        Store.open(tmp_path, path)
    assert path.read_bytes() == before


def test_a_store_of_a_newer_version_says_what_to_do(store: Store) -> None:
    _sql(store.path, f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(DataError, match="Install the newer links2-tasks"):
        Store.open(Path(), store.path)


def test_an_empty_file_left_by_a_kill_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "review.sqlite"
    path.touch()
    Store.open(tmp_path, path).add(_decision())
    assert len(Store.open(tmp_path, path).logged()) == 1


def test_a_store_that_somebody_removes_is_an_error_and_not_made_anew(store: Store) -> None:
    store.add(_decision())
    for file in store.path.parent.glob(f"{store.path.name}*"):
        file.unlink()
    with pytest.raises(DataError, match="cannot be read or written"):
        store.add(_decision(number=1))
    assert not store.path.exists()


def test_a_store_may_lie_in_a_folder_with_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%20é"
    store = Store.open(folder)
    store.add(_decision())
    assert len(Store.open(folder).logged()) == 1


def test_a_place_that_cannot_be_written_says_how_to_name_another(tmp_path: Path) -> None:
    (tmp_path / ".links2").write_text("a file where the folder should be")
    with pytest.raises(DataError, match="--store FILE"):
        Store.open(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
def test_a_dataset_that_may_only_be_read_says_how_to_name_another_place(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="--store FILE"):
        Store.open(tmp_path)


def test_a_folder_that_refuses_writing_says_how_to_name_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(DataError, match=r"Read-only file system.*--store FILE"):
        Store.open(tmp_path)


@pytest.mark.parametrize("name", ["", "a b", "ännchen", "../x", "x" * 41, "a/b", "a\n"])
def test_names_of_other_characters_are_refused(store: Store, name: str) -> None:
    with pytest.raises(DataError, match="no name of a reviewer"):
        store.check_name(name)


@pytest.mark.parametrize("name", ["people", "People", "adjudicated"])
def test_names_that_exports_use_are_refused(store: Store, name: str) -> None:
    with pytest.raises(DataError, match="all reviewers together"):
        store.check_name(name)


def test_one_person_is_not_taken_for_two_by_another_case(store: Store) -> None:
    store.welcome("Ann.B-1_x")
    with pytest.raises(DataError, match=r"'Ann\.B-1_x' already"):
        store.welcome("ann.b-1_x")


def test_passwords_are_kept_as_salted_digests_only(store: Store) -> None:
    store.add_user("ann", "correct horse")
    store.add_user("ben", "correct horse")
    rows = _sql(store.path, "SELECT salt, digest FROM users")
    assert len({salt for salt, _ in rows}) == len({digest for _, digest in rows}) == 2
    everything = b"".join(file.read_bytes() for file in store.path.parent.glob(f"{store.path.name}*"))
    assert b"correct horse" not in everything


def test_only_the_right_word_of_a_known_person_fits(store: Store) -> None:
    store.add_user("ann", "correct horse")
    assert store.password_fits("ann", "correct horse")
    assert not store.password_fits("ann", "correct hors")
    assert not store.password_fits("ben", "correct horse")
    assert not store.password_fits("ben", "")


def test_a_new_password_takes_the_place_of_the_old_one(store: Store) -> None:
    store.add_user("ann", "correct horse")
    store.add_user("ann", "battery staple")
    assert not store.password_fits("ann", "correct horse")
    assert store.password_fits("ann", "battery staple")
    assert store.users() == ("ann",)


def test_short_passwords_are_refused(store: Store) -> None:
    with pytest.raises(DataError, match="at least 8"):
        store.add_user("ann", "1234567")
    assert store.users() == ()


def test_removed_users_keep_their_decisions(store: Store) -> None:
    store.add_user("ann", "correct horse")
    store.add(_decision("ann"))
    store.remove_user("ann")
    assert not store.password_fits("ann", "correct horse")
    assert len(store.logged()) == 1
    with pytest.raises(DataError, match="Known: none"):
        store.remove_user("ann")
