"""trajectory_matching: which drawn path is the flight."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from links2_tasks.construction.writers import _orbits as orbits
from links2_tasks.construction.writers._clip import ClipView
from links2_tasks.construction.writers._draft import Choice, Draft, Refusal, Writer
from links2_tasks.construction.writers._window import Window, window_at, window_side_m

Points = NDArray[np.float64]

WINDOW_REACHES = 2.6
LEAST_LENGTH_REACHES = 0.25
GAP_REACHES = 0.12
BESIDE_SHARE = 0.008
"""Paths are drawn this share of a window's side to the right of where they run: about 3 m, far less than any gap."""
N_VERTICES = 25
_TRIES = 10


def write(clip: ClipView, rng: np.random.Generator) -> Iterator[Draft | Refusal]:
    """Paths: the ground track and its images under a symmetry, so that none of the four is the odd one out."""
    track = _even_vertices(clip.ground_track)
    length_m = float(np.linalg.norm(np.diff(track, axis=0), axis=1).sum())
    if length_m < LEAST_LENGTH_REACHES * clip.reach_m:
        yield Refusal("the flight is too short")
        return
    side_m = window_side_m(clip.scene, max(WINDOW_REACHES * clip.reach_m, 1.8 * length_m))
    for _ in range(_TRIES):
        family, name = _family(track, clip.reach_m, rng)
        if orbits.least_gap_m(family) < GAP_REACHES * clip.reach_m:
            yield Refusal("two paths are almost the same")
            continue
        window = _window_around(clip, family, side_m, rng)
        if window is None:
            yield Refusal("the paths do not fit on the map")
            continue
        yield Draft(
            text=(
                "Which path drawn on the satellite image is the path that the ground point at the centre of the video "
                "image takes during the video? Each path starts at its dot and ends at its last arrow head."
            ),
            choices=tuple(
                Choice(kind="path", xy_px=window.pixels(orbits.beside(path, BESIDE_SHARE * side_m))) for path in family
            ),
            satellite=(window.image,),
            span_s=clip.span_s,
            label="Path",
            balance=name,
        )


def _family(track: Points, reach_m: float, rng: np.random.Generator) -> tuple[orbits.Family, str]:
    """The track with its images under one of four symmetries, and the symmetry's name."""
    offset = rng.uniform(0.25, 0.5) * reach_m * _unit(rng)
    pivot = track.mean(axis=0) + offset
    kind = int(rng.integers(4))
    if kind == 0:
        return orbits.turned_family(track, pivot), "turned"
    if kind == 1:
        return orbits.mirrored_family(track, pivot), "mirrored"
    if kind == 2:
        return orbits.reversed_mirror_family(track, pivot, int(rng.integers(2))), "reversed and mirrored"
    return orbits.reversed_shift_family(track, 2 * offset), "reversed and shifted"


def _window_around(clip: ClipView, family: orbits.Family, side_m: float, rng: np.random.Generator) -> Window | None:
    points = np.concatenate(family)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    for _ in range(10):
        window = window_at(clip.scene, middle + rng.uniform(-0.12, 0.12, 2) * side_m, side_m)
        if window is not None and window.holds(points, margin_share=0.03):
            return window
    return None


def _even_vertices(track: Points) -> Points:
    """The track (N, 2) at 25 equal steps of time, enough for a drawn line."""
    wanted = np.linspace(0, len(track) - 1, N_VERTICES)
    return np.column_stack([np.interp(wanted, np.arange(len(track)), track[:, axis]) for axis in range(2)])


def _unit(rng: np.random.Generator) -> Points:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)])


WRITER = Writer("trajectory_matching", "1", write)
