"""How far marks, paths and tiles go without any picture: what somebody would guess who sees only where they lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from links2_tasks.audits._classifiers import Classifier, Likings, rule
from links2_tasks.audits._folds import make_folds
from links2_tasks.audits._learners import forest
from links2_tasks.audits._looks import pick_all, scores_of
from links2_tasks.audits._records import ShortcutScore
from links2_tasks.schema import Mark, Question
from links2_tasks.terms import COMPASS, compass_deg, parse_order

Points = NDArray[np.float64]
_GRID = 24


def audit_layout(questions: Sequence[Question], *, folds: int = 5, seed: int = 0) -> tuple[ShortcutScore, ...]:
    """Let classifiers answer from where marks, paths and tiles lie, without any picture.

    Looked at are, as far as a question has them: the marks, boxes and paths of its options, the windows of its labelled
    tiles on their map file, marked places whose order is asked, and a single marked place of which a compass direction
    is asked. Rules and a random forest, in folds by region, and corrected as in `audit_text`.

    Args:
        questions: Of one dataset, of one or more tasks.
        folds: Number of parts that regions are dealt to.
        seed: Of the folds, of the forest and of the intervals.

    Raises:
        DataError: `folds` is below 2.
        MissingExtraError: scikit-learn or scipy is not installed.
    """
    extents = map_extents(questions)
    rules = [rule(name, _of(measure, sign, extents)) for name, measure, sign in _RULES]
    learner = forest("forest on layout", lambda question: _table(question, extents), tuple(_MEASURES))
    classifiers: tuple[Classifier, ...] = (*rules, learner)
    shown = [question for question in questions if np.ptp(_table(question, extents), axis=0).any()]
    if not shown:
        return ()
    return scores_of(pick_all(classifiers, shown, make_folds(shown, folds, seed), seed), seed)


def map_extents(questions: Sequence[Question]) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of all windows that questions show of each map file, in its pixels."""
    extents: dict[str, tuple[float, float, float, float]] = {}
    for image in (image for question in questions for image in question.satellite if image.window_px):
        left, top, width, height = image.window_px or (0, 0, 0, 0)
        old = extents.get(image.path, (left, top, left + width, top + height))
        extents[image.path] = (
            min(old[0], left), min(old[1], top), max(old[2], left + width), max(old[3], top + height),
        )  # fmt: skip
    return extents


Extents = dict[str, tuple[float, float, float, float]]
Measure = Callable[[Question, Extents], Likings]


def _of(measure: str, sign: int, extents: Extents) -> Callable[[Question], Likings]:
    return lambda question: sign * _MEASURES[measure](question, extents)


def _table(question: Question, extents: Extents) -> Likings:
    """Figures (n_options, n_measures)."""
    return np.column_stack([measure(question, extents) for measure in _MEASURES.values()])


def _nothing(question: Question) -> Likings:
    return np.zeros(len(question.options))


def _option_marks(question: Question) -> list[Mark]:
    """The mark of each option; empty where options have no marks."""
    marks = {mark.label: mark for mark in question.marks}
    found = [marks.get(letter) for letter in question.letters]
    return [mark for mark in found if mark is not None] if None not in found else []


def _centres(question: Question, extents: Extents) -> Points:
    """Middles (n_options, 2) of the options' marks in their window, or of their tiles on the map; 0 to 1, or empty."""
    marks = _option_marks(question)
    if marks:
        middles = np.array([np.mean(mark.xy_px, axis=0) for mark in marks])
        window = question.satellite[marks[0].image].window_px
        # Without a window the size of the shown image is not known here: the marks' own spread stands in.
        return middles / np.array(window[2:] if window else middles.max(axis=0) * 1.1)
    tiles = {image.label: image for image in question.satellite if image.window_px}
    if all(letter in tiles for letter in question.letters):
        centres = []
        for letter in question.letters:
            left, top, width, height = tiles[letter].window_px or (0, 0, 0, 0)
            west, north, east, south = extents[tiles[letter].path]
            centres.append(((left + width / 2 - west) / (east - west), (top + height / 2 - north) / (south - north)))
        return np.array(centres)
    return np.zeros((0, 2))


def _on_centres(measure: Callable[[Points], Likings]) -> Measure:
    """A measure of where options lie; 0 for all where they lie nowhere."""

    def measured(question: Question, extents: Extents) -> Likings:
        centres = _centres(question, extents)
        return measure(centres) if len(centres) > 1 else _nothing(question)

    return measured


def _gaps(centres: Points) -> Points:
    return np.asarray(np.linalg.norm(centres[:, None] - centres[None], axis=2))


def _cells(centres: Points) -> Likings:
    """Share of the window that is nearer to each than to the others."""
    axis = (np.arange(_GRID) + 0.5) / _GRID
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    nearest = np.linalg.norm(grid[:, None] - centres[None], axis=2).argmin(axis=1)
    return np.bincount(nearest, minlength=len(centres)).astype(float)


def _on_marks(measure: Callable[[Points], float], kind: str) -> Measure:
    """A measure of the options' marks of one kind."""

    def measured(question: Question, extents: Extents) -> Likings:
        marks = _option_marks(question)
        if not marks or any(mark.kind != kind for mark in marks):
            return _nothing(question)
        return np.array([measure(np.array(mark.xy_px)) for mark in marks])

    return measured


def _length(path: Points) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def _turning(path: Points) -> float:
    """Sum of the angles, in radians, by which a path turns."""
    legs = np.diff(path, axis=0)
    bearings = np.arctan2(legs[:, 1], legs[:, 0])
    return float(np.abs((np.diff(bearings) + np.pi) % (2 * np.pi) - np.pi).sum())


def _area(box: Points) -> float:
    return float(np.prod(np.ptp(box, axis=0)))


def _on_orders(measure: Callable[[Points], float]) -> Measure:
    """A measure of the way through marked places in each option's order."""

    def measured(question: Question, extents: Extents) -> Likings:
        places = {str(mark.label): np.mean(mark.xy_px, axis=0) for mark in question.marks}
        orders = [parse_order(option) for option in question.options]
        if not all(len(order) > 2 and places.keys() >= set(order) for order in orders):
            return _nothing(question)
        return np.array([measure(np.array([places[label] for label in order])) for order in orders])

    return measured


def _outward(question: Question, extents: Extents) -> Likings:
    """How well each compass direction agrees with where the one marked place lies from the window's centre; -1 to 1."""
    names = [option.strip().lower() for option in question.options]
    if len(question.marks) != 1 or not all(name in COMPASS for name in names):
        return _nothing(question)
    window = question.satellite[question.marks[0].image].window_px
    if window is None:
        return _nothing(question)
    x, y = np.mean(question.marks[0].xy_px, axis=0) / window[2:] - 0.5
    bearing = np.arctan2(x, -y)
    return np.array([np.cos(np.radians(compass_deg(name)) - bearing) for name in names])


_MEASURES: dict[str, Measure] = {
    "distance from the middle": _on_centres(lambda centres: np.linalg.norm(centres - 0.5, axis=1)),
    "distance to the others": _on_centres(lambda centres: _gaps(centres).sum(axis=1)),
    "distance to the nearest other": _on_centres(
        lambda centres: (_gaps(centres) + 9 * np.eye(len(centres))).min(axis=1)
    ),
    "size of its cell": _on_centres(_cells),
    "x": _on_centres(lambda centres: centres[:, 0]),
    "y": _on_centres(lambda centres: centres[:, 1]),
    "length of the path": _on_marks(_length, "path"),
    "turning of the path": _on_marks(_turning, "path"),
    "area of the box": _on_marks(_area, "box"),
    "length of the way in this order": _on_orders(_length),
    "turning of the way in this order": _on_orders(_turning),
    "agreement with where the place lies": _outward,
}

_RULES: tuple[tuple[str, str, int], ...] = (
    ("most central", "distance from the middle", -1),
    ("outermost", "distance from the middle", 1),
    ("amid the others", "distance to the others", -1),
    ("far from the others", "distance to the others", 1),
    ("most isolated", "distance to the nearest other", 1),
    ("largest cell", "size of its cell", 1),
    ("smallest cell", "size of its cell", -1),
    ("leftmost", "x", -1),
    ("rightmost", "x", 1),
    ("topmost", "y", -1),
    ("bottommost", "y", 1),
    ("longest path", "length of the path", 1),
    ("shortest path", "length of the path", -1),
    ("straightest path", "turning of the path", -1),
    ("windiest path", "turning of the path", 1),
    ("largest box", "area of the box", 1),
    ("smallest box", "area of the box", -1),
    ("shortest way through the places", "length of the way in this order", -1),
    ("longest way through the places", "length of the way in this order", 1),
    ("straightest way through the places", "turning of the way in this order", -1),
    ("windiest way through the places", "turning of the way in this order", 1),
    ("outward from the middle", "agreement with where the place lies", 1),
    ("inward to the middle", "agreement with where the place lies", -1),
)
"""Name, measure, and whether much (1) or little (-1) of it is liked."""
