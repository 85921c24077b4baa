"""Sun, season and the colours that ground, roofs and walls take under them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from links2_tasks.errors import SceneError

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Sun:
    """Where the sun stands."""

    azimuth_deg: float
    elevation_deg: float

    @property
    def direction(self) -> NDArray[np.float64]:
        """Unit vector (3,) towards the sun: east, north, up."""
        azimuth, elevation = np.radians(self.azimuth_deg), np.radians(self.elevation_deg)
        return np.array([np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth), np.sin(elevation)])

    @property
    def shadow_per_m(self) -> NDArray[np.float64]:
        """East, north (2,) by which the shadow of a point moves for each metre of its height."""
        towards = self.direction
        return -towards[:2] / towards[2]


@dataclass(frozen=True)
class Material:
    """How a ground or roof material looks from above."""

    colour: Colour
    worn: Colour
    """Colour that its worn, dry or dirty spots turn to."""
    mottling: float
    """How much of it is worn, 0 to 1."""
    grain: float
    """Amplitude of its fine texture, in shares of its brightness."""


@dataclass(frozen=True)
class Season:
    """How a season turns the colours of plants and of the air."""

    name: str
    vegetation: Colour
    dryness: float
    leaves: tuple[Colour, Colour, Colour]
    """Colours of tree crowns; a tree's kind picks one between them."""
    air: Colour
    contrast: float
    crop_shift: Colour


@dataclass(frozen=True)
class Light:
    """All that decides on colours in one view of the city."""

    sun: Sun
    season: Season
    ground: str

    def palette(self) -> Mapping[str, Material]:
        """Every material as this light shows it."""
        return {name: self._shown(name, material) for name, material in MATERIALS.items()}

    def palette_entry(self, name: str) -> Material:
        """One material as this light shows it."""
        return self._shown(name, MATERIALS[name])

    def _shown(self, name: str, material: Material) -> Material:
        vegetation = np.asarray(self.season.vegetation) * _GROUND_TINT[self.ground]
        gain = np.ones(3)
        mottling = material.mottling
        if name in _VEGETATION:
            gain = vegetation
            mottling = float(
                np.clip(mottling + self.season.dryness + (0.25 if self.ground == "arid" else 0.0), 0.0, 1.0)
            )
        if name.startswith("crop"):
            gain = np.asarray(self.season.crop_shift)
        return Material(
            self.graded(material.colour, gain), self.graded(material.worn, (1 + gain) / 2), mottling, material.grain
        )

    def graded(self, colour: Colour, gain: NDArray[np.float64] | Colour = (1.0, 1.0, 1.0)) -> Colour:
        """A colour as the air and the contrast of this view show it."""
        shown = np.asarray(colour) * np.asarray(gain) * np.asarray(self.season.air)
        shown = 118 + (shown - 118) * self.season.contrast
        return tuple(float(value) for value in np.clip(shown, 4, 250))  # type: ignore[return-value]

    def leaf(self, kind: float) -> Colour:
        """Colour of a crown of a kind from 0 to 1."""
        at = np.array(
            [np.interp(kind, (0.0, 0.5, 1.0), [leaf[channel] for leaf in self.season.leaves]) for channel in range(3)]
        )
        return self.graded(tuple(at * np.sqrt(_GROUND_TINT[self.ground])))

    def facing(self, normal: NDArray[np.float64]) -> float:
        """Brightness of a face by how it stands to the sun; 1 for flat ground."""
        lit = max(0.0, float(self.sun.direction @ normal)) / self.sun.direction[2]
        return 0.5 + 0.5 * min(lit, 1.75)


def season(name: str) -> Season:
    """A season by its name.

    Raises:
        SceneError: there is no such season.
    """
    if name not in SEASONS:
        raise SceneError(f"season '{name}' is unknown; known seasons: {', '.join(SEASONS)}")
    return SEASONS[name]


SEASONS: dict[str, Season] = {
    "spring": Season(
        "spring",
        (0.94, 1.06, 0.9),
        0.0,
        ((70, 88, 48), (92, 106, 58), (112, 116, 70)),
        (1.0, 1.0, 1.02),
        0.98,
        (0.9, 1.06, 0.9),
    ),
    "late_summer": Season(
        "late_summer",
        (1.1, 1.02, 0.96),
        0.22,
        ((62, 78, 46), (80, 92, 54), (98, 100, 62)),
        (1.02, 1.0, 0.97),
        1.02,
        (1.12, 1.02, 0.92),
    ),
    "autumn": Season(
        "autumn",
        (1.08, 0.98, 0.9),
        0.12,
        ((76, 78, 46), (118, 96, 52), (142, 102, 54)),
        (1.03, 1.0, 0.94),
        0.92,
        (1.1, 0.94, 0.86),
    ),
}

_GROUND_TINT = {
    "temperate": np.array([1.0, 1.0, 1.0]),
    "humid": np.array([0.9, 0.99, 0.92]),
    "arid": np.array([1.2, 1.06, 0.98]),
}
_VEGETATION = frozenset({"grass", "lawn", "dry_grass", "pitch", "hedge", "bank"})


def _roof(red: float, green: float, blue: float, mottling: float = 0.3, grain: float = 0.07) -> Material:
    return Material((red, green, blue), (red * 0.78 + 8, green * 0.78 + 10, blue * 0.78 + 10), mottling, grain)


MATERIALS: dict[str, Material] = {
    "grass": Material((104, 112, 74), (142, 130, 98), 0.5, 0.13),
    "lawn": Material((96, 114, 68), (130, 124, 86), 0.3, 0.1),
    "pitch": Material((98, 122, 68), (132, 128, 84), 0.28, 0.07),
    "dry_grass": Material((132, 124, 92), (158, 142, 112), 0.65, 0.16),
    "hedge": Material((62, 76, 46), (80, 84, 54), 0.4, 0.22),
    "bank": Material((92, 98, 64), (128, 118, 88), 0.55, 0.2),
    "silt": Material((122, 112, 88), (100, 96, 74), 0.4, 0.1),
    "soil": Material((140, 118, 94), (164, 142, 118), 0.55, 0.12),
    "sand": Material((178, 162, 132), (156, 138, 110), 0.4, 0.08),
    "gravel": Material((152, 146, 136), (130, 122, 110), 0.45, 0.13),
    "asphalt": Material((122, 122, 122), (142, 140, 136), 0.5, 0.06),
    "asphalt_main": Material((112, 113, 115), (132, 131, 128), 0.4, 0.05),
    "concrete": Material((168, 165, 158), (140, 136, 128), 0.45, 0.06),
    "paving": Material((170, 162, 152), (146, 138, 128), 0.4, 0.07),
    "kerb": Material((186, 182, 174), (160, 156, 148), 0.3, 0.05),
    "water": Material((66, 84, 80), (84, 98, 86), 0.3, 0.03),
    "pool": Material((96, 172, 190), (118, 190, 202), 0.2, 0.05),
    "crop_green": Material((98, 116, 62), (126, 124, 80), 0.35, 0.1),
    "crop_gold": Material((176, 154, 102), (154, 132, 88), 0.35, 0.1),
    "crop_olive": Material((122, 120, 76), (146, 132, 94), 0.4, 0.1),
    "stubble": Material((168, 152, 118), (144, 126, 96), 0.45, 0.12),
    "court_red": Material((152, 88, 72), (164, 112, 96), 0.3, 0.04),
    "court_green": Material((82, 116, 88), (104, 128, 104), 0.3, 0.04),
    "court_blue": Material((78, 106, 142), (100, 124, 150), 0.3, 0.04),
    "clay": Material((172, 106, 76), (184, 128, 98), 0.35, 0.06),
    "tartan": Material((156, 92, 78), (142, 96, 84), 0.35, 0.05),
    "wood": Material((128, 108, 86), (110, 98, 84), 0.4, 0.1),
    "tile_red": _roof(158, 96, 76),
    "tile_orange": _roof(180, 122, 92),
    "tile_brown": _roof(120, 94, 78),
    "tile_grey": _roof(116, 116, 118),
    "tile_dark": _roof(84, 84, 88),
    "flat_grey": _roof(152, 151, 148, 0.55),
    "flat_white": _roof(206, 204, 198, 0.4),
    "flat_bitumen": _roof(104, 104, 104, 0.5),
    "flat_sand": _roof(184, 172, 152, 0.5),
    "metal_white": _roof(208, 210, 210, 0.35, 0.03),
    "metal_grey": _roof(160, 164, 166, 0.4, 0.03),
    "metal_blue": _roof(92, 122, 152, 0.35, 0.03),
    "metal_green": _roof(106, 134, 116, 0.4, 0.03),
    "metal_rust": _roof(146, 104, 82, 0.6, 0.07),
    "metal_red": _roof(164, 74, 62, 0.35, 0.03),
    "metal_orange": _roof(186, 116, 62, 0.35, 0.03),
    "awning_white": _roof(216, 212, 204, 0.3, 0.03),
    "awning_red": _roof(176, 74, 66, 0.3, 0.03),
    "awning_blue": _roof(88, 116, 160, 0.3, 0.03),
    "greenhouse": _roof(188, 200, 200, 0.4, 0.04),
    "tank": _roof(204, 202, 194, 0.4, 0.03),
    "plaster_white": _roof(214, 210, 200),
    "plaster_cream": _roof(204, 190, 162),
    "plaster_sand": _roof(186, 168, 142),
    "brick": _roof(150, 106, 88),
    "concrete_wall": _roof(170, 168, 162),
    "glass": _roof(112, 130, 142),
    "sheet": _roof(178, 180, 180),
}
