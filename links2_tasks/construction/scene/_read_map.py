"""The satellite map of a flight: a GeoTIFF, or a picture with a world file or corner coordinates."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from links2_tasks.construction.scene._config import SceneConfig
from links2_tasks.construction.scene._read_folder import GEOTIFF_SUFFIXES, IMAGE_SUFFIXES
from links2_tasks.construction.scene._read_geotiff import read_geotiff
from links2_tasks.construction.scene._read_raster import (
    Affine,
    Mask,
    Raster,
    check_size,
    lies_north_up,
    warp_to_utm,
    without_collar,
)
from links2_tasks.construction.scene._scene import MapImage
from links2_tasks.errors import SceneError

WORLD_SUFFIXES = {
    ".png": (".pgw", ".pngw", ".wld"),
    ".jpg": (".jgw", ".jpgw", ".wld"),
    ".jpeg": (".jgw", ".jpegw", ".jpgw", ".wld"),
}


def read_map(path: Path, config: SceneConfig, work: Path) -> MapImage:
    """Read a map as a north-up RGB image in metres.

    A picture that is so already is used as it is. Any other map (every GeoTIFF; degrees, Web Mercator, rotated or
    oblong pixels, which are warped to UTM) is written to `work` as a PNG named by its content.

    Args:
        path: GeoTIFF, PNG or JPEG.
        config: For its `crs` and `map_corners`.
        work: Folder for maps that are written anew; made when needed.

    Raises:
        SceneError: the map cannot be read, is too large, or its place is not known.
        MissingExtraError: the map needs rasterio or pyproj, which are not installed.
    """
    suffix = path.suffix.lower()
    if suffix in GEOTIFF_SUFFIXES:
        if config.map_corners is not None:
            raise SceneError(
                f"map_corners in scene.yaml is for PNG and JPEG maps, but {path} is a GeoTIFF, which holds its place itself"
            )
        return _written(_warped_if_needed(read_geotiff(path, config.crs), path), path, work)
    if suffix not in IMAGE_SUFFIXES:
        raise SceneError(
            f"{path}: a map is a GeoTIFF ({', '.join(GEOTIFF_SUFFIXES)}) or a picture ({', '.join(IMAGE_SUFFIXES)})"
        )
    return _picture(path, config, work)


def _picture(path: Path, config: SceneConfig, work: Path) -> MapImage:
    if config.crs is None:
        raise SceneError(
            f"{path} does not say its coordinate system; give it in scene.yaml as 'crs: EPSG:...', or 'crs: local' for metres from any origin"
        )
    width_px, height_px = _size(path)
    affine = _affine_of_picture(path, width_px, height_px, config)
    if config.crs == "local" and not affine.is_north_up(width_px, height_px):
        raise SceneError(
            f"{path}: pixels must be square where crs is local, but they are {affine.a:g} x {-affine.e:g} m; resize the picture"
        )
    if lies_north_up(affine, width_px, height_px, config.crs):
        return MapImage(path, affine.georeference(width_px, height_px, config.crs), _decoded(path)[1])
    pixels, valid = _decoded(path)
    return _written(warp_to_utm(Raster(pixels, valid, affine, config.crs), str(path)), path, work)


def _warped_if_needed(raster: Raster, path: Path) -> Raster:
    width_px, height_px = raster.size_px
    if raster.crs == "local" and not raster.affine.is_north_up(width_px, height_px):
        raise SceneError(f"{path}: a map in local metres must be north-up with square pixels; warp it first (gdalwarp)")
    return raster if lies_north_up(raster.affine, width_px, height_px, raster.crs) else warp_to_utm(raster, str(path))


def _written(raster: Raster, source: Path, work: Path) -> MapImage:
    """Write the pixels to a file named by them, once, so that flights which share a map share the file."""
    digest = hashlib.sha256(repr(raster.size_px).encode() + raster.pixels.tobytes()).hexdigest()[:16]
    target = work / f"{source.stem}-{digest}.png"
    if not target.is_file():
        work.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=work, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                Image.fromarray(raster.pixels).save(file, format="PNG", compress_level=3)
            os.replace(name, target)
        finally:
            Path(name).unlink(missing_ok=True)
    return MapImage(target, raster.affine.georeference(*raster.size_px, raster.crs), raster.valid)


def _size(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as image:
            check_size(str(path), image.width, image.height)
            return image.width, image.height
    except (OSError, Image.DecompressionBombError) as fault:
        raise SceneError(f"{path} cannot be read as a picture: {fault}") from fault


def _decoded(path: Path) -> tuple[np.ndarray, Mask | None]:
    """RGB pixels and the mask of those with data: not transparent, and not black up to the border."""
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
            if "A" in image.getbands() or "transparency" in image.info:
                opaque = np.asarray(image.convert("RGBA"))[:, :, 3] > 0
                return pixels, None if opaque.all() else opaque
            # In a JPEG black is never pure, and a dark shore at the border must not be lost.
            return pixels, without_collar(pixels) if image.format == "PNG" else None
    except OSError as fault:
        raise SceneError(f"{path} cannot be decoded: {fault}") from fault


def _affine_of_picture(path: Path, width_px: int, height_px: int, config: SceneConfig) -> Affine:
    if config.map_corners is not None:
        west, south, east, north = config.map_corners
        return Affine((east - west) / width_px, 0.0, west, 0.0, (south - north) / height_px, north)
    suffixes = WORLD_SUFFIXES[path.suffix.lower()]
    for suffix in (*suffixes, *(suffix.upper() for suffix in suffixes)):
        if path.with_suffix(suffix).is_file():
            return read_world_file(path.with_suffix(suffix))
    names = ", ".join(path.with_suffix(suffix).name for suffix in suffixes)
    raise SceneError(
        f"the place of {path} is not known: no world file ({names}) lies beside it. Add one, or give its edges in scene.yaml as "
        "'map_corners: [west, south, east, north]' in units of crs"
    )


def read_world_file(path: Path) -> Affine:
    """Place of a picture from its world file: six lines a, d, b, e and the centre of the top-left pixel.

    Raises:
        SceneError: the file does not hold six numbers, or describes a rotated or mirrored picture.
    """
    try:
        a, d, b, e, x, y = (float(text.replace(",", ".")) for text in path.read_text(encoding="ascii").split())
    except (ValueError, OSError) as fault:
        raise SceneError(
            f"{path} must hold six numbers, one a line: x size, rotation, rotation, -y size, x and y of the top-left pixel's centre"
        ) from fault
    if not np.isfinite([a, d, b, e, x, y]).all():
        raise SceneError(f"{path} holds a number that is not finite")
    if b != 0.0 or d != 0.0:
        raise SceneError(
            f"{path} describes a rotated picture (lines 2 and 3 are {d:g} and {b:g}); export the map north-up, or as a GeoTIFF, which is warped"
        )
    if a <= 0.0 or e >= 0.0:
        raise SceneError(
            f"{path} describes a mirrored picture (pixel size {a:g}, {e:g}); the first line must be positive and the fourth negative"
        )
    return Affine(a, 0.0, x - a / 2, 0.0, e, y - e / 2)
