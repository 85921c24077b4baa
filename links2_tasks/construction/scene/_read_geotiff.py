"""GeoTIFF maps as RGB: colour tables, deep pixels, extra bands and the many ways to mark missing data."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene._read_raster import (
    Affine,
    Mask,
    Raster,
    check_size,
    import_rasterio,
    without_collar,
)
from links2_tasks.errors import SceneError

STRETCH_PERCENT = (2.0, 98.0)
"""Pixels deeper than 8 bits are stretched between these percentiles, as viewers do."""


def read_geotiff(path: Path, crs: str | None) -> Raster:
    """Read a GeoTIFF as RGB with a mask of its valid pixels.

    Args:
        path: The file.
        crs: Coordinate system that `scene.yaml` names, for files that hold none.

    Raises:
        SceneError: the file is no GeoTIFF, is too large, holds no georeference, or another one than `crs`.
        MissingExtraError: rasterio is not installed.
    """
    rasterio = import_rasterio("A GeoTIFF map")
    try:
        # Only this driver: others (VRT) may point to further files.
        with _quietly(rasterio), rasterio.open(path, driver="GTiff") as dataset:
            check_size(str(path), dataset.width, dataset.height)
            affine, crs = _affine(path, dataset), _crs(path, dataset, crs)
            pixels = _rgb(dataset)
            valid = _valid(dataset, pixels)
    except rasterio.errors.RasterioError as fault:
        raise SceneError(f"{path} cannot be read as a GeoTIFF: {fault}") from fault
    return Raster(pixels, valid, affine, crs)


@contextmanager
def _quietly(rasterio: ModuleType) -> Iterator[None]:
    """Without the warning about a missing georeference, which is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        yield


def _affine(path: Path, dataset: Any) -> Affine:
    t = dataset.transform
    if t.is_identity:
        ways = "ground control points, which are not read" if dataset.gcps[0] else "no georeference"
        raise SceneError(
            f"{path} holds {ways}; bring it into a projection first (gdalwarp), or give a PNG with map_corners in scene.yaml"
        )
    return Affine(t.a, t.b, t.c, t.d, t.e, t.f)


def _crs(path: Path, dataset: Any, named: str | None) -> str:
    if dataset.crs is None:
        if named is None:
            raise SceneError(
                f"{path} does not say its coordinate system; give it in scene.yaml as 'crs: EPSG:...' or 'crs: local'"
            )
        return named
    code = dataset.crs.to_epsg()
    own = f"EPSG:{code}" if code else str(dataset.crs.to_wkt())
    if named is not None and named != own:
        raise SceneError(
            f"{path} is in {own if code else 'a coordinate system without an EPSG code'}, but scene.yaml says 'crs: {named}'; remove that line"
        )
    return own


def _rgb(dataset: Any) -> NDArray[np.uint8]:
    kinds = [interpretation.name for interpretation in dataset.colorinterp]
    if kinds[0] == "palette":
        table = np.zeros((65_536, 3), np.uint8)
        for index, colour in dataset.colormap(1).items():
            table[index] = colour[:3]
        return table[dataset.read(1)]
    bands = _colour_bands(kinds)
    values = dataset.read(bands)
    if values.dtype != np.uint8:
        values = _stretched(values, dataset.dataset_mask() > 0)
    return np.ascontiguousarray(np.moveaxis(np.broadcast_to(values, (3, *values.shape[1:])), 0, 2))


def _colour_bands(kinds: list[str]) -> list[int]:
    """Bands (from 1) of red, green and blue; one band for a grey image."""
    if {"red", "green", "blue"} <= set(kinds):
        return [kinds.index(kind) + 1 for kind in ("red", "green", "blue")]
    shown = [band for band, kind in enumerate(kinds, start=1) if kind != "alpha"]
    return shown[:3] if len(shown) >= 3 else shown[:1]


def _stretched(values: NDArray[Any], valid: Mask) -> NDArray[np.uint8]:
    """Scale all bands alike, so that colours keep their balance."""
    values = values.astype(np.float32)
    known = values[:, valid & np.isfinite(values).all(axis=0)]
    low, high = np.percentile(known, STRETCH_PERCENT) if known.size else (0.0, 1.0)
    scaled = (np.nan_to_num(values, nan=low) - low) / max(float(high - low), 1e-9)
    return np.asarray(np.clip(scaled * 255.0, 0.0, 255.0).round(), np.uint8)


def _valid(dataset: Any, pixels: NDArray[np.uint8]) -> Mask | None:
    mask: Mask = dataset.dataset_mask() > 0
    if np.issubdtype(np.dtype(dataset.dtypes[0]), np.floating):
        mask &= np.isfinite(dataset.read(1))
    if not mask.all():
        return mask
    transparent = _transparent_colours(dataset)
    if transparent is not None:
        return transparent
    return without_collar(pixels)


def _transparent_colours(dataset: Any) -> Mask | None:
    """Mask of a palette image whose table marks colours as transparent."""
    if dataset.colorinterp[0].name != "palette":
        return None
    clear = [index for index, colour in dataset.colormap(1).items() if colour[3] == 0]
    return ~np.isin(dataset.read(1), clear) if clear else None
