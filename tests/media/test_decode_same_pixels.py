"""Whatever is skipped on the way to the planned frames, their pixels are those of decoding everything before them."""

from __future__ import annotations

import struct
import tempfile
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from links2_tasks.media import FramePlan, _pyav_source, load_frames

HOMES = {
    "libx264": ("mp4", "mov", "mkv", "avi", "ts", "flv"),
    "libx265": ("mp4", "mkv", "ts"),
    "mpeg4": ("mp4", "avi", "mkv"),
    "mpeg2video": ("ts", "mkv"),
    "libvpx": ("webm", "mkv"),
    "libvpx-vp9": ("webm", "mp4"),
}
"""Containers that each encoder's streams are put into."""


@dataclass(frozen=True)
class Recipe:
    """How a test video is made."""

    codec: str
    container: str
    n_frames: int
    size_px: tuple[int, int] = (48, 32)
    pix_fmt: str = "yuv420p"
    gaps_ms: tuple[int, ...] = (40,)
    """Milliseconds from one frame to the next, repeated."""
    options: dict[str, str] = field(default_factory=dict)
    quarter_turns: int = 0
    """Counterclockwise, asked for by the metadata."""


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    codec = draw(st.sampled_from([*["libx264"] * 5, *HOMES]))
    container = draw(st.sampled_from(HOMES[codec]))
    gop = draw(st.sampled_from([1, 12, 250]))
    b_frames = draw(st.integers(0, 3))
    open_gop = draw(st.booleans())
    options = {"g": str(gop)}
    if codec == "libx264":
        pyramid = draw(st.sampled_from(["none", "normal"]))
        options = {
            "preset": "veryfast",
            "x264-params": f"keyint={gop}:bframes={b_frames}:b-adapt=0:open-gop={int(open_gop)}:b-pyramid={pyramid}"
            f":scenecut=0:threads=1:intra-refresh={int(draw(st.integers(0, 9)) == 0)}",
        }
    elif codec == "libx265":
        options = {
            "preset": "ultrafast",
            "x265-params": f"keyint={gop}:min-keyint=1:bframes={b_frames}:b-adapt=0:open-gop={int(open_gop)}"
            ":scenecut=0:log-level=none:pools=none:frame-threads=1",
        }
    elif codec in ("mpeg4", "mpeg2video"):
        options |= {"bf": str(b_frames), "sc_threshold": "1000000000"}
        options |= {} if open_gop else {"flags": "+cgop"}
    else:
        options |= {"deadline": "realtime", "cpu-used": "8", "auto-alt-ref": "0"}
    odd = draw(st.booleans())
    in_full_colour = odd and codec == "libx264"
    even_clock = container == "avi" or codec == "mpeg2video"
    return Recipe(
        codec,
        container,
        n_frames=draw(st.sampled_from([40, 130] if container == "ts" else [1, 11, 40, 130])),
        # x265 overwrites memory of its own when a frame is smaller than its blocks of 64 px.
        size_px=(64, 64) if codec == "libx265" else (47, 33) if odd else (48, 32),
        pix_fmt="yuv444p" if in_full_colour else "yuv420p",
        gaps_ms=(40,) if even_clock else tuple(draw(st.lists(st.integers(1, 400), min_size=1, max_size=5))),
        options=options,
        quarter_turns=draw(st.integers(0, 3)) if container in ("mp4", "mov") else 0,
    )


def write(recipe: Recipe, path: Path) -> None:
    """A moving pattern with a little noise, so that frames differ and are coded from one another."""
    rng = np.random.default_rng(len(recipe.options) + recipe.n_frames)
    width_px, height_px = recipe.size_px
    pattern = rng.integers(0, 256, (height_px + 64, width_px + 64, 3), dtype=np.uint8)
    pattern = np.asarray(pattern, float)
    for axis in (0, 1):
        pattern = (pattern + np.roll(pattern, 1, axis) + np.roll(pattern, 2, axis)) / 3
    clock = Fraction(1, 25) if recipe.gaps_ms == (40,) else Fraction(1, 1000)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(recipe.codec, rate=Fraction(25), options=recipe.options)
        stream.width, stream.height, stream.pix_fmt = width_px, height_px, recipe.pix_fmt
        stream.time_base = stream.codec_context.time_base = clock
        stamp = 0
        for number in range(recipe.n_frames):
            down, right = number % 61, (3 * number) % 59
            view = pattern[down : down + height_px, right : right + width_px]
            pixels = np.clip(view + rng.normal(0, 6, view.shape), 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = stamp, clock
            stamp += 1 if clock == Fraction(1, 25) else recipe.gaps_ms[number % len(recipe.gaps_ms)]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    if recipe.quarter_turns:
        turn(path, recipe.quarter_turns)


def turn(path: Path, quarter_turns: int) -> None:
    """Put another matrix into the track header: a b / c d in 16.16 fixed point."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    a, b, c, d = (65536 * number for number in ((0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0))[quarter_turns - 1])
    content[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    path.write_bytes(bytes(content))


def decoded_in_order(path: Path, max_px: int | None) -> list[np.ndarray]:
    """All frames of the file, plainly, from the first packet to the last."""
    shown = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        for frame in container.decode(stream):
            share = 1 if max_px is None else min(1, max_px / max(frame.width, frame.height))
            width_px, height_px = (max(1, round(side * share)) for side in (frame.width, frame.height))
            pixels = frame.reformat(width_px, height_px, "rgb24", interpolation="AREA").to_ndarray()
            shown.append(np.rot90(pixels, round(frame.rotation / 90) % 4))
    return shown


@settings(max_examples=60, deadline=None)
@given(
    recipe=recipes(),
    data=st.data(),
    read_on=st.sampled_from([0, _pyav_source.READ_ON_PACKETS]),
    max_px=st.sampled_from([None, None, 30]),
)
def test_planned_frames_are_those_of_a_plain_decoder(
    recipe: Recipe, data: st.DataObject, read_on: int, max_px: int | None
) -> None:
    event(f"{recipe.codec} in {recipe.container}")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(_pyav_source, "READ_ON_PACKETS", read_on)
        path = Path(folder) / f"video.{recipe.container}"
        write(recipe, path)
        expected = decoded_in_order(path, max_px)
        assert len(expected) == recipe.n_frames
        for _ in range(3):
            indices = sorted(
                data.draw(st.sets(st.integers(0, recipe.n_frames - 1), min_size=1, max_size=8), label="indices")
            )
            plan = FramePlan(rule="test", n=len(indices), indices=tuple(indices), times_s=tuple(map(float, indices)))
            frames, _ = load_frames(path, plan, max_px)
            for frame, index in zip(frames, indices, strict=True):
                np.testing.assert_array_equal(frame, expected[index])


@pytest.mark.parametrize("b_frames", [0, 2])
def test_mpeg_program_streams(tmp_path: Path, b_frames: int) -> None:
    """Frames fill more than one packet of the container; smaller ones would share a time stamp."""
    options = {"g": "12", "bf": str(b_frames), "qmin": "1", "qmax": "2"}
    path = tmp_path / "video.mpg"
    write(Recipe("mpeg2video", "mpg", 60, size_px=(320, 192), options=options), path)
    indices = (0, 17, 18, 45, 59)
    frames, _ = load_frames(path, FramePlan(rule="test", n=5, indices=indices, times_s=tuple(map(float, indices))))
    expected = decoded_in_order(path, None)
    np.testing.assert_array_equal(frames, [expected[index] for index in indices])
