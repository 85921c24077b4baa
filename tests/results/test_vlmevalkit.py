"""Folders in the form of VLMEvalKit, and those of `links2 run`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.errors import DataError
from links2_tasks.results import Run, read_runs

HEADING = "links2_heading_estimation"


def only(folder: Path) -> Run:
    (run,) = read_runs(folder)
    return run


@pytest.fixture
def model(folders: Any, tmp_path: Path) -> Path:
    """The folder of a model with the answers to one dataset."""
    folder = tmp_path / "out" / "Tiny-7B"
    folders.score_tsv(folder / "Tiny-7B_LinkS2_score.tsv", folders.rows("heading_estimation", 4))
    return folders.status(folder, {"LinkS2": {"metrics": {"questions": 4}}})


def test_a_run_says_what_was_asked_of_which_model(model: Path) -> None:
    run = only(model.parent)
    assert (run.framework, run.model, run.name, run.variant) == ("VLMEvalKit", "Tiny-7B", "Tiny-7B", "default")
    assert (run.started_at, run.seconds, run.max_new_tokens) == ("2026-01-02T00:00:00+00:00", 60.0, None)
    assert (run.folder, run.remarks) == (model, ())
    assert [row.scored.score for row in run.rows] == [1.0, 0.0, 1.0, 0.0]
    assert run.rows[0].manifest is not None
    assert run.rows[0].manifest.plan_id == "0123456789ab"


def test_rows_whose_variant_is_the_name_of_the_dataset_are_of_none(folders: Any, tmp_path: Path) -> None:
    rows = folders.rows("heading_estimation", 2, variant="LinkS2_8frame")
    for row in rows:
        del row["question_sha256"]
    folders.score_tsv(tmp_path / "m/m_LinkS2_8frame_score.tsv", rows)
    assert only(tmp_path).variant == "default"


def test_ways_to_put_the_views_are_runs_of_their_own(folders: Any, tmp_path: Path) -> None:
    for name in ("LinkS2-heading_estimation", "LinkS2-heading_estimation_8frame", "LinkS2-heading_estimation_video"):
        folders.score_tsv(tmp_path / f"m/m_{name}_score.tsv", folders.rows("heading_estimation", 2, variant=name))
    assert [run.name for run in read_runs(tmp_path)] == ["m", "m 8frame", "m video"]


def test_variants_are_told_from_ways_to_put_the_views(folders: Any, tmp_path: Path) -> None:
    for name in ("8frame", "text_only"):
        rows = folders.rows("heading_estimation", 2, variant=name)
        folders.score_tsv(tmp_path / f"m/m_LinkS2_{name}_score.tsv", rows)
    found = [(run.name, run.variant) for run in read_runs(tmp_path)]
    assert found == [("m 8frame", "default"), ("m text_only", "text_only")]


def test_datasets_of_several_tasks_make_one_run(folders: Any, tmp_path: Path) -> None:
    for task in ("heading_estimation", "object_counting"):
        folders.score_tsv(tmp_path / f"m/m_LinkS2-{task}_score.tsv", folders.rows(task, 2))
    assert len(only(tmp_path).rows) == 4


def test_a_task_that_was_asked_twice_counts_once(folders: Any, model: Path) -> None:
    folders.score_tsv(
        model / "Tiny-7B_LinkS2-heading_estimation_score.tsv", folders.rows("heading_estimation", 4, prediction="D")
    )
    later = {"updated_at": "2026-01-03T00:00:00+00:00"}
    folders.status(model, {"LinkS2": {}, "LinkS2-heading_estimation": later})
    run = only(model)
    assert [row.scored.prediction for row in run.rows] == ["D"] * 4
    assert any("rows of heading_estimation are left out" in remark for remark in run.remarks)


def test_results_in_folders_by_time_count_once_with_links_to_them(folders: Any, tmp_path: Path) -> None:
    """As a checkout of upstream leaves them."""
    model = tmp_path / "m"
    for day, letter in (("02", "C"), ("03", "D")):
        folder = model / f"T202601{day}_G0"
        rows = folders.rows("heading_estimation", 2, prediction=letter)
        path = folders.score_tsv(folder / "m_LinkS2_score.tsv", rows)
        folders.status(folder, {"LinkS2": {"updated_at": f"2026-01-{day}T00:01:00+00:00"}}, model_name="m")
        link = model / path.name
        link.unlink(missing_ok=True)
        link.symlink_to(path.relative_to(model))
    run = only(tmp_path)
    assert [row.scored.prediction for row in run.rows] == ["D", "D"]
    assert run.remarks == ()


def test_a_failure_after_the_scores_is_remarked_on(folders: Any, model: Path) -> None:
    folders.status(model, {"LinkS2": {"status": "failed"}})
    run = only(model)
    assert len(run.rows) == 4
    assert any("'failed'" in remark for remark in run.remarks)


def test_missing_rows_are_counted(folders: Any, model: Path) -> None:
    folders.status(model, {"LinkS2": {"metrics": {"questions": 9}}})
    assert any("4 of 9" in remark for remark in only(model).remarks)


def test_other_datasets_are_passed_over(model: Path) -> None:
    (model / "Tiny-7B_MMBench_score.tsv").write_text("index\thit\n1\t1\n")
    run = only(model)
    assert len(run.rows) == 4
    assert run.remarks == ()


def test_replies_with_tabs_quotes_and_ends_of_lines_are_read_whole(folders: Any, tmp_path: Path) -> None:
    raw = 'A\t"B"\r\nC\n\u2028 NA None =1+1 ' + "x" * 3000
    folders.score_tsv(tmp_path / "m/m_LinkS2_score.tsv", [folders.row("heading_estimation", 0, raw=raw)])
    assert only(tmp_path).rows[0].raw == raw


@pytest.mark.parametrize("suffix", ["json", "csv", "xlsx"])
def test_every_format_gives_the_same_rows(folders: Any, tmp_path: Path, suffix: str) -> None:
    pandas = pytest.importorskip("pandas")
    rows = [
        *folders.rows("heading_estimation", 3),
        folders.row("heading_estimation", 9, prediction=None, score=0.0, reason="none", raw="=B", note=None),
    ]
    folders.score_tsv(tmp_path / "tsv/m/m_LinkS2_score.tsv", rows)
    table = pandas.DataFrame([{**row, "manifest": json.dumps(row["manifest"])} for row in rows])
    path = tmp_path / "other/m" / f"m_LinkS2_score.{suffix}"
    path.parent.mkdir(parents=True)
    if suffix == "json":
        path.write_text(json.dumps(table.to_dict("records"), indent=4))
    elif suffix == "csv":
        table.to_csv(path, index=False, quoting=1)
    else:
        pytest.importorskip("xlsxwriter")
        table.to_excel(path, index=False, engine="xlsxwriter")
    assert only(tmp_path / "other").rows == only(tmp_path / "tsv").rows


def test_cells_that_a_workbook_has_cut_do_not_break_reading(folders: Any, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("openpyxl")
    rows = folders.rows("heading_estimation", 2)
    long = {**rows[0]["manifest"], "times_s": [0.123456789] * 5000}
    table = pandas.DataFrame(rows)
    table["manifest"] = [json.dumps(long)[:32767], json.dumps(rows[1]["manifest"])]
    (tmp_path / "m").mkdir()
    table.to_excel(tmp_path / "m/m_LinkS2_score.xlsx", index=False)
    run = only(tmp_path)
    assert [row.manifest is None for row in run.rows] == [True, False]
    assert [row.scored.score for row in run.rows] == [1.0, 0.0]
    assert any("cannot be read in 1 rows" in remark for remark in run.remarks)


RECORD = {
    "format": 1,
    "run_id": "links2-0",
    "started_at": "2026-01-01T12:00:00+00:00",
    "facts": {"framework": "lmms-eval 0.7.3"},
    "options": {},
    "rows": {HEADING: 2},
}


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A folder of `links2 run` without attempts."""
    folder = tmp_path / "run"
    (folder / "answers/cache").mkdir(parents=True)
    (folder / "lock").write_text("1-ab")
    (folder / "run.json").write_text(json.dumps(RECORD))
    return folder


def test_of_attempts_the_last_one_with_rows_counts(folders: Any, run_folder: Path) -> None:
    for number, letter in ((2, "C"), (10, "D")):
        rows = {HEADING: folders.rows("heading_estimation", 2, prediction=letter)}
        # Clocks may go wrong, and the number of an attempt does not.
        folders.lmms_eval(run_folder / f"attempt-{number}", rows, date=f"202601{31 - number}_000000")
    (run_folder / "attempt-11").mkdir()
    run = only(run_folder.parent)
    assert [row.scored.prediction for row in run.rows] == ["D", "D"]
    assert (run.folder, run.started_at, run.seconds) == (run_folder, "2026-01-01T12:00:00+00:00", None)


def test_an_attempt_that_left_nothing_readable_is_named(folders: Any, run_folder: Path) -> None:
    folders.lmms_eval(run_folder / "attempt-1", {HEADING: folders.rows("heading_estimation", 2)})
    (run_folder / "attempt-2").mkdir()
    (run_folder / "attempt-2" / "1_results.json").write_text("{")
    run = only(run_folder)
    assert run.seconds == 12.5
    assert any("attempt-2" in remark for remark in run.remarks)


def test_a_run_without_rows_is_named(run_folder: Path) -> None:
    with pytest.raises(DataError, match="no attempt that left something"):
        read_runs(run_folder)


def test_runs_of_vlmevalkit_in_attempts_are_found(folders: Any, run_folder: Path) -> None:
    folder = run_folder / "attempt-1" / "m"
    folders.score_tsv(folder / "m_LinkS2_score.tsv", folders.rows("heading_estimation", 2))
    folders.status(folder, {"LinkS2": {}})
    run = only(run_folder)
    assert (run.framework, run.name, run.folder) == ("VLMEvalKit", "m", run_folder)


def test_a_file_of_that_name_by_somebody_else_changes_nothing(folders: Any, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("[]")
    folders.lmms_eval(tmp_path, {HEADING: folders.rows("heading_estimation", 2)})
    assert len(only(tmp_path).rows) == 2


def test_runs_of_all_frameworks_lie_side_by_side(folders: Any, model: Path, run_folder: Path) -> None:
    folders.lmms_eval(run_folder / "attempt-1", {HEADING: folders.rows("heading_estimation", 2)}, model="one")
    folders.lmms_eval(model.parent / "more", {HEADING: folders.rows("heading_estimation", 2)}, model="two")
    assert [run.name for run in read_runs(model.parents[1])] == ["Tiny-7B", "one", "two"]


def test_runs_of_one_name_are_told_apart(folders: Any, model: Path) -> None:
    folders.lmms_eval(
        model.parent / "more", {HEADING: folders.rows("heading_estimation", 2)}, model_args="pretrained=Tiny-7B"
    )
    assert [run.name for run in read_runs(model.parent)] == ["Tiny-7B [VLMEvalKit]", "Tiny-7B [lmms-eval]"]
