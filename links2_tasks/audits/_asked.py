"""What a question asks about, free of letters and of the window in which it is shown: for finding it a second time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from links2_tasks.schema import LETTERS, Mark, Point, Question, SatelliteImage

SAME_PLACE_PX = 3.0
"""Pixels of the map file that two marks of the same place may lie apart."""


@dataclass(frozen=True)
class Content:
    """An option or a mark: a text, or something on a map."""

    text: str = ""
    map: str = ""
    """Digest of the map file, or its path."""
    kind: str = ""
    points: tuple[Point, ...] = ()
    """In pixels of the map file."""

    def is_like(self, other: Content) -> bool:
        """Whether both mean the same, up to `SAME_PLACE_PX` on the map."""
        if (self.text, self.map, self.kind) != (other.text, other.map, other.kind):
            return False
        if len(self.points) != len(other.points):
            return False
        apart = np.array(self.points).reshape(-1, 2) - np.array(other.points).reshape(-1, 2)
        return bool(np.all(np.hypot(*apart.T) <= SAME_PLACE_PX))


@dataclass(frozen=True)
class Asked:
    """A question with its media named by content."""

    question: Question
    digests: Mapping[str, str]
    """Of media files, by path."""

    @property
    def footage(self) -> str:
        """Digest of the video, or its path."""
        return self.digests.get(self.question.video, self.question.video)

    @cached_property
    def options(self) -> tuple[Content, ...]:
        """What the options mean, in their order."""
        return tuple(
            self._option(letter, text)
            for letter, text in zip(self.question.letters, self.question.options, strict=True)
        )

    @property
    def truth(self) -> Content:
        """What the right option means."""
        return self.options[LETTERS.index(self.question.answer)]

    @cached_property
    def given(self) -> tuple[Content, ...]:
        """Marks that are no options, in an order of their own: labels of marks mean nothing by themselves."""
        options = set(self.question.letters) & {mark.label for mark in self.question.marks}
        marks = [mark for mark in self.question.marks if mark.label not in options]
        return tuple(sorted((self._mark(mark) for mark in marks), key=lambda one: (one.map, one.kind, one.points)))

    def gives_like(self, other: Asked) -> bool:
        """Whether both show the same marked places besides the options."""
        return len(self.given) == len(other.given) and all(
            one.is_like(another) for one, another in zip(self.given, other.given, strict=True)
        )

    def n_options_like(self, other: Asked) -> int:
        """How many options of this question the other has too."""
        return sum(any(one.is_like(another) for another in other.options) for one in self.options)

    def _option(self, letter: str, text: str) -> Content:
        mark = next((mark for mark in self.question.marks if mark.label == letter), None)
        if mark is not None:
            return self._mark(mark)
        tile = next((image for image in self.question.satellite if image.label == letter), None)
        if tile is not None:
            left, top, width, height = tile.window_px or (0, 0, 0, 0)
            return Content(map=self._map(tile), kind="tile", points=((left, top), (left + width, top + height)))
        return Content(text=" ".join(text.lower().split()))

    def _mark(self, mark: Mark) -> Content:
        image = self.question.satellite[mark.image]
        left, top = image.window_px[:2] if image.window_px else (0, 0)
        return Content(map=self._map(image), kind=mark.kind, points=tuple((x + left, y + top) for x, y in mark.xy_px))

    def _map(self, image: SatelliteImage) -> str:
        return self.digests.get(image.path, image.path)
