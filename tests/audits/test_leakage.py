"""What two splits share is found; what they do not share is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from links2_tasks.audits import audit_leakage
from links2_tasks.dataset import write_dataset
from links2_tasks.schema import Clip, Question

Ask = Callable[..., Question]
Save = Callable[..., Path]


def clip_of(question: Question) -> Clip:
    return Clip(
        clip_id=question.clip_id,
        video=question.video,
        span_s=question.video_span_s,
        width_px=64,
        height_px=36,
        fps=10.0,
        region=question.region,
        source=question.source,
    )


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes a dataset; each media file holds what is stated for it, else its own name."""

    def write(contents: dict[str, str] | None = None, **splits: Sequence[Question]) -> Path:
        root = tmp_path / "data"
        for question in (question for questions in splits.values() for question in questions):
            for name in (question.video, *(image.path for image in question.satellite)):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text((contents or {}).get(name, name))
        every = {question.clip_id: question for questions in splits.values() for question in questions}
        clips = [clip_of(question) for question in every.values()]
        write_dataset(root, name="x", version="1", licence="CC0-1.0", description="", clips=clips, questions=splits)
        return root

    return write


@pytest.fixture
def over(ask: Ask) -> Ask:
    """A question about its own town: its own clip, video, map and region, unless stated."""

    def make(town: str, window: tuple[int, int, int, int] | None = (0, 0, 100, 100), **changed: object) -> Question:
        image = {"path": f"satellite/{changed.pop('map', town)}.png", "gsd_m": 0.5, "window_px": window}
        fields: dict[str, object] = {
            "question_id": f"q_{town}", "clip_id": f"clip_{town}", "video": f"videos/{town}.mp4", "region": town,
            "satellite": (image,),
        }  # fmt: skip
        return ask(**{**fields, **changed})

    return make


def kinds(root: Path) -> set[str]:
    return {leak.what for leak in audit_leakage(root)}


def test_splits_of_different_towns_share_nothing(over: Ask, save: Save) -> None:
    assert audit_leakage(save(train=[over("a"), over("b")], test=[over("c")])) == ()


def test_one_split_has_nothing_to_share_with(over: Ask, save: Save) -> None:
    assert audit_leakage(save(test=[over("a"), over("a", question_id="again")])) == ()


def test_a_clip_in_both_splits_is_found(over: Ask, save: Save) -> None:
    root = save(train=[over("a", clip_id="same")], test=[over("b", clip_id="same")])
    (leak,) = audit_leakage(root)
    assert (leak.what, leak.detail, leak.first_split, leak.second_split) == ("clip", "same", "test", "train")


def test_a_video_is_known_by_its_bytes(over: Ask, save: Save) -> None:
    questions = {"train": [over("a")], "test": [over("b", video_span_s=(20.0, 30.0))]}
    root = save({"videos/a.mp4": "one film", "videos/b.mp4": "one film"}, **questions)
    (leak,) = audit_leakage(root)
    assert leak.what == "video"
    assert leak.detail == "videos/b.mp4 (as videos/a.mp4 in 'train')"


def test_overlap_in_time_of_one_video_is_found(over: Ask, save: Save) -> None:
    late = over("b", video="videos/a.mp4", video_span_s=(7.5, 20.0))
    leaks = {leak.what: leak.detail for leak in audit_leakage(save(train=[over("a")], test=[late]))}
    assert leaks.keys() == {"video", "time"}
    assert "2.5 s" in leaks["time"]


def test_overlapping_windows_of_one_map_are_found_and_apart_ones_are_only_one_file(over: Ask, save: Save) -> None:
    apart = save(train=[over("a")], test=[over("b", window=(100, 0, 100, 100), map="a")])
    assert kinds(apart) == {"satellite"}


def test_how_much_of_a_window_the_other_split_shows_is_told(over: Ask, save: Save) -> None:
    root = save(train=[over("a")], test=[over("b", window=(75, 0, 200, 200), map="a")])
    leaks = {leak.what: leak.detail for leak in audit_leakage(root)}
    assert leaks.keys() == {"satellite", "map"}
    assert "25 %" in leaks["map"]


def test_a_whole_map_shows_every_window(over: Ask, save: Save) -> None:
    root = save(train=[over("a", window=None)], test=[over("b", window=(500, 500, 10, 10), map="a")])
    assert "100 %" in next(leak.detail for leak in audit_leakage(root) if leak.what == "map")


def test_one_region_with_two_maps_is_told(over: Ask, save: Save) -> None:
    assert kinds(save(train=[over("a")], test=[over("b", region="a")])) == {"region"}


def test_every_pair_of_splits_is_compared(over: Ask, save: Save) -> None:
    root = save(train=[over("a")], dev=[over("b")], test=[over("c", region="b")])
    (leak,) = audit_leakage(root)
    assert {leak.first_split, leak.second_split} == {"dev", "test"}
