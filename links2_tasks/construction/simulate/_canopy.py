"""Tree crowns seen from above, as two slices that the renderer lifts off the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.simulate._city import Solid, Trees
from links2_tasks.construction.simulate._light import Light, Sun
from links2_tasks.construction.simulate._noise import Window
from links2_tasks.construction.simulate._shadows import building_shadow_mask

Image = NDArray[np.uint8]
Field = NDArray[np.float32]

_VARIANTS = 12


@dataclass(frozen=True)
class Slice:
    """Crowns at one height: RGB times alpha, and alpha (H, W, 4)."""

    height_m: float
    pixels: Image


@dataclass(frozen=True)
class _Stamp:
    shade: Field
    whole: NDArray[np.bool_]
    upper: NDArray[np.bool_]


def paint_canopy(trees: Trees, solids: Sequence[Solid], window: Window, light: Light) -> tuple[Slice, ...]:
    """Lower and upper slice of all crowns in a window."""
    lower = np.zeros((window.height_px, window.width_px, 4), np.uint8)
    upper = np.zeros_like(lower)
    stamps = _Stamps(window.gsd_m, light.sun)
    centres = window.pixels(trees.xy)
    order = np.argsort(trees.height_m, kind="stable")
    for number in order:
        x, y = centres[number]
        radius = int(np.clip(round(trees.radius_m[number] / window.gsd_m), 1, 40))
        if not (radius < x < window.width_px - radius - 1 and radius < y < window.height_px - radius - 1):
            continue
        stamp = stamps.get(radius, int(number) % _VARIANTS)
        colour = np.asarray(light.leaf(float(trees.kind[number])), np.float32)
        tint = stamp.shade[..., None] * (colour * (0.9 + 0.2 * ((number * 37) % 17) / 17))
        crown = np.clip(tint, 0, 255).astype(np.uint8)
        top, left = int(y) - radius, int(x) - radius
        area = np.s_[top : top + 2 * radius + 1, left : left + 2 * radius + 1]
        lower[area][stamp.whole] = _opaque((crown * 0.86).astype(np.uint8)[stamp.whole])
        upper[area][stamp.whole] = 0
        upper[area][stamp.upper] = _opaque(crown[stamp.upper])
    slices = (Slice(0.0, lower), Slice(4.6, upper))
    for item in slices:
        _shade(item, building_shadow_mask(solids, window, light.sun, item.height_m))
    return slices


def _opaque(colours: Image) -> Image:
    return np.column_stack([colours, np.full(len(colours), 255, np.uint8)])


def _shade(item: Slice, shadow: Image) -> None:
    factor = cv2.convertScaleAbs(shadow, alpha=-0.5)
    for channel in range(3):
        item.pixels[..., channel] = cv2.multiply(
            np.ascontiguousarray(item.pixels[..., channel]), 255 - factor, scale=1 / 255
        )


class _Stamps:
    """Crowns of every size, drawn when first needed: lumps of leaves lit from the sun's side."""

    def __init__(self, gsd_m: float, sun: Sun) -> None:
        self._gsd_m = gsd_m
        self._towards = sun.direction
        self._made: dict[tuple[int, int], _Stamp] = {}

    def get(self, radius_px: int, variant: int) -> _Stamp:
        key = (radius_px, variant)
        if key not in self._made:
            self._made[key] = self._draw(radius_px, variant)
        return self._made[key]

    def _draw(self, radius_px: int, variant: int) -> _Stamp:
        rng = np.random.default_rng([radius_px, variant, 5])
        y, x = np.mgrid[-radius_px : radius_px + 1, -radius_px : radius_px + 1].astype(np.float32) / max(radius_px, 1)
        angle, distance = np.arctan2(y, x), np.hypot(x, y)
        rim = np.full_like(distance, 0.86)
        for order in (2, 3, 5, 8):
            rim += rng.uniform(0.02, 0.09) * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
        lumps = rng.standard_normal(x.shape).astype(np.float32)
        lumps = cv2.GaussianBlur(lumps, (0, 0), max(0.5, 0.45 / self._gsd_m))
        lumps /= lumps.std() + 1e-6
        lean = x * self._towards[0] - y * self._towards[1]
        shade = 0.94 + 0.34 * lean + 0.17 * lumps - 0.22 * np.maximum(distance - 0.55, 0)
        whole = distance + 0.07 * lumps < rim
        return _Stamp(np.clip(shade, 0.35, 1.6), whole, distance + 0.1 * lumps < rim * 0.82)
