"""Where landmarks are seen in the image, and whether places keep apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from shapely import Point as ShapelyPoint
from shapely import prepare

from links2_tasks.construction.scene import Landmark, Scene, occluded
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Refusal

Points = NDArray[np.float64]

EDGE_SHARE = 0.12
"""An object is asked about only inside this share of the image from its edges."""


def spread_out(points: Points, gap_m: float) -> bool:
    """Whether all points (N, 2) keep a gap from one another."""
    return all(float(np.linalg.norm(a - b)) >= gap_m for a, b in combinations(points, 2))


def seen_at(scene: Scene, landmark: Landmark, t_s: float) -> Points:
    """Pixel (2,) at which the top of a landmark's middle is seen."""
    return scene.pixels_at(t_s, landmark.centre[None], landmark.height_m)[0]


@dataclass(frozen=True)
class SeenObject:
    """A landmark with the time and the place in the image, in shares of width and height, at which it is clearly seen."""

    landmark: Landmark
    place: tuple[float, float]
    t_s: float


def objects_to_ask(clip: ClipView, n_times: int, rng: np.random.Generator) -> Iterator[SeenObject | Refusal]:
    """At each of some query times one of the objects that are clearly seen, or a refusal."""
    for t_s in rng.choice(clip.query_times_s, min(n_times, len(clip.query_times_s)), replace=False):
        seen = seen_objects(clip.scene, clip.known_places, float(t_s))
        yield seen[int(rng.integers(len(seen)))] if seen else Refusal("no object is clearly in view")


def seen_objects(scene: Scene, landmarks: Iterable[Landmark], t_s: float) -> list[SeenObject]:
    """The landmarks that are clearly seen at `t_s`."""
    footprint = scene.footprint(t_s, shrink=-0.1)
    prepare(footprint)
    near = [one for one in landmarks if footprint.intersects(one.outline)]
    return [SeenObject(one, place, t_s) for one in near if (place := place_in_image(scene, one, t_s))]


def place_in_image(scene: Scene, landmark: Landmark, t_s: float) -> tuple[float, float] | None:
    """Where in the image a landmark is seen clearly, as shares of width and height rounded as questions print them.

    None when it is near the edge, hidden, tiny or gone from the footage.
    """
    shares = seen_at(scene, landmark, t_s) / (scene.camera.width_px, scene.camera.height_px)
    if not landmark.in_footage or not np.all((shares > EDGE_SHARE) & (shares < 1 - EDGE_SHARE)):
        return None
    if _size_px(scene, landmark, t_s) < 0.03 * scene.camera.width_px or occluded(scene, landmark, t_s):
        return None
    if not _names_the_landmark(scene, landmark, t_s, shares):
        return None
    return round(float(shares[0]), 2), round(float(shares[1]), 2)


def class_phrase(class_name: str) -> str:
    """A class name as words: 'parking_lot' reads 'parking lot'."""
    return class_name.replace("_", " ")


def image_gap(scene: Scene, landmark: Landmark, place: tuple[float, float], t_s: float) -> float:
    """Distance, as a share of the image width, from a stated place to where a landmark is seen; inf when it is not."""
    pixel = seen_at(scene, landmark, t_s)
    if not landmark.in_footage or np.any(np.isnan(pixel)):
        return float("inf")
    wanted = np.array(place) * (scene.camera.width_px, scene.camera.height_px)
    return float(np.linalg.norm(pixel - wanted) / scene.camera.width_px)


def _names_the_landmark(scene: Scene, landmark: Landmark, t_s: float, shares: Points) -> bool:
    """Whether the rounded place still falls on the landmark, seen at its own height."""
    rounded = np.round(shares, 2) * (scene.camera.width_px, scene.camera.height_px)
    x_px, y_px = (float(v) for v in rounded)
    return bool(landmark.outline.buffer(1.0).covers(ShapelyPoint(scene.ground_at(t_s, x_px, y_px, landmark.height_m))))


def _size_px(scene: Scene, landmark: Landmark, t_s: float) -> float:
    west, south, east, north = landmark.outline.bounds
    corners = np.array([(west, south), (east, south), (east, north), (west, north)])
    pixels = scene.pixels_at(t_s, corners)
    return float(np.min(np.ptp(pixels, axis=0)))
