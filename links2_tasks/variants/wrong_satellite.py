"""The map of another region under the same marks: who really links the views falls to chance.

What is left over is what the video, the marks and the text give away by themselves.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from links2_tasks.errors import DataError, MediaError, MissingExtraError, UnsafePathError
from links2_tasks.media import image_size, resolve_inside, turned_size
from links2_tasks.schema import Mark, Point, Question, SatelliteImage

Size = tuple[int, int]


def change(questions: Sequence[Question], root: Path, progress: Callable[[str], None]) -> Iterator[Question]:
    """Each question with the maps of a question of the same task about another region.

    Every question lends its maps about equally often. Who borrows from whom depends on the questions' ids and not on
    their order.
    """
    lenders = _lenders(questions, _Files(root))
    return (_with_maps_of(question, lenders[question.question_id]) for question in questions)


@dataclass(frozen=True)
class _Loan:
    """What a question borrows: an image of another region for each of its own."""

    images: tuple[SatelliteImage, ...]
    scales: tuple[tuple[float, float], ...]
    """By which marks of each image grow, in x and y; 1 where both maps have the same metres per pixel."""


class _Files:
    """Sizes of image files, each looked up once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sizes: dict[str, Size | None] = {}

    def size_px(self, path: str) -> Size | None:
        """Width and height; None for a file that cannot be opened."""
        if path not in self._sizes:
            try:
                self._sizes[path] = image_size(resolve_inside(self._root, path))
            except (MediaError, MissingExtraError, UnsafePathError):
                self._sizes[path] = None
        return self._sizes[path]

    def window(self, image: SatelliteImage) -> tuple[int, int, int, int] | None:
        """Left, top, width and height in the file of what is shown; None for a file that cannot be opened."""
        size_px = self.size_px(image.path)
        return image.window_px or (size_px and (0, 0, *size_px))


def _lenders(questions: Sequence[Question], files: _Files) -> Mapping[str, _Loan]:
    """What each question borrows, by its id.

    Raises:
        DataError: no other region has a map for some question.
    """
    in_order = sorted(questions, key=lambda question: _drawn(question.question_id))
    lent: Counter[str] = Counter()
    loans: dict[str, _Loan] = {}
    for question in in_order:
        others = _others(question, in_order)
        for lender in sorted(others, key=lambda other: lent[other.question_id]):
            loan = _loan(question, lender, files)
            if loan is not None:
                lent[lender.question_id] += 1
                loans[question.question_id] = loan
                break
        else:
            raise DataError(_nobody_lends(question, others, questions))
    return loans


def _drawn(question_id: str) -> bytes:
    return hashlib.sha256(question_id.encode()).digest()


def _others(question: Question, questions: Iterable[Question]) -> list[Question]:
    """Questions of the same task about other regions, which have other map files too."""
    own = {image.path for image in question.satellite}
    return [
        other
        for other in questions
        if other.task == question.task
        and other.region != question.region
        and not own & {image.path for image in other.satellite}
    ]


def _nobody_lends(question: Question, others: Sequence[Question], questions: Sequence[Question]) -> str:
    regions = sorted({each.region for each in questions})
    asked = f"Question {question.question_id} ({question.task}) about region '{question.region}'"
    if not others:
        return (
            f"{asked} needs a map of another region, and no question of its task is about one. Regions of these "
            f"questions: {', '.join(regions)}. This change needs a dataset with two regions or more for each task."
        )
    return (
        f"{asked} needs a map of another region, and none of {len(others)} can lend one: they are too small, cannot be "
        "opened, or lie otherwise to north. This change needs maps at least as large as the windows that are shown."
    )


def _loan(question: Question, lender: Question, files: _Files) -> _Loan | None:
    """The lender's images in place of the question's; None when they do not fit."""
    if len(lender.satellite) < len(question.satellite):
        return None
    found = [_borrowed(own, other, files) for own, other in zip(question.satellite, lender.satellite, strict=False)]
    fitting = [each for each in found if each is not None]
    if len(fitting) < len(found):
        return None
    return _Loan(tuple(image for image, _ in fitting), tuple(scales for _, scales in fitting))


def _borrowed(
    own: SatelliteImage, other: SatelliteImage, files: _Files
) -> tuple[SatelliteImage, tuple[float, float]] | None:
    """As much ground of the other map about the place that it shows, and by how much marks grow.

    Stated metres per pixel stay true: where the other map has finer pixels, its window and the marks have more of them.
    """
    window, shown, file_px = files.window(own), files.window(other), files.size_px(other.path)
    if window is None or shown is None or file_px is None:
        return None
    if (own.north_up, own.turned_deg) != (other.north_up, other.turned_deg):
        return None
    size_px = tuple(max(1, round(side * own.gsd_m / other.gsd_m)) for side in window[2:])
    if size_px[0] > file_px[0] or size_px[1] > file_px[1]:
        return None
    corner = (
        min(max(round(shown[axis] + (shown[axis + 2] - size_px[axis]) / 2), 0), file_px[axis] - size_px[axis])
        for axis in (0, 1)
    )
    image = other.model_copy(update={"label": own.label, "window_px": (*corner, *size_px)})
    now, before = (turned_size((w, h), own.turned_deg) for w, h in ((size_px[0], size_px[1]), window[2:]))
    return image, (now[0] / before[0], now[1] / before[1])


def _with_maps_of(question: Question, loan: _Loan) -> Question:
    changes: dict[str, object] = {
        "satellite": loan.images,
        "marks": tuple(_scaled_mark(mark, loan.scales[mark.image]) for mark in question.marks),
    }
    if question.value is not None and question.value.kind == "point":
        x, y = question.value.number
        changes["value"] = question.value.model_copy(update={"number": _scaled((x, y), loan.scales[0])})
    return question.model_copy(update=changes)


def _scaled_mark(mark: Mark, scales: tuple[float, float]) -> Mark:
    return mark.model_copy(update={"xy_px": tuple(_scaled(point, scales) for point in mark.xy_px)})


def _scaled(point: Point, scales: tuple[float, float]) -> Point:
    return point[0] * scales[0], point[1] * scales[1]
