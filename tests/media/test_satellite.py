"""Windows of satellite images."""

from __future__ import annotations

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from links2_tasks.errors import MediaError, UnsafePathError
from links2_tasks.media import (
    VideoWriter,
    _satellite,
    read_image_window,
    read_satellite,
    satellite_size,
    shown_scale,
)
from links2_tasks.media._memory import ArrayMemory
from links2_tasks.schema import SatelliteImage


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with a map of 40 x 30 px whose red is x and whose green is y."""
    y, x = np.mgrid[0:30, 0:40]
    Image.fromarray(np.dstack([x, y, 0 * x]).astype(np.uint8)).save(tmp_path / "map.png")
    return tmp_path


def image(path: str = "map.png", window_px: tuple[int, int, int, int] | None = None) -> SatelliteImage:
    return SatelliteImage(path=path, gsd_m=0.5, window_px=window_px)


def test_whole_image(root: Path) -> None:
    pixels = read_satellite(root, image(), 100)
    assert pixels.shape == (30, 40, 3)
    assert pixels[7, 11].tolist() == [11, 7, 0]
    assert satellite_size(root, image()) == (40, 30)


def test_window(root: Path) -> None:
    pixels = read_satellite(root, image(window_px=(10, 20, 8, 6)), 100)
    assert pixels.shape == (6, 8, 3)
    assert pixels[0, 0].tolist() == [10, 20, 0]
    assert pixels[-1, -1].tolist() == [17, 25, 0]
    assert satellite_size(root, image(window_px=(10, 20, 8, 6))) == (8, 6)


def test_what_is_returned_may_be_written_to(root: Path) -> None:
    read_satellite(root, image(), 100)[:] = 0
    assert read_satellite(root, image(), 100).any()


def test_scaled_down_to_the_longer_side(root: Path) -> None:
    assert read_satellite(root, image(), 20).shape == (15, 20, 3)
    assert read_satellite(root, image(window_px=(0, 0, 10, 30)), 15).shape == (15, 5, 3)
    assert shown_scale(40, 30, 20) == 0.5
    assert shown_scale(40, 30, 80) == 1.0


@pytest.mark.parametrize("window_px", [(33, 0, 8, 8), (0, 25, 8, 8), (100, 100, 1, 1)])
def test_a_window_that_leaves_the_image(root: Path, window_px: tuple[int, int, int, int]) -> None:
    with pytest.raises(MediaError, match="40 x 30 px"):
        read_satellite(root, image(window_px=window_px), 100)


def test_missing(root: Path) -> None:
    with pytest.raises(MediaError, match="No satellite image at"):
        read_satellite(root, image("none.png"), 100)
    with pytest.raises(UnsafePathError):
        read_satellite(root / "sub", image("../map.png"), 100)


@pytest.mark.parametrize("told_to_fill_up", [False, True])
def test_broken(root: Path, told_to_fill_up: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    # Other packages of a process may have set this flag of Pillow's, and lmms-eval's tasks do.
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", told_to_fill_up)
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)).save(root / "whole.png")
    content = (root / "whole.png").read_bytes()
    (root / "half.png").write_bytes(content[: len(content) // 2])
    (root / "text.png").write_bytes(b"no image")
    (root / "empty.png").write_bytes(b"")
    for name in ("half.png", "text.png", "empty.png"):
        with pytest.raises(MediaError, match=f"{name} cannot be read as an image"):
            read_satellite(root, image(name), 100)


def test_too_large(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_satellite, "MAX_IMAGE_PX", 1000)
    Image.new("RGB", (50, 50)).save(root / "large.png")
    with pytest.raises(MediaError, match=r"too large \(50 x 50 px\); at most 1000 pixels"):
        read_satellite(root, image("large.png"), 100)


def test_a_bomb_is_not_unpacked(root: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(root / "bomb.png")
    with pytest.raises(MediaError, match="too large"):
        read_satellite(root, image("bomb.png"), 100)


def png_that_claims(width_px: int, height_px: int) -> bytes:
    """The start of a PNG in RGB; its pixels are not even there."""
    header = struct.pack(">4sIIBBBBB", b"IHDR", width_px, height_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\r" + header + struct.pack(">I", zlib.crc32(header)) + b"\0\0\0\0IDAT"


def test_30_000_px_squared_are_refused_by_the_header_alone(root: Path) -> None:
    (root / "claims.png").write_bytes(png_that_claims(30_000, 30_000))
    told = r"claims\.png is too large .*; at most 89478485 pixels are read\. Cut it into tiles, or make a tiled GeoTIFF"
    for shown in (image("claims.png"), image("claims.png", (0, 0, 50, 50))):
        with pytest.raises(MediaError, match=told):
            read_satellite(root, shown, 100)
    with pytest.raises(MediaError, match=told):
        satellite_size(root, image("claims.png"))


@pytest.mark.parametrize("told_to_allow", [None, 10**12])
def test_other_packages_do_not_lift_the_limit(
    root: Path, told_to_allow: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow's limit is one for the whole process, and packages for large images lift it."""
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", told_to_allow)
    (root / "claims.png").write_bytes(png_that_claims(30_000, 30_000))
    with pytest.raises(MediaError, match=r"claims\.png is too large \(30000 x 30000 px\)"):
        read_satellite(root, image("claims.png"), 100)


@pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
def test_the_limit_is_no_other_error_where_warnings_are_errors(root: Path) -> None:
    Image.new("1", (10_000, 10_000)).save(root / "bomb.png")
    with pytest.raises(MediaError, match="too large"):
        read_satellite(root, image("bomb.png"), 100)


def test_what_a_file_holds_counts_and_not_its_name(root: Path) -> None:
    (root / "map.jpg").write_bytes((root / "map.png").read_bytes())
    assert read_satellite(root, image("map.jpg"), 100)[7, 11].tolist() == [11, 7, 0]
    with VideoWriter(root / "video.mp4", 32, 32, 5) as writer:
        writer.write(np.zeros((32, 32, 3), np.uint8))
    (root / "video.mp4").rename(root / "video.png")
    with pytest.raises(MediaError, match=r"video\.png cannot be read as an image: .* It is damaged or of an unknown"):
        read_satellite(root, image("video.png"), 100)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK"])
def test_other_kinds_of_pixels(root: Path, mode: str) -> None:
    name = "other.tif" if mode == "CMYK" else "other.png"
    Image.new(mode, (12, 10)).save(root / name)
    assert read_image_window(root / name, None, 100).shape == (10, 12, 3)


def test_sixteen_bits_are_refused(root: Path) -> None:
    Image.fromarray(np.full((9, 9), 4000, np.uint16)).save(root / "deep.png")
    with pytest.raises(MediaError, match="8-bit"):
        read_satellite(root, image("deep.png"), 100)


def test_a_file_that_changes_is_read_again(root: Path) -> None:
    read_satellite(root, image(), 100)
    Image.new("RGB", (41, 31)).save(root / "map.png")
    assert read_satellite(root, image(), 100).shape == (31, 41, 3)


def test_memory_forgets_the_oldest() -> None:
    memory = ArrayMemory(max_bytes=20)
    made: list[str] = []

    def get(key: str) -> None:
        memory.get(key, lambda: (made.append(key), np.zeros(8, np.uint8))[1])

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]


def test_threads_decode_a_map_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[Path] = []
    original = _satellite._decode
    monkeypatch.setattr(_satellite, "_MAPS", ArrayMemory(max_bytes=10**6))
    monkeypatch.setattr(_satellite, "_decode", lambda path: (decoded.append(path), original(path))[1])
    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(lambda _: read_satellite(root, image(), 100), range(32)))
    assert len(decoded) == 1
    assert all((pixels == shown[0]).all() for pixels in shown)


def test_formats_that_would_start_a_program_are_not_read(root: Path) -> None:
    Image.new("RGB", (9, 9)).save(root / "drawing.png", format="EPS")
    with pytest.raises(MediaError, match=r"drawing\.png cannot be read as an image"):
        read_satellite(root, image("drawing.png"), 100)
