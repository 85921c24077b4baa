"""Images lose everything but their pixels, whatever they hold and however they are stored."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from links2_tasks.errors import DataError
from links2_tasks.media import read_image_window
from links2_tasks.release._images import kept_suffix, write_plain_image
from links2_tasks.release._scan import traces_of_image

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
rasterio = pytest.importorskip("rasterio")
ORIGIN = (313_456.25, 3_724_321.75)


def _pixels(path: Path) -> np.ndarray:
    return read_image_window(path, None, 100_000)


def _plain(path: Path, round_m: float | None = None) -> Path:
    target = path.with_name(f"plain-{path.name}")
    write_plain_image(path, target, round_m)
    return target


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_keeps_its_pixels_and_loses_the_rest(make: Any, tmp_path: Path, mode: str, progressive: bool) -> None:
    path = make.write_jpeg(tmp_path / "map.jpg", make.map_pixels())
    with Image.open(path) as image:
        exif = image.getexif()
        image.convert(mode).save(
            path, exif=exif, progressive=progressive, comment=b"gps 33.6426", icc_profile=b"p" * 90
        )
    assert "EXIF GPS" in traces_of_image(path)
    plain = _plain(path)
    assert np.array_equal(_pixels(path), _pixels(plain))
    assert traces_of_image(plain) == ()
    assert b"Exif" not in plain.read_bytes()
    assert b"33.6426" not in plain.read_bytes()


def test_a_second_picture_behind_a_jpeg_goes(make: Any, tmp_path: Path) -> None:
    path = make.write_jpeg(tmp_path / "map.jpg", make.map_pixels())
    path.write_bytes(path.read_bytes() + make.write_jpeg(tmp_path / "other.jpg", make.map_pixels(7)).read_bytes())
    plain = _plain(path)
    assert plain.stat().st_size < path.stat().st_size / 2
    assert traces_of_image(plain) == ()


@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA", "L"])
def test_a_png_keeps_its_pixels_and_loses_the_rest(make: Any, tmp_path: Path, mode: str) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Location", "33.6426 72.9903")
    notes.add_itxt("XML:com.adobe.xmp", "<x/>")
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x8825] = {1: "N"}
    path = tmp_path / "map.png"
    Image.fromarray(make.map_pixels()).convert(mode).save(path, pnginfo=notes, exif=exif)
    path.write_bytes(path.read_bytes() + b"33.6426 behind the end")
    told = traces_of_image(path)
    assert {"EXIF GPS", "XMP", "data after the end of the image"} <= set(told)
    plain = _plain(path)
    assert np.array_equal(_pixels(path), _pixels(plain))
    assert traces_of_image(plain) == ()
    assert b"33.6426" not in plain.read_bytes()


@pytest.mark.parametrize(
    "profile",
    [
        {},
        {"tiled": True, "blockxsize": 32, "blockysize": 32, "compress": "lzw", "predictor": 2},
        {"compress": "jpeg", "photometric": "YCBCR", "tiled": True, "blockxsize": 64, "blockysize": 64},
        {"BIGTIFF": "YES", "compress": "deflate", "interleave": "band"},
        {"ENDIANNESS": "BIG", "compress": "packbits"},
        {"SPARSE_OK": "TRUE", "tiled": True, "blockxsize": 32, "blockysize": 32},
    ],
    ids=["strips", "lzw tiles", "jpeg", "big planes", "big-endian", "sparse"],
)
def test_a_geotiff_keeps_its_pixels_and_loses_its_place(make: Any, tmp_path: Path, profile: dict[str, Any]) -> None:
    path = make.write_geotiff(tmp_path / "map.tif", make.map_pixels(), **profile)
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2])
    plain = _plain(path)
    with rasterio.open(path) as before, rasterio.open(plain) as after:
        assert np.array_equal(before.read(), after.read())
        assert before.crs is not None
        assert after.crs is None
        assert after.transform == rasterio.Affine.identity()
        assert "PLACE" in before.tags()
        assert "PLACE" not in after.tags()
        assert (after.block_shapes, after.compression) == (before.block_shapes, before.compression)
    assert {"GeoTIFF tie points", "GDAL metadata"} <= set(traces_of_image(path))
    assert traces_of_image(plain) == ()
    content = plain.read_bytes()
    for number in ORIGIN:
        assert struct.pack("<d", number) not in content
        assert struct.pack(">d", number) not in content
    assert b"33.6426" not in content
    assert b"UTM" not in content


def test_a_palette_and_an_orientation_stay(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.tif"
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "33.6426"
    Image.fromarray(make.map_pixels()).convert("P").save(path, exif=exif)
    plain = _plain(path)
    assert np.array_equal(_pixels(path), _pixels(plain))
    assert b"33.6426" in path.read_bytes()
    assert b"33.6426" not in plain.read_bytes()


@pytest.mark.parametrize("round_m", [100.0, 5000.0])
def test_the_origin_of_a_map_in_metres_becomes_a_multiple(make: Any, tmp_path: Path, round_m: float) -> None:
    path = make.write_geotiff(tmp_path / "map.tif", make.map_pixels())
    plain = _plain(path, round_m)
    with rasterio.open(plain) as after:
        moved = (after.transform.c, after.transform.f)
        assert (after.crs.to_epsg(), after.transform.a, after.transform.e) == (32643, 0.5, -0.5)
    assert moved == tuple(round(number / round_m) * round_m for number in ORIGIN)
    assert set(traces_of_image(plain)) == {"GeoTIFF scale", "GeoTIFF tie points", "GeoTIFF keys"}
    assert struct.pack("<d", ORIGIN[0]) not in plain.read_bytes()
    assert np.array_equal(_pixels(path), _pixels(plain))


def test_the_origin_of_a_map_in_degrees_moves_by_no_more_than_stated(make: Any, tmp_path: Path) -> None:
    origin = rasterio.Affine(5e-6, 0, 72.9903, 0, -5e-6, 33.6426)
    path = make.write_geotiff(tmp_path / "map.tif", make.map_pixels(), crs="EPSG:4326", transform=origin)
    with rasterio.open(_plain(path, 1000.0)) as after:
        off_deg = np.array([after.transform.c - 72.9903, after.transform.f - 33.6426])
    off_m = off_deg * 111_320 * (np.cos(np.radians(33.6426)), 1)
    assert 1 < np.hypot(*off_m) <= 1000 / 2**0.5 * 1.01


def test_a_map_without_a_known_unit_loses_its_place_when_rounded(make: Any, tmp_path: Path) -> None:
    path = make.write_geotiff(tmp_path / "map.tif", make.map_pixels(), crs=None)
    assert traces_of_image(_plain(path, 1000.0)) == ()


@pytest.mark.parametrize(("name", "options"), [("map.webp", {"lossless": True}), ("map.bmp", {}), ("map.jp2", {})])
def test_other_formats_become_png(make: Any, tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    path = tmp_path / name
    Image.fromarray(make.map_pixels()).save(path, **options)
    assert not kept_suffix(path)
    target = path.with_suffix(".png")
    write_plain_image(path, target)
    assert np.array_equal(_pixels(path), _pixels(target))
    with Image.open(target) as image:
        assert image.format == "PNG"


def test_geojp2_is_seen(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "map.jp2"
    Image.fromarray(make.map_pixels()).save(path)
    box = bytes.fromhex("b14bf8bd083d4b43a5ae8cd7d5a6ce03") + b"place"
    path.write_bytes(path.read_bytes() + struct.pack(">I", 8 + len(box)) + b"uuid" + box)
    assert traces_of_image(path) == ("GeoJP2",)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_a_damaged_image_is_an_error(make: Any, tmp_path: Path, form: str) -> None:
    file = io.BytesIO()
    Image.fromarray(make.map_pixels()).save(file, format=form)
    path = tmp_path / "map"
    path.write_bytes(file.getvalue()[: len(file.getvalue()) // 2 if form == "PNG" else 40])
    with pytest.raises(DataError, match="map"):
        _plain(path)
