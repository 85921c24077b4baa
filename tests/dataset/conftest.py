"""A tiny sound dataset, and ways to break it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.dataset import write_dataset
from links2_tasks.media import VideoWriter
from links2_tasks.schema import Clip, Question

FPS = 5.0
N_FRAMES = 10
SOURCE = {"dataset": "made by the tests", "licence": "CC0-1.0"}


def question_record(number: int = 0, **changes: Any) -> dict[str, Any]:
    """A valid question as the file holds it; `changes` replace whole fields."""
    record = {
        "question_id": f"q{number}",
        "task": "uav_localization",
        "clip_id": "clip",
        "video": "videos/flight.mp4",
        "video_span_s": [0.0, 2.0],
        "query_time_s": 1.0,
        "satellite": [
            {"path": "satellite/map.png", "label": None, "gsd_m": 0.5, "north_up": True, "window_px": [10, 10, 60, 40]}
        ],
        "marks": [{"image": 0, "kind": "point", "label": "A", "xy_px": [[5.0, 30.0]]}],
        "question": f"Question {number}: which mark is below the UAV?",
        "options": ["A", "B", "C", "D"],
        "answer": "A",
        "value": {"kind": "point", "number": [5.0, 30.0], "unit": "px"},
        "region": "town",
        "source": SOURCE,
        "provenance": {"writer": "uav_localization", "version": "1", "seed": 0, "review": "none"},
    }
    return record | changes


@pytest.fixture
def make_question() -> Callable[..., Question]:
    """Makes a valid question; keyword arguments replace fields."""
    return lambda number=0, **changes: Question.model_validate(question_record(number, **changes))


@pytest.fixture
def clip() -> Clip:
    """The one clip of the tiny dataset."""
    return Clip(
        clip_id="clip",
        video="videos/flight.mp4",
        span_s=(0.0, 2.0),
        width_px=64,
        height_px=48,
        fps=FPS,
        region="town",
        source=SOURCE,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="session")
def _video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("video") / "flight.mp4"
    rng = np.random.default_rng(0)
    with VideoWriter(path, 64, 48, FPS) as writer:
        for _ in range(N_FRAMES):
            writer.write(rng.integers(0, 255, (48, 64, 3), dtype=np.uint8))
    return path.read_bytes()


@pytest.fixture
def media_root(tmp_path: Path, _video: bytes) -> Path:
    """A folder with the media of a dataset, and no questions yet."""
    root = tmp_path / "data"
    (root / "videos").mkdir(parents=True)
    (root / "satellite").mkdir()
    (root / "videos/flight.mp4").write_bytes(_video)
    Image.new("RGB", (100, 80), (40, 90, 40)).save(root / "satellite/map.png")
    return root


@pytest.fixture
def write(media_root: Path, clip: Clip) -> Callable[..., Path]:
    """Writes a dataset of the given questions into `media_root`."""

    def _write(*questions: Question, split: str = "test") -> Path:
        write_dataset(
            media_root,
            name="tiny",
            version="1",
            licence="CC0-1.0",
            description="Made by the tests.",
            clips=[clip],
            questions={split: questions},
        )
        return media_root

    return _write


@pytest.fixture
def root(write: Callable[..., Path], make_question: Callable[..., Question]) -> Path:
    """A sound dataset of three questions in two tasks."""
    heading = make_question(2, task="heading_estimation", marks=[], value=None)
    return write(make_question(0), make_question(1), heading)
