"""Windows of GeoTIFFs that are too large to be decoded whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.errors import MediaError, MissingExtraError
from links2_tasks.media import (
    _satellite,
    _tiled,
    image_size,
    is_read_by_windows,
    read_image_window,
    read_satellite,
    satellite_size,
)
from links2_tasks.schema import SatelliteImage

rasterio = pytest.importorskip("rasterio", reason="windows of GeoTIFFs are read by the extra 'geo'")
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

SIDE_PX = 30_000
TILED = {"tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate"}
NOISE = np.random.default_rng(0).integers(0, 255, (3, 700, 900), dtype=np.uint8)
"""What lies at (20100, 15300) of the large map; the rest of it is black."""


def write(path: Path, bands: np.ndarray, **profile: Any) -> Path:
    """A TIFF of bands (C, H, W)."""
    count, height, width = bands.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=count, dtype=bands.dtype, **profile
    ) as file:
        file.write(bands)
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map of 30,000 x 30,000 px, 2.7 GB when it is unpacked; tiles without content are not stored."""
    path = tmp_path_factory.mktemp("large") / "map.tif"
    meta = {"width": SIDE_PX, "height": SIDE_PX, "count": 3, "dtype": "uint8", "SPARSE_OK": True}
    with rasterio.open(path, "w", driver="GTiff", **meta, **TILED) as file:
        file.write(NOISE, window=rasterio.windows.Window(20_100, 15_300, 900, 700))
    return path


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> int:
    """Images of more than 10,000 pixels count as too large."""
    monkeypatch.setattr(_satellite, "MAX_IMAGE_PX", 10_000)
    return 10_000


def test_a_window_of_30_000_px_squared_is_that_of_a_small_reference(large: Path, tmp_path: Path) -> None:
    reference = np.zeros((3, 1000, 1200), np.uint8)
    reference[:, 100:800, 150:1050] = NOISE
    cut = read_image_window(write(tmp_path / "cut.tif", reference, **TILED), None, 2000)
    window = (19_950, 15_200, 1200, 1000)
    np.testing.assert_array_equal(read_image_window(large, window, 2000), cut)
    np.testing.assert_array_equal(
        read_image_window(large, window, 300), read_image_window(tmp_path / "cut.tif", None, 300)
    )


def test_only_the_tiles_under_a_window_are_unpacked(large: Path) -> None:
    """In a process of its own, since what counts is the most memory that it ever took."""
    code = (
        "import sys; from pathlib import Path; from resource import RUSAGE_SELF, getrusage\n"
        "from links2_tasks.media import read_image_window\n"
        "read_image_window(Path(sys.argv[1]), (0, 0, 300, 300), 100)\n"
        "before = getrusage(RUSAGE_SELF).ru_maxrss\n"
        "for left in range(0, 29000, 2000):\n"
        "    read_image_window(Path(sys.argv[1]), (left, 15200, 1400, 1200), 1000)\n"
        "print(getrusage(RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(large)], capture_output=True, text=True, check=True)
    grown_mb = int(done.stdout) / (1024**2 if sys.platform == "darwin" else 1024)
    assert grown_mb < 300, "the whole image takes 2,700 MB"


def test_sizes_are_known_without_decoding(large: Path) -> None:
    assert image_size(large) == (SIDE_PX, SIDE_PX)
    shown = SatelliteImage(path=large.name, gsd_m=0.5, window_px=(5, 6, 700, 800))
    assert satellite_size(large.parent, shown) == (700, 800)
    assert read_satellite(large.parent, shown, 400).shape == (400, 350, 3)


@pytest.mark.parametrize(
    ("window_px", "message"),
    [
        (None, r"map\.tif is too large \(30000 x 30000 px\); at most 89478485 pixels are read\. Show a window of it"),
        ((0, 0, 20_000, 20_000), "is too large; at most 89478485 pixels are read at once. Show a smaller window"),
        ((29_950, 0, 100, 100), r"leaves .*map\.tif, which is 30000 x 30000 px"),
    ],
)
def test_what_is_not_shown_of_a_large_map(
    large: Path, window_px: tuple[int, int, int, int] | None, message: str
) -> None:
    with pytest.raises(MediaError, match=message):
        read_image_window(large, window_px, 1000)
    if window_px is None:
        with pytest.raises(MediaError, match=message):
            satellite_size(large.parent, SatelliteImage(path=large.name, gsd_m=0.5))


KINDS: dict[str, Callable[[np.ndarray], Image.Image]] = {
    "RGB": Image.fromarray,
    "RGBA": lambda pixels: Image.fromarray(np.dstack([pixels, pixels[..., 0]])),
    "grey": lambda pixels: Image.fromarray(pixels[..., 0]),
    "grey with alpha": lambda pixels: Image.fromarray(np.ascontiguousarray(pixels[..., :2]), mode="LA"),
    "colour table": lambda pixels: Image.fromarray(pixels).quantize(17),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")
def test_every_kind_of_pixels_is_as_in_a_map_that_is_decoded_whole(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "map.tif"
    KINDS[kind](np.moveaxis(NOISE, 0, 2)[:120, :150]).save(path)
    window = (31, 17, 90, 70)
    whole = read_image_window(path, window, 200)
    monkeypatch.setattr(_satellite, "MAX_IMAGE_PX", 10_000)
    assert is_read_by_windows(path)
    np.testing.assert_array_equal(read_image_window(path, window, 200), whole)


@pytest.mark.parametrize("profile", [{"interleave": "band"}, {"BIGTIFF": "YES"}, {"tiled": False}, {"compress": "lzw"}])
def test_every_way_to_store_them(tmp_path: Path, small_limit: int, profile: dict[str, Any]) -> None:
    path = write(tmp_path / "map.tif", NOISE[:, :300, :310], **{**TILED, **profile})
    assert image_size(path) == (310, 300)
    shown = read_image_window(path, (40, 50, 80, 90), 200)
    np.testing.assert_array_equal(shown, np.moveaxis(NOISE, 0, 2)[50:140, 40:120])


def test_deep_pixels_and_many_bands_are_refused(tmp_path: Path, small_limit: int) -> None:
    deep = write(tmp_path / "deep.tif", np.full((1, 200, 200), 4000, np.uint16))
    many = write(tmp_path / "many.tif", np.zeros((5, 200, 200), np.uint8))
    for path in (deep, many):
        with pytest.raises(MediaError, match=r"8-bit RGB|cannot be read as an image"):
            read_image_window(path, (0, 0, 50, 50), 100)


def test_a_file_in_one_block_is_not_unpacked_for_a_window(
    tmp_path: Path, small_limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_tiled, "MAX_BLOCK_PX", 20_000)
    path = write(tmp_path / "map.tif", NOISE[:, :200, :200], blockysize=200, compress="deflate")
    with pytest.raises(MediaError, match=r"stored in blocks of 40000 pixels.*TILED=YES"):
        read_image_window(path, (0, 0, 50, 50), 100)


def test_a_large_file_that_is_cut_off_names_itself(large: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tif"
    content = large.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    with pytest.raises(MediaError, match=r"cut\.tif cannot be read as an image: .*It is damaged"):
        read_image_window(cut, (20_000, 15_200, 1200, 1000), 1000)


def test_files_beside_a_map_are_not_opened(tmp_path: Path, small_limit: int) -> None:
    """Such a file could change what a map shows, and the list of a dataset's files does not know that they belong together."""
    path = write(tmp_path / "map.tif", NOISE[:, :200, :200], **TILED)
    (tmp_path / "map.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><ColorInterp>Palette</ColorInterp><ColorTable><Entry c1="1" c2="2" c3="3" '
        'c4="255"/></ColorTable></PAMRasterBand></PAMDataset>'
    )
    shown = read_image_window(path, (0, 0, 60, 60), 100)
    np.testing.assert_array_equal(shown, np.moveaxis(NOISE, 0, 2)[:60, :60])


def test_threads_read_windows_side_by_side(large: Path) -> None:
    windows = [(20_100 + 10 * step, 15_300, 64, 64) for step in range(40)]
    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(lambda window: read_image_window(large, window, 100), windows))
    for (left, _, _, _), pixels in zip(windows, shown, strict=True):
        np.testing.assert_array_equal(pixels, np.moveaxis(NOISE, 0, 2)[:64, left - 20_100 : left - 20_036])


def test_without_the_extra_the_way_to_install_it_is_told(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(
        MissingExtraError, match=r"window of .*map\.tif.* needs the package 'rasterio'.*links2-tasks\[geo\]"
    ):
        read_image_window(large, (0, 0, 50, 50), 100)


def test_a_large_tiff_that_is_stored_turned_is_not_shown_turned(tmp_path: Path, small_limit: int) -> None:
    path = tmp_path / "turned.tif"
    Image.fromarray(np.moveaxis(NOISE, 0, 2)[:200, :300]).save(path, tiffinfo={274: 6})
    with pytest.raises(MediaError, match=r"too large.*gdal_translate"):
        read_image_window(path, (0, 0, 50, 50), 100)
