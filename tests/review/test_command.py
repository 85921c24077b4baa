"""`links2 review` and its commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from links2_tasks.cli import app
from links2_tasks.dataset import validate
from links2_tasks.results import read_runs
from links2_tasks.review import Desk, DeskSettings, ReviewSettings, Store, _app
from links2_tasks.review._database import STORE_FILE

Check = Callable[..., None]
Links2 = Callable[..., Result]


@pytest.fixture
def links2(monkeypatch: pytest.MonkeyPatch) -> Links2:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.delenv("LINKS2_REVIEW_PASSWORD", raising=False)
    return lambda *arguments, **more: CliRunner().invoke(app, ["review", *map(str, arguments)], **more)


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, ReviewSettings]]:
    """What the app was started with, instead of starting it."""
    calls: list[tuple[Path, ReviewSettings]] = []
    monkeypatch.setattr(_app, "launch", lambda root, settings: calls.append((root, settings)))
    return calls


@pytest.mark.parametrize("start", [(), ("start",)])
def test_a_folder_alone_starts_the_page_on_this_machine(
    links2: Links2, launched: list[Any], finished: Path, start: tuple[str, ...]
) -> None:
    done = links2(*start, finished)
    assert done.exit_code == 0, done.output
    assert launched == [(finished, ReviewSettings())]
    assert launched[0][1].host == "127.0.0.1"


def test_options_may_come_before_the_folder(links2: Links2, launched: list[Any], finished: Path) -> None:
    options = ("--mode", "answer", "--sample", "3", "--seed", "1", "--no-browser", "--port", "7999", "--task", "t")
    done = links2(*options, finished)
    assert done.exit_code == 0, done.output
    ((root, settings),) = launched
    assert root == finished
    assert settings == ReviewSettings(
        mode="answer", desk=DeskSettings(sample=3, seed=1, tasks=("t",)), port=7999, open_browser=False
    )


def test_errors_are_asked_of_a_run(links2: Links2, launched: list[Any], finished: Path) -> None:
    done = links2(finished, "--mode", "errors", "--results", "out", "--run", "qwen", "--all-errors", "--adjudicate")
    assert done.exit_code == 0, done.output
    assert launched[0][1].desk == DeskSettings(results=Path("out"), run="qwen", only_undecided=False, adjudicate=True)


def test_a_mode_that_is_none_is_refused(links2: Links2, launched: list[Any], finished: Path) -> None:
    done = links2(finished, "--mode", "chek")
    assert done.exit_code == 2
    assert "check, answer, errors" in done.output
    assert launched == []


def test_no_dataset_is_an_error_in_one_line(links2: Links2, launched: list[Any], tmp_path: Path) -> None:
    done = links2(tmp_path)
    assert done.exit_code == 1
    assert "holds no dataset.json" in done.output
    assert launched == []


def test_the_help_names_every_command_with_examples(links2: Links2) -> None:
    overview = links2("--help").output
    for name in ("status", "agreement", "export", "add-user", "remove-user"):
        assert name in overview
        assert f"links2 review {name} ROOT" in links2(name, "--help").output
    assert "links2 review ROOT --mode answer" in overview
    assert "--adjudicate" in links2("start", "--help").output


def test_status_says_how_far_everybody_is_and_what_is_open(
    links2: Links2, store: Store, finished: Path, check: Check
) -> None:
    check("ann")
    check("ben", {"clip-0-heading_estimation": {"verdict": "rejected", "reason": "blurred"}})
    done = links2("status", finished, "--store", store.path)
    assert done.exit_code == 0, done.output
    assert "open: clip-0-heading_estimation (ann accepted, ben rejected)" in done.output
    assert "9 of 9" in done.output
    assert "users with a password: none" in done.output


def test_commands_that_read_make_no_store(links2: Links2, finished: Path) -> None:
    for arguments in (("status", finished), ("agreement", finished), ("export", finished, "--out", finished / "x")):
        done = links2(*arguments)
        assert done.exit_code == 1
        assert "nobody has reviewed yet" in done.output
    assert not (finished / STORE_FILE).exists()


def test_agreement_is_a_table_or_json(links2: Links2, store: Store, finished: Path, check: Check) -> None:
    check("ann")
    assert "No two people" in links2("agreement", finished, "--store", store.path).output
    check("ben", {"clip-0-heading_estimation": {"verdict": "rejected", "reason": "blurred"}})
    assert "Agreement, mode check" in links2("agreement", finished, "--store", store.path).output
    rows = json.loads(links2("agreement", finished, "--store", store.path, "--json").stdout)
    everything = next(row for row in rows if row["task"] == "all")
    assert (everything["n"], everything["first"], everything["second"]) == (9, "ann", "ben")
    assert everything["share"] == pytest.approx(8 / 9)


def test_export_writes_a_dataset_and_runs(
    links2: Links2, store: Store, finished: Path, check: Check, tmp_path: Path
) -> None:
    check("ann", {"clip-0-heading_estimation": {"verdict": "rejected", "reason": "blurred"}}, reviewers_per_question=1)
    desk = Desk(store, finished, "answer", "ann")
    desk.decide(desk.item(1), letter="A")
    places = ("--out", tmp_path / "out", "--people", tmp_path / "people", "--labels", tmp_path / "labels")
    done = links2("export", finished, *places, "--reviewers", 1, "--store", store.path)
    assert done.exit_code == 0, done.output
    assert "8 of 9 questions in" in done.output
    assert "person_1: 1 answers" in done.output
    assert "nobody has given a category yet" in done.output
    assert validate(tmp_path / "out") == ()
    assert {run.name for run in read_runs(tmp_path / "people")} == {"person_1", "people"}


def test_export_wants_a_place(links2: Links2, store: Store, finished: Path) -> None:
    done = links2("export", finished, "--store", store.path)
    assert done.exit_code == 2
    assert "--people" in done.output


def test_disagreements_stop_an_export_with_what_to_do(
    links2: Links2, store: Store, finished: Path, check: Check, tmp_path: Path
) -> None:
    check("ann")
    check("ben", {"clip-0-heading_estimation": {"verdict": "rejected", "reason": "blurred"}})
    done = links2("export", finished, "--out", tmp_path / "out", "--store", store.path)
    assert done.exit_code == 1
    assert "--adjudicate" in done.output
    assert links2("export", finished, "--out", tmp_path / "out", "--store", store.path, "--keep-open").exit_code == 0


def test_users_get_passwords_from_a_pipe_or_the_environment_and_lose_them(
    links2: Links2, store: Store, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("--store", store.path)
    assert links2("add-user", finished, "ann", *place, input="correct horse\n").exit_code == 0
    assert store.password_fits("ann", "correct horse")
    monkeypatch.setenv("LINKS2_REVIEW_PASSWORD", "battery staple")
    done = links2("add-user", finished, "ben", *place)
    assert "'ben' may log in; 2 in all" in done.output
    assert "battery" not in done.output
    assert store.password_fits("ben", "battery staple")
    assert links2("remove-user", finished, "ann", *place).exit_code == 0
    assert store.users() == ("ben",)


@pytest.mark.parametrize(("name", "typed"), [("ann", "short\n"), ("a n n", "correct horse\n"), ("ann", "")])
def test_bad_names_and_passwords_are_refused(
    links2: Links2, store: Store, finished: Path, name: str, typed: str
) -> None:
    done = links2("add-user", finished, name, "--store", store.path, input=typed)
    assert done.exit_code == 1
    assert store.users() == ()
