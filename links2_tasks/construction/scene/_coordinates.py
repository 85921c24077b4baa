"""From longitude and latitude to metres on the map, and from compass headings to headings on the map's grid.

A compass heading counts from true north. The up direction of a projected map is grid north, which differs from true
north by the meridian convergence (up to a few degrees at the edge of a UTM zone). Everything in a `Scene` is relative
to the map, so headings are turned to grid north here, once, when telemetry is read.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene._config import LOCAL
from links2_tasks.errors import MissingExtraError, SceneError

Points = NDArray[np.float64]
GEOGRAPHIC = "EPSG:4326"
MAX_SCALE_ERROR = 0.01
"""A projection that stretches ground distances by more than this share is not used as metres (Web Mercator does)."""


class Coordinates(Protocol):
    """How positions in files become metres east and north on the map."""

    @property
    def crs(self) -> str:
        """Coordinate system of the metres."""

    def to_metres(self, points: Points) -> Points:
        """East, north (N, 2) of points (N, 2) as files give them."""

    def grid_headings_deg(self, headings_deg: Points, points: Points) -> Points:
        """Headings (N,) from grid north, of compass headings (N,) at points (N, 2) as files give them."""


class LocalCoordinates:
    """Metres from an arbitrary origin; north is the map's up direction. Files hold metres already."""

    crs = LOCAL

    def to_metres(self, points: Points) -> Points:
        """The points themselves."""
        return np.asarray(points, float).reshape(-1, 2)

    def grid_headings_deg(self, headings_deg: Points, points: Points) -> Points:
        """The headings themselves: there is no other north."""
        return np.asarray(headings_deg, float) % 360.0


class ProjectedCoordinates:
    """Longitude and latitude (WGS 84) onto a projected map in metres."""

    def __init__(self, crs: str) -> None:
        """Project onto `crs`, an authority code or WKT."""
        self._crs = crs

    @property
    def crs(self) -> str:
        """Coordinate system of the map."""
        return self._crs

    def to_metres(self, points: Points) -> Points:
        """East, north (N, 2) of longitude, latitude (N, 2) in degrees.

        Raises:
            SceneError: a point lies outside the area that the projection covers.
        """
        return reproject(points, GEOGRAPHIC, self.crs)

    def grid_headings_deg(self, headings_deg: Points, points: Points) -> Points:
        """Headings (N,) from grid north, of headings (N,) from true north at longitude, latitude (N, 2)."""
        points = np.asarray(points, float).reshape(-1, 2)
        # PROJ counts the convergence as the direction of grid north from true north, positive to the east.
        convergence = self._projection.get_factors(points[:, 0], points[:, 1]).meridian_convergence
        return (np.asarray(headings_deg, float) - np.asarray(convergence, float)) % 360.0

    @cached_property
    def _projection(self) -> Any:
        return _pyproj().Proj(_crs_of(self.crs))


def coordinates_of(crs: str) -> Coordinates:
    """Coordinates of a map in `crs`: 'local', an authority code, or WKT."""
    return LocalCoordinates() if crs == LOCAL else ProjectedCoordinates(crs)


def reproject(points: Points, source: str, target: str) -> Points:
    """Points (N, 2) x (east), y (north) of one coordinate system in another.

    Raises:
        SceneError: a point lies outside the area that the systems cover.
        MissingExtraError: pyproj is not installed.
    """
    points = np.asarray(points, float).reshape(-1, 2)
    moved = np.column_stack(_transformer(source, target).transform(points[:, 0], points[:, 1]))
    lost = ~np.isfinite(moved).all(axis=1)
    if lost.any():
        x, y = points[int(np.argmax(lost))]
        raise SceneError(
            f"the point ({x:g}, {y:g}) in {_short(source)} has no place in {_short(target)}; check the crs and the order lon, lat"
        )
    return moved


def is_metric(crs: str, x: float, y: float) -> bool:
    """Whether a unit of `crs` is one metre on the ground near (x, y), to 1 %."""
    if crs == LOCAL:
        return True
    system = _crs_of(crs)
    if not system.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in system.axis_info[:2]):
        return False
    ((lon, lat),) = reproject(np.array([(x, y)]), crs, GEOGRAPHIC)
    factors = _pyproj().Proj(system).get_factors(lon, lat)
    return bool(max(abs(factors.meridional_scale - 1), abs(factors.parallel_scale - 1)) <= MAX_SCALE_ERROR)


def utm_crs(lon: float, lat: float) -> str:
    """Authority code of the UTM zone that holds a place."""
    zone = int((lon + 180.0) % 360.0 // 6.0) + 1
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Any:
    return _pyproj().Transformer.from_crs(_crs_of(source), _crs_of(target), always_xy=True)


def _crs_of(crs: str) -> Any:
    pyproj = _pyproj()
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as fault:
        raise SceneError(
            f"the coordinate system '{_short(crs)}' is unknown; give an EPSG code such as EPSG:32643, or 'local'"
        ) from fault


def _pyproj() -> ModuleType:
    try:
        import pyproj
    except ImportError as fault:
        raise MissingExtraError("A map in a coordinate system other than 'local'", "pyproj", "geo") from fault
    return pyproj


def _short(crs: str) -> str:
    return crs if len(crs) <= 40 else crs[:37] + "..."
