"""Facts of good videos, and clear errors for everything else that lies under a video's name."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from links2_tasks.errors import MediaError
from links2_tasks.media import FramePlan, VideoWriter, _container, _timetable, load_frames, probe_video


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


def with_number(content: bytes, box: bytes, offset: int, number: int) -> bytes:
    """An MP4 with another 32-bit number `offset` bytes after the name of a box."""
    at = content.index(box) + len(box) + offset
    return content[:at] + struct.pack(">I", number) + content[at + 4 :]


BILLION = 1_000_000_000
CLAIMS: dict[str, list[tuple[bytes, int, int]]] = {
    "times": [(b"stts", 8, BILLION)],
    "sizes": [(b"stsz", 8, BILLION)],
    "sizes all alike": [(b"stsz", 8, BILLION), (b"stsz", 4, 1)],
    "everything": [(b"stts", 8, BILLION), (b"stsz", 8, BILLION), (b"stsz", 4, 1), (b"stsc", 12, BILLION)],
    "as many as memory may hold": [
        *[(b"stts", 8, 170_000_000), (b"stsz", 8, 170_000_000), (b"stsz", 4, 1), (b"stsc", 12, 170_000_000)]
    ],
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_of_a_billion_frames_takes_neither_time_nor_memory(
    even_video: Path, tmp_path: Path, claim: str
) -> None:
    """In a process of its own, since what counts is the most memory that it ever took."""
    content = even_video.read_bytes()
    for box, offset, number in CLAIMS[claim]:
        content = with_number(content, box, offset, number)
    (tmp_path / "boastful.mp4").write_bytes(content)
    code = (
        "import sys, time; from pathlib import Path; from resource import RUSAGE_SELF, getrusage\n"
        "from links2_tasks.errors import MediaError; from links2_tasks.media import probe_video\n"
        "probe_video(Path(sys.argv[1]))\n"
        "before, start = getrusage(RUSAGE_SELF).ru_maxrss, time.process_time()\n"
        "try:\n    print(probe_video(Path(sys.argv[2])).n_frames)\n"
        "except MediaError as error:\n    print(error)\n"
        "print(getrusage(RUSAGE_SELF).ru_maxrss - before)\nprint(time.process_time() - start)"
    )
    command = [sys.executable, "-c", code, str(even_video), str(tmp_path / "boastful.mp4")]
    found, grown, took_s = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert found == "100" or "cannot be read as a video" in found or "video stream without frames" in found, found
    assert int(grown) / (1024**2 if sys.platform == "darwin" else 1024) < 200
    assert float(took_s) < 5


def test_a_false_number_of_frames_in_avi_is_not_believed(stamped: Callable[..., Path], tmp_path: Path) -> None:
    content = bytearray(stamped("true.avi", range(0, 800, 40), codec="mpeg4").read_bytes())
    for header, offset in ((b"avih", 8 + 16), (b"strh", 8 + 32)):
        struct.pack_into("<I", content, content.index(header) + offset, BILLION)
    path = tmp_path / "boastful.avi"
    path.write_bytes(content)
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == BILLION
    assert probe_video(path).n_frames == 20


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
    with pytest.raises(MediaError, match=r"sound\.mp4 has no video stream, only audio\."):
        probe_video(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.avi", "has a video stream without frames. It is cut off or damaged; copy or download it again"),
        ("none.mkv", "cannot be read as a video"),
        ("none.mp4", "has no track at all, neither video nor sound: it was not written to its end, or it is damaged"),
    ],
)
def test_files_that_end_before_the_first_frame(tmp_path: Path, name: str, message: str) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height = 64, 48
        container.start_encoding()
    with pytest.raises(MediaError, match=f"{name} {message}"):
        probe_video(path)


def test_no_frames(even_video: Path, tmp_path: Path) -> None:
    path = tmp_path / "none.mp4"
    path.write_bytes(with_number(even_video.read_bytes(), b"stsz", 8, 0))
    with pytest.raises(MediaError, match=r"none\.mp4 has a video stream without frames"):
        probe_video(path)


def test_one_frame(stamped: Callable[..., Path]) -> None:
    info = probe_video(stamped("one.mp4", [0]))
    assert (info.n_frames, info.duration_s, info.frame_times_s) == (1, pytest.approx(1 / info.fps), None)
    assert load_frames(info.path, FramePlan.uniform(info))[0].shape == (1, 32, 160, 3)


@pytest.mark.parametrize("suffix", [".avi", ".jpg", ".txt", ".m3u8", ""])
def test_what_a_file_holds_counts_and_not_its_name(even_video: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    path.write_bytes(even_video.read_bytes())
    info = probe_video(path)
    assert info.n_frames == 100
    assert len(load_frames(path, FramePlan.uniform(info, n=3))[0]) == 3


def test_8k(tmp_path: Path) -> None:
    path = tmp_path / "8k.mp4"
    with VideoWriter(path, 7680, 4320, 30, preset="ultrafast") as writer:
        for grey in (40, 120, 200):
            writer.write(np.full((4320, 7680, 3), grey, np.uint8))
    info = probe_video(path)
    assert (info.width_px, info.height_px, info.n_frames) == (7680, 4320, 3)
    frames, _ = load_frames(path, FramePlan.uniform(info), max_px=512)
    assert frames.shape == (3, 288, 512, 3)
    assert [round(frame.mean(), -1) for frame in frames] == [40, 120, 200]


def test_frames_that_are_too_large(even_video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_container, "MAX_FRAME_PX", 160 * 32 - 1)
    with pytest.raises(MediaError, match=r"Frames of .*even\.mp4 are 160 x 32 px; at most 5119 pixels are read"):
        open_and_leave(even_video)


def open_and_leave(path: Path) -> None:
    with _container.open_video(path):
        pass


def test_too_many_frames(stamped: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_timetable, "MAX_FRAMES", 10)
    with pytest.raises(MediaError, match="more than 10 frames"):
        probe_video(stamped("long.mp4", range(0, 800, 40)))
