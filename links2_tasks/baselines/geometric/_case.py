"""One question with what is needed to answer it from pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from links2_tasks.baselines.geometric._clip import Registrar
from links2_tasks.baselines.geometric._features import Floats, Pixels
from links2_tasks.baselines.geometric._flight import Flight, ground_point
from links2_tasks.baselines.geometric._register import Registration
from links2_tasks.errors import Links2Error
from links2_tasks.schema import Mark, MarkKind, Question

Value = TypeVar("Value")

_NEAR_S = 0.5


class CannotTellError(Links2Error):
    """Geometry does not answer a question; the message is a short reason that can be counted."""


@dataclass(frozen=True)
class Case:
    """A question, its root and the registrar; of the question, only what a model is shown is ever read."""

    question: Question
    root: Path
    registrar: Registrar

    def flight(self, image: int = 0) -> Flight:
        """The clip on one of the question's satellite images.

        Raises:
            CannotTellError: the clip cannot be placed there.
        """
        flight = self.registrar.flight(self.question, self.root, image)
        if flight is None:
            raise CannotTellError("video not registered to the map")
        return flight

    def registration(self) -> Registration:
        """The frame at the query time on the first satellite image.

        Raises:
            CannotTellError: there is no query time, or no registered frame near it.
        """
        t_s = self.question.query_time_s
        if t_s is None:
            raise CannotTellError("question without a time")
        found = self.flight().near(t_s, _NEAR_S)
        if found is None:
            raise CannotTellError("no registered frame near the time")
        return found

    def centre(self) -> Floats:
        """Map point (2,) at the image centre at the query time."""
        return np.asarray(ground_point(self.registration(), 0.5, 0.5)[0])

    def map_pixels(self) -> Pixels:
        """The first satellite image as shown."""
        return self.registrar.map_pixels(self.question, self.root)

    def north_deg(self) -> int:
        """Where north lies on the map, in degrees clockwise from up; a model is shown or told it.

        Raises:
            CannotTellError: nobody knows.
        """
        north_deg = self.question.satellite[0].north_deg
        if north_deg is None:
            raise CannotTellError("map not north-up")
        return north_deg

    def marks(self, *kinds: MarkKind) -> tuple[Mark, ...]:
        """Marks of the kinds on the first satellite image.

        Raises:
            CannotTellError: there is none.
        """
        found = tuple(mark for mark in self.question.marks if mark.kind in kinds and mark.image == 0)
        if not found:
            raise CannotTellError("question without the marks that its task needs")
        return found

    def marks_of_options(self, *kinds: MarkKind) -> tuple[Mark, ...]:
        """The mark that each option names by its label, in the order of the options.

        Raises:
            CannotTellError: an option names no mark.
        """
        by_label = {mark.label: mark for mark in self.marks(*kinds)}
        return tuple(self._named(option, by_label) for option in self.question.options)

    def images_of_options(self) -> tuple[int, ...]:
        """Index of the satellite image that each option names by its label.

        Raises:
            CannotTellError: an option names no image.
        """
        by_label = {image.label: index for index, image in enumerate(self.question.satellite)}
        return tuple(self._named(option, by_label) for option in self.question.options)

    def letter(self, costs: Sequence[float]) -> str:
        """Letter of the option with the lowest cost.

        Raises:
            CannotTellError: no cost is finite.
        """
        known = np.asarray(costs, float)
        if not np.isfinite(known).any():
            raise CannotTellError("no option can be judged")
        return self.question.letters[int(np.argmin(np.where(np.isfinite(known), known, np.inf)))]

    @staticmethod
    def _named(option: str, by_label: dict[str | None, Value]) -> Value:
        words = option.split()
        if not words or words[-1] not in by_label:
            raise CannotTellError("option that names no mark or image")
        return by_label[words[-1]]
