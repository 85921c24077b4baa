"""A small textured ground, its map and a flight over it, made once for all tests of the baselines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from links2_tasks.media import VideoWriter
from links2_tasks.schema import Mark, Provenance, Question, SatelliteImage, Source

WIDTH, HEIGHT, FPS, N_FRAMES = 400, 300, 10, 41
SIDE = 640
OBLIQUE = 0.0012


def textured(side: int, seed: int) -> np.ndarray:
    """A random ground (side, side, 3): soft patches of colour with rectangles and discs of all sizes on it."""
    rng = np.random.default_rng(seed)
    image = np.zeros((side, side, 3), np.float32)
    for cell in (4, 12, 40, 120):
        noise = rng.normal(0, 14, (side // cell + 2, side // cell + 2, 3)).astype(np.float32)
        image += cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
    image += 120
    for _ in range(side * side // 1400):
        x, y = rng.integers(0, side, 2).tolist()
        w, h = rng.integers(4, 26, 2).tolist()
        colour = rng.uniform(20, 235, 3).tolist()
        if rng.random() < 0.5:
            corners = cv2.boxPoints(((x, y), (w, h), float(rng.uniform(0, 90)))).astype(np.int32)
            cv2.fillConvexPoly(image, corners, colour, cv2.LINE_AA)
        else:
            cv2.circle(image, (x, y), w // 2, colour, -1, cv2.LINE_AA)
    return np.clip(image, 0, 255).astype(np.uint8)


def frame_to_map(t_s: float, foreshortening: float = 0.0) -> np.ndarray:
    """The true homography (3, 3) from frame pixels to map pixels: a flight along a bend, slowly turning."""
    x, y = 200 + 55 * t_s, 330 - 30 * np.sin(t_s / 2)
    heading = np.radians(70 + 6 * t_s)
    scale = 0.55 + 0.01 * t_s
    turn = scale * np.array([[np.cos(heading), -np.sin(heading)], [np.sin(heading), np.cos(heading)]])
    plane = np.eye(3)
    plane[:2, :2] = turn
    plane[:2, 2] = (x, y)
    centred = np.array([[1, 0, -WIDTH / 2], [0, 1, -HEIGHT / 2], [0, 0, 1.0]])
    tilt = np.array([[1, 0, 0], [0, 1 + foreshortening * 300, 0], [0, foreshortening, 1.0]])
    return plane @ tilt @ centred


def rendered(ground: np.ndarray, homography: np.ndarray, seed: int) -> np.ndarray:
    """A frame of the ground in other light, with noise."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    matrix = np.linalg.inv(half) @ np.linalg.inv(homography) @ half
    frame = cv2.warpPerspective(ground, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    frame = 255 * (frame.astype(np.float32) / 255) ** 0.75 * (0.9, 1.0, 0.85)
    frame += np.random.default_rng(seed).normal(0, 4, frame.shape)
    return np.clip(frame, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class World:
    """A data root with a map, another map of elsewhere, and two flights over the first."""

    root: Path
    ground: np.ndarray
    size_px: tuple[int, int] = (WIDTH, HEIGHT)
    oblique: float = OBLIQUE

    def frame_to_map(self, t_s: float, foreshortening: float = 0.0) -> np.ndarray:
        """The true homography (3, 3) from frame pixels to map pixels."""
        return frame_to_map(t_s, foreshortening)

    def seen(self, t_s: float, x_share: float = 0.5, y_share: float = 0.5, foreshortening: float = 0.0) -> np.ndarray:
        """True map point (2,) at shares of the image's width and height."""
        lifted = self.frame_to_map(t_s, foreshortening) @ (x_share * WIDTH, y_share * HEIGHT, 1.0)
        return lifted[:2] / lifted[2]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("world")
    ground = textured(SIDE, 1)
    Image.fromarray(ground).save(root / "map.png")
    Image.fromarray(textured(SIDE, 2)).save(root / "elsewhere.png")
    for name, foreshortening in (("down.mp4", 0.0), ("oblique.mp4", OBLIQUE)):
        with VideoWriter(root / name, WIDTH, HEIGHT, FPS) as writer:
            for index in range(N_FRAMES):
                writer.write(rendered(ground, frame_to_map(index / FPS, foreshortening), index))
    return World(root, ground)


@pytest.fixture(scope="session")
def ask() -> Callable[..., Question]:
    """Make a question; what is not named is the same for all."""

    def make(**changes: Any) -> Question:
        fields: dict[str, Any] = {
            "question_id": "q1",
            "task": "uav_localization",
            "clip_id": "c1",
            "video": "down.mp4",
            "video_span_s": (0.0, 4.0),
            "satellite": (SatelliteImage(path="map.png", gsd_m=0.5),),
            "question": "?",
            "options": ("Mark A", "Mark B", "Mark C", "Mark D"),
            "answer": "A",
            "region": "r",
            "source": Source(dataset="d", licence="l"),
            "provenance": Provenance(writer="w", version="1", seed=0),
        }
        return Question(**{**fields, **changes})

    return make


@pytest.fixture(scope="session")
def point_marks() -> Callable[..., tuple[Mark, ...]]:
    """Make point marks A, B, ... at places of the first image."""

    def make(*places: tuple[float, float]) -> tuple[Mark, ...]:
        return tuple(
            Mark(image=0, kind="point", label=label, xy_px=((float(x), float(y)),))
            for label, (x, y) in zip("ABCDEF", places, strict=False)
        )

    return make
