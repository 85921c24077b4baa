"""Every image of a message is the one of its part, also when its file is known from an earlier message."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from links2_tasks.frameworks.vlmeval._messages import message_of
from links2_tasks.media import pixel_sha256
from links2_tasks.prompt import FrameManifest, Image, Prompt, Text


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_: str(tmp_path / "cache"))


def _noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


def _prompt(seed: int, with_frames: bool, with_query: bool, satellite_first: bool) -> Prompt:
    frames, query, maps = (
        _noise(seed, 3, 8, 9),
        _noise(seed + 1, 8, 9),
        [_noise(seed + 2, 7, 7), _noise(seed + 3, 6, 6)],
    )
    shown = [Image(frame, "frame", time_s=0.0) for frame in frames] if with_frames else []
    shown += [Image(query, "frame", time_s=1.0)] if with_query else []
    satellites = [Image(each, "satellite") for each in maps]
    parts = [*satellites, *shown] if satellite_first else [*shown, *satellites]
    manifest = FrameManifest(
        strategy="frames_as_images",
        modality="both",
        plan_id="plan",
        n_frames=3,
        indices=(0, 1, 2),
        times_s=(0.0, 0.1, 0.2),
        decoder="links2" if with_frames else "host",
        pixel_sha256=pixel_sha256(frames) if with_frames else None,
        query_sha256=pixel_sha256(query) if with_query else None,
        satellite_sha256=tuple(map(pixel_sha256, maps)),
    )
    return Prompt((Text("shown"), *parts, Text("asked")), manifest)


@pytest.mark.parametrize("with_frames", [True, False])
@pytest.mark.parametrize("with_query", [True, False])
@pytest.mark.parametrize("satellite_first", [True, False])
def test_images_are_those_of_their_parts(with_frames: bool, with_query: bool, satellite_first: bool) -> None:
    for seed in (0, 10, 0):  # The third time, all files are known.
        prompt = _prompt(seed, with_frames, with_query, satellite_first)
        shown = [item["value"] for item in message_of(prompt) if item["type"] == "image"]
        wanted = [part.pixels for part in prompt.parts if isinstance(part, Image)]
        for path, pixels in zip(shown, wanted, strict=True):
            np.testing.assert_array_equal(np.asarray(PillowImage.open(path)), pixels)
