from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.frameworks.vlmeval import _outcome
from links2_tasks.frameworks.vlmeval._arguments import read_arguments
from links2_tasks.frameworks.vlmeval._outcome import PairOutcome, read_outcome
from links2_tasks.frameworks.vlmeval._table_of_outcome import print_outcome

ARGV = ["run.py", "--data", "..."]
STARTED = datetime.now().astimezone()
BEFORE, AFTER = STARTED - timedelta(seconds=1), STARTED + timedelta(seconds=1)
OURS, THEIRS = "LinkS2-localization", "MMBench_DEV_EN"
DONE = {"status": "done", "primary_metric": "overall", "metrics": {"overall": 0.5, "failed_requests": 0}}


def count(monkeypatch: pytest.MonkeyPatch, **counts: int) -> None:
    """What the host counts in the file of answers."""
    monkeypatch.setattr(_outcome, "_reports", lambda folder: {OURS: counts, THEIRS: counts})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a model's results lie; the host counts no failures there unless a test says so."""
    count(monkeypatch, infer_total=24, infer_failed=0)
    monkeypatch.delenv("MMEVAL_ROOT", raising=False)
    return tmp_path / "out/m"


def write_status(folder: Path, entries: Mapping[str, Any], **changes: Any) -> None:
    """A status file as the host writes it; entries are new unless they say otherwise."""
    datasets = {name: {"updated_at": AFTER.isoformat(), **entry} for name, entry in entries.items()}
    status = {"created_at": AFTER.isoformat(), "argv": ARGV, "model_name": "m", "datasets": datasets, **changes}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "status.json").write_text(json.dumps(status), encoding="utf-8")


def outcome_of(folder: Path, *datasets: str) -> _outcome.Outcome:
    request = read_arguments(["--data", *datasets, "--model", "m", "--work-dir", str(folder.parent)])
    return read_outcome(request, ARGV, STARTED)


def pair_of(folder: Path, dataset: str = OURS) -> PairOutcome:
    (pair,) = outcome_of(folder, dataset).pairs
    return pair


def test_what_is_done_is_no_failure(folder: Path) -> None:
    write_status(folder, {OURS: DONE})
    assert pair_of(folder) == PairOutcome("m", OURS, 24, 0.5, "overall", 0, "", "")
    assert outcome_of(folder, OURS).exit_status == 0


def test_a_run_folder_of_its_own_is_found_and_older_ones_are_not_taken_for_it(folder: Path) -> None:
    write_status(
        folder / "T20260101-000000", {OURS: {**DONE, "metrics": {"overall": 0.1}}}, created_at=BEFORE.isoformat()
    )
    write_status(folder / "T20260102-000000", {OURS: DONE})
    (folder / "status.json").symlink_to("T20260101-000000/status.json")
    assert pair_of(folder).score == 0.5


def test_another_run_of_the_same_time_is_not_taken_for_it(folder: Path) -> None:
    write_status(folder / "T20260101-000000", {OURS: DONE}, argv=["run.py", "other"])
    assert pair_of(folder).problem == "not run"


def test_without_any_status_everything_has_failed(folder: Path) -> None:
    outcome = outcome_of(folder, OURS, THEIRS)
    assert [pair.problem for pair in outcome.pairs] == ["not run", "not run"]
    assert outcome.exit_status == 1


def test_one_failed_dataset_among_many_fails_the_run(folder: Path) -> None:
    write_status(folder, {OURS: DONE})
    assert outcome_of(folder, OURS, THEIRS).exit_status == 1


def test_datasets_of_older_runs_in_the_same_file_are_not_looked_at(folder: Path) -> None:
    old = {"status": "done", "error_message": "old", "updated_at": BEFORE.isoformat()}
    write_status(folder, {OURS: DONE, THEIRS: old})
    assert outcome_of(folder, OURS).exit_status == 0
    assert pair_of(folder, THEIRS).problem == "not run"


def test_a_crash_is_told_without_the_figures_of_an_older_run(folder: Path) -> None:
    write_status(folder, {OURS: {**DONE, "error_message": "CUDA out of memory\nTraceback ..."}})
    pair = pair_of(folder)
    assert pair.problem == "failed: CUDA out of memory"
    assert pair.score is None
    assert "traceback" in pair.advice


def test_a_crash_that_says_nothing_is_a_crash(folder: Path) -> None:
    """A bare `assert` in the host's own code leaves an empty message."""
    write_status(folder, {OURS: {"status": "done", "error_message": ""}})
    assert pair_of(folder).problem == "failed: an error without a message"


@pytest.mark.parametrize("entry", [DONE, {"status": "done", "skip_reason": "mode_infer"}])
def test_a_dataset_of_ours_without_answers_has_failed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, entry: dict[str, Any]
) -> None:
    count(monkeypatch, infer_total=0, infer_failed=0)
    write_status(folder, {OURS: entry, THEIRS: entry})
    ours, theirs = outcome_of(folder, OURS, THEIRS).pairs
    assert ours.problem == "there are no answers"
    assert theirs.problem == "", "the host counts only tables of answers, and some of its datasets keep others"


@pytest.mark.parametrize("status", ["pending", "infer", "eval", None])
def test_what_was_left_unfinished_has_failed(folder: Path, status: str | None) -> None:
    write_status(folder, {OURS: {"status": status}})
    pair = pair_of(folder)
    assert pair.problem == f"stopped at '{status}'"
    assert "--reuse" in pair.advice


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("invalid_dataset", "vlmutil dlist all"),
        ("No infer result found", "without --mode eval"),
        ("any other", "above"),
    ],
)
def test_what_was_skipped_has_failed(folder: Path, reason: str, advice: str) -> None:
    write_status(folder, {THEIRS: {"status": "done", "skip_reason": reason}})
    pair = pair_of(folder, THEIRS)
    assert pair.problem.startswith("skipped: ")
    assert advice in pair.advice


@pytest.mark.parametrize("reason", ["mode_infer", "test_split_without_ground_truth"])
def test_answers_that_are_not_scored_by_design_are_no_failure(folder: Path, reason: str) -> None:
    write_status(folder, {OURS: {**DONE, "skip_reason": reason}})
    pair = pair_of(folder)
    assert (pair.problem, pair.score) == ("", None)
    assert pair.remark == reason.replace("_", " ")


def test_failed_answers_fail_the_run_also_when_nothing_is_scored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count(monkeypatch, infer_total=24, infer_failed=3)
    write_status(folder, {OURS: {"status": "done", "skip_reason": "mode_infer"}, THEIRS: DONE})
    outcome = outcome_of(folder, OURS, THEIRS)
    assert [pair.n_failed for pair in outcome.pairs] == [3, 3]
    assert all("obtained: 3" in pair.problem and "--reuse" in pair.advice for pair in outcome.pairs)


def test_failed_requests_and_questions_that_the_host_cannot_see_fail_the_run(folder: Path) -> None:
    write_status(folder, {OURS: {**DONE, "metrics": {"overall": 0.5, "failed_requests": 2, "failed_questions": 1}}})
    pair = pair_of(folder)
    assert pair.n_failed == 3
    assert pair.problem == "questions that cannot be put to a model: 1"
    assert "links2 validate" in pair.advice
    write_status(folder, {OURS: {**DONE, "metrics": {"overall": 0.5, "failed_requests": 2}}})
    assert pair_of(folder).problem == "answers that could not be obtained: 2"


def test_verdicts_of_a_judge_count_for_datasets_of_the_host_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count(monkeypatch, infer_total=24, infer_failed=0, judge_failed=4)
    write_status(folder, {OURS: DONE, THEIRS: {"status": "done", "primary_metric": "Acc", "metrics": {"Acc": 71.5}}})
    ours, theirs = outcome_of(folder, OURS, THEIRS).pairs
    assert ours.problem == ""
    assert theirs.problem == "verdicts of the judge that could not be obtained: 4"
    assert (theirs.score_name, theirs.score) == ("Acc", 71.5)


@pytest.mark.parametrize("content", ["{", "[]", '{"created_at": 3}', '{"created_at": "2026-01-01T00:00:00"}'])
def test_a_damaged_status_counts_as_none(folder: Path, content: str) -> None:
    folder.mkdir(parents=True)
    (folder / "status.json").write_text(content, encoding="utf-8")
    assert pair_of(folder).problem == "not run"


def test_the_table_tells_what_happened_and_what_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_status(folder, {OURS: DONE, THEIRS: {"status": "done", "error_message": "[Errno 2] No such file"}})
    print_outcome(outcome_of(folder, OURS, THEIRS), "ms-vlmeval 0.0.20")
    shown = capsys.readouterr().out
    assert "links2 on ms-vlmeval 0.0.20" in shown
    row = next(line for line in shown.splitlines() if OURS in line)
    assert "overall 0.500" in row
    assert "done" in row
    assert "failed: [Errno 2] No such file" in shown
    assert shown.count("next: ") == 1
