"""Tiny videos whose frames carry their own number, so that a test can see which frame it was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

BITS = 10
BLOCK_PX = 16
WIDTH_PX = BITS * BLOCK_PX
HEIGHT_PX = 32
B_FRAMES = {"x264-params": "keyint=24:min-keyint=24:scenecut=0:bframes=3:b-adapt=0"}
"""A keyframe every 24 frames, and always three B-frames in a row."""


def numbered_frame(number: int) -> np.ndarray:
    """White blocks for the bits of `number` that are 1, from the left; a grey strip at the bottom shows which way is up."""
    frame = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    for bit in range(BITS):
        frame[:, bit * BLOCK_PX : (bit + 1) * BLOCK_PX] = 255 * (number >> bit & 1)
    frame[-4:] = 128
    return frame


def _number_of(frame: np.ndarray) -> int:
    shares = (np.arange(BITS) + 0.5) / BITS
    row = frame[frame.shape[0] // 3, (shares * frame.shape[1]).astype(int), 0]
    return int(sum(1 << bit for bit in range(BITS) if row[bit] > 127))


def write_stamped(path: Path, stamps_ms: Sequence[int], codec: str = "libx264", **options: str) -> Path:
    """A video whose frame k carries number k and is shown at `stamps_ms[k]`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(1000, 40), options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number, stamp_ms in enumerate(stamps_ms):
            frame = av.VideoFrame.from_ndarray(numbered_frame(number), format="rgb24")
            frame.pts, frame.time_base = stamp_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def number_of() -> Callable[[np.ndarray], int]:
    """Reads the number that a frame carries."""
    return _number_of


@pytest.fixture
def stamped(tmp_path: Path) -> Callable[..., Path]:
    """Writes a video with the given time stamps into the test's folder."""

    def write(name: str, stamps_ms: Sequence[int], **options: str) -> Path:
        return write_stamped(tmp_path / name, stamps_ms, **options)

    return write


@pytest.fixture(scope="session")
def even_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 frames at 25 fps with B-frames and a keyframe every 24 frames."""
    path = tmp_path_factory.mktemp("videos") / "even.mp4"
    return write_stamped(path, range(0, 4000, 40), **B_FRAMES)
