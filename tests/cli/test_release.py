"""`links2 release` says what it will do, what stands in its way, and what it did."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from links2_tasks.cli import app
from links2_tasks.dataset import validate, write_dataset
from links2_tasks.media import VideoWriter
from links2_tasks.schema import Clip, Provenance, Question, SatelliteImage, Source

pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("mlcroissant", "pyarrow", "packaging")),
    reason="needs the extra 'release'",
)
SOURCE = Source(dataset="my flights", licence="BSD 2-Clause License")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A dataset of one question whose source names no SPDX licence."""
    folder = tmp_path / "data"
    (folder / "videos").mkdir(parents=True)
    with VideoWriter(folder / "videos/flight.mp4", 64, 48, 5.0) as writer:
        for level in range(10):
            writer.write(np.full((48, 64, 3), 20 * level, np.uint8))
    (folder / "satellite").mkdir()
    Image.new("RGB", (60, 50), (40, 90, 40)).save(folder / "satellite/map.webp", lossless=True)
    question = Question(
        question_id="q",
        task="uav_localization",
        clip_id="clip",
        video="videos/flight.mp4",
        video_span_s=(0.0, 2.0),
        query_time_s=None,
        satellite=(SatelliteImage(path="satellite/map.webp", label=None, gsd_m=0.5, north_up=True, window_px=None),),
        marks=(),
        question="Which one?",
        options=("a", "b"),
        answer="A",
        value=None,
        region="town",
        source=SOURCE,
        provenance=Provenance(writer="uav_localization", version="1", seed=0),
    )
    clip = Clip(
        clip_id="clip",
        video="videos/flight.mp4",
        span_s=(0.0, 2.0),
        width_px=64,
        height_px=48,
        fps=5.0,
        region="town",
        source=SOURCE,
    )
    write_dataset(
        folder, name="tiny", version="1", licence="?", description="", clips=[clip], questions={"test": [question]}
    )
    return folder


def test_a_dry_run_tells_files_and_refusals_and_writes_nothing(root: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["release", str(root), "--version", "1", "--out", str(tmp_path / "out"), "--dry-run"]
    )
    assert done.exit_code == 1
    assert "satellite/map.png (from satellite/map.webp)" in done.output
    assert "Note: No question has been reviewed." in done.output
    assert "Refused, a bad version" in done.output
    assert "Refused, a licence is unknown" in done.output
    assert not (tmp_path / "out").exists()


def test_a_release_says_what_it_wrote(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wanted = ["release", str(root), "--version", "1.0.0", "--out", str(out), "--licence", "my flights=BSD-2-Clause"]
    done = CliRunner().invoke(app, wanted)
    assert done.exit_code == 0, done.output
    assert "BSD-2-Clause" in done.output
    assert "0 before, 0 in the release" in done.output
    assert "version 1.0.0" in done.output
    assert validate(out) == ()


def test_a_refused_release_is_one_error_and_leaves_nothing(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["release", str(root), "--version", "1.0.0", "--out", str(out), "--require-review"])
    assert done.exit_code == 1
    assert "(1) a licence is unknown" in done.output
    assert "(2) not reviewed: 1 of 1" in done.output
    assert not out.exists()


def test_a_release_needs_a_folder(root: Path) -> None:
    done = CliRunner().invoke(app, ["release", str(root), "--version", "1.0.0"])
    assert done.exit_code == 2
    assert "--out" in done.output
