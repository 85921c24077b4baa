"""torchcodec, where it can be used, gives PyAV's frames; where it cannot, the message says what is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from links2_tasks.errors import FrameworkError, Links2Error, MediaError, MissingExtraError
from links2_tasks.media import FramePlan, _torchcodec, decoder_version, load_frames
from links2_tasks.media._timetable import timetable_of

CLOSED = "keyint=12:min-keyint=1:scenecut=0:bframes=3:b-adapt=0"
PLAN = (0, 1, 30, 31, 70, 99)


@pytest.fixture(autouse=True)
def tried_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LINKS2_DECODER", "torchcodec")
    _torchcodec.TorchcodecSource.proven.cache_clear()
    yield
    _torchcodec.TorchcodecSource.proven.cache_clear()


@pytest.fixture(scope="session")
def usable() -> None:
    """Skips where torchcodec does not work."""
    try:
        _torchcodec.TorchcodecSource.proven()
    except Links2Error as error:
        pytest.skip(f"torchcodec cannot be used here: {error}")


def plan_of(indices: Sequence[int]) -> FramePlan:
    return FramePlan(rule="test", n=len(indices), indices=tuple(indices), times_s=tuple(map(float, indices)))


def both(path: Path, indices: Sequence[int], max_px: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Frames by torchcodec and by PyAV."""
    with pytest.MonkeyPatch.context() as patch:
        theirs = load_frames(path, plan_of(indices), max_px)[0]
        patch.setenv("LINKS2_DECODER", "pyav")
        return theirs, load_frames(path, plan_of(indices), max_px)[0]


def noisy(path: Path, pix_fmt: str, size_px: tuple[int, int], codec: str = "libx264", **options: str) -> Path:
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = *size_px, pix_fmt
        for number in range(40):
            pixels = np.roll(rng.integers(0, 256, (size_px[1], size_px[0], 3), dtype=np.uint8), number, axis=1)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.usefixtures("usable")
class TestWhereItWorks:
    @pytest.mark.parametrize("max_px", [None, 90])
    @pytest.mark.parametrize("open_gop", [0, 1])
    @pytest.mark.parametrize("name", ["same.mp4", "same.mkv", "same.ts", "same.avi"])
    def test_frames_are_the_same(
        self, stamped: Callable[..., Path], name: str, open_gop: int, max_px: int | None
    ) -> None:
        path = stamped(name, range(0, 4000, 40), **{"x264-params": f"{CLOSED}:open-gop={open_gop}"})
        np.testing.assert_array_equal(*both(path, PLAN, max_px))

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(indices=st.sets(st.integers(0, 99), min_size=1, max_size=8))
    def test_any_plan_gives_the_same_frames(self, even_video: Path, indices: set[int]) -> None:
        np.testing.assert_array_equal(*both(even_video, sorted(indices)))

    def test_variable_frame_rate(self, stamped: Callable[..., Path], number_of: Callable[[np.ndarray], int]) -> None:
        path = stamped("gaps.mkv", [0, 40, 80, 500, 520, 2000, 2001, 2100, 3000, 3040], g="4", bf="2")
        theirs, ours = both(path, [2, 5, 6, 9])
        assert [number_of(frame) for frame in theirs] == [2, 5, 6, 9]
        np.testing.assert_array_equal(theirs, ours)

    @pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "gray", "yuvj420p"])
    @pytest.mark.parametrize("max_px", [None, 40])
    def test_forms_of_colour(self, tmp_path: Path, pix_fmt: str, max_px: int | None) -> None:
        path = noisy(tmp_path / "colours.mp4", pix_fmt, (70, 48), g="10")
        np.testing.assert_array_equal(*both(path, [0, 3, 25], max_px))

    @pytest.mark.parametrize("matrix", ["bt709", "smpte170m", "bt2020nc"])
    def test_colour_matrices(self, tmp_path: Path, matrix: str) -> None:
        path = noisy(tmp_path / "matrix.mp4", "yuv420p", (64, 48), **{"x264-params": f"colormatrix={matrix}"})
        np.testing.assert_array_equal(*both(path, [0, 7, 25]))

    @pytest.mark.parametrize(
        ("name", "codec"),
        [("odd.webm", "libvpx-vp9"), ("odd.webm", "libvpx"), ("odd.avi", "mpeg4"), ("odd.mp4", "mpeg4")],
    )
    def test_odd_sizes_in_other_codecs(self, tmp_path: Path, name: str, codec: str) -> None:
        path = noisy(tmp_path / name, "yuv420p", (71, 47), codec, g="10")
        np.testing.assert_array_equal(*both(path, [0, 3, 25]))

    @pytest.mark.parametrize("g", ["1", "12"])
    def test_avi_has_no_time_stamps_of_its_own(self, tmp_path: Path, g: str) -> None:
        path = noisy(tmp_path / "guessed.avi", "yuv420p", (64, 48), g=g, bf="0", preset="veryfast")
        np.testing.assert_array_equal(*both(path, [0, 3, 25, 39]))

    def test_interleaved_colours_are_refused_in_words(self, tmp_path: Path) -> None:
        path = noisy(tmp_path / "moving.gif", "rgb8", (64, 48), "gif")
        with pytest.raises(MediaError, match="Unset LINKS2_DECODER"):
            load_frames(path, plan_of([0, 3]))

    def test_the_version_differs_from_pyavs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        theirs = decoder_version()
        assert theirs.startswith("torchcodec-")
        monkeypatch.setenv("LINKS2_DECODER", "pyav")
        assert decoder_version() != theirs

    def test_play_lists_are_not_followed(self, even_video: Path, tmp_path: Path) -> None:
        path = tmp_path / "list.mp4"
        path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{even_video}\n#EXT-X-ENDLIST\n")
        with pytest.raises(MediaError, match="cannot be read as a video"):
            _torchcodec.TorchcodecSource(path, timetable_of(even_video))


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, even_video: Path) -> None:
    monkeypatch.setitem(sys.modules, "torchcodec", None)
    for call in (decoder_version, lambda: load_frames(even_video, plan_of([0]))):
        with pytest.raises(MissingExtraError, match=r"links2-tasks\[torchcodec\]"):
            call()


def test_missing_libraries_are_told_with_their_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    decoders = ModuleType("torchcodec.decoders")

    def demuxer(source: str, streams: int) -> None:
        raise RuntimeError("\nCould not load libtorchcodec. Likely causes:\n 1. FFmpeg is not properly installed")

    monkeypatch.setattr(decoders, "Demuxer", demuxer, raising=False)
    monkeypatch.setitem(sys.modules, "torchcodec", ModuleType("torchcodec"))
    monkeypatch.setitem(sys.modules, "torchcodec.decoders", decoders)
    with pytest.raises(
        FrameworkError, match=r"Could not load libtorchcodec\. links2 needs .* FFmpeg's shared libraries"
    ):
        decoder_version()


def test_a_torchcodec_without_the_parts_that_are_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchcodec", ModuleType("torchcodec"))
    monkeypatch.setitem(sys.modules, "torchcodec.decoders", ModuleType("torchcodec.decoders"))
    with pytest.raises(FrameworkError, match=r"'Demuxer'.*torchcodec 0\.17 or newer"):
        decoder_version()


def test_a_torchcodec_that_breaks_on_import_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "torchcodec.py").write_text("raise OSError('libtorch.so: undefined symbol')\n")
    monkeypatch.delitem(sys.modules, "torchcodec", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(FrameworkError, match=r"undefined symbol\. links2 needs"):
        decoder_version()
