"""Paints the ground and the roofs of a window of the city as seen from straight above under one light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.simulate._cars import Car, draw_parked
from links2_tasks.construction.simulate._city import City, Markings, Solid, Surface
from links2_tasks.construction.simulate._light import Light, Material
from links2_tasks.construction.simulate._noise import DRAW_SHIFT, GroundNoise, Window
from links2_tasks.construction.simulate._shadows import shadow_mask

Points = NDArray[np.float64]
Image = NDArray[np.uint8]
Field = NDArray[np.float32]

_PAINTS = (("tar", (66.0, 66.0, 68.0)), ("white", (226.0, 226.0, 220.0)), ("yellow", (206.0, 172.0, 84.0)))
_SHADOW_DEPTH = (0.55, 0.52, 0.45)
"""Share of light that shadow takes from red, green and blue: sky light is blue."""


def paint_ground(city: City, cars: Sequence[Car], window: Window, light: Light, noise: GroundNoise) -> Image:
    """Ground with roofs in place, shadows and parked cars: RGB (H, W, 3)."""
    palette = light.palette()
    numbers = {name: number for number, name in enumerate(palette)}
    canvas = np.empty((window.height_px, window.width_px, 3), np.uint8)
    canvas[:] = np.round(palette["grass"].colour).astype(np.uint8)
    kinds = np.full(canvas.shape[:2], numbers["grass"], np.uint8)
    solids = [solid for thing in city.things for solid in thing.solids if window.overlaps(solid.roof[0].rings[0])]
    surfaces = [
        item
        for item in (*city.surfaces, *(s for thing in city.things for s in thing.surfaces))
        if window.overlaps(item.rings[0])
    ]
    for surface in sorted(surfaces, key=lambda item: item.level):
        _lay(canvas, kinds, surface, palette, numbers, window)
    for solid in solids:
        _lay_roof(canvas, kinds, solid, palette, numbers, light, window)
    grain, patches = noise.grain(window), noise.patches(window)
    canvas = _weathered(canvas, kinds, tuple(palette.values()), grain, patches, noise.coarse(window))
    for surface in surfaces:
        if surface.furrow_azimuth_deg is not None:
            _furrow(canvas, surface.rings, surface.furrow_azimuth_deg, 2.2, 0.09, window)
    markings = [*city.markings, *(item for thing in city.things for item in thing.markings)]
    _mark(canvas, markings, patches, light, window)
    draw_parked(canvas, cars, window)
    mask = shadow_mask(solids, city, cars, window, light.sun)
    canvas = _shaded(canvas, mask)
    for solid in solids:
        _finish_roof(canvas, solid, palette, light, window)
    return canvas


def _toned(material: Material, tone: float) -> tuple[float, float, float]:
    red, green, blue = np.clip(np.asarray(material.colour) * (1 + tone), 0, 255)
    return float(red), float(green), float(blue)


def _lay(
    canvas: Image,
    kinds: Image,
    surface: Surface,
    palette: Mapping[str, Material],
    numbers: Mapping[str, int],
    window: Window,
) -> None:
    rings = [window.fixed_pixels(ring) for ring in surface.rings]
    cv2.fillPoly(canvas, rings, _toned(palette[surface.material], surface.tone), cv2.LINE_AA, DRAW_SHIFT)
    cv2.fillPoly(kinds, rings, numbers[surface.material], cv2.LINE_8, DRAW_SHIFT)


def _lay_roof(
    canvas: Image,
    kinds: Image,
    solid: Solid,
    palette: Mapping[str, Material],
    numbers: Mapping[str, int],
    light: Light,
    window: Window,
) -> None:
    material = palette[solid.roof_material]
    for face in solid.roof:
        normal = np.array([-face.plane[0], -face.plane[1], 1.0])
        bright = light.facing(normal / np.linalg.norm(normal))
        rings = [window.fixed_pixels(ring) for ring in face.rings]
        cv2.fillPoly(canvas, rings, _toned(material, (1 + solid.roof_tone) * bright - 1), cv2.LINE_AA, DRAW_SHIFT)
        cv2.fillPoly(kinds, rings, numbers[solid.roof_material], cv2.LINE_8, DRAW_SHIFT)


def _weathered(
    canvas: Image, kinds: Image, materials: Sequence[Material], grain: Field, patches: Field, coarse: Field
) -> Image:
    """Worn spots and fine texture of every material over flat colour."""
    mottling = np.array([m.mottling for m in materials], np.float32)[kinds]
    worn = np.clip((patches * 0.55 + coarse * 0.75 + grain * 0.3) * 0.4 + 0.25, 0, 1) * mottling
    bright = 1 + grain * np.array([m.grain for m in materials], np.float32)[kinds] + patches * 0.022
    out = np.empty_like(canvas)
    for channel in range(3):
        target = np.array([m.worn[channel] for m in materials], np.float32)[kinds]
        plain = canvas[..., channel].astype(np.float32)
        out[..., channel] = cv2.convertScaleAbs(np.maximum((plain + (target - plain) * worn) * bright, 0))
    return out


def _furrow(
    canvas: Image, rings: Sequence[Points], azimuth_deg: float, period_m: float, depth: float, window: Window
) -> None:
    """Darken and brighten an area along parallel lines."""
    pixels = window.pixels(np.concatenate(rings))
    left, top = np.maximum(np.floor(pixels.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(pixels.max(axis=0)).astype(int), (window.width_px, window.height_px))
    if right - left < 2 or bottom - top < 2:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    origin = np.array([left, top]) << DRAW_SHIFT
    cv2.fillPoly(
        mask, [(window.fixed_pixels(ring) - origin).astype(np.int32) for ring in rings], 255, cv2.LINE_AA, DRAW_SHIFT
    )
    azimuth = np.radians(azimuth_deg)
    east = window.west_m + (np.arange(left, right, dtype=np.float32) + 0.5) * window.gsd_m
    north = window.north_m - (np.arange(top, bottom, dtype=np.float32) + 0.5) * window.gsd_m
    across = (east * np.cos(azimuth))[None, :] - (north * np.sin(azimuth))[:, None]
    fade = min(1.0, period_m / (4 * window.gsd_m))
    gain = 1 + np.sin(across * (2 * np.pi / period_m)) * (depth * fade) * (mask.astype(np.float32) / 255)
    part = canvas[top:bottom, left:right]
    part[:] = np.clip(part * gain[..., None], 0, 255).astype(np.uint8)


def _mark(canvas: Image, markings: Sequence[Markings], patches: Field, light: Light, window: Window) -> None:
    """Paint lines; what is thinner than a pixel is fainter instead of wider, and paint wears off in spots."""
    for paint, colour in _PAINTS:
        mask = np.zeros(canvas.shape[:2], np.uint8)
        for item in markings:
            if item.paint != paint:
                continue
            value = 255 * item.strength * min(1.0, item.width_m / window.gsd_m * 0.8)
            for quad in window.fixed_pixels(item.quads[window.overlaps(item.quads)]):
                cv2.fillConvexPoly(mask, quad, value, cv2.LINE_AA, DRAW_SHIFT)
        rows, columns = np.nonzero(mask)
        wear = np.clip(0.85 - 0.22 * patches[rows, columns], 0.25, 1)
        share = mask[rows, columns].astype(np.float32) * wear * np.float32(1 / 255)
        part = canvas[rows, columns].astype(np.float32)
        canvas[rows, columns] = part + (np.asarray(light.graded(colour), np.float32) - part) * share[:, None]


def _shaded(canvas: Image, mask: Image) -> Image:
    lit = np.empty_like(canvas)
    for channel, depth in enumerate(_SHADOW_DEPTH):
        factor = cv2.convertScaleAbs(mask, alpha=-depth, beta=0)
        lit[..., channel] = cv2.multiply(canvas[..., channel], 255 - factor, scale=1 / 255)
    return lit


def _finish_roof(canvas: Image, solid: Solid, palette: Mapping[str, Material], light: Light, window: Window) -> None:
    """Seams, parapets, ridges and fixtures of one roof."""
    colour = np.asarray(palette[solid.roof_material].colour) * (1 + solid.roof_tone)
    if solid.ribs_azimuth_deg is not None:
        period, depth = (1.1, 0.05) if len(solid.roof) > 1 else (1.6, 0.06)
        _furrow(
            canvas,
            [ring for face in solid.roof for ring in face.rings],
            solid.ribs_azimuth_deg + 90 * (len(solid.roof) == 1),
            period,
            depth,
            window,
        )
    flat = len(solid.roof) == 1
    edge = np.clip(colour * (1.12 if flat else 0.86), 0, 255)
    if flat and min(np.ptp(solid.roof[0].rings[0], axis=0)) > 8:
        # The parapet's shadow falls inwards on the side of the sun; on the other side it falls into the building's own.
        inside = [window.fixed_pixels(ring + light.sun.shadow_per_m * 0.5) for ring in solid.roof[0].rings]
        cv2.polylines(
            canvas, inside, True, (colour * 0.6).tolist(), max(1, round(0.5 / window.gsd_m)), cv2.LINE_AA, DRAW_SHIFT
        )
    for face in solid.roof:
        for ring in face.rings:
            cv2.polylines(canvas, [window.fixed_pixels(ring)], True, edge.tolist(), 1, cv2.LINE_AA, DRAW_SHIFT)
    shadow = light.sun.shadow_per_m
    for item in solid.fixtures:
        cast = np.concatenate([item.ring, item.ring + shadow * item.height_m])
        hull = cv2.convexHull(window.fixed_pixels(cast))
        cv2.fillConvexPoly(canvas, hull, (colour * 0.48).tolist(), cv2.LINE_AA, DRAW_SHIFT)
        cv2.fillConvexPoly(
            canvas, window.fixed_pixels(item.ring), _toned(palette[item.material], item.tone), cv2.LINE_AA, DRAW_SHIFT
        )
