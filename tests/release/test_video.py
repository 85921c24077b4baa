"""Videos lose everything but their frames and when those are shown."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

from links2_tasks.errors import DataError
from links2_tasks.media import FramePlan, VideoInfo, load_frames, probe_video
from links2_tasks.release._boxes import mp4_traces
from links2_tasks.release._scan import traces_of_video
from links2_tasks.release._sei import picture_notes
from links2_tasks.release._video import write_plain_video

PLACE = "+33.6426+072.9903/"
NOTE = "086f3693-b7b3-4f2c-9653-21492feee5b8+lat 33.6426"


def _box(kind: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def _with_notes(source: Path, target: Path) -> Path:
    """The same frames with notes between them, as some cameras write them."""
    with av.open(str(source)) as read, av.open(str(target), "w") as write:
        stream = read.streams.video[0]
        video = write.add_stream_from_template(stream, opaque=True)
        noting = BitStreamFilterContext(f"h264_metadata=sei_user_data={NOTE}", stream, video)
        for packet in read.demux(stream):
            for one in noting.filter(packet) if packet.size else ():
                one.stream = video
                write.mux(one)
    return target


def _with_subtitles(source: Path, target: Path) -> Path:
    """The same frames and a track of subtitles that tells places."""
    words = source.with_suffix(".srt")
    words.write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{PLACE}\n\n")
    with av.open(str(source)) as frames, av.open(str(words)) as texts, av.open(str(target), "w") as write:
        # All tracks before the first packet: the header is written with it.
        tracks = [(read, write.add_stream_from_template(read.streams[0], opaque=True)) for read in (frames, texts)]
        for read, written in tracks:
            for packet in read.demux(read.streams[0]):
                if packet.size:
                    packet.stream = written
                    write.mux(packet)
    return target


def _all_frames(path: Path) -> tuple[VideoInfo, np.ndarray]:
    info = probe_video(path)
    return info, load_frames(path, FramePlan.uniform(info, (0.0, info.duration_s), info.n_frames))[0]


def _assert_plain(source: Path, tmp_path: Path) -> Path:
    target = tmp_path / f"plain{source.suffix}"
    write_plain_video(source, target)
    before, frames = _all_frames(source)
    after, others = _all_frames(target)
    assert np.array_equal(frames, others)
    assert [before.time_s(k) for k in range(before.n_frames)] == pytest.approx(
        [after.time_s(k) for k in range(after.n_frames)], abs=1e-6
    )
    assert (before.fps, before.rotation_deg) == (after.fps, after.rotation_deg)
    assert traces_of_video(target) == ()
    assert b"33.6426" not in target.read_bytes()
    return target


@pytest.mark.parametrize("name", ["flight.mp4", "flight.mov", "flight.mkv"])
def test_metadata_of_the_file_go(make: Any, tmp_path: Path, name: str) -> None:
    source = make.write_video(tmp_path / name, 1, location=PLACE, comment="home")
    assert any("location" in what.lower() for what in traces_of_video(source))
    assert b"home" not in _assert_plain(source, tmp_path).read_bytes()


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("flight.mp4", "libx265"),
        # Not libsvtav1: run as root, it gives its caller the highest priority there is, for good.
        ("flight.mp4", "libaom-av1"),
        ("flight.webm", "libvpx-vp9"),
        ("flight.avi", "mpeg4"),
        ("flight.ts", "mpeg2video"),
        ("flight.flv", "libx264"),
    ],
)
def test_frames_of_every_container_and_codec_stay(tmp_path: Path, name: str, codec: str) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"PyAV is built without {codec}")
    source = tmp_path / name
    ground = np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    with av.open(str(source), "w") as write:
        write.metadata["comment"] = PLACE
        stream = write.add_stream(codec, rate=25, options={"cpu-used": "8"} if codec == "libaom-av1" else {})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for i in range(12):
            write.mux(stream.encode(av.VideoFrame.from_ndarray(np.roll(ground, 2 * i, axis=1))))
        write.mux(stream.encode(None))
    _assert_plain(source, tmp_path)


def test_subtitles_go(make: Any, tmp_path: Path) -> None:
    source = _with_subtitles(make.write_video(tmp_path / "flight.mp4", 1), tmp_path / "words.mkv")
    assert traces_of_video(source) == ("a track of subtitles",)
    with av.open(str(_assert_plain(source, tmp_path))) as video:
        assert [stream.type for stream in video.streams] == ["video"]


def test_what_makers_put_behind_the_boxes_goes(make: Any, tmp_path: Path) -> None:
    source = make.write_video(tmp_path / "flight.mp4", 1)
    content = source.read_bytes()
    source.write_bytes(content + _box(b"uuid", bytes(16), b"<x:xmpmeta GPS 33.6426>") + _box(b"inst", b"33.6426"))
    assert mp4_traces(source) == ("maker's or XMP data in uuid", "unknown box 'inst'")
    _assert_plain(source, tmp_path)
    source.write_bytes(content + b"33.6426 trailer")
    assert mp4_traces(source) == ("data after the last box",)
    _assert_plain(source, tmp_path)


def test_notes_between_pictures_go_and_those_of_encoders_stay(make: Any, tmp_path: Path) -> None:
    plain = make.write_video(tmp_path / "flight.mp4", 1)
    assert picture_notes(plain) == ()
    source = _with_notes(plain, tmp_path / "notes.mp4")
    assert traces_of_video(source) == ("user data between the pictures (SEI)",)
    _assert_plain(source, tmp_path)


def test_a_rotation_stays(make: Any, tmp_path: Path) -> None:
    source = make.write_video(tmp_path / "flight.mp4", 1)
    content = bytearray(source.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    content[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    source.write_bytes(bytes(content))
    assert probe_video(source).rotation_deg in {90, 270}
    _assert_plain(source, tmp_path)


@pytest.mark.parametrize("kind", [b"gpmd", b"mebx", b"camm", b"djmd"])
def test_tracks_of_sensors_are_seen(tmp_path: Path, kind: bytes) -> None:
    sample = _box(b"stsd", bytes(4), struct.pack(">I", 1), _box(kind, bytes(8)))
    moov = _box(b"moov", _box(b"trak", _box(b"mdia", _box(b"minf", _box(b"stbl", sample)))))
    path = tmp_path / "flight.mp4"
    path.write_bytes(_box(b"ftyp", b"isom") + moov)
    assert mp4_traces(path) == (f"data track '{kind.decode()}'",)


@pytest.mark.parametrize(
    ("kind", "content", "told"),
    [
        (b"\xa9xyz", b"\0\x12\x15\xc7+33.6426+072.9903/", "location (xyz) in moov/udta/\xa9xyz"),
        (b"GPMF", b"DEVC", "GPMF in moov/udta/GPMF"),
        (b"note", b"taken at +33.6426+072.9903", "location in moov/udta/note"),
        (b"meta", b"com.apple.quicktime.location.ISO6709", "location in moov/udta/meta"),
    ],
)
def test_notes_of_places_are_seen(tmp_path: Path, kind: bytes, content: bytes, told: str) -> None:
    path = tmp_path / "flight.mp4"
    path.write_bytes(_box(b"ftyp", b"isom") + _box(b"moov", _box(b"udta", _box(kind, content))))
    assert mp4_traces(path) == (told,)


def test_harmless_boxes_are_no_trace(make: Any, tmp_path: Path) -> None:
    assert traces_of_video(make.write_video(tmp_path / "flight.mp4", 1)) == ()


def test_a_container_that_is_not_written_is_an_error(make: Any, tmp_path: Path) -> None:
    source = tmp_path / "flight.gif"
    with av.open(str(source), "w") as write:
        stream = write.add_stream("gif", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "rgb8"
        for i in range(3):
            write.mux(
                stream.encode(
                    av.VideoFrame.from_ndarray(np.full((32, 32, 3), 80 * i, np.uint8)).reformat(format="rgb8")
                )
            )
        write.mux(stream.encode(None))
    with pytest.raises(DataError, match="container 'gif'"):
        write_plain_video(source, tmp_path / "plain.gif")


def test_times_that_would_change_are_an_error(make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make.write_video(tmp_path / "flight.mp4", 1)
    slower = make.write_video(tmp_path / "other.mp4", 2)
    monkeypatch.setattr(
        "links2_tasks.release._video._copy_pictures",
        lambda source, target, without_notes: target.write_bytes(slower.read_bytes()),
    )
    with pytest.raises(DataError, match="keep its frames and their times"):
        write_plain_video(source, tmp_path / "plain.mp4")
