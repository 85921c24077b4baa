"""Planted duplicates are found and called by their names; questions that only share a template are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from links2_tasks.audits import audit_duplicates
from links2_tasks.dataset import write_dataset
from links2_tasks.errors import DataError
from links2_tasks.schema import Question

Ask = Callable[..., Question]
MAP = {"path": "satellite/town.png", "gsd_m": 0.5, "window_px": (100, 200, 400, 400)}
SPOTS = ((10.0, 10.0), (300.0, 20.0), (40.0, 350.0), (200.0, 200.0))


def marked(spots: Sequence[tuple[float, float]], labels: str = "ABCD") -> tuple[dict[str, object], ...]:
    return tuple(
        {"image": 0, "kind": "point", "label": label, "xy_px": (xy,)} for label, xy in zip(labels, spots, strict=True)
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A dataset without questions; two of its videos hold the same bytes."""
    folder = tmp_path / "data"
    for name, content in (("videos/v.mp4", "v"), ("videos/copy.mp4", "v"), ("videos/w.mp4", "w")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    write_dataset(folder, name="x", version="1", licence="CC0-1.0", description="", clips=[], questions={"test": []})
    return folder


@pytest.fixture
def of_mark(ask: Ask) -> Ask:
    """A question with four marks at stated spots; the first is right."""

    def make(number: int, spots: Sequence[tuple[float, float]] = SPOTS, text: str = "At 3.4 s, which mark is in the middle?", **changed: object) -> Question:  # fmt: skip
        fields: dict[str, object] = {"satellite": (MAP,), "marks": marked(spots), "question": text}
        options = tuple(f"Mark {letter}" for letter in "ABCD")
        return ask(number, **{**fields, "options": options, "clip_id": "c", **changed})

    return make


def pairs(questions: Sequence[Question], root: Path) -> set[tuple[str, str, str]]:
    return {(one.what, one.first, one.second) for one in audit_duplicates(questions, root) if one.what != "media"}


def test_files_with_the_same_bytes_are_found(root: Path) -> None:
    (found,) = audit_duplicates([], root)
    assert (found.what, {found.first, found.second}) == ("media", {"videos/v.mp4", "videos/copy.mp4"})


def test_the_same_question_with_other_letters_and_another_name_of_the_video_is_found(of_mark: Ask, root: Path) -> None:
    first = of_mark(1)
    second = of_mark(2, spots=SPOTS[::-1], answer="D", video="videos/copy.mp4")
    assert pairs([first, second], root) == {("question", "q1", "q2")}


def test_the_same_truth_among_other_marks_is_found(of_mark: Ask, root: Path) -> None:
    other = of_mark(2, spots=(SPOTS[0], (99.0, 99.0), (150.0, 30.0), (380.0, 390.0)))
    assert pairs([of_mark(1), other], root) == {("answer", "q1", "q2")}


def test_a_moment_later_with_the_same_marks_is_near(of_mark: Ask, root: Path) -> None:
    later = of_mark(2, text="At 3.8 s, which mark is in the middle?")
    assert pairs([of_mark(1), later], root) == {("near", "q1", "q2")}


def test_a_truth_is_the_same_in_another_window_of_the_map(of_mark: Ask, root: Path) -> None:
    moved = {**MAP, "window_px": (90, 195, 400, 400)}
    again = of_mark(2, satellite=(moved,), marks=marked([(x + 10, y + 5) for x, y in SPOTS]))
    assert pairs([of_mark(1), again], root) == {("question", "q1", "q2")}
    elsewhere = of_mark(2, satellite=(moved,))
    assert pairs([of_mark(1), elsewhere], root) == set()


def test_questions_of_one_template_about_other_things_are_no_duplicates(of_mark: Ask, root: Path) -> None:
    questions = [
        of_mark(1),
        of_mark(2, spots=(SPOTS[3], *SPOTS[:3])),
        of_mark(3, video="videos/w.mp4", spots=[(x + 1, y) for x, y in SPOTS]),
        of_mark(4, video_span_s=(10.0, 20.0)),
        of_mark(5, task="relative_distance"),
    ]
    assert pairs(questions, root) == set()


def test_marks_copied_to_other_footage_are_found(of_mark: Ask, root: Path) -> None:
    assert pairs([of_mark(1), of_mark(2, video="videos/w.mp4")], root) == {("text and marks", "q1", "q2")}


def test_marks_that_are_given_must_be_the_same_too(ask: Ask, root: Path) -> None:
    def order(number: int, spots: Sequence[tuple[float, float]]) -> Question:
        options = ("1, 2, 3, 4", "4, 3, 2, 1")
        return ask(number, satellite=(MAP,), marks=marked(spots, "1234"), options=options, clip_id="c")

    assert pairs([order(1, SPOTS), order(2, SPOTS)], root) == {("question", "q1", "q2")}
    assert pairs([order(1, SPOTS), order(2, [(x + 50, y) for x, y in SPOTS])], root) == set()


def test_tiles_are_compared_by_the_ground_that_they_show(ask: Ask, root: Path) -> None:
    def tiles(number: int, lefts: Sequence[int]) -> Question:
        shown = [{**MAP, "label": x, "window_px": (left, 0, 50, 50)} for x, left in zip("ABCD", lefts, strict=True)]
        return ask(number, satellite=tuple(shown), options=tuple(f"Image {x}" for x in "ABCD"), clip_id="c")

    assert pairs([tiles(1, (0, 60, 120, 180)), tiles(2, (2, 300, 400, 500))], root) == {("answer", "q1", "q2")}
    assert pairs([tiles(1, (0, 60, 120, 180)), tiles(2, (60, 0, 120, 180))], root) == set()


def test_a_folder_that_is_no_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        audit_duplicates([], tmp_path)
