"""A dataset of one noisy recording, whose frames and clips are large for their number of pixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from links2_tasks.media import VideoWriter
from links2_tasks.schema import Provenance, Question, SatelliteImage, Source

N_FRAMES, FPS = 64, 8


def question_about(number: int, span_s: tuple[float, float] = (0.0, 8.0), **changes: object) -> Question:
    """A question about a part of the recording."""
    fields: dict[str, object] = {
        "question_id": f"uav_localization-{number}",
        "task": "uav_localization",
        "clip_id": "clip",
        "video": "noise.mp4",
        "video_span_s": span_s,
        "satellite": (SatelliteImage(path="map.png", gsd_m=0.5),),
        "question": f"Which one is it in question {number}?",
        "options": ("the first", "the second"),
        "answer": "A",
        "region": "nowhere",
        "source": Source(dataset="made by the tests", licence="CC0-1.0"),
        "provenance": Provenance(writer="tests", version="1", seed=0),
    }
    return Question.model_validate({**fields, **changes})


@pytest.fixture(scope="session")
def noisy_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset's folder with media and no questions in it."""
    root = tmp_path_factory.mktemp("noisy")
    rng = np.random.default_rng(0)
    with VideoWriter(root / "noise.mp4", 96, 64, FPS) as writer:
        for _ in range(N_FRAMES):
            writer.write(rng.integers(0, 255, (64, 96, 3), dtype=np.uint8))
    Image.fromarray(rng.integers(0, 255, (80, 100, 3), dtype=np.uint8)).save(root / "map.png")
    (root / "dataset.json").write_text("{}")
    return root


@pytest.fixture(scope="session")
def ask_about() -> Callable[..., Question]:
    """`question_about`, for tests that cannot import from a conftest."""
    return question_about
