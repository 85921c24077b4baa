"""Maps with a text or a logo laid over them: a watermark says who owns a picture, and where in it one is.

A watermark repeats itself, on a lattice over one map or at the same place of every map of a provider. One that stands
in a single map once cannot be told from what is painted on the ground, and is left to reviewers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from links2_tasks.errors import Links2Error
from links2_tasks.media import Box, image_size, read_image_window, resolve_inside
from links2_tasks.pipeline.filters._digests import media_digests
from links2_tasks.pipeline.filters._filter import Fault, Filter, FilterContext, Filtered, one_by_one
from links2_tasks.pipeline.filters._repeats import (
    LEAST_REPEATS,
    Floats,
    Repeated,
    repeated_in_stack,
    repeated_on_lattice,
    strokes_of,
)
from links2_tasks.schema import Question, SatelliteImage

Window = tuple[int, int, int, int]

LATTICE = "a text or logo repeats all over the map"
SAME_PLACE = "a text or logo stands at the same place of several maps"
SIDE_PX = 2048
"""Of a larger map, this much of what questions show is looked at, and all of it, scaled down to this."""
MOST_STACKED = 48
"""Maps that are laid on top of one another; more of them say no more."""


@dataclass
class _Found:
    """What was found in map files."""

    lattices: dict[str, Repeated] = field(default_factory=dict)
    """By path; the whole file is marked."""
    places: dict[str, tuple[Box, ...]] = field(default_factory=dict)
    """By path; in pixels of the file."""


def apply(questions: Sequence[Question], context: FilterContext) -> Filtered:
    """Questions that show a marked part of a map."""
    shown = _shown(questions)
    found = _Found()
    for number, (path, windows) in enumerate(sorted(shown.items()), start=1):
        context.progress(f"watermarks: map {number} of {len(shown)}")
        repeated = _lattice_of(path, windows, context)
        if repeated is not None and len(repeated.strokes) >= context.settings.least_watermark_strokes:
            found.lattices[path] = repeated
    _find_places(questions, set(shown) - set(found.lattices), context, found)
    return one_by_one(questions, lambda question: _fault_of(question, found))


def _shown(questions: Iterable[Question]) -> Mapping[str, list[Window | None]]:
    shown: dict[str, list[Window | None]] = defaultdict(list)
    for question in questions:
        for image in question.satellite:
            shown[image.path].append(image.window_px)
    return shown


def _lattice_of(path: str, windows: Sequence[Window | None], context: FilterContext) -> Repeated | None:
    """The better of two looks at a map, close by and as a whole; None where it cannot be read."""
    try:
        file = resolve_inside(context.root, path)
        width, height = image_size(file)
        close = _part_shown(windows, width, height)
        looks = [repeated_on_lattice(strokes_of(read_image_window(file, close, SIDE_PX)))]
        if not looks[0].strokes and close != (0, 0, width, height):
            looks.append(repeated_on_lattice(strokes_of(read_image_window(file, (0, 0, width, height), SIDE_PX))))
    except (Links2Error, OSError):
        # `empty_maps` speaks of files that cannot be read; one that is read by windows has no view as a whole.
        return None
    return max(looks, key=lambda one: len(one.strokes))


def _part_shown(windows: Sequence[Window | None], width: int, height: int) -> Window:
    """The middle of what questions show, at most `SIDE_PX` a side and as large as the map allows."""
    known = [window or (0, 0, width, height) for window in windows]
    left, top = min(w[0] for w in known), min(w[1] for w in known)
    right, bottom = max(w[0] + w[2] for w in known), max(w[1] + w[3] for w in known)
    wide, high = min(SIDE_PX, width), min(SIDE_PX, height)
    x = max(0, min((left + right - wide) // 2, width - wide))
    y = max(0, min((top + bottom - high) // 2, height - high))
    return x, y, wide, high


def _find_places(questions: Sequence[Question], paths: set[str], context: FilterContext, found: _Found) -> None:
    """Look at maps of one size together; copies of one file count once."""
    digests = media_digests(questions, context.root)
    by_size: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for path in sorted(paths & digests.keys()):
        try:
            by_size[image_size(resolve_inside(context.root, path))].setdefault(digests[path], path)
        except Links2Error:
            continue
    for (width, height), members in by_size.items():
        if len(members) < LEAST_REPEATS:
            continue
        context.progress(f"watermarks: {len(members)} maps of {width} x {height} px")
        pictures = list(_pictures(list(members.values())[:MOST_STACKED], context))
        repeated = repeated_in_stack(pictures)
        if len(repeated.strokes) >= context.settings.least_watermark_strokes:
            scale = width / pictures[0].shape[1]
            boxes = tuple(
                Box(scale * s.left, scale * s.top, scale * (s.left + s.width), scale * (s.top + s.height))
                for s in repeated.strokes
            )
            same_size = (path for path in paths if digests.get(path) in members)
            found.places.update(dict.fromkeys(same_size, boxes))


def _pictures(paths: Sequence[str], context: FilterContext) -> Iterable[Floats]:
    for path in paths:
        try:
            yield strokes_of(read_image_window(resolve_inside(context.root, path), None, SIDE_PX))
        except Links2Error:
            continue


def _fault_of(question: Question, found: _Found) -> Fault | None:
    for image in question.satellite:
        lattice = found.lattices.get(image.path)
        if lattice is not None:
            shifts = " and ".join(f"({column}, {row}) px" for row, column in lattice.shifts)
            words = f"{len(lattice.strokes)} strokes repeat {lattice.n_repeats} times in {image.path}, every {shifts}"
            return Fault(LATTICE, words)
        places = [box for box in found.places.get(image.path, ()) if _is_shown(image, box)]
        if places:
            return Fault(
                SAME_PLACE, f"{len(places)} strokes, the first at ({places[0].left:.0f}, {places[0].top:.0f}) px"
            )
    return None


def _is_shown(image: SatelliteImage, box: Box) -> bool:
    if image.window_px is None:
        return True
    left, top, width, height = image.window_px
    return Box(left, top, left + width, top + height).overlap(box) > 0


FILTER = Filter(
    "watermarks",
    "Questions that show a map with a text or logo laid over it, on a lattice or at the same place of several maps.",
    apply,
)
