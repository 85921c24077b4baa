"""Pictures with the statistics of real ones: noise would exaggerate what JPEG loses, and flat colours would hide it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from tiny_questions import Flight, question, write_questions

from links2_tasks.media import VideoWriter
from links2_tasks.schema import Mark, SatelliteImage

MAP_PX = (640, 512)
FLIGHTS = {
    "scenery": Flight("over-land", "land", (320, 192), 8.0, 48, (0.0, 6.0)),
    "small frames": Flight("over-land-small", "land", (96, 64), 8.0, 48, (0.0, 6.0)),
}
TASK = "uav_localization"


def write_scenery(root: Path, flight: Flight) -> Path:
    """One question about a flight over such a land."""
    land = _land((640, 480), seed=1)
    width_px, height_px = flight.size_px
    left_px = np.linspace(0, land.shape[1] - width_px, flight.n_frames).round().astype(int)
    with VideoWriter(root / flight.video, width_px, height_px, flight.fps) as writer:
        for left in left_px:
            writer.write(land[100 : 100 + height_px, left : left + width_px])
    (root / "satellite").mkdir(parents=True, exist_ok=True)
    Image.fromarray(_land(MAP_PX, seed=2)).save(root / "satellite/land.png")
    marks = tuple(
        Mark(image=0, kind="point", label=label, xy_px=((90.0 + 120 * place, 120.0 + 80 * place),))
        for place, label in enumerate("1234")
    )
    shown = (SatelliteImage(path="satellite/land.png", gsd_m=0.5),)
    write_questions(root, [question(TASK, 0, flight=flight, satellite=shown, marks=marks)], (flight,))
    return root


def _land(size_px: tuple[int, int], seed: int) -> np.ndarray:
    """Ground whose contrast falls with scale as in nature, with fields, roofs and roads that have sharp edges."""
    width_px, height_px = size_px
    rng = np.random.default_rng(seed)
    ground = np.full((height_px, width_px, 3), (96.0, 110.0, 84.0))
    for cells in (3, 6, 12, 24, 48, 96, 192):
        coarse = rng.normal(0.0, 1.0, (cells, cells))
        grain = Image.fromarray(coarse.astype(np.float32)).resize(size_px, Image.Resampling.BICUBIC)
        ground += np.asarray(grain)[..., None] * 60.0 / cells**0.6 * rng.uniform(0.8, 1.2, 3)
    picture = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(4):
        ends = [(int(rng.integers(0, width_px)), 0), (int(rng.integers(0, width_px)), height_px)]
        draw.line(ends, fill=(128, 126, 124), width=9)
    for _ in range(40):
        left, top = int(rng.integers(0, width_px)), int(rng.integers(0, height_px))
        colour = tuple(int(part) for part in rng.integers(90, 220, 3))
        draw.rectangle((left, top, left + int(rng.integers(8, 40)), top + int(rng.integers(8, 30))), fill=colour)
    return np.asarray(picture)
