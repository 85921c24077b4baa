"""Each map turned by 90, 180 or 270 degrees, with its marks: who takes up for north is wrong here.

What is true on the ground stays true: answers, distances and compass directions. The prompt says where north lies, and
its overlay `north_arrow` draws it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from links2_tasks.errors import DataError, MediaError, MissingExtraError, UnsafePathError
from links2_tasks.media import satellite_size, turned_points
from links2_tasks.schema import AnswerValue, Mark, Point, QuarterTurn, Question
from links2_tasks.terms import turned_phrase

Size = tuple[int, int]

NORTH_UP = "The satellite image is north up."
"""How questions say it; only this sentence is changed."""

_OF_THE_VIDEO = re.compile(
    r"\d+ % of the image width from the left and \d+ % of the image height from the top"
    r"|\btop of the (video )?image\b|\bturn (left|right)\b|'[^']*'"
)
"""Places in the video image, turns of the UAV and names of classes: nothing of these is about the map."""
_OF_THE_MAP = re.compile(
    r"\b(left|right|top|bottom|upper|lower|above|below|upward|downward|leftmost|rightmost|topmost|north[ -]up)\b", re.I
)
_TURNS: tuple[QuarterTurn, ...] = (90, 180, 270)
_DECIMALS = 6
"""Of a pixel: enough for any mark, and turning back gives the very numbers that were turned."""


def change(questions: Sequence[Question], root: Path, progress: Callable[[str], None]) -> Iterator[Question]:
    """Each question with its maps turned; one whose map cannot be opened stays, and its prompt will say so."""
    for question in questions:
        _check(question)
        try:
            sizes = [satellite_size(root, image) for image in question.satellite]
        except (MediaError, MissingExtraError, UnsafePathError):
            yield question
        else:
            yield turned(question, sizes, turn_of(question.question_id))


def turn_of(question_id: str) -> QuarterTurn:
    """The turn of a question, drawn from its id: each of the three in a third of all cases."""
    drawn = int.from_bytes(hashlib.sha256(question_id.encode()).digest()[:8], "big")
    return _TURNS[drawn % 3]


def turned(question: Question, sizes_px: Sequence[Size], turn_deg: QuarterTurn) -> Question:
    """A question about maps that are north up, with them turned clockwise by 90, 180 or 270 degrees.

    Args:
        question: The question.
        sizes_px: Width and height of each of its maps.
        turn_deg: The turn.
    """
    turn = {"turned_deg": turn_deg, "north_up": False}
    changes: dict[str, Any] = {
        "satellite": tuple(image.model_copy(update=turn) for image in question.satellite),
        "marks": tuple(turned_mark(mark, sizes_px[mark.image], turn_deg) for mark in question.marks),
        "question": question.question.replace(NORTH_UP, f"The satellite image is {turned_phrase(turn_deg)}."),
    }
    if question.value is not None and question.value.kind == "point" and sizes_px:
        changes["value"] = _turned_value(question.value, sizes_px[0], turn_deg)
    return question.model_copy(update=changes)


def turned_mark(mark: Mark, size_px: Size, turn_deg: QuarterTurn) -> Mark:
    """A mark on a map, of a width and a height, that is turned clockwise."""
    points = _turned(mark.xy_px, size_px, turn_deg)
    if mark.kind == "box":
        # From its top left to its bottom right again, as boxes are written.
        (x1, y1), (x2, y2) = points
        points = ((min(x1, x2), min(y1, y2)), (max(x1, x2), max(y1, y2)))
    return mark.model_copy(update={"xy_px": points})


def _turned_value(value: AnswerValue, size_px: Size, turn_deg: QuarterTurn) -> AnswerValue:
    x, y = value.number
    return value.model_copy(update={"number": _turned(((x, y),), size_px, turn_deg)[0]})


def _turned(points: Sequence[Point], size_px: Size, turn_deg: QuarterTurn) -> tuple[Point, ...]:
    places = np.round(turned_points(np.array(points, float), size_px, turn_deg), _DECIMALS)
    return tuple((float(x), float(y)) for x, y in places)


def _check(question: Question) -> None:
    """Refuse what would be wrong or unknown about a turned map.

    Raises:
        DataError: a map is not north up, or a text speaks of the map's own sides.
    """
    for image in question.satellite:
        if not image.north_up:
            raise DataError(
                f"Question {question.question_id} ({question.task}): its map {image.path} is not north up, and only "
                "maps that are can be turned. Leave the question out, or make the map north up."
            )
    for text in (question.question.replace(NORTH_UP, ""), *question.options):
        found = _OF_THE_MAP.search(_OF_THE_VIDEO.sub("", text))
        if found:
            raise DataError(
                f"Question {question.question_id} ({question.task}) says '{found[0]}' in \"{text}\". That may mean "
                "a side of the map, and be wrong once the map is turned. Word it by marks or compass directions, or "
                "leave the question out."
            )
