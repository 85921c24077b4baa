"""Renders a region's map and the frames of its flights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.scene import Camera, Track, ground_points
from links2_tasks.construction.simulate._canopy import paint_canopy
from links2_tasks.construction.simulate._cars import Car, parked_cars
from links2_tasks.construction.simulate._changes import as_seen
from links2_tasks.construction.simulate._city import City
from links2_tasks.construction.simulate._eye import Eye
from links2_tasks.construction.simulate._light import Light, Sun, season
from links2_tasks.construction.simulate._noise import Window, ground_noise
from links2_tasks.construction.simulate._paint import paint_ground
from links2_tasks.construction.simulate._spec import FlightSpec, RegionSpec
from links2_tasks.construction.simulate._traffic import Traffic
from links2_tasks.construction.simulate._view import Stage

Points = NDArray[np.float64]
Image = NDArray[np.uint8]

_SUPERSAMPLING = 1.5
_EDGE_M = 12.0
_NOISE_OFFSET = 8


def render_map(city: City, spec: RegionSpec) -> Image:
    """The region from above in the map's season: RGB (H, W, 3), north up."""
    seen = as_seen(city, "added")
    n = round(spec.size_m / spec.map_gsd_m)
    window = Window(0.0, n * spec.map_gsd_m, spec.map_gsd_m, n, n)
    rng = np.random.default_rng([spec.seed, 4])
    light = Light(
        Sun(spec.map_sun_azimuth_deg, spec.map_sun_elevation_deg), season(spec.style.map_season), spec.style.ground
    )
    stage = _stage(seen, _all_parked(seen, rng), window, light, spec)
    eye = Eye.of_map(window, spec.map_lean)
    image = stage.ground(eye)
    Traffic(seen, rng).draw(image, eye, 0.0, light.sun)
    stage.add_canopy(image, eye)
    stage.add_solids(image, eye)
    return _as_satellite_sees(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGBA2RGB), np.uint8), rng)


def render_flight(city: City, spec: RegionSpec, flight: FlightSpec, track: Track) -> Iterator[Image]:
    """The frames of a flight: RGB (height, width, 3), in order."""
    seen = as_seen(city, "removed")
    rng = np.random.default_rng([flight.seed, 5])
    light = Light(
        Sun(flight.sun_azimuth_deg, flight.sun_elevation_deg), season(spec.style.flight_season), spec.style.ground
    )
    large = Camera.from_hfov(
        int(flight.width_px * _SUPERSAMPLING) // 2 * 2, int(flight.height_px * _SUPERSAMPLING) // 2 * 2, flight.hfov_deg
    )
    times_s = np.arange(flight.n_frames) / flight.fps
    window = _window_around(large, track, spec)
    stage = _stage(seen, _all_parked(seen, rng), window, light, spec)
    traffic = Traffic(seen, rng)
    sensor = _Sensor(flight.width_px, flight.height_px, rng)
    for t_s in times_s:
        eye = Eye.of_pose(large, track.at(float(t_s)))
        frame = stage.ground(eye)
        traffic.draw(frame, eye, float(t_s), light.sun)
        stage.add_canopy(frame, eye)
        stage.add_solids(frame, eye)
        yield sensor.expose(frame)


def _stage(seen: City, cars: Sequence[Car], window: Window, light: Light, spec: RegionSpec) -> Stage:
    ground = paint_ground(seen, cars, window, light, ground_noise(spec.seed))
    west, south, east, north = window.bounds_m
    solids = [
        solid
        for thing in seen.things
        for solid in thing.solids
        if np.all(solid.roof[0].rings[0].max(axis=0) > (west, south))
        and np.all(solid.roof[0].rings[0].min(axis=0) < (east, north))
    ]
    return Stage(window, ground, paint_canopy(seen.trees, solids, window, light), solids, light)


def _all_parked(seen: City, rng: np.random.Generator) -> tuple[Car, ...]:
    return parked_cars([*seen.bays, *(bays for thing in seen.things for bays in thing.bays)], rng)


def _window_around(camera: Camera, track: Track, spec: RegionSpec) -> Window:
    """The part of the region that the flight sees, on the grid of the ground texture."""
    seen = np.concatenate([ground_points(camera, pose, camera.corners_px) for pose in track.poses])
    gsd = spec.texture_gsd_m
    west, south = np.floor((np.maximum(seen.min(axis=0), 0.0) - _EDGE_M) / gsd) * gsd
    east, north = np.ceil((np.minimum(seen.max(axis=0), spec.size_m) + _EDGE_M) / gsd) * gsd
    return Window(float(west), float(north), gsd, round(float(east - west) / gsd), round(float(north - south) / gsd))


def _as_satellite_sees(image: Image, rng: np.random.Generator) -> Image:
    """Slight blur, haze and sensor noise."""
    blurred = cv2.GaussianBlur(image, (0, 0), 0.55)
    hazy = cv2.addWeighted(blurred, 0.93, np.full_like(blurred, (176, 182, 190)), 0.07, 0)
    noise = rng.standard_normal(image.shape[:2], np.float32)
    # One noise for all channels, kept unsigned by an offset that is taken away again.
    grey = np.clip(noise * 1.6 + _NOISE_OFFSET, 0, 2 * _NOISE_OFFSET).astype(np.uint8)
    noisy = cv2.add(hazy, cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB))
    return np.asarray(cv2.subtract(noisy, np.full_like(noisy, _NOISE_OFFSET)), np.uint8)


class _Sensor:
    """What a small camera adds: vignetting, a little haze and noise."""

    _N_NOISE = 7

    def __init__(self, width_px: int, height_px: int, rng: np.random.Generator) -> None:
        self.size = (width_px, height_px)
        y, x = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
        r2 = ((x - width_px / 2) ** 2 + (y - height_px / 2) ** 2) / (width_px**2 / 4 + height_px**2 / 4)
        vignette = 240 * (1 - 0.2 * r2)
        self._vignette = np.repeat(vignette.astype(np.uint8)[..., None], 3, axis=2)
        noise = rng.normal(9.0, 1.4, (self._N_NOISE, height_px, width_px, 1))
        tint = np.array([0.0, 0.6, 1.6])
        self._noise = np.clip(np.round(noise + tint), 0, 30).astype(np.uint8)
        self._n = 0

    def expose(self, frame: Image) -> Image:
        """The frame as the camera's file holds it."""
        small = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGBA2RGB), self.size, interpolation=cv2.INTER_LINEAR)
        small = cv2.multiply(small, self._vignette, scale=1 / 255)
        self._n += 1
        return np.asarray(cv2.add(small, self._noise[self._n % self._N_NOISE]), np.uint8)
