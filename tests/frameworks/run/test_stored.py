from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.frameworks._asked import ASKED, Asked
from links2_tasks.frameworks.run._log import records
from links2_tasks.frameworks.run._response_cache import ShownLog, _Careful
from links2_tasks.frameworks.run._stored import join_answers, state_of
from links2_tasks.prompt import FrameManifest

# The host's databases ---------------------------------------------------------------------------------------------------


def write_database(path: Path, tables: Sequence[str] = ("responses", "meta"), n_rows: int = 200) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    for table in tables:
        connection.execute(f"CREATE TABLE {table} (key TEXT, value TEXT)")
    if "responses" in tables:
        connection.executemany("INSERT INTO responses VALUES (?, ?)", [(str(n), "x" * 200) for n in range(n_rows)])
    connection.commit()
    connection.close()
    return path


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:12288] = os.urandom(8192)
    path.write_bytes(bytes(content))


def test_databases_are_told_apart(tmp_path: Path) -> None:
    assert state_of(write_database(tmp_path / "whole.db")) == "whole"
    assert state_of(write_database(tmp_path / "no_meta.db", ["responses"])) == "empty"
    (tmp_path / "empty.db").touch()
    assert state_of(tmp_path / "empty.db") == "empty"
    (tmp_path / "garbage.db").write_bytes(os.urandom(8192))
    assert state_of(tmp_path / "garbage.db") == "damaged"
    damage(write_database(tmp_path / "damaged.db"))
    assert state_of(tmp_path / "damaged.db") == "damaged"


def test_what_is_whole_is_joined_and_what_is_damaged_is_put_aside_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    whole = [write_database(tmp_path / f"runs/{name}.db") for name in ("a/rank_0", "a/rank_1", "b/rank_0")]
    (tmp_path / "runs/c").mkdir()
    (tmp_path / "runs/c/rank_0.db").touch()
    bad = write_database(tmp_path / "runs/d/rank_0.db")
    damage(bad)
    bad.with_name("rank_0.db-wal").write_bytes(b"left over")
    damage(write_database(tmp_path / "cache.db"))
    merged: list[tuple[list[str], str]] = []
    said: list[str] = []
    join_answers(tmp_path, lambda parts, joint: merged.append((parts, joint)), said.append)
    assert merged == [([str(path) for path in whole], str(tmp_path / "cache.db"))]
    # SQLite may have removed some of it when it looked.
    left = {path.name for path in bad.parent.iterdir()}
    assert "rank_0.db.damaged" in left
    assert all(name.startswith("rank_0.db.damaged") for name in left)
    assert not (tmp_path / "cache.db").exists()
    assert len(said) == 2


def test_nothing_is_joined_where_there_is_nothing(tmp_path: Path) -> None:
    join_answers(tmp_path, lambda parts, joint: pytest.fail("joined"), lambda what: pytest.fail(what))


# What the host is given in place of a model -----------------------------------------------------------------------------


@dataclass(frozen=True)
class WithFacts:
    """A reply as some models of the host give it."""

    text: str
    token_counts: None = None


@dataclass
class Request:
    """A request as the host has it."""

    arguments: tuple[Any, ...]
    doc_id: int

    @property
    def args(self) -> tuple[Any, ...]:
        """As models read them."""
        return self.arguments


class Model:
    """Has documents, and replies as it is told."""

    def __init__(self, replies: Sequence[Any]) -> None:
        docs = [{"links2_variant": "tests", "question_id": f"stored-{number}"} for number in range(len(replies))]
        self.task_dict = {"task": {"test": docs}, "foreign": {"test": [{"question": "?"}]}}
        self.replies = replies

    def generate_until(self, requests: Sequence[Any]) -> list[Any]:
        return [self.replies[request.doc_id] for request in requests]


def careful_replies(replies: Sequence[Any], folder: Path) -> list[Any]:
    requests = [Request(("text", number, "task", "test"), number) for number in range(len(replies))]
    return _Careful(Model(replies), "generate_until", ShownLog(folder, "log")).generate_until(requests)


@pytest.fixture
def manifest() -> FrameManifest:
    return FrameManifest(
        strategy="frames_as_images",
        modality="both",
        plan_id="p",
        n_frames=1,
        indices=(3,),
        times_s=(0.5,),
        decoder="links2",
        pixel_sha256="a",
        satellite_sha256=("b",),
    )


def test_half_a_character_in_a_reply_becomes_one_that_files_take(tmp_path: Path) -> None:
    replies = careful_replies(["A \ud83d", WithFacts("B \ud83d"), WithFacts("C")], tmp_path)
    assert replies == ["A ?", WithFacts("B ?"), WithFacts("C")]


def test_what_a_model_does_to_the_arguments_of_a_request_stays_with_the_model(tmp_path: Path) -> None:
    """The host takes the key of an answer from them."""

    class Changing(Model):
        def generate_until(self, requests: Sequence[Any]) -> list[Any]:
            for request in requests:
                request.args[1]["until"].append("\n")
                request.args[1].pop("temperature")
                request.args[1]["image_sizes"] = [(1, 1)]
            return super().generate_until(requests)

    requests = [Request(("text", {"until": [], "temperature": 0}, "task", "test"), number) for number in range(2)]
    careful = _Careful(Changing(["A", "B"]), "generate_until", ShownLog(tmp_path, "log"))
    assert careful.generate_until(requests) == ["A", "B"]
    assert [request.arguments[1] for request in requests] == [{"until": [], "temperature": 0}] * 2


def test_what_was_shown_is_kept_for_answers_and_found_by_another_process(
    tmp_path: Path, manifest: FrameManifest
) -> None:
    keys = [("tests", f"stored-{number}") for number in range(4)]
    for key in keys[:3]:
        ASKED.put(*key, Asked(manifest=manifest))
    careful_replies(["A", "[LMMS_EVAL_REQUEST_FAILED] 500", "B", "C"], tmp_path)
    assert [record["id"] for record in records(tmp_path)] == ["stored-0", "stored-2"]
    for key in keys:
        ASKED.forget(*key)
    ShownLog(tmp_path, "another").recall({keys[0]})
    assert ASKED.get(*keys[0]) == Asked(manifest=manifest)
    assert ASKED.get(*keys[2]) is None
    ASKED.forget(*keys[0])


def test_what_this_process_has_shown_is_not_replaced_by_what_an_earlier_one_did(
    tmp_path: Path, manifest: FrameManifest
) -> None:
    key = ("tests", "stored-0")
    ASKED.put(*key, Asked(manifest=manifest))
    careful_replies(["A"], tmp_path)
    newer = Asked(manifest=manifest.model_copy(update={"n_frames": 2}))
    ASKED.put(*key, newer)
    ShownLog(tmp_path, "another").recall({key})
    assert ASKED.get(*key) == newer
    ASKED.forget(*key)


def test_a_reply_to_a_prompt_that_could_not_be_built_is_no_answer(tmp_path: Path) -> None:
    ASKED.put("tests", "stored-1", Asked(reason="media_error", error="MediaError: no video"))
    replies = careful_replies(["A", "UNREADABLE"], tmp_path)
    assert replies == ["A", "[LMMS_EVAL_REQUEST_FAILED: media_error: MediaError: no video]"]
    assert list(records(tmp_path)) == []
    ASKED.forget("tests", "stored-1")


def test_requests_of_other_tasks_go_through(tmp_path: Path) -> None:
    request = Request(("text", 0, "foreign", "test"), 0)
    assert _Careful(Model(["A"]), "generate_until", ShownLog(tmp_path, "log")).generate_until([request]) == ["A"]
