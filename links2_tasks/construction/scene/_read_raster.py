"""A map's pixels with their place, and how they are brought north-up into square pixels of metres."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from types import ModuleType

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene._coordinates import GEOGRAPHIC, is_metric, reproject, utm_crs
from links2_tasks.construction.scene._georeference import Georeference
from links2_tasks.errors import MissingExtraError, SceneError

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]
MAX_MAP_PX = 89_478_485
"""Largest map, which is what `media.read_satellite` opens: some 9 400 x 9 400 px, 270 MB decoded."""
_DRIFT_PX = 0.5
"""A map counts as north-up and square when treating it so moves no pixel by more than this."""


@dataclass(frozen=True)
class Affine:
    """Pixel (x, y) to coordinates: (a x + b y + c, d x + e y + f), with (0, 0) at the top-left corner."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def apply(self, pixels: Points) -> Points:
        """Coordinates (N, 2) of pixels (N, 2)."""
        matrix = np.array([[self.a, self.b], [self.d, self.e]])
        return np.asarray(pixels, float) @ matrix.T + (self.c, self.f)

    def is_north_up(self, width_px: int, height_px: int) -> bool:
        """Whether the pixels of an image of that size are square, with north up, to half a pixel."""
        if self.a <= 0 or self.e >= 0:
            return False
        bend = max(abs(self.b) * height_px, abs(self.d) * width_px, abs(self.a + self.e) * max(width_px, height_px))
        return bend <= _DRIFT_PX * self.a

    def georeference(self, width_px: int, height_px: int, crs: str) -> Georeference:
        """Georeference of a north-up image of that size."""
        return Georeference(self.c, self.f, self.a, width_px, height_px, crs)


@dataclass(frozen=True)
class Raster:
    """A decoded map."""

    pixels: NDArray[np.uint8]
    """(H, W, 3) RGB."""
    valid: Mask | None
    """(H, W) pixels with data; None when all have."""
    affine: Affine
    crs: str

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]


def check_size(name: str, width_px: int, height_px: int) -> None:
    """Refuse a map that would not fit into memory.

    Raises:
        SceneError: the map has more than `MAX_MAP_PX` pixels.
    """
    if width_px * height_px > MAX_MAP_PX:
        raise SceneError(
            f"{name} has {width_px} x {height_px} px, more than {MAX_MAP_PX:,}; cut it to the flight's surroundings or make it "
            "coarser first (gdal_translate -projwin ... or -tr 0.5 0.5)"
        )


def lies_north_up(affine: Affine, width_px: int, height_px: int, crs: str) -> bool:
    """Whether a map can be used as it is: north up, square pixels, a unit of its coordinates is a metre on the ground."""
    ((x, y),) = affine.apply(np.array([(width_px / 2, height_px / 2)]))
    return affine.is_north_up(width_px, height_px) and is_metric(crs, float(x), float(y))


def warp_to_utm(raster: Raster, name: str) -> Raster:
    """Bring a map into its UTM zone, north up, with square pixels of the same ground area.

    Raises:
        SceneError: the map lies outside of what UTM covers, or becomes too large.
        MissingExtraError: rasterio or pyproj is not installed.
    """
    rasterio = import_rasterio("A map that is not north-up in metres")
    width_px, height_px = raster.size_px
    ((lon, lat),) = reproject(raster.affine.apply(np.array([(width_px / 2, height_px / 2)])), raster.crs, GEOGRAPHIC)
    crs = utm_crs(float(lon), float(lat))
    affine, size_px = _target_grid(raster, crs)
    check_size(f"{name}, warped to {crs},", *size_px)
    bands = _warp(rasterio, np.moveaxis(raster.pixels, 2, 0), raster, affine, size_px, crs, "bilinear")
    held = np.ones(raster.pixels.shape[:2], bool) if raster.valid is None else raster.valid
    share = _warp(rasterio, held[None].astype(np.uint8), raster, affine, size_px, crs, "nearest")
    valid = share[0] > 0
    return Raster(np.ascontiguousarray(np.moveaxis(bands, 0, 2)), None if valid.all() else valid, affine, crs)


def _target_grid(raster: Raster, crs: str) -> tuple[Affine, tuple[int, int]]:
    width_px, height_px = raster.size_px
    share = np.linspace(0.0, 1.0, 21)
    edge = np.concatenate(
        [
            np.column_stack(pair)
            for pair in ((share, 0 * share), (1 + 0 * share, share), (1 - share, 1 + 0 * share), (0 * share, 1 - share))
        ]
    )
    outline = reproject(raster.affine.apply(edge * (width_px, height_px)), raster.crs, crs)
    x, y = outline.T
    area_m2 = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
    gsd_m = float(np.sqrt(area_m2 / (width_px * height_px)))
    size_px = int(np.ceil(np.ptp(x) / gsd_m)), int(np.ceil(np.ptp(y) / gsd_m))
    return Affine(gsd_m, 0.0, float(x.min()), 0.0, -gsd_m, float(y.max())), size_px


def _warp(
    rasterio: ModuleType,
    bands: NDArray[np.uint8],
    raster: Raster,
    affine: Affine,
    size_px: tuple[int, int],
    crs: str,
    resampling: str,
) -> NDArray[np.uint8]:
    from rasterio import warp

    target = np.zeros((len(bands), size_px[1], size_px[0]), np.uint8)
    warp.reproject(
        bands,
        target,
        src_transform=rasterio.Affine(*astuple(raster.affine)),
        src_crs=raster.crs,
        dst_transform=rasterio.Affine(*astuple(affine)),
        dst_crs=crs,
        resampling=warp.Resampling[resampling],
    )
    return target


def import_rasterio(feature: str) -> ModuleType:
    """Import rasterio, which only maps of some kinds need.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import rasterio
    except ImportError as fault:
        raise MissingExtraError(feature, "rasterio", "geo") from fault
    module: ModuleType = rasterio
    return module


def without_collar(pixels: NDArray[np.uint8]) -> Mask | None:
    """Mask (H, W) of all but the pure black that reaches the border of an image (H, W, 3); None where there is none.

    Mosaics that are not rectangular are often filled up with black and do not say so.
    """
    black = (pixels == 0).all(axis=2)
    if not (black[0].any() or black[-1].any() or black[:, 0].any() or black[:, -1].any()):
        return None
    _, parts = cv2.connectedComponents(black.astype(np.uint8), connectivity=4)
    at_border = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
    return ~np.isin(parts, at_border[at_border > 0])
