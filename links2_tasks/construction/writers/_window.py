"""Windows of the map: which part of it a question shows.

A window is laid so that the place asked about may lie anywhere in it. A map that were always centred on the answer
would give the answer away without the video.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import MapImage, Scene
from links2_tasks.schema import Point, SatelliteImage

Points = NDArray[np.float64]

LEAST_VALID_SHARE = 0.7
"""Smallest share of a window that must hold data. Every place asked about lies on data in any case."""
DATA_MARGIN_M = 12.0
"""Marks keep this far from where data end: a mark at a black edge could be struck out at a glance."""
MARGIN_SHARE = 0.08
_TRIES = 40


@dataclass(frozen=True)
class Window:
    """A part of a scene's map, in whole pixels."""

    scene: Scene
    left: int
    top: int
    width: int
    height: int

    @property
    def image(self) -> SatelliteImage:
        """The record that shows this window."""
        return SatelliteImage(
            path=map_path(self.scene),
            gsd_m=self.scene.map.georeference.gsd_m,
            north_up=True,
            window_px=(self.left, self.top, self.width, self.height),
        )

    def pixels(self, points_m: Points) -> tuple[Point, ...]:
        """Pixels in the window of points (N, 2) east, north, to a tenth of a pixel."""
        inside = self.scene.map.georeference.to_pixels(points_m) - self._corner_px
        return tuple((round(float(x), 1), round(float(y), 1)) for x, y in inside)

    def metres(self, pixels: Points) -> Points:
        """East, north (N, 2) of pixels (N, 2) in the window."""
        return self.scene.map.georeference.to_metres(np.asarray(pixels, float) + self._corner_px)

    def holds(self, points_m: Points, margin_share: float = MARGIN_SHARE / 2) -> bool:
        """Whether points (N, 2) lie on data, at least `margin_share` of a side from the window's edge."""
        pixels = np.asarray(self.pixels(points_m))
        sides = np.array([self.width, self.height])
        inside = np.all(pixels >= margin_share * sides) and np.all(pixels <= (1 - margin_share) * sides)
        return bool(inside) and self._on_data(pixels)

    def random_point(self, rng: np.random.Generator) -> Points:
        """A point (2,) east, north on data, anywhere in the window but its margin."""
        for _ in range(_TRIES):
            pixel = rng.uniform(MARGIN_SHARE, 1 - MARGIN_SHARE, 2) * (self.width, self.height)
            if self._on_data(pixel[None]):
                break
        return self.metres(pixel)[0]

    def centrality(self, point_m: Points) -> float:
        """Distance of a point from the window's centre, as a share of half a side."""
        offset = np.asarray(self.pixels(point_m))[0] / (self.width, self.height) - 0.5
        return float(np.hypot(*offset) * 2)

    @property
    def _corner_px(self) -> Points:
        return np.array([self.left, self.top], float)

    def _on_data(self, pixels: Points) -> bool:
        valid = self.scene.map.valid
        if valid is None:
            return True
        reach_px = DATA_MARGIN_M / self.scene.map.georeference.gsd_m
        around = reach_px * np.array([(0, 0), (-1, -1), (1, -1), (1, 1), (-1, 1)])
        places = (pixels[:, None] + around[None]).reshape(-1, 2) + self._corner_px
        columns, rows = np.floor(places).astype(int).T
        return bool(valid[rows.clip(0, valid.shape[0] - 1), columns.clip(0, valid.shape[1] - 1)].all())


def map_path(scene: Scene) -> str:
    """Path of the scene's map in the data set; the flights of a region share it."""
    return f"satellite/{_file_name(scene.region)}{scene.map.path.suffix.lower()}"


def video_path(scene: Scene) -> str:
    """Path of the scene's video in the data set."""
    return f"videos/{_file_name(scene.scene_id)}{scene.video.path.suffix.lower()}"


def _file_name(name: str) -> str:
    """A name that people chose, as a name that a file may have in any folder."""
    return re.sub(r"[^\w-]+", "-", name).strip("-") or "unnamed"


def window_side_m(scene: Scene, wanted_m: float) -> float:
    """`wanted_m`, or less where the map is smaller."""
    west, south, east, north = scene.map.georeference.bounds_m
    return min(wanted_m, 0.96 * (east - west), 0.96 * (north - south))


def window_at(
    scene: Scene, centre_m: Points, side_m: float, least_valid_share: float = LEAST_VALID_SHARE
) -> Window | None:
    """Square window centred on a point, or None where the map or its data end."""
    reference = scene.map.georeference
    side_px = round(side_m / reference.gsd_m)
    left, top = (round(float(v)) for v in reference.to_pixels(centre_m)[0] - side_px / 2)
    window = Window(scene, left, top, side_px, side_px)
    return window if _on_map(scene.map, window, least_valid_share) else None


def window_with(scene: Scene, point_m: Points, side_m: float, rng: np.random.Generator) -> Window | None:
    """Square window in which the point lies anywhere with equal chance, or None where no such window fits."""
    for _ in range(_TRIES):
        offset = rng.uniform(MARGIN_SHARE - 0.5, 0.5 - MARGIN_SHARE, 2) * side_m
        window = window_at(scene, np.asarray(point_m) + offset, side_m)
        if window is not None:
            return window
    return None


def random_window(
    scene: Scene, side_m: float, rng: np.random.Generator, least_valid_share: float = LEAST_VALID_SHARE
) -> Window | None:
    """Square window anywhere on the map, or None where its data leave no room."""
    west, south, east, north = scene.map.georeference.bounds_m
    for _ in range(_TRIES):
        half_m = min(side_m, east - west, north - south) / 2
        centre = np.array([rng.uniform(west + half_m, east - half_m), rng.uniform(south + half_m, north - half_m)])
        window = window_at(scene, centre, side_m, least_valid_share)
        if window is not None:
            return window
    return None


def _on_map(image: MapImage, window: Window, least_valid_share: float) -> bool:
    reference = image.georeference
    inside = (
        min(window.left, window.top) >= 0
        and window.left + window.width <= reference.width_px
        and window.top + window.height <= reference.height_px
    )
    return inside and image.valid_share((window.left, window.top, window.width, window.height)) >= least_valid_share
