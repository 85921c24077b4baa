"""The records of a simulated city: what lies on the ground, what stands on it, and what the map's legend knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon

Points = NDArray[np.float64]
Change = Literal["added", "removed"]


@dataclass(frozen=True)
class Surface:
    """An area of one ground material; rings (N, 2) in metres, holes included as further rings."""

    material: str
    rings: tuple[Points, ...]
    level: int
    """Painting order: higher levels cover lower ones."""
    tone: float = 0.0
    """How much brighter (above 0) or darker (below 0) than the material's usual colour, in shares of it."""
    furrow_azimuth_deg: float | None = None
    """Direction of plough lines or mowing stripes; None for none."""


@dataclass(frozen=True)
class Markings:
    """Painted lines as quads (N, 4, 2) in metres, all of one width."""

    quads: Points
    width_m: float
    paint: Literal["white", "yellow", "tar"] = "white"
    strength: float = 0.85


@dataclass(frozen=True)
class RoofFace:
    """One plane of a roof: its outline from above and its height a * east + b * north + c."""

    rings: tuple[Points, ...]
    plane: tuple[float, float, float]


@dataclass(frozen=True)
class Fixture:
    """A box, skylight or strip on a flat roof, painted on it with its own small shadow."""

    ring: Points
    material: str
    tone: float
    height_m: float


@dataclass(frozen=True)
class Solid:
    """A building or another thing with walls and a roof."""

    walls: tuple[Points, ...]
    """Upright faces (K, 3) in metres east, north, up; counter-clockwise seen from outside."""
    openings: tuple[Points, ...]
    """For each wall its windows or doors (M, 4, 3)."""
    roof: tuple[RoofFace, ...]
    roof_material: str
    roof_tone: float
    wall_material: str
    height_m: float
    fixtures: tuple[Fixture, ...] = ()
    ribs_azimuth_deg: float | None = None
    """Direction of tile rows or metal seams; None for a plain roof."""


@dataclass(frozen=True)
class Trees:
    """Trees as columns of one length: trunk position, crown radius, height and kind (0..1, tint and shape)."""

    xy: Points = field(default_factory=lambda: np.zeros((0, 2)))
    radius_m: Points = field(default_factory=lambda: np.zeros(0))
    height_m: Points = field(default_factory=lambda: np.zeros(0))
    kind: Points = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def joined(cls, parts: list[Trees]) -> Trees:
        """All trees of several groups."""
        if not parts:
            return cls()
        return cls(
            np.concatenate([part.xy for part in parts]),
            np.concatenate([part.radius_m for part in parts]),
            np.concatenate([part.height_m for part in parts]),
            np.concatenate([part.kind for part in parts]),
        )

    def where(self, mask: NDArray[np.bool_]) -> Trees:
        """The trees that `mask` (N,) keeps."""
        return Trees(self.xy[mask], self.radius_m[mask], self.height_m[mask], self.kind[mask])


@dataclass(frozen=True)
class Bays:
    """Places where a car may stand: centre, direction of the car (radians from east), and how often one stands there."""

    xy: Points
    direction: Points
    occupancy: float


@dataclass(frozen=True)
class Thing:
    """Something that was built: all its parts, and the landmark it makes, if any."""

    outline: Polygon
    class_name: str | None = None
    """Landmark class; None for what the legend leaves out."""
    description: str = ""
    height_m: float = 0.0
    surfaces: tuple[Surface, ...] = ()
    markings: tuple[Markings, ...] = ()
    solids: tuple[Solid, ...] = ()
    bays: tuple[Bays, ...] = ()
    thing_id: str = ""
    change: Change | None = None


@dataclass(frozen=True)
class Road:
    """A street between its two ends: centre line, kind and width of the carriageway."""

    centre: LineString
    kind: Literal["arterial", "local"]
    width_m: float
    median_m: float = 0.0


@dataclass(frozen=True)
class Roundabout:
    """A roundabout: centre, radius of its island and of its outer kerb."""

    xy: tuple[float, float]
    island_m: float
    outer_m: float


@dataclass(frozen=True)
class Zone:
    """An area of one land use."""

    use: str
    area: Polygon


@dataclass(frozen=True)
class City:
    """All that a region holds, in metres from its south-west corner."""

    size_m: float
    surfaces: tuple[Surface, ...]
    markings: tuple[Markings, ...]
    things: tuple[Thing, ...]
    trees: Trees
    bays: tuple[Bays, ...]
    roads: tuple[Road, ...]
    roundabouts: tuple[Roundabout, ...]
    zones: tuple[Zone, ...]
