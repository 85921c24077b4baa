"""Figures from the files of runs with VLMEvalKit, and the text of the pull request that shows them."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from links2_tasks import taxonomy
from links2_tasks.errors import FrameworkError
from links2_tasks.frameworks.export._stand_ins import VARIANTS_LEFT_OUT
from links2_tasks.frameworks.export._vlmevalkit_figures import read_runs
from links2_tasks.frameworks.export._vlmevalkit_pull_request import pull_request
from links2_tasks.frameworks.export._vlmevalkit_registries import INSERTIONS
from links2_tasks.frameworks.vlmeval._names import dataset_names
from links2_tasks.scoring import ScoredRow, aggregate

MODEL = "Some_Model-7B"


def _rows(right: int = 3, **changes: Any) -> list[dict[str, Any]]:
    """Rows as the datasets write them: 4 questions of each task, of which `right` are right and one is not readable."""
    from links2_tasks.frameworks.vlmeval._evaluate import _figures

    scored = [
        ScoredRow(
            question_id=f"{task.name}-{number}",
            task=task.name,
            clip_id=f"clip-{number}",
            region="",
            score=float(number < right),
            chance=0.25,
            reason="refused" if number == 3 and right < 4 else "letter",
        )
        for task in taxonomy.tasks()
        for number in range(4)
    ]
    board = aggregate(scored, {task.name: task.dimension for task in taxonomy.tasks()})
    return [{**row, **changes} for row in _figures(board)]


def _write(folder: Path, rows: list[dict[str, Any]], name: str = f"{MODEL}_LinkS2_16frame", time_s: int = 1) -> Path:
    file = folder / f"{name}_acc.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    os.utime(file, (time_s, time_s))
    return file


def test_figures_are_those_of_the_file(tmp_path: Path) -> None:
    _write(tmp_path / MODEL / "T1", _rows())
    (run,) = read_runs(tmp_path)
    assert (run.model, run.dataset, run.overall.n) == (MODEL, "LinkS2_16frame", 48)
    assert [row.level for row in run.rows] == ["overall", *["dimension"] * 4, *["task"] * 12]
    assert (run.overall.accuracy, run.overall.micro_accuracy) == (0.75, 0.75)
    assert run.overall.chance_corrected == pytest.approx(2 / 3)
    assert (run.overall.n_failures, dict(run.overall.failures)) == (12, {"refused": 12})


def test_the_latest_file_of_each_model_and_dataset_counts_once(tmp_path: Path) -> None:
    old, new = tmp_path / MODEL / "T2", tmp_path / MODEL / "T1"
    _write(old, _rows(right=1), time_s=1)
    latest = _write(new, _rows(right=2), time_s=2)
    # As VLMEvalKit links what a run left.
    (tmp_path / MODEL / latest.name).symlink_to(latest)
    _write(tmp_path / MODEL / "T1", _rows(), name=f"{MODEL}_LinkS2-localization_video")
    first, second = read_runs(tmp_path)
    assert (first.dataset, second.dataset) == ("LinkS2-localization_video", "LinkS2_16frame")
    assert second.overall.accuracy == 0.5


@pytest.mark.parametrize("dataset", ["LinkS2", "LinkS2_8frame", "LinkS2-uav_localization", "LinkS2-reasoning_video"])
def test_a_models_name_may_hold_what_separates(tmp_path: Path, dataset: str) -> None:
    _write(tmp_path, _rows(), name=f"a_LinkS2_model_{dataset}")
    (run,) = read_runs(tmp_path)
    assert (run.model, run.dataset) == ("a_LinkS2_model", dataset)


def test_files_of_other_datasets_are_passed_over(tmp_path: Path) -> None:
    _write(tmp_path, [{"split": "dev", "Overall": 0.3}], name="model_MMBench")
    with pytest.raises(FrameworkError, match=r"no figures of LinkS2 datasets.*<model>_<dataset>_acc\.csv"):
        read_runs(tmp_path)
    _write(tmp_path, _rows())
    assert len(read_runs(tmp_path)) == 1


def test_figures_of_another_version_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, _rows(benchmark_version="0-A"))
    with pytest.raises(FrameworkError, match="figures of version 0-A; the tasks are in version"):
        read_runs(tmp_path)


@pytest.mark.parametrize(
    "changes", [{"n": "many"}, {"macro_accuracy": ""}, {"extraction_failures": "[1]"}, {"extraction_failures": "{"}]
)
def test_a_file_of_another_shape_is_an_error_that_names_it(tmp_path: Path, changes: dict[str, str]) -> None:
    file = _write(tmp_path, _rows(**changes))
    with pytest.raises(FrameworkError, match=rf"{file.name} does not read like"):
        read_runs(tmp_path)


def test_a_file_without_one_row_for_all_is_an_error(tmp_path: Path) -> None:
    _write(tmp_path, _rows()[1:])
    with pytest.raises(FrameworkError, match="holds 0 rows of the level 'overall'"):
        read_runs(tmp_path)


def test_the_pull_request_shows_the_figures(tmp_path: Path) -> None:
    _write(tmp_path, _rows())
    text = pull_request(read_runs(tmp_path))
    assert f"python run.py --data LinkS2_16frame --model {MODEL}\n" in text
    assert f"`{MODEL}` on `LinkS2_16frame`" in text
    assert "| overall | 48 | 0.7500 | 0.7500 | 0.6667 | 12: 12 refused |" in text
    for task in taxonomy.tasks():
        assert f"| {task.name} | 4 | 0.7500 | 0.7500 | 0.6667 | 1: 1 refused |" in text
    assert "No figures were given" not in text
    assert "\n\n\n" not in text + pull_request(())


def test_a_model_of_this_package_is_run_with_its_command(tmp_path: Path) -> None:
    _write(tmp_path, _rows(), name="links2_geometric_LinkS2")
    text = pull_request(read_runs(tmp_path))
    assert "links2 vlmeval --data LinkS2 --model links2_geometric\n" in text
    assert "--model links2_geometric" not in text.replace("links2 vlmeval --data LinkS2 --model links2_geometric", "")


def test_without_figures_it_says_so_and_how_to_make_some() -> None:
    text = pull_request(())
    assert "No figures were given" in text
    assert "--results outputs" in text
    assert "python run.py --config links2_config.json" in text
    assert "| overall |" not in text


def test_the_paper_is_named_and_nothing_is_compared_with_it() -> None:
    text = " ".join(pull_request(()).split())
    assert "https://arxiv.org/abs/2604.02020" in text
    assert "Tasks and data are links2's own" in text
    assert "no comparison with the paper's figures is possible" in text


def test_every_registered_name_follows_from_the_tables() -> None:
    cells = [line.split(" | ") for line in pull_request(()).splitlines() if line.startswith("| ")]
    names = [line[0].strip("| `") for line in cells if line[0].startswith("| `LinkS2")]
    endings = [line[0].strip("| `") for line in cells if line[0].startswith("| `_")]
    registered = {each.name for each in dataset_names() if each.sampling.suffix not in VARIANTS_LEFT_OUT}
    found = {f"{name}{suffix}" for name in names for suffix in ("", *endings)}
    assert registered <= found
    # Not every task has numbers for answers.
    assert [name for name in found - registered if not name.endswith("_open")] == []
    assert f"{len(registered)} datasets" in pull_request(())


def test_the_lines_to_add_by_hand_are_those_of_the_patch() -> None:
    text = pull_request(())
    for one in INSERTIONS:
        assert f"`{one.path}`, before `{one.after[0].strip()}`" in text
        for line in one.added:
            assert not line or f"  {line}\n" in text
    assert json.dumps(sum(len(one.added) for one in INSERTIONS)) in text
