"""Shadows of buildings, trees and cars on the ground, and of tall buildings on lower roofs."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.simulate._cars import Car
from links2_tasks.construction.simulate._city import City, Solid
from links2_tasks.construction.simulate._light import Sun
from links2_tasks.construction.simulate._noise import DRAW_SHIFT, Window

Points = NDArray[np.float64]
Image = NDArray[np.uint8]


def shadow_mask(solids: Sequence[Solid], city: City, cars: Sequence[Car], window: Window, sun: Sun) -> Image:
    """How much of the sun is kept from each pixel (H, W): 0 lit, 255 in full shadow; roofs count as lit."""
    mask = np.zeros((window.height_px, window.width_px), np.uint8)
    rings = np.array([car.ring for car in cars]).reshape(-1, 4, 2)
    rings = rings[window.overlaps(rings)]
    for ring in window.fixed_pixels(rings + sun.shadow_per_m * 0.9):
        cv2.fillConvexPoly(mask, ring, 225, cv2.LINE_8, DRAW_SHIFT)
    for ring in window.fixed_pixels(rings):
        cv2.fillConvexPoly(mask, ring, 0, cv2.LINE_8, DRAW_SHIFT)
    _tree_shadows(mask, city, window, sun)
    for solid in solids:
        _cast(mask, solid, window, sun.shadow_per_m, 0.0)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.35, 0.3 / window.gsd_m)), np.uint8)
    for solid in solids:
        for face in solid.roof:
            cv2.fillPoly(mask, [window.fixed_pixels(ring) for ring in face.rings], 0, cv2.LINE_AA, DRAW_SHIFT)
    _on_lower_roofs(mask, solids, window, sun)
    return mask


def building_shadow_mask(solids: Sequence[Solid], window: Window, sun: Sun, height_m: float) -> Image:
    """Shadow (H, W) of buildings on things at `height_m`, such as tree crowns."""
    mask = np.zeros((window.height_px, window.width_px), np.uint8)
    for solid in solids:
        if solid.height_m > height_m + 1:
            _cast(mask, solid, window, sun.shadow_per_m, height_m)
    return mask


def _cast(mask: Image, solid: Solid, window: Window, shadow_per_m: Points, above_m: float) -> None:
    """Each wall casts the quad between its foot and the shadow of its top; the roof casts its own outline."""
    for wall in solid.walls:
        top = wall[2:, :2] + shadow_per_m * np.maximum(wall[2:, 2:] - above_m, 0)
        hull = cv2.convexHull(window.fixed_pixels(np.concatenate([wall[:2, :2], top])))
        cv2.fillConvexPoly(mask, hull, 255, cv2.LINE_8, DRAW_SHIFT)
    for face in solid.roof:
        a, b, c = face.plane
        tops = [ring + np.maximum(ring @ (a, b) + c - above_m, 0)[:, None] * shadow_per_m for ring in face.rings]
        cv2.fillPoly(mask, [window.fixed_pixels(ring) for ring in tops], 255, cv2.LINE_8, DRAW_SHIFT)


def _tree_shadows(mask: Image, city: City, window: Window, sun: Sun) -> None:
    trees = city.trees
    centres = window.pixels(trees.xy + sun.shadow_per_m * (trees.height_m * 0.55)[:, None]) - 0.5
    tips = window.pixels(trees.xy + sun.shadow_per_m * (trees.height_m * 0.8)[:, None]) - 0.5
    reach = trees.radius_m.max(initial=0) / window.gsd_m + 2
    inside = np.all((centres > -reach) & (centres < np.array([window.width_px, window.height_px]) + reach), axis=1)
    unit = 1 << DRAW_SHIFT
    for centre, tip, radius in zip(centres[inside], tips[inside], trees.radius_m[inside] / window.gsd_m, strict=True):
        cv2.circle(
            mask,
            np.round(centre * unit).astype(int).tolist(),
            int(radius * 0.95 * unit),
            235,
            -1,
            cv2.LINE_8,
            DRAW_SHIFT,
        )
        cv2.circle(
            mask, np.round(tip * unit).astype(int).tolist(), int(radius * 0.72 * unit), 235, -1, cv2.LINE_8, DRAW_SHIFT
        )


def _on_lower_roofs(mask: Image, solids: Sequence[Solid], window: Window, sun: Sun) -> None:
    """Shadows that fall on flat roofs from taller neighbours."""
    centres = np.array([solid.roof[0].rings[0].mean(axis=0) for solid in solids]).reshape(-1, 2)
    heights = np.array([solid.height_m for solid in solids])
    for number, lower in enumerate(solids):
        if len(lower.roof) > 1:
            continue
        reach = np.hypot(*sun.shadow_per_m) * (heights - lower.height_m) + 30.0
        taller = np.flatnonzero((heights > lower.height_m + 1.5) & (np.hypot(*(centres - centres[number]).T) < reach))
        if len(taller):
            _shade_roof(mask, lower, [solids[int(k)] for k in taller], window, sun)


def _shade_roof(mask: Image, lower: Solid, taller: Sequence[Solid], window: Window, sun: Sun) -> None:
    pixels = window.pixels(lower.roof[0].rings[0])
    left, top = np.maximum(np.floor(pixels.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(pixels.max(axis=0)).astype(int), (window.width_px, window.height_px))
    if right - left < 2 or bottom - top < 2:
        return
    part = Window(
        window.west_m + left * window.gsd_m,
        window.north_m - top * window.gsd_m,
        window.gsd_m,
        int(right - left),
        int(bottom - top),
    )
    cast = np.zeros((part.height_px, part.width_px), np.uint8)
    for solid in taller:
        _cast(cast, solid, part, sun.shadow_per_m, lower.height_m)
    roof = np.zeros_like(cast)
    cv2.fillPoly(roof, [part.fixed_pixels(ring) for ring in lower.roof[0].rings], 255, cv2.LINE_8, DRAW_SHIFT)
    view = mask[top:bottom, left:right]
    np.maximum(view, cast & roof, out=view)
