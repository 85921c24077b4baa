"""`links2 mistakes`: from a folder of results to tables, cases, labels and back."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from links2_tasks.cli import app
from links2_tasks.dataset import write_dataset
from links2_tasks.schema import Clip, Source, question_sha256
from links2_tasks.taxonomy import BENCHMARK_VERSION


@pytest.fixture
def links2(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda *arguments: CliRunner().invoke(app, ["mistakes", *map(str, arguments)])


@pytest.fixture
def root(make: Any, tmp_path: Path) -> Path:
    """A dataset of four headings and three places, without media."""
    headings = [
        make.question("heading_estimation", question_id=f"h{i}", options=("north", "south", "north-east", "south-west"))
        for i in range(4)
    ]
    places = [
        make.question("uav_localization", question_id=f"u{i}", query_time_s=1.0, marks=make.points(*_PLACES))
        for i in range(3)
    ]
    clip = Clip(
        clip_id="clip",
        video="videos/clip.mp4",
        span_s=(0.0, 10.0),
        width_px=64,
        height_px=36,
        fps=10.0,
        region="city",
        source=Source(dataset="made by the tests", licence="CC0-1.0"),
    )
    folder = tmp_path / "data"
    folder.mkdir()
    facts = {"name": "small", "version": "1", "licence": "CC0-1.0", "description": "for tests"}
    write_dataset(folder, **facts, clips=[clip], questions={"test": [*headings, *places]})
    return folder


_PLACES = ((100.0, 120.0), (500.0, 470.0), (300.0, 40.0), (980.0, 400.0))


@pytest.fixture
def out(root: Path, tmp_path: Path) -> Path:
    """What lmms-eval leaves of a model that chooses B throughout, but for one reply that cannot be read."""
    from links2_tasks.dataset import load_questions

    folder = tmp_path / "out"
    folder.mkdir()
    by_task: dict[str, list[dict[str, Any]]] = {}
    for question in load_questions(root):
        letter = None if question.question_id == "h3" else "B"
        row = {
            "id": question.question_id,
            "clip_id": question.clip_id,
            "task": question.task,
            "variant": "default",
            "region": question.region,
            "prediction": letter,
            "answer": question.answer,
            "score": 0.0,
            "reason": "letter" if letter else "refused",
            "note": "",
            "raw": letter or "I cannot see a video.",
            "benchmark_version": BENCHMARK_VERSION,
            "question_sha256": question_sha256(question),
            "manifest": None,
            "chance": 0.25,
        }
        by_task.setdefault(f"links2_{question.task}", []).append(row)
    content = {
        "configs": {label: {"metric_list": [{"metric": "links2_accuracy"}]} for label in by_task},
        "n-samples": {label: {"original": len(rows), "effective": len(rows)} for label, rows in by_task.items()},
        "config": {"model": "tiny", "model_args": ""},
        "date": "20260102_080000",
    }
    (folder / "20260102_080000_results.json").write_text(json.dumps(content), encoding="utf-8")
    for label, rows in by_task.items():
        lines = (json.dumps({"doc_id": i, "links2_accuracy": row}) + "\n" for i, row in enumerate(rows))
        (folder / f"20260102_080000_samples_{label}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def _fill(cases: Path, rater: str, categories: list[str]) -> Path:
    lines = [json.loads(line) for line in cases.read_text(encoding="utf-8").split("\n") if line]
    filled = [line | {"rater": rater, "category": one} for line, one in zip(lines, categories, strict=True)]
    path = cases.with_name(f"{rater}.jsonl")
    path.write_text("".join(json.dumps(line) + "\n" for line in filled), encoding="utf-8")
    return path


def test_a_run_is_studied_written_down_labelled_and_studied_again(
    links2: Callable[..., Result], root: Path, out: Path, tmp_path: Path
) -> None:
    table, cases = tmp_path / "shares.csv", tmp_path / "cases.jsonl"
    result = links2(out, "--data", root, "--csv", table, "--cases", cases)
    assert result.exit_code == 0, result.output
    assert "3 cases in" in result.output
    assert f"figures in {table}\n" in result.output
    lines = {tuple(line.split()) for line in result.output.splitlines()}
    assert ("heading_estimation", "4", "3", "1") in lines
    assert ("uav_localization", "3", "3") in lines
    assert ("all", "7", "3", "1", "3") in lines
    with table.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["task"] == "all" and row["count"] != "0"]
    found = {row["category"]: (row["count"], row["share"], row["guessed_share"]) for row in rows}
    # Of three wrong headings one is the opposite, so each of the three answers counts a third: 1 of 7 in all.
    assert found["direction"] == ("3", "0.4286", "0.1429")
    assert found["undecided"] == ("3", "0.4286", "0.7143")
    assert found["format"] == ("1", "0.1429", "0.1429")

    pytest.importorskip("statsmodels")
    ann = _fill(cases, "ann", ["temporal", "spatial_alignment", "perception"])
    ben = _fill(cases, "ben", ["temporal", "spatial_alignment", "temporal"])
    result = links2(out, "--data", root, "--labels", ann, "--labels", ben)
    assert result.exit_code == 0, result.output
    assert "ann and ben: 2 of 3 the same, Cohen's kappa 0.50" in result.output
    assert "perception / temporal: 1" in result.output
    lines = {tuple(line.split()) for line in result.output.splitlines()}
    assert ("uav_localization", "3", "1", "1", "1") in lines


def test_the_picture_is_drawn(links2: Callable[..., Result], root: Path, out: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    result = links2(out, "--data", root, "--picture", tmp_path / "light.png")
    assert result.exit_code == 0, result.output
    result = links2(out, "--data", root, "--picture", tmp_path / "dark.png", "--dark")
    assert result.exit_code == 0, result.output
    light, dark = ((tmp_path / f"{theme}.png").read_bytes() for theme in ("light", "dark"))
    assert light[:4] == dark[:4] == b"\x89PNG"
    assert light != dark


def test_headings_are_whole_in_a_narrow_window(
    links2: Callable[..., Result], root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shown = links2(out, "--data", root).output
    assert all(word in shown for word in ("wrong", "direction", "format", "undecided", "heading_estimation"))


def test_another_dataset_is_refused(links2: Callable[..., Result], root: Path, out: Path) -> None:
    path = root / "questions/test/uav_localization.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("Which one?", "Which one then?"), encoding="utf-8")
    result = links2(out, "--data", root)
    assert result.exit_code == 1
    assert "not of the questions" in result.output
