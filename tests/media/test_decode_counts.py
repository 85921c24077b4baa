"""What is decoded for a plan: nothing twice, nothing after the last planned frame, little between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.packet import Packet

from links2_tasks.errors import MediaError
from links2_tasks.media import FramePlan, _pyav_source, load_frames
from links2_tasks.media._container import OpenVideo

Reader = Callable[[np.ndarray], int]
GROUPS = "keyint=24:min-keyint=24:scenecut=0:b-adapt=0"
"""A keyframe every 24 frames; add `bframes`."""


@dataclass
class Watched:
    """What the decoder was given and what it gave."""

    fed: Counter[int | None] = field(default_factory=Counter)
    """How often each packet was decoded, by its time stamp."""
    shown: list[int | None] = field(default_factory=list)
    """Time stamps of the frames that came out."""
    seeks: int = 0


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    seen = Watched()
    decode, seek = OpenVideo.decoded, _pyav_source.PyavSource._seek

    def counting(video: OpenVideo, packet: Packet | None) -> list[av.VideoFrame]:
        frames = decode(video, packet)
        seen.fed.update([packet.pts] if packet else [])
        seen.shown.extend(frame.pts for frame in frames)
        return frames

    def counting_seeks(source: _pyav_source.PyavSource, keyframe: _pyav_source.Keyframe) -> None:
        seen.seeks += 1
        seek(source, keyframe)

    monkeypatch.setattr(OpenVideo, "decoded", counting)
    monkeypatch.setattr(_pyav_source.PyavSource, "_seek", counting_seeks)
    return seen


def plan_of(indices: Sequence[int]) -> FramePlan:
    return FramePlan(rule="test", n=len(indices), indices=tuple(indices), times_s=tuple(map(float, indices)))


@pytest.mark.parametrize("read_on", [0, 1000], ids=["by seeking", "by reading on"])
@pytest.mark.parametrize("open_gop", [0, 1])
@pytest.mark.parametrize("name", ["many.mp4", "many.mkv", "many.ts", "many.flv"])
def test_only_the_groups_of_planned_frames_are_decoded_and_no_frame_twice(
    stamped: Callable[..., Path],
    number_of: Reader,
    watched: Watched,
    name: str,
    open_gop: int,
    read_on: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_pyav_source, "READ_ON_PACKETS", read_on)
    path = stamped(name, range(0, 12000, 40), **{"x264-params": f"{GROUPS}:bframes=3:open-gop={open_gop}"})
    indices = [30, 31, 122, 250]
    frames, _ = load_frames(path, plan_of(indices))
    assert [number_of(frame) for frame in frames] == indices
    assert max(watched.fed.values()) == 1
    assert len(watched.shown) == len(set(watched.shown))
    # From the keyframes 24, 120 and 240. In each run three frames of the group before may come along, and three that are
    # shown later are decoded earlier.
    assert watched.fed.total() <= (31 - 24 + 1) + (122 - 120 + 1) + (250 - 240 + 1) + 3 * (3 + 3)
    assert watched.seeks == (3 if read_on == 0 else 0)


def test_frames_that_no_other_needs_are_left_out(stamped: Callable[..., Path], watched: Watched) -> None:
    path = stamped("b.mp4", range(0, 4000, 40), **{"x264-params": f"{GROUPS}:bframes=3:b-pyramid=none"})
    load_frames(path, plan_of([22]))
    # Every fourth frame is a reference; the planned one is a B-frame between two of them.
    assert len(watched.shown) <= 22 / 4 + 4


def test_a_dense_plan_is_one_pass(stamped: Callable[..., Path], watched: Watched) -> None:
    path = stamped("dense.mp4", range(0, 4000, 40), **{"x264-params": f"{GROUPS}:bframes=0"})
    load_frames(path, plan_of(range(3, 90)))
    assert watched.fed == Counter(dict.fromkeys(watched.shown, 1))
    assert len(watched.shown) == 90
    assert watched.seeks == 0


def test_frames_shown_before_an_open_groups_keyframe_are_decoded_once_with_both_groups(
    stamped: Callable[..., Path], number_of: Reader, watched: Watched
) -> None:
    path = stamped("open.mp4", range(0, 4000, 40), **{"x264-params": f"{GROUPS}:bframes=3:open-gop=1"})
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    keyframe = [place for place, packet in enumerate(packets) if packet.is_keyframe][2]
    leading = [packet for packet in packets[keyframe:] if packet.pts < packets[keyframe].pts]
    assert leading
    stamps = sorted(packet.pts for packet in packets)
    before, after = stamps.index(leading[0].pts), stamps.index(packets[keyframe].pts)
    frames, _ = load_frames(path, plan_of([before, after, after + 5]))
    assert [number_of(frame) for frame in frames] == [before, after, after + 5]
    assert max(watched.fed.values()) == 1


def remuxed(path: Path, target: Path, *, keyframes: bool | None = None, later_s: float = 0.0) -> Path:
    """The same packets in another file: all marked as keyframes or none, or with times that start below zero."""
    with av.open(str(path)) as source, av.open(str(target), "w", options={"avoid_negative_ts": "disabled"}) as sink:
        stream = source.streams.video[0]
        copy = sink.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.pts is None or stream.time_base is None:
                continue
            shift = int(Fraction(later_s) / stream.time_base)
            packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, copy
            packet.is_keyframe = packet.is_keyframe if keyframes is None else keyframes
            sink.mux(packet)
    return target


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mov"])
@pytest.mark.parametrize("bframes", [0, 3])
def test_an_edit_list_that_starts_within_a_group(
    stamped: Callable[..., Path], number_of: Reader, watched: Watched, name: str, bframes: int
) -> None:
    whole = stamped("whole.mp4", range(0, 8000, 40), **{"x264-params": f"{GROUPS}:bframes={bframes}"})
    path = remuxed(whole, whole.with_name(name), later_s=-0.4)
    frames, times_s = load_frames(path, plan_of([0, 5, 60, 61, 180]))
    assert [number_of(frame) for frame in frames] == [10, 15, 70, 71, 190]
    assert times_s == pytest.approx([0, 0.2, 2.4, 2.44, 7.2])
    assert max(watched.fed.values()) == 1


def test_packets_wrongly_marked_as_keyframes_cost_time_and_no_pixel(
    stamped: Callable[..., Path], watched: Watched
) -> None:
    """In MPEG-4, unlike H.264, the decoder shows frames that lack what they refer to: grey with moving edges."""
    whole = stamped("whole.mp4", range(0, 4000, 40), codec="mpeg4", g="12", bf="0")
    path = remuxed(whole, whole.with_name("lying.mp4"), keyframes=True)
    with av.open(str(path)) as container:
        assert all(packet.is_keyframe for packet in container.demux(video=0) if packet.size)
    plan = plan_of([3, 40, 70])
    np.testing.assert_array_equal(load_frames(path, plan)[0], load_frames(whole, plan)[0])


def test_without_an_index_of_keyframes_packets_are_read_past(
    stamped: Callable[..., Path], number_of: Reader, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pyav_source, "READ_ON_PACKETS", 0)
    whole = stamped("whole.mp4", range(0, 8000, 40), **{"x264-params": f"{GROUPS}:bframes=3"})
    path = remuxed(whole, whole.with_name("no_index.mkv"), keyframes=False)
    frames, _ = load_frames(path, plan_of([50, 100, 150]))
    assert [number_of(frame) for frame in frames] == [50, 100, 150]
    assert max(watched.fed.values()) == 1
    assert watched.seeks == 1
    assert watched.fed.total() < 60


def test_errors_of_the_file_are_put_into_words(stamped: Callable[..., Path], watched: Watched) -> None:
    path = stamped("gone.mp4", range(0, 4000, 40))
    load_frames(path, plan_of([5]))
    path.unlink()
    with pytest.raises(MediaError, match="No video file at"):
        load_frames(path, plan_of([5]))
