"""A tiny dataset with every task."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks import taxonomy
from links2_tasks.dataset import write_dataset
from links2_tasks.media import VideoWriter
from links2_tasks.schema import Clip, Mark, Provenance, Question, SatelliteImage, Source

# Stand-ins for models and services, for the tests of every framework; tests are no package.
sys.path.insert(0, str(Path(__file__).parent / "doubles"))

WIDTH_PX, HEIGHT_PX, FPS, SECONDS = 96, 64, 8.0, 4
SOURCE = Source(dataset="tiny", licence="CC0-1.0")
QUESTIONS_PER_TASK = 2
OPTIONS = ("the first", "the second", "the third", "the fourth")


def write_video(path: Path, seed: int) -> None:
    """A bright square that crosses a noisy ground."""
    ground = np.random.default_rng(seed).integers(0, 160, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with VideoWriter(path, WIDTH_PX, HEIGHT_PX, FPS) as writer:
        for index in range(int(FPS * SECONDS)):
            frame = ground.copy()
            frame[20:40, 2 * index : 2 * index + 20] = 250
            writer.write(frame)


def question(task: str, index: int, **changes: Any) -> Question:
    """A valid question; question `index` has the answer 'A', 'B', ... in turn."""
    fields: dict[str, Any] = {
        "question_id": f"{task}-{index}",
        "task": task,
        "clip_id": f"clip-{index % 2}",
        "video": f"videos/clip-{index % 2}.mp4",
        "video_span_s": (0.0, float(SECONDS)),
        "query_time_s": 2.0,
        "satellite": (SatelliteImage(path="satellite/map.png", gsd_m=0.5, window_px=(10, 20, 100, 80)),),
        "marks": (Mark(image=0, kind="point", label="1", xy_px=((30.0, 40.0),)),),
        "question": f"Which one of the {task.replace('_', ' ')} is it?",
        "options": OPTIONS,
        "answer": "ABCD"[index % 4],
        "region": "tinytown",
        "source": SOURCE,
        "provenance": Provenance(writer="tests", version="1", seed=0),
    }
    return Question(**{**fields, **changes})


def write_tiny_dataset(root: Path, questions: list[Question]) -> Path:
    """Two clips, one map, and the questions given."""
    for index in range(2):
        write_video(root / f"videos/clip-{index}.mp4", seed=index)
    pixels = np.random.default_rng(5).integers(0, 255, (128, 160, 3), dtype=np.uint8)
    (root / "satellite").mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(root / "satellite/map.png")
    clips = [
        Clip(
            clip_id=f"clip-{index}",
            video=f"videos/clip-{index}.mp4",
            span_s=(0.0, float(SECONDS)),
            width_px=WIDTH_PX,
            height_px=HEIGHT_PX,
            fps=FPS,
            region="tinytown",
            source=SOURCE,
        )
        for index in range(2)
    ]
    write_dataset(
        root,
        name="tiny",
        version="1",
        licence="CC0-1.0",
        description="Made by tests.",
        clips=clips,
        questions={"test": questions},
    )
    return root


@pytest.fixture(scope="session")
def tiny_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset with questions of all tasks; answers alternate between A and B."""
    root = tmp_path_factory.mktemp("tiny")
    questions = [question(task.name, index) for task in taxonomy.tasks() for index in range(QUESTIONS_PER_TASK)]
    return write_tiny_dataset(root, questions)


@pytest.fixture
def tiny_data(tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny dataset as the dataset in use."""
    monkeypatch.setenv("LINKS2_DATA", str(tiny_root))
    return tiny_root


@pytest.fixture(scope="session")
def make_question() -> Any:
    """`question`, for tests that cannot import from a conftest."""
    return question


@pytest.fixture(scope="session")
def make_dataset() -> Any:
    """`write_tiny_dataset`, for tests that cannot import from a conftest."""
    return write_tiny_dataset
