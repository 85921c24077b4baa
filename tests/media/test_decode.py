"""Decoding gives exactly the planned frames, whatever the file's inner order and clock."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from links2_tasks.errors import FrameworkError, MediaError
from links2_tasks.media import (
    FramePlan,
    VideoWriter,
    _decode,
    decoder_version,
    load_frames,
    probe_video,
    recall_frames,
)
from links2_tasks.media._timetable import Timetable

Reader = Callable[[np.ndarray], int]


def plan_of(*indices: int) -> FramePlan:
    return FramePlan(rule="test", n=len(indices), indices=indices, times_s=tuple(float(index) for index in indices))


def test_the_test_video_has_frames_that_are_not_in_order_in_the_file(even_video: Path) -> None:
    with av.open(str(even_video)) as container:
        stamps = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    assert stamps != sorted(stamps)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(indices=st.sets(st.integers(0, 99), min_size=1, max_size=6))
def test_any_frames_of_a_video_with_b_frames(number_of: Reader, even_video: Path, indices: set[int]) -> None:
    plan = plan_of(*sorted(indices))
    frames, times_s = load_frames(even_video, plan)
    assert [number_of(frame) for frame in frames] == list(plan.indices)
    assert times_s == pytest.approx([index / 25 for index in plan.indices])
    assert frames.dtype == np.uint8


@pytest.mark.parametrize("name", ["gaps.mp4", "gaps.mkv"])
def test_variable_frame_rate(number_of: Reader, stamped: Callable[..., Path], name: str) -> None:
    stamps_ms = [0, 40, 80, 500, 520, 2000, 2001, 2100, 3000, 3040]
    path = stamped(name, stamps_ms, g="4", bf="2")
    info = probe_video(path)
    assert info.frame_times_s == pytest.approx([stamp / 1000 for stamp in stamps_ms])
    frames, times_s = load_frames(path, plan_of(2, 5, 6, 9))
    assert [number_of(frame) for frame in frames] == [2, 5, 6, 9]
    assert times_s == pytest.approx([0.08, 2.0, 2.001, 3.04])


@pytest.mark.parametrize("name", ["late.ts", "late.mkv", "late.mp4"])
def test_times_count_from_the_first_frame(number_of: Reader, stamped: Callable[..., Path], name: str) -> None:
    path = stamped(name, range(3000, 4000, 40), g="10")
    frames, times_s = load_frames(path, plan_of(0, 12))
    assert [number_of(frame) for frame in frames] == [0, 12]
    assert times_s == pytest.approx([0.0, 0.48])


def test_one_frame(stamped: Callable[..., Path]) -> None:
    path = stamped("one.mp4", [0])
    info = probe_video(path)
    assert info.n_frames == 1
    frames, times_s = load_frames(path, FramePlan.uniform(info))
    assert frames.shape[0] == 1
    assert times_s.tolist() == [0.0]


def test_mpeg4_in_avi(number_of: Reader, stamped: Callable[..., Path]) -> None:
    path = stamped("old.avi", range(0, 2000, 40), codec="mpeg4")
    frames, _ = load_frames(path, plan_of(0, 13, 49))
    assert [number_of(frame) for frame in frames] == [0, 13, 49]


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_b_frames_in_avi(number_of: Reader, stamped: Callable[..., Path], codec: str) -> None:
    """AVI says when a frame is decoded, not when it is shown."""
    path = stamped("order.avi", range(0, 2000, 40), codec=codec, bf="2")
    frames, times_s = load_frames(path, plan_of(0, 5, 13, 49))
    assert [number_of(frame) for frame in frames] == [0, 5, 13, 49]
    assert times_s == pytest.approx([0.0, 0.2, 0.52, 1.96])


def test_a_container_that_announces_no_streams_at_its_start(number_of: Reader, stamped: Callable[..., Path]) -> None:
    path = stamped("late_streams.flv", range(0, 2000, 40))
    frames, _ = load_frames(path, plan_of(0, 13, 49))
    assert [number_of(frame) for frame in frames] == [0, 13, 49]


def test_the_version_names_what_pixels_depend_on() -> None:
    codec, scaler = (".".join(map(str, av.library_versions[name])) for name in ("libavcodec", "libswscale"))
    assert decoder_version() == f"pyav-{av.__version__}+avcodec-{codec}+swscale-{scaler}+1"


def test_an_unknown_decoder_is_refused_with_the_known_ones(even_video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKS2_DECODER", "decord")
    for call in (decoder_version, lambda: load_frames(even_video, plan_of(0))):
        with pytest.raises(FrameworkError, match=r"'decord'.*pyav or torchcodec"):
            call()


def test_without_time_stamps_frames_are_counted(
    number_of: Reader, even_video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _decode.timetable_of(even_video)
    bare = Timetable(tuple(range(whole.n_frames)), (), Fraction(1, 25), stamped=False)
    monkeypatch.setattr(_decode, "timetable_of", lambda path: bare)
    frames, times_s = load_frames(even_video, plan_of(3, 50, 99))
    assert [number_of(frame) for frame in frames] == [3, 50, 99]
    assert times_s == pytest.approx([0.12, 2.0, 3.96])


@pytest.mark.parametrize(("quarter_turns", "matrix"), [(1, (0, -1, 1, 0)), (2, (-1, 0, 0, -1)), (3, (0, 1, -1, 0))])
def test_rotation_of_the_metadata_is_applied(
    tmp_path: Path, even_video: Path, quarter_turns: int, matrix: Sequence[int]
) -> None:
    path = tmp_path / "turned.mp4"
    path.write_bytes(_with_matrix(even_video.read_bytes(), matrix))
    info = probe_video(path)
    upright, _ = load_frames(even_video, plan_of(5))
    turned, _ = load_frames(path, plan_of(5))
    assert info.rotation_deg == 90 * quarter_turns
    assert turned.shape[1:3] == (info.height_px, info.width_px)
    np.testing.assert_array_equal(turned[0], np.rot90(upright[0], quarter_turns))


def _with_matrix(mp4: bytes, matrix: Sequence[int]) -> bytes:
    """The file with another matrix in its track header: a b / c d in 16.16 fixed point."""
    at = mp4.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    a, b, c, d = (65536 * number for number in matrix)
    return mp4[:at] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000) + mp4[at + 36 :]


def test_large_frames_are_scaled_down(number_of: Reader, even_video: Path) -> None:
    frames, _ = load_frames(even_video, plan_of(9), max_px=80)
    assert frames.shape == (1, 16, 80, 3)
    assert number_of(frames[0]) == 9
    same, _ = load_frames(even_video, plan_of(9), max_px=5000)
    assert same.shape == (1, 32, 160, 3)


def test_a_plan_of_a_longer_video_names_the_frame(even_video: Path) -> None:
    with pytest.raises(MediaError, match=r"Frame 100 .* has 100 frames"):
        load_frames(even_video, plan_of(3, 100))


def test_a_damaged_frame_is_named(tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    rng = np.random.default_rng(0)
    with VideoWriter(path, 64, 64, 10, gop_frames=1) as writer:
        for _ in range(6):
            writer.write(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8))
    with av.open(str(path)) as container:
        packet = [packet for packet in container.demux(video=0) if packet.size][4]
        at, size = packet.pos, packet.size
    content = bytearray(path.read_bytes())
    content[at : at + size] = bytes(size)
    path.write_bytes(bytes(content))
    assert load_frames(path, plan_of(1, 3))[0].shape[0] == 2
    with pytest.raises(MediaError, match=r"Frame 4 \(at 0\.400 s\)"):
        load_frames(path, plan_of(1, 4, 5))


def test_recalled_frames_are_the_same_and_cannot_be_changed(even_video: Path) -> None:
    plan = plan_of(1, 2)
    first, again = recall_frames(even_video, plan), recall_frames(even_video, plan)
    assert first is again
    np.testing.assert_array_equal(first, load_frames(even_video, plan)[0])
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 0
