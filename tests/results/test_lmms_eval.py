"""Folders in the form of lmms-eval."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import DataError
from links2_tasks.results import Run, read_runs
from links2_tasks.taxonomy import BENCHMARK_VERSION

HEADING, COUNTING = "links2_heading_estimation", "links2_object_counting"


def only(folder: Path) -> Run:
    (run,) = read_runs(folder)
    return run


def ids(run: Run) -> list[str]:
    return [row.scored.question_id for row in run.rows]


def test_a_run_says_what_was_asked_of_which_model_and_how(folders: Any, tmp_path: Path) -> None:
    args = "pretrained=lab/Model-7B,device_map=cpu"
    folder = folders.lmms_eval(
        tmp_path / "lab__Model-7B", {HEADING: folders.rows("heading_estimation", 3)}, model="qwen", model_args=args
    )
    run = only(tmp_path)
    assert (run.framework, run.model, run.model_args, run.name) == ("lmms-eval", "qwen", args, "lab/Model-7B")
    assert (run.variant, run.version, run.max_new_tokens, run.seconds) == ("default", BENCHMARK_VERSION, 64, 12.5)
    # The host stamps its files with the time of Singapore.
    assert run.started_at == "2026-01-02T00:00:00+00:00"
    assert run.folder == folder
    assert run.remarks == ()
    assert ids(run) == [f"heading_estimation-{index}" for index in range(3)]
    row = run.rows[1]
    assert (row.scored.score, row.scored.prediction, row.scored.answer, row.scored.chance) == (0.0, "B", "A", 0.25)
    assert (row.output_tokens, row.question_sha256, row.raw) == (7, f"{1:016x}", "B")
    assert row.manifest is not None
    assert row.manifest.indices == (3, 9)


def test_all_models_in_folders_of_their_own_are_found(folders: Any, tmp_path: Path) -> None:
    for name in ("one", "two"):
        folders.lmms_eval(
            tmp_path / "out" / name, {HEADING: folders.rows("heading_estimation", 2)}, model_args=f"pretrained={name}"
        )
    assert [run.name for run in read_runs(tmp_path)] == ["one", "two"]


def test_of_several_results_of_one_model_the_newest_complete_ones_count(folders: Any, tmp_path: Path) -> None:
    old = {HEADING: folders.rows("heading_estimation", 4, prediction="C")}
    new = {HEADING: folders.rows("heading_estimation", 4, prediction="D")}
    limited = {HEADING: folders.rows("heading_estimation", 2, prediction="E")}
    folders.lmms_eval(tmp_path, new, date="20260103_000000")
    folders.lmms_eval(tmp_path, old, date="20260102_000000")
    folders.lmms_eval(tmp_path, limited, date="20260104_000000", n_wanted=4)
    run = only(tmp_path)
    assert {row.scored.prediction for row in run.rows} == {"D"}
    assert len(run.rows) == 4
    assert any("20260104_000000" in remark and "2 of 4" in remark for remark in run.remarks)


def test_where_no_result_is_complete_the_newest_counts_and_says_what_is_missing(folders: Any, tmp_path: Path) -> None:
    for day, n_rows in (("02", 3), ("03", 2)):
        rows = {HEADING: folders.rows("heading_estimation", n_rows)}
        folders.lmms_eval(tmp_path, rows, date=f"202601{day}_000000", n_wanted=9)
    run = only(tmp_path)
    assert len(run.rows) == 2
    assert any("2 of 9" in remark for remark in run.remarks)


def test_tasks_of_several_calls_make_one_run(folders: Any, tmp_path: Path) -> None:
    folders.lmms_eval(tmp_path, {HEADING: folders.rows("heading_estimation", 2)}, date="20260102_000000")
    folders.lmms_eval(tmp_path, {COUNTING: folders.rows("object_counting", 2)}, date="20260103_000000")
    run = only(tmp_path)
    assert {row.scored.task for row in run.rows} == {"heading_estimation", "object_counting"}
    assert run.seconds == 25.0


def test_other_arguments_generation_or_data_make_another_run(folders: Any, tmp_path: Path) -> None:
    rows = {HEADING: folders.rows("heading_estimation", 2)}
    changes: list[dict[str, Any]] = [
        {},
        {"model_args": "max_pixels=100"},
        {"gen_kwargs": "temperature=1"},
        {"root": "/data/village"},
    ]
    for number, change in enumerate(changes, start=1):
        folders.lmms_eval(tmp_path, rows, date=f"2026010{number}_000000", **change)
    runs = read_runs(tmp_path)
    assert len(runs) == len({run.name for run in runs}) == 4


def test_variants_in_one_call_are_runs_of_their_own(folders: Any, tmp_path: Path) -> None:
    tables = {
        HEADING: folders.rows("heading_estimation", 2),
        f"{HEADING}_open": folders.rows("heading_estimation", 2, variant="open"),
        f"{HEADING}_8_frames": folders.rows("heading_estimation", 2),
    }
    folders.lmms_eval(tmp_path, tables)
    runs = read_runs(tmp_path)
    assert [(run.name, run.variant) for run in runs] == [
        ("tiny", "default"),
        # Its file gave it no name but that of the task.
        ("tiny 8_frames", "8_frames"),
        ("tiny open", "open"),
    ]
    # The time of the call is not that of one of them.
    assert {run.seconds for run in runs} == {None}


def test_open_answers_have_an_error_and_no_chance(folders: Any, tmp_path: Path) -> None:
    open_row = folders.row("heading_estimation", 0, variant="open", score=0.6, prediction=20.5, error=12.5, unit="deg")
    del open_row["chance"]
    folders.lmms_eval(tmp_path, {f"{HEADING}_open": [open_row]})
    (row,) = only(tmp_path).rows
    assert (row.error, row.error_unit, row.scored.chance, row.scored.prediction) == (12.5, "deg", 0.0, "20.5")


def test_rows_of_older_versions_are_read(folders: Any, tmp_path: Path) -> None:
    rows = folders.rows("heading_estimation", 2)
    for row in rows:
        del row["question_sha256"]
        row["manifest"] = None
    folders.lmms_eval(tmp_path, {HEADING: rows})
    run = only(tmp_path)
    assert run.variant == "default"
    assert [(row.question_sha256, row.manifest) for row in run.rows] == [(None, None)] * 2


def test_secrets_in_arguments_are_masked(folders: Any, tmp_path: Path) -> None:
    rows = {HEADING: folders.rows("heading_estimation", 2)}
    secret = "sk-very-secret"
    given = {"model_version": "gpt", "api_key": secret, "base_url": f"https://me:{secret}@host/v1", "max_tokens": 9}
    folders.lmms_eval(tmp_path / "a", rows, model_args=f"model_version=gpt,api_key={secret},ACCESS_TOKEN={secret}")
    folders.lmms_eval(tmp_path / "b", rows, model_args=given)
    runs = read_runs(tmp_path)
    assert secret not in repr(runs)
    assert "max_tokens=9" in " ".join(run.model_args for run in runs)


def test_rows_of_damaged_lines_keep_the_task_of_their_file(folders: Any, tmp_path: Path) -> None:
    bad = [
        folders.row("heading_estimation", 5, id="", task="", clip_id="", score=0.0, reason="bad_question", chance=0.0)
        for _ in range(2)
    ]
    folders.lmms_eval(tmp_path, {HEADING: [*folders.rows("heading_estimation", 2), *bad]})
    run = only(tmp_path)
    assert {row.scored.task for row in run.rows} == {"heading_estimation"}
    assert len(set(ids(run))) == 4
    assert any("1 questions have the id of another one" in remark for remark in run.remarks)


def test_an_answer_that_was_logged_twice_counts_once_and_is_remarked_on(folders: Any, tmp_path: Path) -> None:
    """As where a framework fills up the last batch."""
    folders.lmms_eval(tmp_path, {HEADING: folders.rows("heading_estimation", 3)})
    (path,) = tmp_path.glob("*.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[-1]]), encoding="utf-8")
    run = only(tmp_path)
    assert len(run.rows) == 3
    assert any("1 answers are logged twice" in remark for remark in run.remarks)


def test_two_answers_to_one_question_are_an_error_that_names_both_lines(folders: Any, tmp_path: Path) -> None:
    folders.lmms_eval(tmp_path, {HEADING: folders.rows("heading_estimation", 2)})
    (path,) = tmp_path.glob("*.jsonl")
    again = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    again["links2_accuracy"]["prediction"] = "D"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(again) + "\n")
    with pytest.raises(DataError, match=r"jsonl:3: question 'heading_estimation-0'.* line 1"):
        read_runs(tmp_path)


def test_other_benchmarks_in_the_folder_are_passed_over(folders: Any, tmp_path: Path) -> None:
    folders.lmms_eval(tmp_path, {HEADING: folders.rows("heading_estimation", 2)})
    (results,) = tmp_path.glob("*_results.json")
    content = json.loads(results.read_text())
    content["configs"]["mme"] = {"metric_list": [{"metric": "mme_score"}]}
    results.write_text(json.dumps(content))
    other = tmp_path / "20260102_080000_samples_mme.jsonl"
    other.write_text(json.dumps({"doc_id": 0, "mme_score": {"question_id": 1, "score": 1.0}}) + "\n")
    run = only(tmp_path)
    assert ids(run) == ["heading_estimation-0", "heading_estimation-1"]
    assert run.remarks == ()
    # The other benchmark took a part of the time.
    assert run.seconds is None


def test_a_folder_of_other_benchmarks_only_holds_no_run(tmp_path: Path) -> None:
    (tmp_path / "1_results.json").write_text(json.dumps({"config": {"model": "m"}, "configs": {"mme": {}}}))
    (tmp_path / "1_samples_mme.jsonl").write_text(json.dumps({"doc_id": 0, "mme_score": {"score": 1.0}}) + "\n")
    with pytest.raises(DataError, match="no results of links2 tasks"):
        read_runs(tmp_path)


def test_figures_without_rows_are_named_with_what_was_missing(folders: Any, tmp_path: Path) -> None:
    folders.lmms_eval(tmp_path, {HEADING: folders.rows("heading_estimation", 2), COUNTING: []})
    (tmp_path / f"20260102_080000_samples_{COUNTING}.jsonl").unlink()
    assert any(COUNTING in remark and "--log_samples" in remark for remark in only(tmp_path).remarks)
    (tmp_path / f"20260102_080000_samples_{HEADING}.jsonl").unlink()
    with pytest.raises(DataError, match="--log_samples"):
        read_runs(tmp_path)


def test_rows_without_a_file_of_results_are_named(folders: Any, tmp_path: Path) -> None:
    folders.samples(tmp_path / f"20260102_080000_samples_{HEADING}.jsonl", folders.rows("heading_estimation", 2))
    with pytest.raises(DataError, match="no readable file of results"):
        read_runs(tmp_path)


def test_rows_of_another_version_are_left_out_and_counted(folders: Any, tmp_path: Path) -> None:
    folders.lmms_eval(
        tmp_path, {HEADING: folders.rows("heading_estimation", 3, benchmark_version="0-A")}, date="20260101_000000"
    )
    folders.lmms_eval(tmp_path, {COUNTING: folders.rows("object_counting", 2)}, date="20260103_000000")
    run = only(tmp_path)
    assert len(run.rows) == 2
    assert any("3 rows of version 0-A are left out" in remark for remark in run.remarks)
