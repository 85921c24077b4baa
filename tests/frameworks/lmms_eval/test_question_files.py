from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import DataError
from links2_tasks.frameworks.lmms_eval import question_files


def test_a_task_names_its_file(tiny_data: Path) -> None:
    expected = tiny_data / "questions/test/route_planning.jsonl"
    assert getattr(question_files, "route_planning") == str(expected)  # noqa: B009 - as the host reads it


def test_the_dataset_is_looked_up_anew_each_time(tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert question_files.route_planning.startswith(str(tiny_data))
    monkeypatch.setenv("LINKS2_DATA", "/nowhere")
    with pytest.raises(DataError, match="/nowhere"):
        question_files.route_planning  # noqa: B018


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has one for each task"):
        question_files.nonsense  # noqa: B018


def test_a_task_without_questions_names_those_that_have_some(
    tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_dataset(tmp_path, [make_question("route_planning", 0)])
    monkeypatch.setenv("LINKS2_DATA", str(root))
    with pytest.raises(DataError, match=r"no questions for the task 'object_counting'.*--tasks links2_route_planning"):
        question_files.object_counting  # noqa: B018


def test_a_lost_file_is_named(
    tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_dataset(tmp_path, [make_question("route_planning", 0)])
    (root / "questions/test/route_planning.jsonl").unlink()
    monkeypatch.setenv("LINKS2_DATA", str(root))
    with pytest.raises(DataError, match=r"no file .*route_planning\.jsonl"):
        question_files.route_planning  # noqa: B018


def test_lines_of_any_kind_do_not_end_a_run(
    run_host: Any, tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [
        b"no json",
        b"[1]",
        b"null",
        b'{"question": 5}',
        b'{"options": "A,B"}',
        b"\xff\xfe",
        b'{"question_id": 1e400}',
    ]
    root = make_dataset(tmp_path, [make_question("route_planning", 0)])
    with (root / "questions/test/route_planning.jsonl").open("ab") as stream:
        stream.write(b"\n\n" + b"\n".join(odd))
    monkeypatch.setenv("LINKS2_DATA", str(root))
    run = run_host("links2_oracle", ["links2_route_planning"])
    rows = [row["links2_accuracy"] for row in run["samples"]["links2_route_planning"]]
    assert sorted(row["reason"] for row in rows) == ["bad_question"] * len(odd) + ["letter"]
    assert all(row["note"] for row in rows)
    assert run["results"]["links2_route_planning"]["links2_accuracy,none"] == pytest.approx(1 / (len(odd) + 1))


def test_clips_named_by_their_dates_stay_names(
    run_host: Any, tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a JSON table of `datasets` they would become timestamps."""
    root = make_dataset(tmp_path, [make_question("route_planning", 0)])
    path = root / "questions/test/route_planning.jsonl"
    path.write_text(path.read_text().replace('"clip-0"', '"2023-05-01"'))
    monkeypatch.setenv("LINKS2_DATA", str(root))
    (row,) = run_host("links2_oracle", ["links2_route_planning"])["samples"]["links2_route_planning"]
    assert (row["links2_accuracy"]["clip_id"], row["links2_accuracy"]["score"]) == ("2023-05-01", 1.0)


def test_a_release_unpacked_over_another_with_the_same_times_is_read_anew(
    run_host: Any, tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`datasets` would serve the first release: it knows a file by path and time of change."""
    monkeypatch.setenv("LINKS2_DATA", str(tmp_path))
    seen = []
    for answer in "AB":
        make_dataset(tmp_path, [make_question("route_planning", index, answer=answer) for index in range(2)])
        os.utime(tmp_path / "questions/test/route_planning.jsonl", ns=(10**18, 10**18))
        run = run_host("links2_oracle", ["links2_route_planning"])
        seen += [row["links2_accuracy"]["answer"] for row in run["samples"]["links2_route_planning"]]
    assert seen == ["A", "A", "B", "B"]


def test_an_edited_question_is_read_anew(
    run_host: Any, tmp_path: Path, make_dataset: Any, make_question: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKS2_DATA", str(make_dataset(tmp_path, [make_question("route_planning", 0)])))
    assert run_host("links2_oracle", ["links2_route_planning"])
    path = tmp_path / "questions/test/route_planning.jsonl"
    path.write_text(json.dumps({**json.loads(path.read_text()), "answer": "C"}) + "\n")
    (row,) = run_host("links2_oracle", ["links2_route_planning"])["samples"]["links2_route_planning"]
    assert row["links2_accuracy"]["answer"] == "C"
