"""Maps without data, footage that shows nothing, and clips that show what others show."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from links2_tasks.pipeline.filters import FilterContext, duplicate_clips, empty_maps, unusable_footage
from links2_tasks.pipeline.filters._footage import N_BITS, fingerprint
from links2_tasks.pipeline.filters._uniform import uniform_share
from links2_tasks.pipeline.filters.duplicate_clips import alike_share
from links2_tasks.schema import Question

Ask = Callable[..., Question]
Context = Callable[..., FilterContext]
Ground = Callable[..., np.ndarray]
WriteVideo = Callable[..., Path]


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """A copy of the media, to be spoilt."""
    return Path(shutil.copytree(root, tmp_path / "media"))


def _reasons(dropped: Sequence[object]) -> list[str]:
    return [one.reason for one in dropped]  # type: ignore[attr-defined]


def test_a_sound_map_stays(ask: Ask, context: Context) -> None:
    question = ask()
    assert empty_maps.FILTER.apply([question], context()).questions == (question,)


@pytest.mark.parametrize(("fill", "name"), [(0, "map.png"), (255, "map.png"), (214, "map.jpg")])
def test_a_map_filled_up_with_one_colour_goes(
    ask: Ask, context: Context, folder: Path, ground: Ground, fill: int, name: str
) -> None:
    picture = ground(0)
    picture[:, 400:] = fill
    Image.fromarray(picture).save(folder / name)
    whole = ask(0, satellite=[{"path": name, "gsd_m": 0.5}], marks=())
    full_half = ask(1, satellite=[{"path": name, "gsd_m": 0.5, "window_px": (0, 0, 380, 800)}], marks=())
    result = empty_maps.FILTER.apply([whole, full_half], context(folder))
    assert result.questions == (full_half,)
    assert _reasons(result.dropped) == ["too much of the map holds no data"]
    # A JPEG's edges waver, so that a block or two beside the edge are not quite of one colour.
    assert re.match(rf"(48|49|50) % of {name} ", result.dropped[0].detail)


def test_a_mark_beyond_the_end_of_the_data_goes(ask: Ask, context: Context, folder: Path, ground: Ground) -> None:
    picture = ground(0)
    picture[:, 640:] = 0
    Image.fromarray(picture).save(folder / "map.png")
    beyond = [{"image": 0, "kind": "point", "label": "A", "xy_px": [[740, 300]]}]
    within = [{"image": 0, "kind": "point", "label": "A", "xy_px": [[600, 300]]}]
    result = empty_maps.FILTER.apply([ask(0, marks=beyond), ask(1, marks=within)], context(folder))
    assert [one.question_id for one in result.questions] == ["q001"]
    assert _reasons(result.dropped) == ["a mark lies where the map holds no data"]


def test_transparent_parts_hold_no_data_whatever_colour_they_have(
    ask: Ask, context: Context, folder: Path, ground: Ground
) -> None:
    picture = np.dstack([ground(0), np.full((800, 800), 255, np.uint8)])
    picture[:500, :, 3] = 0
    Image.fromarray(picture, "RGBA").save(folder / "map.png")
    assert uniform_share(picture[..., :3]) < 0.05
    solid = [{"path": "map.png", "gsd_m": 0.5, "window_px": (0, 520, 800, 280)}]
    turned = [{"path": "map.png", "gsd_m": 0.5, "north_up": False, "turned_deg": 90, "window_px": (0, 520, 800, 280)}]
    questions = [ask(0, marks=()), ask(1, marks=(), satellite=solid), ask(2, marks=(), satellite=turned)]
    result = empty_maps.FILTER.apply(questions, context(folder))
    assert result.questions == tuple(questions[1:])


def test_a_map_that_cannot_be_read_goes_and_the_detail_names_it(ask: Ask, context: Context, folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG broken")
    questions = [
        ask(0, satellite=[{"path": "broken.png", "gsd_m": 0.5}]),
        ask(1, satellite=[{"path": "none.png", "gsd_m": 0.5}]),
        ask(2, satellite=[{"path": "../outside.png", "gsd_m": 0.5}]),
    ]
    result = empty_maps.FILTER.apply(questions, context(folder))
    assert _reasons(result.dropped) == ["a map cannot be read"] * 3
    assert "broken.png" in result.dropped[0].detail


def test_sound_footage_stays(ask: Ask, context: Context) -> None:
    question = ask()
    assert unusable_footage.FILTER.apply([question], context()).questions == (question,)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_footage_of_one_colour_goes_where_the_question_shows_it(
    ask: Ask, context: Context, folder: Path, ground: Ground, write_video: WriteVideo, value: int
) -> None:
    picture = ground(0)
    blank = np.full((96, 160, 3), value, np.uint8)
    frames = [blank if k >= 20 else picture[3 * k : 3 * k + 96, 5 * k : 5 * k + 160] for k in range(40)]
    write_video(folder / "flight.mp4", picture, frames)
    early, late = ask(0, video_span_s=(0.0, 1.9)), ask(1, video_span_s=(0.0, 4.0))
    result = unusable_footage.FILTER.apply([early, late], context(folder))
    assert result.questions == (early,)
    assert _reasons(result.dropped) == ["frames show nothing"]


def test_a_single_blank_frame_is_borne_unless_it_is_the_one_asked_about(
    ask: Ask, context: Context, folder: Path, ground: Ground, write_video: WriteVideo
) -> None:
    picture = ground(0)
    frames = [picture[3 * k : 3 * k + 96, 5 * k : 5 * k + 160] for k in range(40)]
    frames[20] = np.zeros((96, 160, 3), np.uint8)
    frames[19] = np.zeros((96, 160, 3), np.uint8)
    frames[21] = np.zeros((96, 160, 3), np.uint8)
    write_video(folder / "flight.mp4", picture, frames)
    other, asked = ask(0, query_time_s=1.0), ask(1, query_time_s=2.0)
    assert unusable_footage.FILTER.apply([other, asked], context(folder)).questions == (other,)


def test_footage_that_stands_still_goes(
    ask: Ask, context: Context, folder: Path, ground: Ground, write_video: WriteVideo
) -> None:
    picture = ground(0)
    frames = [picture[3 * k : 3 * k + 96, 5 * k : 5 * k + 160] for k in range(10)]
    write_video(folder / "flight.mp4", picture, frames + [frames[-1]] * 30)
    result = unusable_footage.FILTER.apply([ask()], context(folder))
    assert _reasons(result.dropped) == ["the footage stands still"]


def test_a_hovering_camera_with_noise_does_not_stand_still(
    ask: Ask, context: Context, folder: Path, ground: Ground, write_video: WriteVideo
) -> None:
    rng = np.random.default_rng(0)
    picture = ground(0)[:96, :160].astype(float)
    frames = [np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8) for _ in range(40)]
    write_video(folder / "flight.mp4", ground(0), frames)
    assert unusable_footage.FILTER.apply([ask()], context(folder)).dropped == ()


def test_a_video_that_cannot_be_read_goes(ask: Ask, context: Context, folder: Path) -> None:
    (folder / "flight.mp4").write_bytes(b"no video")
    result = unusable_footage.FILTER.apply([ask(0), ask(1, video="none.mp4")], context(folder))
    assert _reasons(result.dropped) == ["the video cannot be read"] * 2


def _of(ask: Ask, clip: str, **changed: object) -> list[Question]:
    return [ask(i, **{"question_id": f"{clip}-{i}", "clip_id": clip, **changed}) for i in range(2)]


def test_of_two_clips_of_the_same_seconds_the_later_goes_with_all_its_questions(ask: Ask, context: Context) -> None:
    first = _of(ask, "clip_1", video_span_s=(0.0, 2.0))
    again = _of(ask, "clip_2", video_span_s=(0.5, 2.5))
    after = _of(ask, "clip_3", video_span_s=(2.0, 4.0))
    result = duplicate_clips.FILTER.apply([*first, *again, *after], context(most_alike_frames_share=1.0))
    assert result.questions == (*first, *after)
    assert _reasons(result.dropped) == [duplicate_clips.SAME_TIME] * 2
    assert "75 % of the shorter of clip_2 and clip_1" in result.dropped[0].detail


def test_a_copy_of_other_size_and_light_is_found_by_its_frames(
    ask: Ask, context: Context, folder: Path, ground: Ground, write_video: WriteVideo
) -> None:
    picture = ground(0)
    frames = [picture[3 * k : 3 * k + 96, 5 * k : 5 * k + 160] for k in range(40)]
    lighter = [np.clip(frame.astype(float) * 1.1 + 5, 0, 255).astype(np.uint8)[:, :, ::1] for frame in frames]
    write_video(folder / "copy.mp4", picture, lighter)
    write_video(folder / "other.mp4", ground(1))
    first, copy, other = _of(ask, "a"), _of(ask, "b", video="copy.mp4"), _of(ask, "c", video="other.mp4")
    result = duplicate_clips.FILTER.apply([*first, *copy, *other], context(folder))
    assert result.questions == (*first, *other)
    assert _reasons(result.dropped) == [duplicate_clips.SAME_LOOK] * 2


def test_blank_frames_make_no_twins(
    ask: Ask, context: Context, folder: Path, ground: Ground, write_video: WriteVideo
) -> None:
    black = [np.zeros((96, 160, 3), np.uint8)] * 40
    write_video(folder / "one.mp4", ground(0), black)
    write_video(folder / "two.mp4", ground(0), [*black, black[0]])
    questions = [*_of(ask, "a", video="one.mp4"), *_of(ask, "b", video="two.mp4")]
    assert duplicate_clips.FILTER.apply(questions, context(folder)).dropped == ()


def test_fingerprints_tell_other_ground_apart(ground: Ground) -> None:
    one, other = (ground(seed).mean(axis=2, dtype=np.float32)[:96, :160] for seed in (0, 1))
    assert fingerprint(one).shape == (N_BITS,)
    assert alike_share(fingerprint(one)[None], fingerprint(one + 10)[None], 0) == 1.0
    assert alike_share(fingerprint(one)[None], fingerprint(other)[None], 6) == 0.0
    assert alike_share(np.zeros((0, N_BITS), bool), fingerprint(one)[None], 6) == 0.0
