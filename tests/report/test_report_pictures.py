"""The pictures of a report: kept once, cut and marked in the right place, and missed without harm."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from links2_tasks.media import FramePlan, draw_marks, load_frames, probe_video, read_satellite
from links2_tasks.report._album import MAP_PX, Album, WantedMarks
from links2_tasks.report._cards import chosen_for_pictures, make_cards
from links2_tasks.report._measured import measure
from links2_tasks.report._views import N_FRAMES, sheets, views_of
from links2_tasks.results import questions_of
from links2_tasks.schema import Mark, SatelliteImage


def picture(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))


def test_questions_about_one_clip_and_map_share_their_pictures(made: Any, tiny_root: Path) -> None:
    album = Album(tiny_root)
    first = views_of(made.question("uav_localization", 0), None, album, {})
    n_pictures = len(album)
    second = views_of(made.question("heading_estimation", 4), None, album, {})
    assert len(album) == n_pictures
    assert first == second


def test_frames_are_those_that_the_model_was_shown(made: Any, tiny_root: Path, tiny_runs: Any) -> None:
    question, manifest = made.question("uav_localization", 0), tiny_runs[0].rows[0].manifest
    views = views_of(question, manifest, Album(tiny_root), {})
    assert len(views.frames) == N_FRAMES
    assert {frame.time_s for frame in views.frames} <= set(manifest.times_s)


def test_the_frame_that_is_asked_about_takes_the_place_of_its_neighbour(made: Any, tiny_root: Path) -> None:
    question = made.question(
        "uav_localization",
        1,
        question="At 2.0 s, look at 25 % of the image width from the left and 75 % of the image height from the top.",
    )
    album = Album(tiny_root)
    views = views_of(question, None, album, {})
    asked = [frame for frame in views.frames if frame.asked]
    assert [(frame.time_s, frame.place) for frame in asked] == [(2.0, (0.25, 0.75))]
    video = probe_video(tiny_root / question.video)
    expected, _ = load_frames(tiny_root / question.video, FramePlan.at_times(video, [2.0]))
    shown = dict(album.pictures())[asked[0].picture]
    assert np.abs(picture(shown)[..., :3].astype(int) - expected[0]).mean() < 6


def test_marks_alone_over_a_map_look_as_if_they_were_drawn_on_it(tiny_root: Path) -> None:
    image = SatelliteImage(path="satellite/map.png", gsd_m=0.5)
    marks = (
        Mark(image=0, kind="point", label="A", xy_px=((40.0, 50.0),)),
        Mark(image=0, kind="path", label="B", xy_px=((20.0, 100.0), (140.0, 90.0))),
    )
    ground = read_satellite(tiny_root, image, MAP_PX)
    album = Album(tiny_root)
    number = album.number(WantedMarks(marks, (ground.shape[1], ground.shape[0]), 1.0))
    drawn = picture(dict(album.pictures())[number]).astype(float)
    opacity = drawn[..., 3:] / 255
    laid_over = drawn[..., :3] * opacity + ground * (1 - opacity)
    assert np.abs(laid_over - draw_marks(ground, marks)).max() < 6


def test_a_map_file_with_many_windows_is_kept_whole(made: Any, tiny_root: Path) -> None:
    windows = [(left, top, 90, 80) for left in (0, 20, 40, 60) for top in (0, 20, 40)]
    questions = [
        made.question(
            "uav_localization", at, satellite=(SatelliteImage(path="satellite/map.png", gsd_m=1.0, window_px=w),)
        )
        for at, w in enumerate(windows)
    ]
    whole = sheets(questions, tiny_root)
    assert whole == {"satellite/map.png": 160}
    album = Album(tiny_root)
    views = [views_of(question, None, album, whole).maps[0] for question in questions]
    assert len({view.picture for view in views}) == 1
    assert views[5].view_px == windows[5]
    assert views[5].picture_size_px == (160, 128)
    assert picture(dict(album.pictures())[views[5].picture]).shape[:2] == (128, 160)
    assert sheets(questions[:1], tiny_root) == {}


def test_a_turned_map_is_a_picture_of_its_own(made: Any, tiny_root: Path) -> None:
    image = SatelliteImage(
        path="satellite/map.png", gsd_m=1.0, window_px=(0, 0, 100, 60), north_up=False, turned_deg=90
    )
    question = made.question("uav_localization", 0, satellite=(image,))
    album = Album(tiny_root)
    view = views_of(question, None, album, {"satellite/map.png": 160}).maps[0]
    assert view.view_px == (0, 0, 60, 100)
    assert picture(dict(album.pictures())[view.picture]).shape[:2] == (100, 60)
    assert "north at 90°" in view.caption


def test_missing_media_are_named_and_the_rest_is_shown(made: Any, tiny_root: Path) -> None:
    album = Album(tiny_root)
    lost = made.question("uav_localization", 0, video="videos/lost.mp4")
    views = views_of(lost, None, album, {})
    assert views.frames == ()
    assert len(views.maps) == 1
    assert "lost.mp4" in views.faults[0]
    outside = made.question("uav_localization", 0, satellite=(SatelliteImage(path="../secret.png", gsd_m=1.0),))
    assert "secret.png" in views_of(outside, None, album, {}).faults[0]


def test_pictures_that_fail_while_they_are_made_are_counted(made: Any, tiny_root: Path) -> None:
    album = Album(tiny_root)
    beyond = WantedMarks((Mark(image=0, kind="point", xy_px=((900.0, 900.0),)),), (100, 80), 1.0)
    number = album.number(beyond)
    good = views_of(made.question("uav_localization", 0), None, album, {})
    made_pictures = dict(album.pictures())
    assert number not in made_pictures
    assert list(album.faults) == [number]
    assert all(frame.picture in made_pictures for frame in good.frames)


def test_wrong_answers_get_pictures_first_in_turn_from_each_task(made: Any, tiny_runs: Any, tiny_root: Path) -> None:
    measured, _ = measure(tiny_runs[:1], 100)
    questions = {measured[0].label: questions_of(tiny_runs[0], tiny_root)}
    cards = make_cards(measured, questions, {}, tiny_root)
    wrong = {at for at, card in enumerate(cards) if card.answers[0].verdict != "right"}
    assert chosen_for_pictures(cards, "wrong") == wrong
    assert chosen_for_pictures(cards, "all") == frozenset(range(len(cards)))
    assert chosen_for_pictures(cards, "none") == frozenset()
    few = chosen_for_pictures(cards, 4)
    assert few <= wrong
    assert {cards[at].task for at in few} == {cards[at].task for at in wrong}
    more = chosen_for_pictures(cards, len(wrong) + 2)
    assert wrong < more
    assert len(more) == len(wrong) + 2
    assert chosen_for_pictures(cards, "wrong", ignored=[0]) == frozenset()


def test_a_question_that_a_variant_changes_has_a_card_of_its_own(made: Any, tiny_runs: Any) -> None:
    questions = made.questions()
    turned = [question.model_copy(update={"question": "Another one?"}) for question in questions]
    other = made.run(turned, lambda at, q: "A", model="good", variant="rotated_satellite")
    measured, _ = measure((*tiny_runs, other), 100)
    cards = make_cards(measured, {}, {}, None)
    assert len(cards) == 2 * len(questions)
    assert {len(card.answers) for card in cards if card.variant == "default"} == {3}
    assert {len(card.answers) for card in cards if card.variant == "rotated_satellite"} == {1}


def test_the_prompt_is_made_again_as_the_manifest_says(tiny_runs: Any, tiny_root: Path) -> None:
    measured, _ = measure(tiny_runs[:1], 100)
    cards = make_cards(measured, {measured[0].label: questions_of(tiny_runs[0], tiny_root)}, {}, tiny_root)
    prompt = cards[0].prompts[0]
    assert "16 frames" in prompt
    assert prompt.endswith("Answer with the option's letter only.")
