"""Tree crowns seen from above, as two slices that the renderer lifts off the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.simulate._city import Solid, Trees
from links2_tasks.construction.simulate._light import Light
from links2_tasks.construction.simulate._noise import Window
from links2_tasks.construction.simulate._shadows import building_shadow_mask

Image = NDArray[np.uint8]

_VARIANTS = 10
_TINTS = 10


@dataclass(frozen=True)
class Slice:
    """Crowns at one height: RGB times alpha, and alpha (H, W, 4)."""

    height_m: float
    pixels: Image


@dataclass(frozen=True)
class _Stamp:
    mask: Image
    lower: Image
    upper: Image


def paint_canopy(trees: Trees, solids: Sequence[Solid], window: Window, light: Light) -> tuple[Slice, ...]:
    """Lower and upper slice of all crowns in a window."""
    lower = np.zeros((window.height_px, window.width_px, 4), np.uint8)
    upper = np.zeros_like(lower)
    stamps = _Stamps(window.gsd_m, light)
    corners = np.floor(window.pixels(trees.xy)).astype(int)
    radii = np.clip(np.round(trees.radius_m / window.gsd_m), 1, 40).astype(int)
    tints = np.clip(
        np.round((trees.kind + 0.06 * ((np.arange(len(radii)) * 37) % 17 - 8) / 8) * _TINTS), 0, _TINTS
    ).astype(int)
    inside = np.all(
        (corners > radii[:, None]) & (corners < np.array([window.width_px, window.height_px]) - radii[:, None] - 1),
        axis=1,
    )
    for number in np.argsort(trees.height_m, kind="stable"):
        if inside[number]:
            radius = int(radii[number])
            stamp = stamps.get(radius, int(number) % _VARIANTS, int(tints[number]))
            left, top = corners[number] - radius
            area = np.s_[top : top + 2 * radius + 1, left : left + 2 * radius + 1]
            cv2.copyTo(stamp.lower, stamp.mask, lower[area])
            cv2.copyTo(stamp.upper, stamp.mask, upper[area])
    slices = (Slice(0.0, lower), Slice(4.6, upper))
    for item in slices:
        _shade(item, building_shadow_mask(solids, window, light.sun, item.height_m))
    return slices


def _shade(item: Slice, shadow: Image) -> None:
    factor = cv2.convertScaleAbs(shadow, alpha=-0.5)
    for channel in range(3):
        item.pixels[..., channel] = cv2.multiply(
            np.ascontiguousarray(item.pixels[..., channel]), 255 - factor, scale=1 / 255
        )


class _Stamps:
    """Crowns of every size and tint, drawn when first needed: lumps of leaves lit from the sun's side."""

    def __init__(self, gsd_m: float, light: Light) -> None:
        self._gsd_m = gsd_m
        self._light = light
        self._made: dict[tuple[int, int, int], _Stamp] = {}

    def get(self, radius_px: int, variant: int, tint: int) -> _Stamp:
        key = (radius_px, variant, tint)
        if key not in self._made:
            self._made[key] = self._draw(radius_px, variant, tint)
        return self._made[key]

    def _draw(self, radius_px: int, variant: int, tint: int) -> _Stamp:
        rng = np.random.default_rng([radius_px, variant, 5])
        y, x = np.mgrid[-radius_px : radius_px + 1, -radius_px : radius_px + 1].astype(np.float32) / max(radius_px, 1)
        angle, distance = np.arctan2(y, x), np.hypot(x, y)
        rim = np.full_like(distance, 0.86)
        for order in (2, 3, 5, 8):
            rim += rng.uniform(0.02, 0.09) * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
        lumps = rng.standard_normal(x.shape).astype(np.float32)
        lumps = cv2.GaussianBlur(lumps, (0, 0), max(0.5, 0.45 / self._gsd_m))
        lumps /= lumps.std() + 1e-6
        towards = self._light.sun.direction
        lean = x * towards[0] - y * towards[1]
        shade = np.clip(0.94 + 0.34 * lean + 0.17 * lumps - 0.22 * np.maximum(distance - 0.55, 0), 0.35, 1.6)
        crown = shade[..., None] * np.asarray(self._light.leaf(tint / _TINTS))
        whole, top = distance + 0.07 * lumps < rim, distance + 0.1 * lumps < rim * 0.82
        return _Stamp(whole.astype(np.uint8) * 255, _cut_out(crown * 0.86, whole), _cut_out(crown, top))


def _cut_out(crown: NDArray[np.float64], mask: NDArray[np.bool_]) -> Image:
    """RGBA of a crown, all 0 outside the mask."""
    pixels = np.dstack([np.clip(crown, 0, 255), np.full(mask.shape, 255.0)]) * mask[..., None]
    return np.ascontiguousarray(pixels.astype(np.uint8))
