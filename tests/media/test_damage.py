"""Damaged files: what is read is right in kind, and what cannot be read is a `MediaError`, never another exception."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from links2_tasks.errors import MediaError
from links2_tasks.media import FramePlan, VideoWriter, _satellite, load_frames, probe_video, read_image_window

ROUNDS = 40


def damaged(content: bytes, rng: random.Random) -> bytes:
    """A few other bytes, mostly near the start where the structure is; now and then the end is missing."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 12)):
        reach = min(len(changed), rng.choice([200, 2000, len(changed)]))
        changed[rng.randrange(reach)] = rng.choice([0, 255, rng.randrange(256)])
    return bytes(changed[: rng.randrange(len(changed))] if rng.random() < 0.2 else changed)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
@pytest.mark.filterwarnings("ignore")
def test_images(tmp_path: Path, name: str) -> None:
    rng = random.Random(0)
    whole = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(noise).save(whole, Image.registered_extensions()[Path(name).suffix])
    for number in range(ROUNDS):
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(damaged(whole.getvalue(), rng))
        try:
            pixels = read_image_window(path, None, 30)
        except MediaError:
            continue
        assert pixels.shape[2] == 3
        assert max(pixels.shape[:2]) <= 30


@pytest.mark.parametrize("options", [{"compression": "tiff_adobe_deflate"}, {"compression": "jpeg"}, {}])
@pytest.mark.filterwarnings("ignore")
def test_large_maps_that_are_read_by_windows(
    tmp_path: Path, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rasterio", reason="windows of GeoTIFFs are read by the extra 'geo'")
    monkeypatch.setattr(_satellite, "MAX_IMAGE_PX", 3000)
    rng = random.Random(0)
    whole = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (90, 80, 3), dtype=np.uint8)
    Image.fromarray(noise).save(whole, "TIFF", **options)
    (tmp_path / "whole.tif").write_bytes(whole.getvalue())
    assert read_image_window(tmp_path / "whole.tif", (20, 30, 50, 40), 100).shape == (40, 50, 3)
    told = []
    for number in range(ROUNDS):
        path = tmp_path / f"{number}.tif"
        path.write_bytes(damaged(whole.getvalue(), rng))
        try:
            assert read_image_window(path, (20, 30, 50, 40), 100).shape == (40, 50, 3)
        except MediaError as error:
            told.append((str(path), str(error)))
    assert told
    assert all(path in message for path, message in told)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi"])
def test_videos(tmp_path: Path, name: str) -> None:
    rng = random.Random(0)
    whole = tmp_path / name
    with VideoWriter(whole, 64, 48, 10) as writer:
        for number in range(30):
            writer.write(np.full((48, 64, 3), 8 * number, np.uint8))
    for number in range(ROUNDS):
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(damaged(whole.read_bytes(), rng))
        try:
            info = probe_video(path)
            plan = FramePlan.uniform(info, n=5)
            frames, times_s = load_frames(path, plan)
        except MediaError:
            continue
        assert frames.shape[0] == len(times_s) == len(plan.indices)
        assert (np.diff(times_s) > 0).all()
