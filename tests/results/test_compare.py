"""Two runs beside each other, from Python and from the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from links2_tasks.cli import app
from links2_tasks.errors import DataError
from links2_tasks.results import RunComparison, choose_run, compare_runs
from links2_tasks.statistics import compare
from links2_tasks.taxonomy import BENCHMARK_VERSION

TASKS = ("heading_estimation", "object_counting")
N = 12


@pytest.fixture
def run_in(folders: Any, tmp_path: Path) -> Any:
    """Writes a run of two tasks and gives its folder; `edit` changes rows."""

    def write(name: str, edit: Any = lambda row, index: {}, **facts: Any) -> Path:
        tables = {
            f"links2_{task}": [{**row, **edit(row, index)} for index, row in enumerate(folders.rows(task, N))]
            for task in TASKS
        }
        return folders.lmms_eval(tmp_path / name, tables, model=name, **facts)

    return write


def right(row: dict[str, Any], index: int) -> dict[str, Any]:
    """A model that has everything right."""
    return {"prediction": "A", "score": 1.0}


def compared(first: Path, second: Path) -> RunComparison:
    return compare_runs(choose_run(first, None, "--first"), choose_run(second, None, "--second"), n_resamples=200)


def test_figures_are_those_of_the_statistics(run_in: Any) -> None:
    found = compared(run_in("half"), run_in("oracle", right))
    # The order of all tables.
    dimensions = {"object_counting": "perception", "heading_estimation": "relation"}
    assert found.statistics == compare(found.first.scored, found.second.scored, dimensions, n_resamples=200)
    overall = found.statistics.overall
    assert (overall.n, overall.first, overall.second, overall.difference) == (2 * N, 0.5, 1.0, 0.5)
    assert (overall.only_first, overall.only_second) == (0, N)
    assert [each.name for each in found.statistics.dimensions] == ["perception", "relation"]
    assert found.warnings == ()
    assert [(each.what, each.n_same) for each in found.sameness] == [
        ("frames", 2 * N),
        ("prompt strategies", 2 * N),
        ("questions", 2 * N),
    ]


def test_another_version_is_warned_of(run_in: Any) -> None:
    found = compared(run_in("a"), run_in("b", lambda row, index: {"benchmark_version": "0-A"}))
    assert any(f"versions {BENCHMARK_VERSION} and 0-A" in warning for warning in found.warnings)


def test_another_interface_of_the_same_benchmark_is_not_warned_of(run_in: Any) -> None:
    other = f"{BENCHMARK_VERSION.partition('-')[0]}-Z"
    found = compared(run_in("a"), run_in("b", lambda row, index: {"benchmark_version": other}))
    assert found.warnings == ()


def test_other_frames_are_counted(run_in: Any, folders: Any) -> None:
    def edit(row: dict[str, Any], index: int) -> dict[str, Any]:
        return {
            "manifest": {**folders.manifest, "plan_id": "ffff"} if index < 5 else None if index < 8 else row["manifest"]
        }

    found = compared(run_in("a"), run_in("b", edit))
    frames = found.sameness[0]
    assert (frames.n_different, frames.n_unknown, frames.n_same, frames.n) == (10, 6, 8, 24)
    assert any("10 of 24 questions: not the same frames" in warning for warning in found.warnings)
    assert any("frames (6 of 24 questions)" in warning for warning in found.warnings)


def test_other_questions_of_the_same_names_are_counted(run_in: Any) -> None:
    found = compared(run_in("a"), run_in("b", lambda row, index: {"question_sha256": "f" * 16} if not index else {}))
    assert any("2 of 24 questions: not the same questions" in warning for warning in found.warnings)


def test_without_digests_another_right_answer_shows_another_question(run_in: Any) -> None:
    found = compared(
        run_in("a", lambda row, index: {"question_sha256": None}),
        run_in("b", lambda row, index: {"answer": "C"} if index < 2 else {}),
    )
    questions = found.sameness[-1]
    assert (questions.n_different, questions.n_unknown) == (4, 20)


def test_another_variant_is_warned_of(run_in: Any) -> None:
    found = compared(run_in("a"), run_in("b", lambda row, index: {"variant": "video_only", "question_sha256": "0"}))
    assert any("variants 'default' and 'video_only'" in warning for warning in found.warnings)
    assert "questions" not in [each.what for each in found.sameness]


def test_rows_that_only_one_run_has_are_counted(run_in: Any, folders: Any, tmp_path: Path) -> None:
    part = folders.lmms_eval(tmp_path / "part", {"links2_object_counting": folders.rows("object_counting", 5)})
    found = compared(run_in("a"), part)
    assert found.statistics.overall.n == 5
    assert any("19 questions that only the first run has" in warning for warning in found.warnings)


def test_a_run_beside_itself_is_warned_of(run_in: Any) -> None:
    folder = run_in("a")
    assert "a run is compared with itself" in compared(folder, folder).warnings


def test_runs_without_a_common_question_are_refused(folders: Any, tmp_path: Path) -> None:
    paths = [
        folders.lmms_eval(tmp_path / task, {f"links2_{task}": folders.rows(task, 4)}, model=task) for task in TASKS
    ]
    with pytest.raises(DataError, match="no question in common"):
        compared(*paths)


def test_numbers_are_not_compared_with_letters(run_in: Any) -> None:
    numbers = run_in("numbers", lambda row, index: {"variant": "open", "chance": 0.0})
    with pytest.raises(DataError, match="'numbers open' answered with numbers"):
        compared(run_in("a"), numbers)
    assert compared(numbers, numbers).statistics.overall.difference == 0.0


def circular(folders: Any, folder: Path, wrong: Collection[str], lost: Collection[str] = ()) -> Path:
    """A run of four rotations of each question."""
    rows = []
    for index in range(N):
        for shift in range(4):
            question_id = f"object_counting-{index}#{shift}"
            if question_id in lost:
                continue
            score = 0.0 if question_id in wrong else 1.0
            rows.append(folders.row("object_counting", index, id=question_id, variant="circular", score=score))
    return folders.lmms_eval(folder, {"links2_object_counting": rows}, model="turned")


def test_a_circular_run_has_a_question_right_when_all_rotations_are(folders: Any, tmp_path: Path) -> None:
    turned = circular(folders, tmp_path / "turned", wrong={"object_counting-0#3", "object_counting-2#0"})
    rows = folders.rows("object_counting", N, score=1.0, prediction="A")
    plain = folders.lmms_eval(tmp_path / "plain", {"links2_object_counting": rows}, model="plain")
    overall = compared(plain, turned).statistics.overall
    assert (overall.n, overall.first, overall.only_first) == (N, 1.0, 2)
    assert overall.second == pytest.approx(10 / 12)


def test_questions_without_all_their_rotations_are_left_out_and_counted(folders: Any, tmp_path: Path) -> None:
    whole = circular(folders, tmp_path / "whole", wrong=set())
    part = circular(folders, tmp_path / "part", wrong=set(), lost={"object_counting-4#1"})
    found = compared(whole, part)
    assert found.statistics.overall.n == N - 1
    assert any("1 questions are left out" in note for note in found.notes)


def test_of_several_runs_one_is_chosen_by_its_name_or_a_part_of_it(run_in: Any, tmp_path: Path) -> None:
    for name in ("qwen-3b", "qwen-7b", "qwen-7b-long"):
        run_in(f"all/{name}", model_args=f"pretrained={name}")
    folder = tmp_path / "all"
    assert choose_run(folder, "3B", "--first").name == "qwen-3b"
    # A whole name is meant even where it is also a part of another one.
    assert choose_run(folder, "qwen-7b", "--first").name == "qwen-7b"
    for name in (None, "qwen", "llava"):
        with pytest.raises(DataError, match="--first: 'qwen-3b', 'qwen-7b', 'qwen-7b-long'"):
            choose_run(folder, name, "--first")


@pytest.fixture
def invoke() -> Any:
    def call(*arguments: Any) -> Any:
        return CliRunner().invoke(app, ["compare", *map(str, arguments)])

    return call


def test_the_command_prints_runs_figures_and_warnings(run_in: Any, invoke: Any) -> None:
    other = run_in("oracle", lambda row, index: {**right(row, index), "manifest": None})
    result = invoke(run_in("half"), other, "--resamples", 200)
    assert result.exit_code == 0, result.output
    for text in ("first: half", "second: oracle", "same questions: 24 of 24", "+0.500", "object_counting", "overall"):
        assert text in result.output
    assert "Warning: not known whether both runs had the same frames (24 of 24 questions)" in result.output


def test_the_command_writes_csv_and_json(run_in: Any, invoke: Any, tmp_path: Path) -> None:
    table, record = tmp_path / "new/d.csv", tmp_path / "new/d.json"
    first, second = run_in("half"), run_in("oracle", right)
    result = invoke(first, second, "--csv", table, "--json", record, "--resamples", 200)
    assert result.exit_code == 0, result.output
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    content = json.loads(record.read_text())
    assert [row["level"] for row in rows] == ["task", "task", "dimension", "dimension", "overall"]
    overall = compared(first, second).statistics.overall
    assert overall.interval is not None
    assert float(rows[-1]["low"]) == overall.interval.low == content["overall"]["interval"]["low"]
    assert float(rows[-1]["permutation_p"]) == overall.permutation_p
    assert rows[-1]["holm_p"] == ""
    assert (content["first"]["name"], content["second"]["name"]) == ("half", "oracle")
    assert content["same"][0] == {"what": "frames", "n_same": 24, "n_different": 0, "n_unknown": 0}


def test_the_same_seed_gives_the_same_output(run_in: Any, invoke: Any) -> None:
    first, second = run_in("half"), run_in("other", lambda row, index: {"score": float(index % 3 == 0)})
    assert len({invoke(first, second, "--resamples", 200).output for _ in range(2)}) == 1


def test_names_from_files_are_printed_as_they_are(folders: Any, tmp_path: Path, invoke: Any) -> None:
    name = "[red]x[/][link=a]"
    folder = folders.lmms_eval(tmp_path, {"links2_object_counting": folders.rows("object_counting", 4)}, model=name)
    result = invoke(folder, folder, "--resamples", 50)
    assert result.exit_code == 0, result.output
    assert f"first: {name} (lmms-eval" in result.output
    assert f"{name} against {name}" in result.output


def test_several_runs_in_a_folder_end_in_one_line_that_lists_them(run_in: Any, invoke: Any, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run_in(f"all/{name}")
    result = invoke(tmp_path / "all", tmp_path / "all")
    assert result.exit_code == 1
    assert "Choose one with --first: 'all/one', 'all/two'" in " ".join(result.output.split())
    assert invoke(tmp_path / "all", tmp_path / "all", "--first", "one", "--second", "two").exit_code == 0


def test_a_file_that_cannot_be_written_is_named(run_in: Any, invoke: Any, tmp_path: Path) -> None:
    folder = run_in("a")
    (tmp_path / "taken").mkdir()
    result = invoke(folder, folder, "--resamples", 50, "--csv", tmp_path / "taken")
    assert result.exit_code == 1
    assert "cannot be written" in result.output


def test_help_shows_what_to_type(invoke: Any) -> None:
    result = invoke("--help")
    assert "links2 compare out_qwen out_internvl" in " ".join(result.output.split())
