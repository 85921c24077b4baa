"""`links2 filter`: the filters on a dataset that exists."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from links2_tasks.cli import app
from links2_tasks.dataset import load_questions, validate, write_dataset
from links2_tasks.media import VideoWriter
from links2_tasks.schema import Clip, Mark, Provenance, Question, SatelliteImage, Source

RUNNER = CliRunner()
SOURCE = Source(dataset="made up", licence="CC0-1.0")
QUICK = ("--skip", "text_alone")


def _question(number: int, x: float) -> Question:
    return Question(
        question_id=f"q{number}", task="uav_localization", clip_id="clip", video="v.mp4", video_span_s=(0.0, 2.0),
        satellite=(SatelliteImage(path="m.png", gsd_m=0.5),),
        marks=tuple(
            Mark(image=0, kind="point", label=label, xy_px=((x + 90 * i, 60.0 + 50 * number),))
            for i, label in enumerate("AB")
        ),
        question="Which mark is it?", options=("Mark A", "Mark B"), answer="A", region="town", source=SOURCE,
        provenance=Provenance(writer="w", version="1", seed=0),
    )  # fmt: skip


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset of four questions, the last of which has a mark at the map's edge; letter A is always right."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    folder = tmp_path / "data"
    folder.mkdir()
    rng = np.random.default_rng(0)
    ground = rng.integers(0, 255, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(ground).save(folder / "m.png")
    with VideoWriter(folder / "v.mp4", 64, 64, 10) as writer:
        for k in range(20):
            writer.write(np.ascontiguousarray(ground[4 * k : 4 * k + 64, 2 * k : 2 * k + 64]))
    clip = Clip(
        clip_id="clip",
        video="v.mp4",
        span_s=(0.0, 2.0),
        width_px=64,
        height_px=64,
        fps=10,
        region="town",
        source=SOURCE,
    )
    questions = [*(_question(i, 100.0) for i in range(3)), _question(3, 2.0)]
    write_dataset(
        folder, name="made up", version="1", licence="CC0-1.0", description="For tests.", clips=[clip],
        questions={"test": questions},
    )  # fmt: skip
    return folder


def test_a_dry_run_counts_and_writes_nothing(root: Path, tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["filter", str(root), "--dry-run", *QUICK])
    assert done.exit_code == 0, done.output
    assert "1 x a mark is cut off by the edge" in done.output
    assert "3 of 4 questions are left" in done.output
    assert "text_alone" not in done.output
    assert not (tmp_path / "out").exists()


def test_what_is_left_is_a_dataset_without_faults(root: Path, tmp_path: Path) -> None:
    out, dropped, funnel = tmp_path / "out", tmp_path / "dropped.jsonl", tmp_path / "funnel"
    command = ["filter", str(root), "--out", str(out), "--dropped", str(dropped), *QUICK]
    done = RUNNER.invoke(app, command)
    assert done.exit_code == 0, done.output
    assert [str(fault) for fault in validate(out)] == []
    left = load_questions(out)
    assert [question.question_id for question in left] == ["q0", "q1", "q2"]
    assert sorted(question.answer for question in left) == ["A", "A", "B"]
    (line,) = dropped.read_text().splitlines()
    assert json.loads(line)["item"] == "q3"
    assert not funnel.exists()


def test_limits_come_from_the_yaml_of_a_build(root: Path, tmp_path: Path) -> None:
    config = tmp_path / "build.yaml"
    config.write_text("filters:\n  most_per_clip: 2\n  skip: [text_alone, watermarks]\n")
    done = RUNNER.invoke(app, ["filter", str(root), "--dry-run", "--config", str(config), "--skip", "letter_balance"])
    assert done.exit_code == 0, done.output
    assert "2 of 4 questions are left" in done.output
    assert "watermarks" not in done.output
    assert "letter_balance" not in done.output


def test_a_funnel_is_written_when_asked_for(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    done = RUNNER.invoke(app, ["filter", str(root), "--dry-run", "--funnel", str(tmp_path / "funnel"), *QUICK])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "funnel" / "funnel.svg").is_file()


def test_no_place_and_unknown_filters_are_told_in_words(root: Path) -> None:
    done = RUNNER.invoke(app, ["filter", str(root)])
    assert done.exit_code == 2
    assert "--dry-run" in done.output
    done = RUNNER.invoke(app, ["filter", str(root), "--dry-run", "--skip", "nothing"])
    assert done.exit_code == 1
    assert "There is no filter 'nothing'" in done.output
