"""The clips that benchmarks run on: a generated one of a stated size, and a folder of a real flight where there is one.

The generated clip flies over a painted plain: it turns, drifts and grows, with the noise of a sensor on top, so that it
costs a decoder about what footage does. The same size gives the same file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

REAL_FLIGHT = "LINKS2_REAL_FLIGHT"
"""Variable that names the folder of a real flight: a video and a map (see docs/flights.md)."""

_PICTURE_PX = 3_000
_SEED = 11
_CRF = 20
_NOISE = 4.0
"""With these the long clip has 6 Mbit/s, as footage on the web does."""


@dataclass(frozen=True)
class ClipSize:
    """What a generated clip looks like from outside."""

    width_px: int
    height_px: int
    fps: int
    n_frames: int
    gop_frames: int
    """Frames from one keyframe to the next."""

    @property
    def name(self) -> str:
        """A file name that tells sizes apart."""
        return f"{self.width_px}x{self.height_px}-{self.fps}fps-{self.n_frames}-gop{self.gop_frames}.mp4"


LONG = ClipSize(width_px=1920, height_px=1080, fps=30, n_frames=1_241, gop_frames=90)
"""41 s of 1080p30 with a keyframe every 3 s."""

TINY = ClipSize(width_px=128, height_px=96, fps=8, n_frames=48, gop_frames=12)


def work_folder() -> Path:
    """Where benchmarks keep what takes long to make, in the user's cache; it may be emptied."""
    return Path(platformdirs.user_cache_dir("links2-benchmarks"))


def generated_clip(size: ClipSize) -> Path:
    """The generated clip of a size, made on the first call; 41 s of 1080p30 take about two minutes."""
    from links2_tasks.media import VideoWriter

    path = work_folder() / size.name
    if not path.is_file():
        with VideoWriter(path, size.width_px, size.height_px, size.fps, gop_frames=size.gop_frames, crf=_CRF) as writer:
            for frame in _flight(size):
                writer.write(frame)
    return path


def real_flight(named: Path | None = None) -> Path | None:
    """Folder of a real flight: the one named, else that of LINKS2_REAL_FLIGHT; None where there is none."""
    folder = named or (Path(os.environ[REAL_FLIGHT]) if os.environ.get(REAL_FLIGHT) else None)
    return folder if folder is not None and folder.is_dir() else None


def real_video(folder: Path) -> Path:
    """The video of a real flight.

    Raises:
        FileNotFoundError: the folder holds none.
    """
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".mp4", ".mov", ".mkv"))
    if not found:
        raise FileNotFoundError(f"no video (.mp4, .mov, .mkv) in {folder}")
    return found[0]


def painted_plain(side_px: int, seed: int = _SEED) -> np.ndarray:
    """A picture (side, side, 3) uint8 with detail at all sizes: soft land, sharp roofs and roads."""
    import cv2

    random = np.random.default_rng(seed)
    land = np.zeros((side_px, side_px, 3), np.float32)
    for cells in (4, 16, 64, 256):
        patch = random.normal(0.0, 160.0 / cells**0.5, (cells, cells, 3)).astype(np.float32)
        land += cv2.resize(patch, (side_px, side_px), interpolation=cv2.INTER_CUBIC)
    picture = np.clip(land + (100.0, 115.0, 90.0), 0, 255).astype(np.uint8)
    for _ in range(side_px // 3):
        left, top = (int(place) for place in random.integers(0, side_px, 2))
        width, height = (int(length) for length in random.integers(side_px // 150 + 2, side_px // 40 + 4, 2))
        colour = tuple(int(value) for value in random.integers(30, 230, 3))
        cv2.rectangle(picture, (left, top), (left + width, top + height), colour, -1)
    for _ in range(12):
        ends = [(int(x), int(y)) for x, y in random.integers(0, side_px, (2, 2))]
        cv2.line(picture, ends[0], ends[1], (90, 90, 95), max(2, side_px // 250))
    return picture


def _flight(size: ClipSize) -> Iterator[np.ndarray]:
    import cv2

    picture = painted_plain(_PICTURE_PX)
    random = np.random.default_rng(_SEED)
    noise = random.normal(0.0, _NOISE, (size.height_px + 64, size.width_px + 64, 3)).astype(np.int16)
    wide_px = _PICTURE_PX / 2.2
    for number in range(size.n_frames):
        part = number / size.n_frames
        angle, zoom = 70.0 * part, size.width_px / wide_px * (1.0 + 0.25 * part)
        centre = _PICTURE_PX * (0.35 + 0.3 * part), _PICTURE_PX * (0.6 - 0.2 * part)
        warp = cv2.getRotationMatrix2D(centre, angle, zoom)
        warp = warp + np.array([[0.0, 0.0, size.width_px / 2 - centre[0]], [0.0, 0.0, size.height_px / 2 - centre[1]]])
        seen = cv2.warpAffine(picture, warp, (size.width_px, size.height_px), borderMode=cv2.BORDER_REFLECT)
        top, left = random.integers(0, 64, 2)
        grain = noise[top : top + size.height_px, left : left + size.width_px]
        yield np.clip(seen + grain, 0, 255).astype(np.uint8)
