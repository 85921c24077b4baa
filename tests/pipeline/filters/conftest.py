"""Made-up questions on a tiny map and video, and a context to filter them in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from links2_tasks.media import VideoWriter
from links2_tasks.pipeline.filters import FilterContext, FilterSettings
from links2_tasks.schema import Mark, Question

Ask = Callable[..., Question]
Context = Callable[..., FilterContext]
SIDE = 800


def _ground(seed: int, side: int = SIDE) -> np.ndarray:
    """Ground as a picture: patches, fine texture, and blocks that stand for houses (side, side, 3)."""
    rng = np.random.default_rng(seed)
    coarse = cv2.resize(rng.uniform(60, 180, (side // 40, side // 40)).astype(np.float32), (side, side))
    fine = cv2.GaussianBlur(rng.normal(0, 1, (side, side)).astype(np.float32), (0, 0), 1.2) * 40
    grey = coarse + fine
    for _ in range(side * side // 6000):
        x, y = rng.integers(0, side - 30, 2)
        w, h = rng.integers(8, 30, 2)
        grey[y : y + h, x : x + w] = rng.uniform(40, 220) + fine[y : y + h, x : x + w] * 0.5
    tint = np.array([1.0, 1.02, 0.9], np.float32)
    return np.clip(grey[..., None] * tint, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def ground() -> Callable[..., np.ndarray]:
    """Makes ground from a seed."""
    return _ground


def _write_video(path: Path, picture: np.ndarray, frames: list[np.ndarray] | None = None) -> Path:
    """A camera that moves over a picture, 4.0 s at 10 fps, 160 x 96 px; or just these frames."""
    shown = frames or [picture[3 * k : 3 * k + 96, 5 * k : 5 * k + 160] for k in range(40)]
    with VideoWriter(path, 160, 96, 10) as writer:
        for frame in shown:
            writer.write(np.ascontiguousarray(frame))
    return path


@pytest.fixture(scope="session")
def write_video() -> Callable[..., Path]:
    """Writes a video over a picture, or of frames."""
    return _write_video


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a map of 800 x 800 px and a video of 4.0 s; there is no dataset.json yet, as in a build."""
    folder = tmp_path_factory.mktemp("media")
    picture = _ground(0)
    Image.fromarray(picture).save(folder / "map.png")
    _write_video(folder / "flight.mp4", picture)
    return folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))


def point(label: str, x: float, y: float) -> Mark:
    """A marked point of the first map."""
    return Mark(image=0, kind="point", label=label, xy_px=((x, y),))


FOUR = tuple(point(label, 150.0 + 160 * i, 300.0 + 40 * i) for i, label in enumerate("ABCD"))


@pytest.fixture
def ask() -> Ask:
    """Makes one question with four marked points on the map; every field may be named."""

    def make(number: int = 0, **changed: object) -> Question:
        fields: dict[str, object] = {
            "question_id": f"q{number:03d}", "task": "uav_localization", "clip_id": "clip", "video": "flight.mp4",
            "video_span_s": (0.0, 4.0), "satellite": [{"path": "map.png", "gsd_m": 0.5}], "marks": FOUR,
            "question": f"At {number}.0 s, which mark is it?", "options": tuple(f"Mark {letter}" for letter in "ABCD"),
            "answer": "A", "region": "town", "source": {"dataset": "made up", "licence": "CC0-1.0"},
            "provenance": {"writer": "w", "version": "1", "seed": 0},
        }  # fmt: skip
        return Question.model_validate(fields | changed)

    return make


@pytest.fixture
def context(root: Path) -> Context:
    """A context with some limits changed; `folder` names another root."""

    def make(folder: Path | None = None, **limits: object) -> FilterContext:
        return FilterContext(folder or root, FilterSettings.model_validate(limits))

    return make
