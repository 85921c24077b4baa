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
        (0.95, 1.02, 0.93),
        0.0,
        ((74, 86, 58), (94, 103, 70), (114, 116, 84)),
        (1.0, 1.0, 1.02),
        0.98,
        (0.9, 1.06, 0.9),
    ),
    "late_summer": Season(
        "late_summer",
        (1.08, 1.02, 0.98),
        0.22,
        ((70, 80, 58), (86, 94, 68), (104, 105, 78)),
        (1.02, 1.0, 0.97),
        1.02,
        (1.06, 1.0, 0.94),
    ),
    "autumn": Season(
        "autumn",
        (1.06, 0.98, 0.92),
        0.12,
        ((82, 82, 60), (122, 104, 70), (144, 112, 76)),
        (1.03, 1.0, 0.94),
        0.92,
        (1.04, 0.95, 0.9),
    ),
}

_GROUND_TINT = {
    "temperate": np.array([1.0, 1.0, 1.0]),
    "humid": np.array([0.95, 0.985, 0.95]),
    "arid": np.array([1.07, 1.03, 1.02]),
}
_VEGETATION = frozenset({"grass", "lawn", "dry_grass", "pitch", "hedge", "bank"})


def _roof(red: float, green: float, blue: float, mottling: float = 0.3, grain: float = 0.07) -> Material:
    return Material((red, green, blue), (red * 0.78 + 8, green * 0.78 + 10, blue * 0.78 + 10), mottling, grain)


MATERIALS: dict[str, Material] = {
    "grass": Material((112, 117, 86), (150, 139, 112), 0.55, 0.13),
    "lawn": Material((104, 118, 80), (140, 132, 102), 0.4, 0.1),
    "pitch": Material((106, 126, 80), (142, 136, 100), 0.35, 0.07),
    "dry_grass": Material((136, 131, 108), (160, 149, 128), 0.6, 0.12),
    "hedge": Material((72, 84, 58), (92, 94, 68), 0.4, 0.2),
    "bank": Material((92, 98, 64), (128, 118, 88), 0.55, 0.2),
    "silt": Material((122, 112, 88), (100, 96, 74), 0.4, 0.1),
    "soil": Material((154, 139, 121), (174, 160, 143), 0.55, 0.09),
    "sand": Material((178, 162, 132), (156, 138, 110), 0.4, 0.08),
    "gravel": Material((164, 158, 149), (144, 136, 126), 0.45, 0.1),
    "asphalt": Material((142, 141, 141), (160, 157, 152), 0.5, 0.05),
    "asphalt_main": Material((134, 134, 136), (152, 150, 147), 0.4, 0.04),
    "concrete": Material((178, 174, 167), (156, 151, 143), 0.45, 0.05),
    "paving": Material((178, 170, 162), (158, 149, 141), 0.4, 0.06),
    "kerb": Material((194, 190, 184), (170, 166, 158), 0.3, 0.05),
    "water": Material((72, 86, 82), (82, 94, 86), 0.3, 0.022),
    "pool": Material((96, 172, 190), (118, 190, 202), 0.2, 0.05),
    "crop_green": Material((106, 120, 76), (134, 131, 94), 0.35, 0.1),
    "crop_gold": Material((176, 160, 122), (154, 138, 106), 0.35, 0.1),
    "crop_olive": Material((122, 120, 76), (146, 132, 94), 0.4, 0.1),
    "stubble": Material((168, 152, 118), (144, 126, 96), 0.45, 0.12),
    "court_red": Material((152, 88, 72), (164, 112, 96), 0.3, 0.04),
    "court_green": Material((82, 116, 88), (104, 128, 104), 0.3, 0.04),
    "court_blue": Material((78, 106, 142), (100, 124, 150), 0.3, 0.04),
    "clay": Material((172, 106, 76), (184, 128, 98), 0.35, 0.06),
    "tartan": Material((156, 92, 78), (142, 96, 84), 0.35, 0.05),
    "wood": Material((128, 108, 86), (110, 98, 84), 0.4, 0.1),
    "tile_red": _roof(160, 112, 96),
    "tile_orange": _roof(182, 136, 112),
    "tile_brown": _roof(132, 110, 97),
    "tile_grey": _roof(132, 131, 133),
    "tile_dark": _roof(98, 98, 102),
    "flat_grey": _roof(172, 170, 166, 0.55),
    "flat_white": _roof(206, 204, 198, 0.4),
    "flat_bitumen": _roof(124, 123, 123, 0.5),
    "flat_sand": _roof(196, 185, 168, 0.5),
    "metal_white": _roof(208, 210, 210, 0.35, 0.03),
    "metal_grey": _roof(160, 164, 166, 0.4, 0.03),
    "metal_blue": _roof(112, 136, 160, 0.4, 0.03),
    "metal_green": _roof(122, 142, 128, 0.4, 0.03),
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
    "panel": _roof(46, 54, 78, 0.2, 0.04),
    "sheet": _roof(178, 180, 180),
}
