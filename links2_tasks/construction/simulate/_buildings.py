"""Solids of buildings: flat, gabled and hipped roofs on footprints of any outline, with windows and roof fixtures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from links2_tasks.construction.simulate._city import Fixture, RoofFace, Solid
from links2_tasks.construction.simulate._shapes import disc, placed, rectangle

Points = NDArray[np.float64]

STOREY_M = 3.3


def flat_block(
    rings: Sequence[Points],
    height_m: float,
    roof_material: str,
    wall_material: str,
    roof_tone: float = 0.0,
    fixtures: Sequence[Fixture] = (),
    windows: str = "bands",
    ribs_azimuth_deg: float | None = None,
) -> Solid:
    """A block with a flat roof; `rings` are its outline and its courtyards. `windows`: bands, holes, gates or none."""
    walls: list[Points] = []
    openings: list[Points] = []
    for number, ring in enumerate(rings):
        turned = _counter_clockwise(ring) if number == 0 else _counter_clockwise(ring)[::-1]
        for start, end in zip(turned, np.roll(turned, -1, axis=0), strict=True):
            walls.append(_wall(start, end, height_m))
            openings.append(_openings(start, end, height_m, windows))
    roof = RoofFace(tuple(rings), (0.0, 0.0, height_m))
    return Solid(
        tuple(walls),
        tuple(openings),
        (roof,),
        roof_material,
        roof_tone,
        wall_material,
        height_m,
        tuple(fixtures),
        ribs_azimuth_deg,
    )


def gabled_house(
    centre: Points,
    length: float,
    width: float,
    direction: float,
    eaves_m: float,
    rise_m: float,
    roof_material: str,
    wall_material: str,
    roof_tone: float = 0.0,
    hip_m: float = 0.0,
    fixtures: Sequence[Fixture] = (),
) -> Solid:
    """A rectangular house whose ridge runs along `direction`; `hip_m` draws the ridge's ends in, 0 for upright gables."""
    corners = rectangle(centre, length, width, direction)
    along = np.array([np.cos(direction), np.sin(direction)])
    side = np.array([-along[1], along[0]])
    ridge = np.array([centre - along * (length / 2 - hip_m), centre + along * (length / 2 - hip_m)])
    top = eaves_m + rise_m
    walls = [_wall(corners[i], corners[(i + 1) % 4], eaves_m) for i in range(4)]
    openings = [_openings(corners[i], corners[(i + 1) % 4], eaves_m, "holes") for i in range(4)]
    if hip_m <= 0:
        for i, peak in ((1, ridge[1]), (3, ridge[0])):
            walls[i] = np.vstack([walls[i][:3], [*peak, top], walls[i][3:]])
    slope = rise_m / (width / 2)
    faces = [
        _face([corners[0], corners[1], ridge[1], ridge[0]], -side, slope, centre, top),
        _face([corners[2], corners[3], ridge[0], ridge[1]], side, slope, centre, top),
    ]
    if hip_m > 0:
        faces.append(_face([corners[1], corners[2], ridge[1]], along, rise_m / hip_m, ridge[1], top))
        faces.append(_face([corners[3], corners[0], ridge[0]], -along, rise_m / hip_m, ridge[0], top))
    ribs = float(np.degrees(np.pi / 2 - direction))
    return Solid(
        tuple(walls), tuple(openings), tuple(faces), roof_material, roof_tone, wall_material, top, tuple(fixtures), ribs
    )


def cylinder(centre: Points, radius: float, height_m: float, roof_material: str, wall_material: str) -> Solid:
    """A round tank or tower."""
    return flat_block([disc(centre, radius, 16)], height_m, roof_material, wall_material, windows="none")


def box_solid(
    centre: Points, length: float, width: float, direction: float, height_m: float, material: str, tone: float = 0.0
) -> Solid:
    """A plain box, such as a container or a stall."""
    ring = rectangle(centre, length, width, direction)
    ribs = float(np.degrees(np.pi / 2 - direction)) + 90.0
    return flat_block([ring], height_m, material, material, tone, windows="none", ribs_azimuth_deg=ribs)


def l_shape(length: float, width: float, arm: float) -> Points:
    """Outline (6, 2) of an L around the origin; `arm` is the thickness of its two wings."""
    x, y = length / 2, width / 2
    return np.array([(-x, -y), (x, -y), (x, -y + arm), (-x + arm, -y + arm), (-x + arm, y), (-x, y)])


def u_shape(length: float, width: float, arm: float) -> Points:
    """Outline (8, 2) of a U around the origin, open to +y."""
    x, y = length / 2, width / 2
    return np.array(
        [(-x, -y), (x, -y), (x, y), (x - arm, y), (x - arm, -y + arm), (-x + arm, -y + arm), (-x + arm, y), (-x, y)]
    )


def t_shape(length: float, width: float, arm: float) -> Points:
    """Outline (8, 2) of a T around the origin."""
    x, y, a = length / 2, width / 2, arm / 2
    return np.array([(-x, y - arm), (-a, y - arm), (-a, -y), (a, -y), (a, y - arm), (x, y - arm), (x, y), (-x, y)])


def roof_fixtures(
    rng: np.random.Generator, outline: Points, centre: Points, direction: float, density: float
) -> tuple[Fixture, ...]:
    """Air conditioning boxes, ducts, stair heads, skylights and solar panels on a flat roof, well inside its outline."""
    polygon = Polygon(outline)
    inner = polygon.buffer(-1.6)
    if inner.is_empty or polygon.area < 90:
        return ()
    west, south, east, north = inner.bounds
    fixtures: list[Fixture] = []
    taken: list[Polygon] = []
    for _ in range(int(4 + density * polygon.area / 60)):
        kind = _FIXTURES[int(rng.choice(len(_FIXTURES), p=_FIXTURE_SHARES))]
        spot = np.array([rng.uniform(west, east), rng.uniform(south, north)])
        turn = np.pi / 2 if rng.random() < 0.4 else 0.0
        ring = rectangle(spot, rng.uniform(*kind.length_m), rng.uniform(*kind.width_m), direction + turn)
        shape = Polygon(ring)
        if inner.contains(shape) and not any(shape.intersects(other) for other in taken):
            taken.append(shape.buffer(0.5))
            fixtures.append(Fixture(ring, kind.material, float(rng.normal(0, 0.08)), kind.height_m))
    return tuple(fixtures)


@dataclass(frozen=True)
class _FixtureKind:
    length_m: tuple[float, float]
    width_m: tuple[float, float]
    height_m: float
    material: str


_FIXTURES = (
    _FixtureKind((1.5, 3.2), (1.2, 2.4), 1.3, "metal_grey"),
    _FixtureKind((1.2, 2.2), (1.0, 1.8), 1.1, "metal_white"),
    _FixtureKind((4.0, 7.0), (3.0, 4.5), 2.8, "concrete_wall"),
    _FixtureKind((5.0, 12.0), (0.5, 0.9), 0.6, "metal_grey"),
    _FixtureKind((1.5, 3.0), (1.2, 2.0), 0.3, "glass"),
    _FixtureKind((4.0, 9.0), (1.6, 3.4), 0.4, "panel"),
)
_FIXTURE_SHARES = (0.36, 0.2, 0.1, 0.13, 0.12, 0.09)


def pitched_fixtures(
    rng: np.random.Generator, centre: Points, length: float, width: float, direction: float
) -> tuple[Fixture, ...]:
    """Chimneys, roof windows and, on some houses, solar panels on a pitched roof."""
    fixtures = []
    if rng.random() < 0.7:
        spot = placed(
            np.array([[rng.uniform(-0.3, 0.3) * length, rng.uniform(-0.12, 0.12) * width]]), centre, direction
        )[0]
        fixtures.append(Fixture(rectangle(spot, 0.9, 0.7, direction), "brick", float(rng.normal(-0.1, 0.1)), 1.4))
    side = float(rng.choice([-1, 1])) * 0.25 * width
    if rng.random() < 0.2:
        spot = placed(np.array([[rng.uniform(-0.1, 0.1) * length, side]]), centre, direction)[0]
        fixtures.append(
            Fixture(rectangle(spot, length * rng.uniform(0.3, 0.6), width * 0.27, direction), "panel", 0.0, 0.1)
        )
    elif rng.random() < 0.5:
        for x in rng.uniform(-0.35, 0.35, 2) * length:
            spot = placed(np.array([[x, side]]), centre, direction)[0]
            fixtures.append(Fixture(rectangle(spot, 0.9, 1.2, direction), "glass", -0.3, 0.1))
    return tuple(fixtures)


def skylight_rows(centre: Points, length: float, width: float, direction: float) -> tuple[Fixture, ...]:
    """Rows of long skylights on an industrial hall."""
    rows = []
    for offset in np.arange(-length / 2 + 6, length / 2 - 5, 9.0):
        for side in (-0.24, 0.24):
            spot = placed(np.array([[offset, side * width]]), centre, direction)[0]
            rows.append(Fixture(rectangle(spot, 1.4, width * 0.3, direction), "greenhouse", 0.0, 0.15))
    return tuple(rows)


def _counter_clockwise(ring: Points) -> Points:
    x, y = ring[:, 0], ring[:, 1]
    area = np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))
    return ring if area > 0 else ring[::-1]


def _wall(start: Points, end: Points, height_m: float) -> Points:
    return np.array([(*start, 0.0), (*end, 0.0), (*end, height_m), (*start, height_m)])


def _face(corners: Sequence[Points], downhill: Points, slope: float, apex: Points, top_m: float) -> RoofFace:
    """Plane that falls along `downhill` from the height `top_m` at `apex`."""
    a, b = -slope * downhill
    return RoofFace((np.array(corners),), (float(a), float(b), float(top_m - a * apex[0] - b * apex[1])))


def _openings(start: Points, end: Points, height_m: float, windows: str) -> Points:
    """Window quads (M, 4, 3) on one wall."""
    length = float(np.hypot(*(end - start)))
    if windows == "none" or length < 3.0:
        return np.zeros((0, 4, 3))
    if windows == "gates":
        spans = [(at, at + 3.6, 0.0, 4.2) for at in np.arange(3.0, length - 5.0, 9.0)]
        spans.append((1.0, length - 1.0, height_m - 1.8, height_m - 1.0))
    else:
        floors = list(np.arange(0.0, height_m - 2.3, STOREY_M))
        if windows == "bands":
            spans = [(0.8, length - 0.8, base + 1.0, base + 2.6) for base in floors]
        else:
            step = 3.0 if height_m < 9 else 3.6
            spots = np.arange(1.2, length - 1.9, step) + (length - 1.9 - 1.2) % step / 2
            spans = [(at, at + 1.3, base + 1.0, base + 2.3) for base in floors for at in spots]
    along = (end - start) / length
    quads = [
        [
            (*(start + along * left), low),
            (*(start + along * right), low),
            (*(start + along * right), high),
            (*(start + along * left), high),
        ]
        for left, right, low, high in spans
        if right > left
    ]
    return np.array(quads).reshape(-1, 4, 3)
