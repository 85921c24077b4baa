from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.construction.scene import MapImage
from links2_tasks.construction.scene import _read_raster as raster
from links2_tasks.construction.scene._config import SceneConfig
from links2_tasks.construction.scene._read_map import read_map, read_world_file
from links2_tasks.errors import SceneError
from links2_tasks.media import _satellite

LOCAL = SceneConfig(crs="local")
UTM = "EPSG:32643"


def picture(folder: Path, name: str = "map.png", size: tuple[int, int] = (40, 30), mode: str = "RGB") -> Path:
    shape = (size[1], size[0], len(mode))
    pixels = np.random.default_rng(2).integers(1, 256, shape, np.uint8)
    Image.fromarray(pixels.squeeze(), mode).save(folder / name)
    return folder / name


@pytest.mark.parametrize(
    ("name", "world"), [("map.png", "map.pgw"), ("map.png", "map.wld"), ("map.jpg", "map.jgw"), ("map.jpeg", "map.JGW")]
)
def test_world_files_give_the_centre_of_the_first_pixel(tmp_path: Path, name: str, world: str) -> None:
    path = picture(tmp_path, name)
    (tmp_path / world).write_text("0.5\n0.0\n0.0\n-0.5\n1000.25\n1999.75\n")
    image = read_map(path, LOCAL, tmp_path / "work")
    assert image.path == path
    assert image.georeference.bounds_m == (1000.0, 1985.0, 1020.0, 2000.0)
    assert not (tmp_path / "work").exists()


def test_corners_are_west_south_east_north(tmp_path: Path) -> None:
    config = SceneConfig(crs="local", map_corners=(100.0, 200.0, 120.0, 215.0))
    place = read_map(picture(tmp_path), config, tmp_path).georeference
    assert (place.west_m, place.north_m, place.gsd_m) == (100.0, 215.0, 0.5)
    assert place.bounds_m == (100.0, 200.0, 120.0, 215.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 0 0 -1 5", "six numbers"),
        ("1 0 0 -1 5 x", "six numbers"),
        ("1 0 0 -1 5 nan", "finite"),
        ("1 0.1 0.1 -1 5 5", "rotated"),
        ("1 0 0 1 5 5", "mirrored"),
    ],
)
def test_world_files_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "map.pgw").write_text(text)
    with pytest.raises(SceneError) as caught:
        read_world_file(tmp_path / "map.pgw")
    assert "map.pgw" in str(caught.value)
    assert words in str(caught.value)


def test_the_place_must_be_given(tmp_path: Path) -> None:
    path = picture(tmp_path)
    with pytest.raises(SceneError, match=r"map_corners: \[west"):
        read_map(path, LOCAL, tmp_path)
    with pytest.raises(SceneError, match="crs: local"):
        read_map(path, SceneConfig(), tmp_path)


def test_oblong_local_pixels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="square"):
        read_map(picture(tmp_path), SceneConfig(crs="local", map_corners=(0, 0, 40, 60)), tmp_path)


def test_pictures_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "map.png").write_bytes(b"not a picture")
    (tmp_path / "map.bmp").write_bytes(b"")
    for name, words in (("map.png", "cannot be read"), ("map.bmp", "a map is a GeoTIFF")):
        with pytest.raises(SceneError, match=words):
            read_map(tmp_path / name, LOCAL, tmp_path)


def test_maps_beyond_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster, "MAX_MAP_PX", 1000)
    with pytest.raises(SceneError, match=r"40 x 30 px, more than 1,000"):
        read_map(picture(tmp_path), SceneConfig(crs="local", map_corners=(0, 0, 40, 30)), tmp_path)


def test_the_limit_is_what_questions_can_show() -> None:
    assert raster.MAX_MAP_PX <= _satellite.MAX_IMAGE_PX


def test_transparent_pixels_hold_no_data(tmp_path: Path) -> None:
    path = picture(tmp_path, mode="RGBA")
    pixels = np.asarray(Image.open(path)).copy()
    pixels[:10, :, 3] = 0
    pixels[10:, :, 3] = 255
    Image.fromarray(pixels).save(path)
    image = read_map(path, SceneConfig(crs="local", map_corners=(0, 0, 40, 30)), tmp_path)
    assert image.valid is not None
    assert image.valid[10:].all()
    assert not image.valid[:10].any()


def test_black_reaching_the_border_holds_no_data() -> None:
    pixels = np.full((20, 20, 3), 50, np.uint8)
    pixels[:5] = 0
    pixels[10:12, 10:12] = 0
    valid = raster.without_collar(pixels)
    assert valid is not None
    assert valid[5:].all()
    assert not valid[:5].any()
    assert raster.without_collar(pixels[6:]) is None


def geotiff(path: Path, bands: np.ndarray, crs: str | None, transform: Any, **profile: Any) -> Path:
    rasterio = pytest.importorskip("rasterio")
    colormap = profile.pop("colormap", None)
    count, height, width = bands.shape
    meta = {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": bands.dtype}
    with rasterio.open(path, "w", **meta, crs=crs, transform=transform, **profile) as file:
        file.write(bands)
        if colormap:
            file.write_colormap(1, colormap)
    return path


def north_up(gsd_m: float = 0.5) -> Any:
    return pytest.importorskip("rasterio").Affine(gsd_m, 0, 300_000, 0, -gsd_m, 3_700_000)


def pixels_of(image: MapImage) -> np.ndarray:
    return np.asarray(Image.open(image.path))


def test_palette_is_expanded_and_its_black_collar_left_out(tmp_path: Path) -> None:
    index = np.full((1, 20, 30), 7, np.uint8)
    index[0, :, :6] = 255
    index[0, 10, 20] = 255
    path = geotiff(tmp_path / "map.tif", index, UTM, north_up(), colormap={7: (10, 20, 30, 255), 255: (0, 0, 0, 255)})
    image = read_map(path, SceneConfig(), tmp_path / "work")
    assert pixels_of(image)[5, 25].tolist() == [10, 20, 30]
    assert image.valid is not None
    assert image.valid[:, 6:].all()
    assert not image.valid[:, :6].any()
    assert (image.georeference.crs, image.georeference.gsd_m) == (UTM, 0.5)
    assert image.georeference.bounds_m == (300_000.0, 3_699_990.0, 300_015.0, 3_700_000.0)


def test_one_map_is_written_once(tmp_path: Path) -> None:
    path = geotiff(tmp_path / "map.tif", np.full((3, 8, 8), 9, np.uint8), UTM, north_up())
    first, second = (read_map(path, SceneConfig(), tmp_path / "work").path for _ in range(2))
    assert first == second
    assert [file.name for file in (tmp_path / "work").iterdir()] == [first.name]


def test_deep_pixels_are_stretched_without_the_missing_ones(tmp_path: Path) -> None:
    values = np.tile(np.linspace(1000, 3000, 50, dtype=np.uint16), (1, 40, 1))
    values[:, :, 0] = 0
    image = read_map(geotiff(tmp_path / "map.tif", values, UTM, north_up(), nodata=0), SceneConfig(), tmp_path)
    shown = pixels_of(image)
    assert (shown[:, 1:, 0].min(), shown[:, :, 0].max()) == (0, 255)
    assert abs(int(shown[0, 25, 0]) - 128) < 10
    assert image.valid is not None
    assert image.valid.mean() == pytest.approx(0.98)


def test_bands_are_chosen_by_their_colours(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    path = tmp_path / "map.tif"
    bands = np.stack([np.full((8, 8), value, np.uint8) for value in (200, 30, 20, 10)])
    colours = [rasterio.enums.ColorInterp[name] for name in ("undefined", "blue", "green", "red")]
    with rasterio.open(
        path, "w", driver="GTiff", count=4, height=8, width=8, dtype="uint8", crs=UTM, transform=north_up()
    ) as file:
        file.colorinterp = colours
        file.write(bands)
    assert pixels_of(read_map(path, SceneConfig(), tmp_path))[0, 0].tolist() == [10, 20, 30]


def test_alpha_band_is_the_mask(tmp_path: Path) -> None:
    bands = np.full((4, 8, 8), 90, np.uint8)
    bands[3] = 255
    bands[3, :, :2] = 0
    image = read_map(
        geotiff(tmp_path / "map.tif", bands, UTM, north_up(), photometric="RGB", alpha="YES"), SceneConfig(), tmp_path
    )
    assert image.valid is not None
    assert image.valid.mean() == pytest.approx(0.75)


@pytest.mark.parametrize("kind", ["degrees", "web_mercator", "rotated", "oblong"])
def test_other_maps_are_warped_to_north_up_utm(tmp_path: Path, kind: str) -> None:
    """A bright spot is found where its coordinates say, in every kind of map."""
    rasterio = pytest.importorskip("rasterio")
    pyproj = pytest.importorskip("pyproj")
    lon, lat = 72.99, 33.64
    crs, transform = {
        "degrees": ("EPSG:4326", rasterio.Affine(1e-5, 0, lon - 1e-3, 0, -1e-5, lat + 1e-3)),
        "web_mercator": ("EPSG:3857", rasterio.Affine(1.2, 0, 8125100, 0, -1.2, 3981600)),
        "rotated": (UTM, rasterio.Affine(0.9063, 0.4226, 313_600, 0.4226, -0.9063, 3_724_400)),
        "oblong": (UTM, rasterio.Affine(1.0, 0, 313_600, 0, -0.5, 3_724_400)),
    }[kind]
    bands = np.full((3, 200, 200), 60, np.uint8)
    bands[:, 138:143, 58:63] = 255
    spot = pyproj.Transformer.from_crs(crs, UTM, always_xy=True).transform(
        60.5 * transform.a + 140.5 * transform.b + transform.c, 60.5 * transform.d + 140.5 * transform.e + transform.f
    )
    image = read_map(geotiff(tmp_path / "map.tif", bands, crs, transform), SceneConfig(), tmp_path / "work")
    assert image.georeference.crs == UTM
    shown = pixels_of(image)
    found = np.argwhere(shown[:, :, 0] > 200)[:, ::-1].mean(axis=0) + 0.5
    place = image.georeference.to_metres(found[None])[0]
    assert np.hypot(*(place - spot)) < 0.5 * image.georeference.gsd_m
    assert shown.shape[:2] == (image.georeference.height_px, image.georeference.width_px)
    if kind == "rotated":
        assert image.valid is not None
        assert 0.4 < image.valid.mean() < 0.8


def test_pictures_with_corners_in_degrees_are_warped_too(tmp_path: Path) -> None:
    pytest.importorskip("rasterio")
    config = SceneConfig(crs="EPSG:4326", map_corners=(72.99, 33.64, 72.9904, 33.6403))
    image = read_map(picture(tmp_path), config, tmp_path / "work")
    west, south, east, north = image.georeference.bounds_m
    assert image.georeference.crs == UTM
    assert (east - west, north - south) == pytest.approx((37.1 + 0.6, 33.3 + 0.7), abs=1.5)


@pytest.mark.parametrize(
    ("crs", "config", "words"),
    [
        (None, SceneConfig(), "does not say its coordinate system"),
        (UTM, SceneConfig(crs="EPSG:32642"), "remove that line"),
        (UTM, SceneConfig(map_corners=(0, 0, 1, 1)), "map_corners"),
    ],
)
def test_systems_that_are_missing_or_contradict(
    tmp_path: Path, crs: str | None, config: SceneConfig, words: str
) -> None:
    path = geotiff(tmp_path / "map.tif", np.full((3, 8, 8), 9, np.uint8), crs, north_up())
    with pytest.raises(SceneError, match=words):
        read_map(path, config, tmp_path)


def test_geotiffs_without_a_place_or_of_another_format(tmp_path: Path) -> None:
    pytest.importorskip("rasterio")
    Image.new("RGB", (8, 8)).save(tmp_path / "map.tif")
    with pytest.raises(SceneError, match="no georeference"):
        read_map(tmp_path / "map.tif", SceneConfig(crs=UTM), tmp_path)
    (tmp_path / "map.tif").write_text("<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>")
    with pytest.raises(SceneError, match="cannot be read as a GeoTIFF"):
        read_map(tmp_path / "map.tif", SceneConfig(crs=UTM), tmp_path)


def test_local_geotiff(tmp_path: Path) -> None:
    path = geotiff(tmp_path / "map.tif", np.full((3, 8, 8), 9, np.uint8), None, north_up())
    assert read_map(path, LOCAL, tmp_path).georeference.crs == "local"
