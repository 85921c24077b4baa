"""Facts of good videos, and clear errors for everything else that lies under a video's name."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from links2_tasks.errors import MediaError
from links2_tasks.media import VideoWriter, _timetable, probe_video


def test_even_video(even_video: Path) -> None:
    info = probe_video(even_video)
    assert (info.width_px, info.height_px, info.n_frames, info.fps) == (160, 32, 100, 25.0)
    assert info.duration_s == pytest.approx(4.0)
    assert info.frame_times_s is None
    assert info.rotation_deg == 0


def test_milliseconds_of_matroska_are_no_variable_rate(tmp_path: Path) -> None:
    path = tmp_path / "rounded.mkv"
    with VideoWriter(path, 32, 32, 30) as writer:
        for _ in range(50):
            writer.write(np.zeros((32, 32, 3), np.uint8))
    info = probe_video(path)
    assert info.frame_times_s is None
    assert info.n_frames == 50
    assert info.fps == pytest.approx(30, abs=0.02)


def test_a_false_duration_is_not_believed(even_video: Path, tmp_path: Path) -> None:
    path = tmp_path / "boastful.mp4"
    content = even_video.read_bytes()
    for box in (b"mvhd", b"mdhd"):
        at = content.index(box) + 4 + 16
        content = content[:at] + struct.pack(">I", 0x7FFFFFFF) + content[at + 4 :]
    path.write_bytes(content)
    info = probe_video(path)
    assert info.n_frames == 100
    assert info.duration_s == pytest.approx(4.0)


def test_facts_follow_the_file(stamped: Callable[..., Path]) -> None:
    path = stamped("changing.mp4", range(0, 400, 40))
    assert probe_video(path).n_frames == 10
    stamped("changing.mp4", range(0, 800, 40))
    assert probe_video(path).n_frames == 20


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="No video file at"):
        probe_video(tmp_path / "none.mp4")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="not a file"):
        probe_video(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"this is no video at all " * 50, "cannot be read as a video"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n", "cannot be read as a video"),
        (b"ffconcat version 1.0\nfile other.mp4\n", "cannot be read as a video"),
    ],
)
def test_not_a_video(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=message):
        probe_video(path)


def test_still_image(tmp_path: Path) -> None:
    path = tmp_path / "still.mp4"
    Image.new("RGB", (64, 64)).save(path, format="PNG")
    with pytest.raises(MediaError, match="cannot be read as a video"):
        probe_video(path)


def test_half_a_file(even_video: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.mp4"
    content = even_video.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(MediaError, match="half"):
        probe_video(path)


def test_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError, match="no video stream"):
        probe_video(path)


def test_too_many_frames(stamped: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_timetable, "MAX_FRAMES", 10)
    with pytest.raises(MediaError, match="more than 10 frames"):
        probe_video(stamped("long.mp4", range(0, 800, 40)))
