"""A tiny dataset folder with one video and one map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from links2_tasks.media import VideoWriter
from links2_tasks.schema import Mark, Provenance, Question, SatelliteImage, Source


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with a video of 4.0 s at 10 fps, 64 x 48 px, and a map of 200 x 160 px."""
    folder = tmp_path_factory.mktemp("dataset")
    (folder / "dataset.json").write_text("{}")
    with VideoWriter(folder / "flight.mp4", 64, 48, 10) as writer:
        for number in range(40):
            writer.write(np.full((48, 64, 3), 6 * number, np.uint8))
    ground = np.random.default_rng(0).integers(60, 120, (160, 200, 3), dtype=np.uint8)
    Image.fromarray(ground).save(folder / "map.png")
    return folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))


@pytest.fixture
def question() -> Question:
    """Four labelled points and one labelled box on one map window."""
    return Question(
        question_id="q1",
        task="uav_localization",
        clip_id="flight",
        video="flight.mp4",
        video_span_s=(0.0, 4.0),
        query_time_s=2.0,
        satellite=(SatelliteImage(path="map.png", gsd_m=0.5, window_px=(20, 10, 160, 120)),),
        marks=(
            *(
                Mark(image=0, kind="point", label=label, xy_px=((30.0 * (i + 1), 40.0),))
                for i, label in enumerate("ABCD")
            ),
            Mark(image=0, kind="box", label="1", xy_px=((50.0, 70.0), (90.0, 100.0))),
        ),
        question="At 2.0 s, which mark is the ground point at the centre of the video image?",
        options=("Mark A", "Mark B", "Mark C", "Mark D"),
        answer="B",
        region="nowhere",
        source=Source(dataset="made by the tests", licence="CC0-1.0"),
        provenance=Provenance(writer="tests", version="1", seed=0),
    )


@pytest.fixture
def tiles_question(question: Question) -> Question:
    """Three labelled windows of one map, without marks."""
    return question.model_copy(
        update={
            "question_id": "q2",
            "task": "satellite_retrieval",
            "video_span_s": (1.0, 3.0),
            "query_time_s": None,
            "marks": (),
            "satellite": tuple(
                SatelliteImage(path="map.png", label=label, gsd_m=0.5, window_px=(60 * i, 0, 60, 60))
                for i, label in enumerate("ABC")
            ),
            "question": "Which satellite image shows the flight?",
            "options": ("Satellite image A", "Satellite image B", "Satellite image C"),
        }
    )
