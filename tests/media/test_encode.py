"""Writing videos."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from links2_tasks.errors import MediaError
from links2_tasks.media import FramePlan, VideoWriter, load_frames, pixel_sha256, probe_video


def ramp(number: int) -> np.ndarray:
    frame = np.zeros((48, 64, 3), np.uint8)
    frame[..., 0] = np.arange(64) * 3
    frame[..., 1] = 5 * number
    return frame


def write(path: Path, n: int = 20, fps: float | Fraction = 10, **options: int) -> Path:
    with VideoWriter(path, 64, 48, fps, **options) as writer:
        for number in range(n):
            writer.write(ramp(number))
    return path


def test_frames_come_back(tmp_path: Path) -> None:
    path = write(tmp_path / "new" / "a.mp4", crf=12)
    info = probe_video(path)
    assert (info.width_px, info.height_px, info.n_frames, info.fps) == (64, 48, 20, 10.0)
    frames, _ = load_frames(path, FramePlan.uniform(info, n=20))
    assert np.abs(frames[13].astype(int) - ramp(13)).mean() < 4


def test_same_frames_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "a.mp4").read_bytes() == write(tmp_path / "b.mp4").read_bytes()


def test_uneven_rate(tmp_path: Path) -> None:
    assert probe_video(write(tmp_path / "a.mp4", fps=30000 / 1001)).fps == pytest.approx(30000 / 1001)
    assert probe_video(write(tmp_path / "b.mp4", fps=Fraction(349, 492))).fps == pytest.approx(349 / 492)


def test_every_frame_a_keyframe(tmp_path: Path) -> None:
    with av.open(str(write(tmp_path / "a.mp4", gop_frames=1))) as container:
        assert all(packet.is_keyframe for packet in container.demux(video=0) if packet.size)


@pytest.mark.parametrize(("width_px", "height_px"), [(65, 48), (64, 47), (0, 2), (-2, 2)])
def test_odd_sizes_are_refused(tmp_path: Path, width_px: int, height_px: int) -> None:
    with pytest.raises(MediaError, match="even width and height"):
        VideoWriter(tmp_path / "a.mp4", width_px, height_px, 10)


def test_other_faults_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="frame rate"):
        VideoWriter(tmp_path / "a.mp4", 64, 48, 0)
    with pytest.raises(MediaError, match="crf"):
        VideoWriter(tmp_path / "a.mp4", 64, 48, 10, crf=99)
    with pytest.raises(MediaError, match="not open"):
        VideoWriter(tmp_path / "a.mp4", 64, 48, 10).write(ramp(0))
    with pytest.raises(MediaError, match="No frame was written"), VideoWriter(tmp_path / "a.mp4", 64, 48, 10):
        pass
    with (
        pytest.raises(MediaError, match="takes frames of shape"),
        VideoWriter(tmp_path / "a.mp4", 64, 48, 10) as writer,
    ):
        writer.write(ramp(0)[:10])
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_video_leaves_the_old_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4")
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        _write_and_stop(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def _write_and_stop(path: Path) -> None:
    with VideoWriter(path, 64, 48, 10) as writer:
        writer.write(ramp(0))
        raise KeyboardInterrupt


def test_digest_tells_shape_and_content_apart() -> None:
    zeros = np.zeros((2, 3, 3), np.uint8)
    assert pixel_sha256(zeros) != pixel_sha256(np.zeros((3, 2, 3), np.uint8))
    assert pixel_sha256(zeros) != pixel_sha256(zeros + 1)
    assert pixel_sha256(zeros) == pixel_sha256(np.zeros((2, 6, 3), np.uint8)[:, ::2])
    with pytest.raises(TypeError, match="uint8"):
        pixel_sha256(zeros.astype(float))
