"""A flight folder read again from its raw files, by other means than the package's.

Telemetry comes from `csv`, outlines from `json`, the map's place from the six lines of its world file. Geometry is
plain trigonometry, ray casting and counting of grid cells: a fault in the package's camera model, in its readers or in
the polygon library would not be repeated here.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from links2_tasks.schema import LETTERS, Question, SatelliteImage

Points = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class RawPose:
    """Camera at one moment; angles in radians, pitch 0 at the horizon and -pi/2 straight down."""

    east_m: float
    north_m: float
    altitude_m: float
    heading: float
    pitch: float


@dataclass(frozen=True)
class Area:
    """A feature of a GeoJSON file in metres on the map."""

    name: str
    class_name: str
    description: str
    ring: Points = field(repr=False)
    height_m: float
    change: str | None

    def holds(self, points: Points) -> Bools:
        """Which points (N, 2) lie inside, by casting a ray to the east."""
        return inside(self.ring, points)

    @property
    def area_m2(self) -> float:
        """Area by the shoelace formula."""
        x, y = self.ring.T
        return abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2

    @property
    def centroid(self) -> Points:
        """Centre of gravity by the shoelace formula."""
        origin = self.ring[0]
        x, y = (self.ring - origin).T
        cross = x * np.roll(y, -1) - y * np.roll(x, -1)
        return (
            np.array([((x + np.roll(x, -1)) * cross).sum(), ((y + np.roll(y, -1)) * cross).sum()]) / (3 * cross.sum())
            + origin
        )

    def filled(self, step_m: float = 1.0) -> Points:
        """Points (N, 2) of a grid inside, and the corners."""
        low, high = self.ring.min(axis=0), self.ring.max(axis=0)
        axes = [np.arange(a + step_m / 2, b, step_m) for a, b in zip(low, high, strict=True)]
        grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
        return grid[self.holds(grid)]


def inside(ring: Points, points: Points) -> Bools:
    """Which points (N, 2) lie inside a ring (M, 2)."""
    points = np.asarray(points, float).reshape(-1, 2)
    crossings = np.zeros(len(points), int)
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        spans = (points[:, 1] >= min(y1, y2)) & (points[:, 1] < max(y1, y2))
        crossings += spans & (points[:, 0] < x1 + (points[:, 1] - y1) * (x2 - x1) / (y2 - y1))
    return crossings % 2 == 1


@dataclass(frozen=True)
class RawFlight:
    """Telemetry, map and features of one flight."""

    table: Points = field(repr=False)
    """Rows of t_s, east_m, north_m, altitude_m, heading_deg, pitch_deg, headings without jumps."""
    focal_px: float
    size_px: tuple[int, int]
    gsd_m: float
    west_m: float
    north_m: float
    map_px: tuple[int, int]
    landmarks: tuple[Area, ...] = field(repr=False)
    land_use: tuple[Area, ...] = field(repr=False)
    blank: Bools | None = field(repr=False, default=None)
    """Pixels (H, W) of the map without data."""

    def pose(self, t_s: float) -> RawPose:
        """Pose at a time, between the rows of the table."""
        row = [float(np.interp(t_s, self.table[:, 0], self.table[:, i])) for i in range(1, 6)]
        return RawPose(row[0], row[1], row[2], math.radians(row[3]), math.radians(row[4]))

    def heading_deg(self, t_s: float) -> float:
        """Compass direction of the image's top, 0..360."""
        return math.degrees(self.pose(t_s).heading) % 360.0

    def pixels(self, t_s: float, points: Points, height_m: float = 0.0) -> Points:
        """Where points (N, 2) at a height are seen (N, 2); NaN behind the camera."""
        pose = self.pose(t_s)
        east, north = (np.asarray(points, float).reshape(-1, 2) - (pose.east_m, pose.north_m)).T
        right = east * math.cos(pose.heading) - north * math.sin(pose.heading)
        ahead = east * math.sin(pose.heading) + north * math.cos(pose.heading)
        below = pose.altitude_m - height_m
        # Angle of the sight line below the horizon, against that of the optical axis.
        depth = ahead * math.cos(pose.pitch) - below * math.sin(pose.pitch)
        lift = -ahead * math.sin(pose.pitch) - below * math.cos(pose.pitch)
        with np.errstate(divide="ignore", invalid="ignore"):
            x = self.size_px[0] / 2 + self.focal_px * right / depth
            y = self.size_px[1] / 2 - self.focal_px * lift / depth
        return np.where((depth > 1e-6)[:, None], np.column_stack([x, y]), np.nan)

    def sees(self, t_s: float, points: Points, height_m: float = 0.0, border: float = 0.0) -> Bools:
        """Which points (N, 2) fall into the image, at least `border` of its sides from its edges."""
        shares = self.pixels(t_s, points, height_m) / self.size_px
        return np.all((shares >= border) & (shares <= 1 - border), axis=1)

    def ground(self, t_s: float, x_share: float = 0.5, y_share: float = 0.5, height_m: float | Points = 0.0) -> Points:
        """Point or points at a height that are seen at a place in the image, by the angles of the sight line."""
        pose = self.pose(t_s)
        u = (x_share - 0.5) * self.size_px[0] / self.focal_px
        v = (y_share - 0.5) * self.size_px[1] / self.focal_px
        dip = -pose.pitch + math.atan(v)
        slant = (pose.altitude_m - np.asarray(height_m, float)) / math.sin(dip)
        ahead, right = slant * math.cos(dip), slant * u * math.cos(math.atan(v))
        east = pose.east_m + ahead * math.sin(pose.heading) + right * math.cos(pose.heading)
        north = pose.north_m + ahead * math.cos(pose.heading) - right * math.sin(pose.heading)
        return np.stack([east, north], axis=-1)

    def hit(self, t_s: float, x_share: float, y_share: float) -> Area | None:
        """The landmark that the sight line meets first; flat ones only where it meets the ground."""
        standing = [one for one in self.landmarks if one.change != "removed"]
        top_m = max(one.height_m for one in standing)
        heights = np.linspace(top_m, 0.0, 2 + round(top_m / 0.1))
        line = self.ground(t_s, x_share, y_share, heights)
        first: list[tuple[float, Area]] = []
        for one in standing:
            met = one.holds(line) & (heights <= one.height_m + 0.05)
            if met.any():
                first.append((float(heights[met].max()), one))
        return max(first, key=lambda pair: pair[0])[1] if first else None

    def hidden(self, t_s: float, point: Points, height_m: float, owner: Area | None) -> bool:
        """Whether a landmark other than `owner` stands on the line from a point up to the camera."""
        pose = self.pose(t_s)
        shares = np.linspace(0.0, 1.0, 400)[1:-1, None]
        line = np.asarray(point, float) + shares * (np.array([pose.east_m, pose.north_m]) - point)
        heights = height_m + shares[:, 0] * (pose.altitude_m - height_m)
        others = [
            one for one in self.landmarks if one is not owner and one.change != "removed" and one.height_m > height_m
        ]
        return any(bool(np.any(one.holds(line) & (heights < one.height_m))) for one in others)

    def reach_m(self, span_s: tuple[float, float]) -> float:
        """Median diagonal of the footprint over a span."""
        ends = [(self.ground(float(t), 0.0, 0.0), self.ground(float(t), 1.0, 1.0)) for t in np.linspace(*span_s, 61)]
        return float(np.median([np.hypot(*(b - a)) for a, b in ends]))

    def place(self, image: SatelliteImage, xy_px: tuple[float, float] | Points) -> Points:
        """East, north of a pixel of a window."""
        left, top = image.window_px[:2] if image.window_px else (0, 0)
        xy = np.asarray(xy_px, float)
        return np.stack(
            [self.west_m + (left + xy[..., 0]) * self.gsd_m, self.north_m - (top + xy[..., 1]) * self.gsd_m], axis=-1
        )

    def spots(self, question: Question) -> Points:
        """East, north (N, 2) of the point marks with option letters, in order."""
        marks = {mark.label: mark for mark in question.marks}
        return np.array([self.place(question.satellite[0], marks[letter].xy_px[0]) for letter in question.letters])

    def grid(self, step_m: float) -> Points:
        """Points (N, 2) of a grid over the whole map."""
        easts = np.arange(self.west_m + step_m / 2, self.west_m + self.map_px[0] * self.gsd_m, step_m)
        norths = np.arange(self.north_m - self.map_px[1] * self.gsd_m + step_m / 2, self.north_m, step_m)
        return np.stack(np.meshgrid(easts, norths), axis=-1).reshape(-1, 2)

    def seen(self, span_s: tuple[float, float], points: Points, border: float = 0.0) -> Bools:
        """Which points (N, 2) on the ground come into view during a span."""
        seen = np.zeros(len(points), bool)
        for t_s in np.linspace(*span_s, round((span_s[1] - span_s[0]) / 0.2) + 1):
            seen |= self.sees(float(t_s), points, border=border)
        return seen


def right(question: Question) -> int:
    """Place of the right option."""
    return LETTERS.index(question.answer)


def read_local(folder: Path, size_px: tuple[int, int], map_px: tuple[int, int]) -> RawFlight:
    """Read a flight folder in local metres whose shared files lie in the folder above."""
    config = json.loads((folder / "scene.yaml").read_text(encoding="utf-8"))
    with (folder / "telemetry.csv").open(encoding="utf-8") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    names = ("t_s", "east_m", "north_m", "alt_m", "heading_deg", "pitch_deg")
    table = np.array([[row[name] for name in names] for row in rows])
    numbers = [float(line) for line in (folder / config["map"]).with_suffix(".jgw").read_text(encoding="ascii").split()]
    focal_px = size_px[0] / (2 * math.tan(math.radians(config["hfov_deg"] / 2)))
    return RawFlight(
        table=_without_jumps(table),
        focal_px=focal_px,
        size_px=size_px,
        gsd_m=numbers[0],
        west_m=numbers[4] - numbers[0] / 2,
        north_m=numbers[5] - numbers[3] / 2,
        map_px=map_px,
        landmarks=_areas(folder / config["landmarks"]),
        land_use=_areas(folder / config["land_use"]),
    )


def read_geographic(folder: Path, size_px: tuple[int, int]) -> RawFlight:
    """Read a flight straight down with a GeoTIFF in UTM and telemetry in degrees with ground sample distances."""
    import pyproj
    import rasterio

    with rasterio.open(folder / "map.tif") as tif:
        transform, crs, map_px = tif.transform, tif.crs.to_epsg(), (tif.width, tif.height)
        blank = tif.read(1) == next(i for i, colour in tif.colormap(1).items() if colour[:3] == (0, 0, 0))
    project = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform
    with (folder / "telemetry.csv").open(encoding="utf-8") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    table = []
    for row in rows:
        east, north = project(row["lon"], row["lat"])
        # True north on the grid: the way to a place a little further north.
        east_n, north_n = project(row["lon"], row["lat"] + 1e-4)
        turn = math.degrees(math.atan2(east_n - east, north_n - north))
        # Any camera sees the same ground whose height over its focal length is the ground sample distance.
        table.append((row["t_s"], east, north, row["gsd_m_per_px"] * 1000.0, row["heading_deg"] + turn, -90.0))
    return RawFlight(
        table=_without_jumps(np.array(table)),
        focal_px=1000.0,
        size_px=size_px,
        gsd_m=transform.a,
        west_m=transform.c,
        north_m=transform.f,
        map_px=map_px,
        landmarks=_areas(folder / "landmarks.geojson", project),
        land_use=(),
        blank=_joined_to_border(blank),
    )


def _joined_to_border(blank: Bools) -> Bools:
    """Blank pixels that are reached from the border by growing from it, step by step."""
    reached = np.zeros_like(blank)
    reached[[0, -1]], reached[:, [0, -1]] = blank[[0, -1]], blank[:, [0, -1]]
    size = -1
    while size != (size := int(reached.sum())):
        for axis in (0, 1):
            for _ in range(2):
                # Sweep along each line: a blank pixel after a reached one is reached.
                lines, free = np.moveaxis(reached, axis, 0), np.moveaxis(blank, axis, 0)
                for i in range(1, len(lines)):
                    lines[i] |= lines[i - 1] & free[i]
                reached, blank = np.flip(reached, axis), np.flip(blank, axis)
    return reached


def _without_jumps(table: Points) -> Points:
    """Headings that pass through north go on beyond 360 instead of jumping."""
    for i in range(1, len(table)):
        table[i, 4] -= 360.0 * round((table[i, 4] - table[i - 1, 4]) / 360.0)
    return table


def _areas(path: Path, project: Any = None) -> tuple[Area, ...]:
    areas = []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        given, (outer, *holes) = feature["properties"], feature["geometry"]["coordinates"]
        assert not holes, "these tests know outlines without holes only"
        ring = np.array(outer[:-1], float)
        if project is not None:
            ring = np.column_stack(project(ring[:, 0], ring[:, 1]))
        areas.append(
            Area(
                given["id"],
                given["class"],
                given["description"],
                ring,
                given.get("height_m") or 0.0,
                given.get("change"),
            )
        )
    return tuple(areas)
