"""What a simulated region and its flights shall be like: every size, duration and look is a parameter."""

from __future__ import annotations

from dataclasses import dataclass

from links2_tasks.errors import SceneError

ROOFS = ("terracotta", "slate", "mixed", "flat")
GROUNDS = ("temperate", "humid", "arid")
SEASONS = ("spring", "late_summer", "autumn")


@dataclass(frozen=True)
class LandUseShares:
    """Weights with which blocks of a region take each use; only their ratios matter."""

    residential: float = 5.0
    apartments: float = 2.0
    commercial: float = 3.0
    industrial: float = 2.0
    park: float = 1.5
    sports: float = 1.5
    farmland: float = 1.0
    vacant: float = 0.7


@dataclass(frozen=True)
class RegionStyle:
    """The character of a region: street pattern, mix of land use, water, building materials, seasons."""

    street_azimuth_deg: float = 12.0
    block_length_m: float = 120.0
    curviness_m: float = 18.0
    missing_streets: float = 0.18
    """Share of local street segments that are left out, so that blocks differ in size."""
    shares: LandUseShares = LandUseShares()
    river_width_m: float = 0.0
    """Width of a river through the region; 0 for none."""
    roofs: str = "terracotta"
    ground: str = "temperate"
    height_scale: float = 1.0
    map_season: str = "spring"
    flight_season: str = "late_summer"

    def __post_init__(self) -> None:
        """Refuse looks that are not known."""
        for name, known in (("roofs", ROOFS), ("ground", GROUNDS), ("map_season", SEASONS), ("flight_season", SEASONS)):
            value = getattr(self, name)
            if value not in known:
                raise SceneError(f"region style: {name} '{value}' is unknown; known: {', '.join(known)}")


@dataclass(frozen=True)
class FlightSpec:
    """One flight and its camera."""

    name: str
    seed: int
    duration_s: float = 24.0
    fps: int = 10
    width_px: int = 640
    height_px: int = 360
    hfov_deg: float = 65.0
    altitude_range_m: tuple[float, float] = (90.0, 140.0)
    speed_range_mps: tuple[float, float] = (8.0, 13.0)
    pitch_range_deg: tuple[float, float] = (-90.0, -55.0)
    yaw_offset_deg: float = 0.0
    """Angle of the image's up direction to the course over ground."""
    sun_azimuth_deg: float = 150.0
    sun_elevation_deg: float = 45.0
    crf: int = 24

    def __post_init__(self) -> None:
        """Refuse flights without a frame and cameras that could see the horizon."""
        if self.duration_s * self.fps < 1:
            raise SceneError(
                f"flight {self.name}: {self.duration_s} s at {self.fps} fps holds no frame; make it longer"
            )
        low, high = self.pitch_range_deg
        if not -90.0 <= low <= high <= -40.0:
            raise SceneError(f"flight {self.name}: pitch_range_deg must lie in -90 to -40, got {self.pitch_range_deg}")

    @property
    def n_frames(self) -> int:
        """Number of frames of the video."""
        return round(self.duration_s * self.fps)


@dataclass(frozen=True)
class RegionSpec:
    """A square region with one map and several flights."""

    name: str
    seed: int
    size_m: float = 1200.0
    map_gsd_m: float = 0.5
    texture_gsd_m: float = 0.25
    style: RegionStyle = RegionStyle()
    flights: tuple[FlightSpec, ...] = ()
    n_changes: int = 12
    map_sun_azimuth_deg: float = 158.0
    map_sun_elevation_deg: float = 52.0
    map_lean: tuple[float, float] = (0.05, -0.04)
    """How far roofs lean east and north on the map, in metres per metre of height: the satellite is never quite overhead."""

    def __post_init__(self) -> None:
        """Refuse sizes that no city fits in."""
        if self.size_m < 200.0:
            raise SceneError(f"region {self.name}: size_m must be at least 200, got {self.size_m}")
        if self.map_gsd_m <= 0 or self.texture_gsd_m <= 0:
            raise SceneError(f"region {self.name}: ground sample distances must be above 0")
        names = [flight.name for flight in self.flights]
        if len(set(names)) != len(names):
            raise SceneError(f"region {self.name}: two flights have the same name; names are folders and must differ")


def mini_regions(seed: int) -> tuple[RegionSpec, ...]:
    """The four regions with five flights each of the data set links2_mini."""
    return tuple(
        RegionSpec(
            name=name,
            seed=seed * 1000 + number,
            style=style,
            flights=_flights(seed * 1000 + number),
            map_sun_azimuth_deg=azimuth,
            map_sun_elevation_deg=elevation,
            map_lean=lean,
        )
        for number, (name, style, azimuth, elevation, lean) in enumerate(_MINI)
    )


def _flights(seed: int) -> tuple[FlightSpec, ...]:
    return tuple(
        FlightSpec(
            name=f"flight_{number + 1}",
            seed=seed * 10 + number,
            altitude_range_m=altitudes,
            pitch_range_deg=pitches,
            yaw_offset_deg=yaw,
            sun_azimuth_deg=(azimuth + 47.0 * (seed % 10)) % 360.0,
            sun_elevation_deg=elevation,
        )
        for number, (altitudes, pitches, yaw, azimuth, elevation) in enumerate(_MINI_FLIGHTS)
    )


_MINI = (
    (
        "hillgate",
        RegionStyle(street_azimuth_deg=14.0, river_width_m=0.0, roofs="terracotta", ground="temperate"),
        157.0,
        50.0,
        (0.05, -0.04),
    ),
    (
        "north_quay",
        RegionStyle(
            street_azimuth_deg=-27.0,
            block_length_m=135.0,
            curviness_m=8.0,
            missing_streets=0.26,
            shares=LandUseShares(2.5, 2.0, 3.0, 5.0, 1.0, 1.2, 0.3, 1.2),
            river_width_m=46.0,
            roofs="slate",
            ground="humid",
            height_scale=1.15,
            map_season="autumn",
            flight_season="spring",
        ),
        171.0,
        41.0,
        (-0.06, 0.02),
    ),
    (
        "westmoor",
        RegionStyle(
            street_azimuth_deg=41.0,
            block_length_m=128.0,
            curviness_m=34.0,
            missing_streets=0.24,
            shares=LandUseShares(6.0, 1.0, 1.2, 1.0, 2.0, 1.6, 3.0, 0.6),
            river_width_m=18.0,
            roofs="mixed",
            ground="temperate",
            height_scale=0.8,
            map_season="late_summer",
            flight_season="autumn",
        ),
        146.0,
        56.0,
        (0.02, 0.06),
    ),
    (
        "saltmarsh",
        RegionStyle(
            street_azimuth_deg=4.0,
            block_length_m=112.0,
            curviness_m=12.0,
            missing_streets=0.12,
            shares=LandUseShares(4.0, 2.5, 4.5, 1.6, 1.4, 1.6, 0.6, 0.8),
            roofs="flat",
            ground="arid",
            height_scale=1.3,
            map_season="spring",
            flight_season="late_summer",
        ),
        134.0,
        60.0,
        (-0.03, -0.06),
    ),
)

_MINI_FLIGHTS = (
    ((95.0, 120.0), (-90.0, -72.0), 0.0, 205.0, 48.0),
    ((100.0, 140.0), (-88.0, -58.0), 0.0, 118.0, 38.0),
    ((90.0, 115.0), (-90.0, -64.0), 38.0, 246.0, 33.0),
    ((110.0, 140.0), (-80.0, -55.0), -24.0, 172.0, 56.0),
    ((92.0, 125.0), (-86.0, -50.0), 0.0, 96.0, 42.0),
)
