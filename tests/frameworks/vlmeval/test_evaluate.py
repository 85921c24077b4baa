from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from links2_tasks.taxonomy import BENCHMARK_VERSION

pytest.importorskip("vlmeval")

import pandas as pd

from links2_tasks.frameworks.vlmeval.registry import register


@pytest.fixture(autouse=True)
def host(tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("PRED_FORMAT", "tsv")
    register()


def answered(dataset: Any, folder: Path, replies: dict[str, str] | None = None) -> Path:
    """A result file as the host writes it; the right letter where no other reply is given."""
    from vlmeval.smp import dump

    table = dataset.data.copy()
    given = replies or {}
    table["prediction"] = [
        given.get(name, answer) for name, answer in zip(table["question_id"], table["answer"], strict=True)
    ]
    path = folder / f"model_{dataset.dataset_name}.tsv"
    dump(table, str(path))
    return path


def build(name: str = "LinkS2") -> Any:
    from vlmeval.dataset import build_dataset

    return build_dataset(name)


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    table = pd.read_csv(path.with_name(f"{path.stem}_score.tsv"), sep="\t", dtype=str, keep_default_na=False)
    return {row["id"]: row for row in table.to_dict("records")}


def test_all_right_is_1_for_everything(tmp_path: Path) -> None:
    dataset = build()
    metrics = dataset.evaluate(str(answered(dataset, tmp_path)))
    shares = {name: value for name, value in metrics.items() if isinstance(value, float)}
    assert set(shares.values()) == {1.0}
    assert {"overall", "relation", "uav_localization", "micro_accuracy"} <= set(shares)
    assert (metrics["questions"], metrics["failed_requests"], metrics["failed_questions"]) == (24, 0, 0)


def test_wrong_unread_and_failed_replies_are_told_apart(tmp_path: Path) -> None:
    dataset = build("LinkS2-relation")
    replies = {
        "heading_estimation-0": "B",
        "heading_estimation-1": "I cannot tell.",
        "relative_direction-0": "Failed to obtain answer via API. Sorry, A is busy",
        "relative_direction-1": "None",
    }
    path = answered(dataset, tmp_path, replies)
    metrics = dataset.evaluate(str(path))
    rows = rows_of(path)
    assert rows["heading_estimation-0"]["reason"] == "letter"
    assert rows["heading_estimation-1"]["reason"] == "refused"
    assert rows["relative_direction-0"]["reason"] == "request_failed"
    assert rows["relative_direction-1"]["raw"] == "None"
    assert metrics["overall"] == pytest.approx(1 / 3)
    assert (metrics["extraction_failures"], metrics["failed_requests"]) == (3, 1)


def test_the_files_hold_figures_of_every_level_and_a_row_for_each_question(tmp_path: Path) -> None:
    dataset = build()
    path = answered(dataset, tmp_path, {"route_planning-0": "D"})
    dataset.evaluate(str(path))
    figures = pd.read_csv(path.with_name(f"{path.stem}_acc.csv")).set_index("name")
    assert list(figures["level"]) == ["overall"] + ["dimension"] * 4 + ["task"] * 12
    assert figures.loc["route_planning", "micro_accuracy"] == 0.5
    assert figures.loc["overall", "macro_accuracy"] == pytest.approx(23 / 24)
    assert set(figures["benchmark_version"]) == {BENCHMARK_VERSION}
    assert len(rows_of(path)) == 24


def test_a_row_names_the_frames_that_were_shown_when_a_prompt_was_built(tmp_path: Path) -> None:
    dataset = build("LinkS2-uav_localization_8frame")
    dataset.build_prompt(0)
    path = answered(dataset, tmp_path)
    dataset.evaluate(str(path))
    first, second = (rows_of(path)[name] for name in dataset.data["question_id"])
    manifest = json.loads(first["manifest"])
    assert (manifest["n_frames"], len(manifest["times_s"]), manifest["decoder"]) == (8, 8, "links2")
    assert second["manifest"] == "null"
    assert "no prompt for the question was built here" in second["note"]


def test_part_of_the_answers_can_be_scored(tmp_path: Path) -> None:
    """One of the distributions cuts the table off for its --limit."""
    dataset = build()
    dataset.data = dataset.data.iloc[:5]
    assert dataset.evaluate(str(answered(dataset, tmp_path)))["questions"] == 5


def test_a_judge_that_is_named_is_not_asked(tmp_path: Path) -> None:
    dataset = build("LinkS2-relation")
    path = answered(dataset, tmp_path)
    assert dataset.evaluate(str(path), model="gpt-4o", nproc=4) == dataset.evaluate(str(path))
