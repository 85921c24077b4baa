"""Where the frames of a clip lie on a map, as registration estimates it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from links2_tasks.baselines.geometric._clip import Registrar
from links2_tasks.baselines.geometric._features import Floats
from links2_tasks.baselines.geometric._flight import Flight, footprint, ground_point
from links2_tasks.baselines.geometric._register import Registration
from links2_tasks.schema import Point, Question, Record

SEEN = "seen"
"""What the label of an outline begins with that is drawn from such an estimate; no place that a question marks has it."""
_UPPER_SHARE = 0.3


class SeenFrame(Record):
    """The ground that one frame shows; all places are pixels of the map as shown, and may lie beside it."""

    t_s: float
    outline_px: tuple[Point, ...]
    """Corners of the frame, clockwise from its top left."""
    centre_px: Point
    """Seen at the centre of the frame."""
    upper_px: Point
    """Seen straight above the centre of the frame, nearer to it than to the upper edge."""
    top_px: Point
    """Seen in the middle of its upper edge."""


class SeenGround(Record):
    """A clip on one of the maps of its question."""

    image: int
    """Index into the question's `satellite`."""
    frames: tuple[SeenFrame, ...]
    """In order of time, at least one; frames that could not be placed are missing."""


class FootprintEstimator:
    """Registers clips to maps by their pixels alone, and keeps frames and features from one question to the next."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._registrar = Registrar()

    def seen(self, question: Question, root: Path) -> SeenGround | None:
        """Where the clip lies, on the map that it agrees with best; None when it cannot be placed on any.

        Of the question, only its video, span, time and maps are read.

        Raises:
            MediaError: the video or a map cannot be read.
            UnsafePathError: a path leaves the root.
        """
        try:
            flights = {image: self._registrar.flight(question, root, image) for image in range(len(question.satellite))}
        except (cv2.error, ValueError, ArithmeticError):
            # Wild geometry can defeat OpenCV or NumPy in ways that cannot be listed; it is no registration then.
            return None
        placed = {image: flight for image, flight in flights.items() if flight is not None}
        if not placed:
            return None
        best = max(placed, key=lambda image: placed[image].inliers)
        frames = _frames(placed[best])
        return SeenGround(image=best, frames=frames) if frames else None


def _frames(flight: Flight) -> tuple[SeenFrame, ...]:
    found = [(registration, _places(registration)) for registration in flight.registrations]
    return tuple(_frame(registration, places) for registration, places in found if np.isfinite(places).all())


def _places(registration: Registration) -> Floats:
    """The corners, the centre, above it, and the middle of the upper edge (7, 2)."""
    upwards = [ground_point(registration, 0.5, y_share) for y_share in (0.5, _UPPER_SHARE, 0.0)]
    return np.concatenate([footprint(registration), *upwards])


def _frame(registration: Registration, places: Floats) -> SeenFrame:
    *outline, centre, upper, top = [(round(float(x), 1), round(float(y), 1)) for x, y in places]
    return SeenFrame(
        t_s=registration.frame.t_s, outline_px=tuple(outline), centre_px=centre, upper_px=upper, top_px=top
    )
