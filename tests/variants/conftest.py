"""Questions of all kinds of marks about two regions whose maps hold no colour twice, and one flight that can be placed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from links2_tasks.media import VideoWriter
from links2_tasks.schema import AnswerValue, Mark, Provenance, Question, SatelliteImage, Source

MAP_SIDE = 240
REGIONS = ("east", "west", "north")
FPS, N_FRAMES = 5, 21

LABELS = "ABCD"
PLACES = ((40.0, 30.0), (90.5, 30.0), (40.0, 80.0), (100.0, 61.5))


def colours(blue: int) -> np.ndarray:
    """A map in which red tells the column and green the row, and blue the region."""
    rows, columns = np.mgrid[0:MAP_SIDE, 0:MAP_SIDE]
    return np.dstack([columns, rows, np.full_like(rows, blue)]).astype(np.uint8)


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with one map for each region, one with finer pixels, and a short grey video."""
    folder = tmp_path_factory.mktemp("dataset")
    (folder / "dataset.json").write_text("{}")
    for number, region in enumerate(REGIONS):
        Image.fromarray(colours(80 * number)).save(folder / f"{region}.png")
    Image.fromarray(np.kron(colours(255), np.ones((2, 2, 1), np.uint8))).save(folder / "fine.png")
    with VideoWriter(folder / "flight.mp4", 64, 48, FPS) as writer:
        for number in range(N_FRAMES):
            writer.write(np.full((48, 64, 3), 6 * number, np.uint8))
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    return tmp_path / "cache"


def points() -> tuple[Mark, ...]:
    return tuple(
        Mark(image=0, kind="point", label=label, xy_px=(place,)) for label, place in zip(LABELS, PLACES, strict=True)
    )


@pytest.fixture(scope="session")
def ask() -> Callable[..., Question]:
    """Make a question about a window of a region's map; what is not named is the same for all."""

    def make(number: int = 0, region: str = "east", **changes: Any) -> Question:
        window = (10 + number, 20, 120, 100)
        fields: dict[str, Any] = {
            "question_id": f"{region}-{number}",
            "task": "uav_localization",
            "clip_id": region,
            "video": "flight.mp4",
            "video_span_s": (0.0, 4.0),
            "query_time_s": 2.0,
            "satellite": (SatelliteImage(path=f"{region}.png", gsd_m=0.5, window_px=window),),
            "marks": points(),
            "question": "At 2.0 s, which mark is the ground point at the centre of the video image?",
            "options": tuple(f"Mark {label}" for label in LABELS),
            "answer": "B",
            "value": AnswerValue(kind="point", number=PLACES[1], unit="px"),
            "region": region,
            "source": Source(dataset="made by the tests", licence="CC0-1.0"),
            "provenance": Provenance(writer="tests", version="1", seed=0),
        }
        return Question(**{**fields, **changes})

    return make


@pytest.fixture(scope="session")
def questions(ask: Callable[..., Question]) -> tuple[Question, ...]:
    """Four questions about each region."""
    return tuple(ask(number, region) for region in REGIONS for number in range(4))


@pytest.fixture(scope="session")
def tiles(ask: Callable[..., Question]) -> tuple[Question, ...]:
    """Questions with four labelled maps each and no marks."""

    def images(region: str) -> tuple[SatelliteImage, ...]:
        return tuple(
            SatelliteImage(path=f"{region}.png", label=label, gsd_m=0.5, window_px=(50 * i, 30, 50, 60))
            for i, label in enumerate(LABELS)
        )

    changes = {
        "task": "satellite_retrieval",
        "query_time_s": None,
        "marks": (),
        "question": "Which satellite image shows the ground that the UAV flies over in the video?",
        "options": tuple(f"Satellite image {label}" for label in LABELS),
        "value": None,
    }
    return tuple(ask(n, region, satellite=images(region), **changes) for region in REGIONS for n in range(2))


GROUND_SIDE = 560
FRAME_PX = (320, 240)
CENTRES = tuple((180.0 + 10.0 * number, 250.0) for number in range(N_FRAMES))
"""Ground points at the centres of the frames of the flight: it goes east, and the top of its frames is east."""


@pytest.fixture(scope="session")
def flight_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with a textured ground, a map of it and one of elsewhere, and a flight whose frames are cut from it."""
    folder = tmp_path_factory.mktemp("flight")
    (folder / "dataset.json").write_text("{}")
    ground = textured(1)
    Image.fromarray(ground).save(folder / "map.png")
    Image.fromarray(textured(2)).save(folder / "elsewhere.png")
    with VideoWriter(folder / "flight.mp4", *FRAME_PX, FPS) as writer:
        for x, y in CENTRES:
            # One map pixel is one frame pixel; turned so that east is up, a frame is as wide as it lies tall.
            half_up, half_across = FRAME_PX[1] // 2, FRAME_PX[0] // 2
            cut = ground[int(y) - half_across : int(y) + half_across, int(x) - half_up : int(x) + half_up]
            writer.write(np.clip(np.rot90(cut).astype(np.float32) * 0.8 + 20, 0, 255).astype(np.uint8))
    return folder


def textured(seed: int) -> np.ndarray:
    """Soft patches of colour with rectangles of all sizes on them."""
    rng = np.random.default_rng(seed)
    image = np.full((GROUND_SIDE, GROUND_SIDE, 3), 120, np.float32)
    for cell in (6, 20, 60):
        noise = rng.normal(0, 16, (GROUND_SIDE // cell + 2, GROUND_SIDE // cell + 2, 3)).astype(np.float32)
        image += cv2.resize(noise, (GROUND_SIDE, GROUND_SIDE), interpolation=cv2.INTER_CUBIC)
    for _ in range(300):
        x, y = rng.integers(0, GROUND_SIDE, 2).tolist()
        w, h = rng.integers(4, 30, 2).tolist()
        corners = cv2.boxPoints(((x, y), (w, h), float(rng.uniform(0, 90)))).astype(np.int32)
        cv2.fillConvexPoly(image, corners, rng.uniform(20, 235, 3).tolist(), cv2.LINE_AA)
    return np.clip(image, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def ask_flight(ask: Callable[..., Question]) -> Callable[..., Question]:
    """Make a question about the flight that can be placed."""

    def make(number: int = 0, **changes: Any) -> Question:
        satellite = (SatelliteImage(path="map.png", gsd_m=0.5),)
        return ask(number, **{"satellite": satellite, "value": None, **changes})

    return make
