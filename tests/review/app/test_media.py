"""Pictures and clips that the page shows."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.dataset import load_questions
from links2_tasks.errors import MediaError
from links2_tasks.media import FramePlan, VideoWriter, load_frames, pixel_sha256, probe_video
from links2_tasks.prompt import build_prompt
from links2_tasks.review import _media_clip
from links2_tasks.review._media_clip import clip_fps, clip_plan, write_mp4, write_webm
from links2_tasks.review._media_pictures import LEAST_MAP_PX, write_map
from links2_tasks.review._media_shelf import Shelf
from links2_tasks.review._page_media import ADDRESS, PageMedia
from links2_tasks.schema import Mark, SatelliteImage


@pytest.fixture
def flight(tmp_path: Path) -> Path:
    """A recording whose frame k has a white bar k places from the left."""
    path = tmp_path / "flight.mp4"
    with VideoWriter(path, 80, 48, 10, crf=1) as writer:
        for k in range(40):
            frame = np.full((48, 80, 3), 30, np.uint8)
            frame[:, 2 * k : 2 * k + 4] = 255
            writer.write(frame)
    return path


@pytest.mark.parametrize(("write", "ending"), [(write_mp4, ".mp4"), (write_webm, ".webm")])
def test_a_clip_shows_each_frame_of_the_span_once(flight: Path, tmp_path: Path, write: Any, ending: str) -> None:
    plan = clip_plan(flight, (1.0, 3.0))
    out = tmp_path / f"clip{ending}"
    write(flight, plan, out)
    assert plan.indices == tuple(range(10, 30))
    assert clip_fps(plan) == 10.0
    info = probe_video(out)
    assert info.n_frames == 20
    frames, times_s = load_frames(out, FramePlan.uniform(info, None, 20))
    np.testing.assert_allclose(times_s, np.arange(20) / 10, atol=2e-3)
    bars = frames.mean(axis=(1, 3)).argmax(axis=1) // 2
    np.testing.assert_allclose(bars, np.arange(10, 30), atol=1)


def test_a_long_span_has_fewer_frames_a_second(flight: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_media_clip, "MAX_FRAMES", 8)
    monkeypatch.setattr(_media_clip, "_FRAMES_AT_ONCE", 3)
    plan = clip_plan(flight, (0.0, 4.0))
    write_mp4(flight, plan, tmp_path / "clip.mp4")
    assert len(plan.times_s) == probe_video(tmp_path / "clip.mp4").n_frames == 8
    assert 1.9 < clip_fps(plan) < 2.1


def test_a_span_of_one_frame_is_a_clip(flight: Path, tmp_path: Path) -> None:
    plan = clip_plan(flight, (1.0, 1.1))
    write_mp4(flight, plan, tmp_path / "clip.mp4")
    assert probe_video(tmp_path / "clip.mp4").n_frames == 1


def test_odd_sizes_lose_a_row_and_a_column(tmp_path: Path) -> None:
    path = tmp_path / "odd.gif"
    frames = [Image.new("RGB", (33, 21), (k * 40, 90, 0)) for k in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    plan = clip_plan(path, (0.0, 1.0))
    write_mp4(path, plan, tmp_path / "clip.mp4")
    info = probe_video(tmp_path / "clip.mp4")
    assert (info.width_px, info.height_px) == (32, 20)


def test_small_maps_are_enlarged_and_their_marks_stay_in_place(tmp_path: Path) -> None:
    Image.fromarray(np.full((100, 200, 3), 60, np.uint8)).save(tmp_path / "map.png")
    image = SatelliteImage(path="map.png", gsd_m=1.0, window_px=(0, 0, 200, 100))
    mark = Mark(image=0, kind="point", label="A", xy_px=((150.0, 25.0),))
    write_map(tmp_path, image, (), tmp_path / "bare.jpg")
    write_map(tmp_path, image, (mark,), tmp_path / "marked.jpg")
    bare, marked = (np.asarray(Image.open(tmp_path / name)).astype(int) for name in ("bare.jpg", "marked.jpg"))
    assert bare.shape == marked.shape == (LEAST_MAP_PX // 2, LEAST_MAP_PX, 3)
    changed = np.argwhere(np.abs(marked - bare).max(axis=2) > 40)
    y, x = changed.mean(axis=0) * 200 / LEAST_MAP_PX
    assert (abs(x - 150), abs(y - 25)) < (8, 8)
    assert np.ptp(changed, axis=0).max() < LEAST_MAP_PX / 8


def test_mode_answer_shows_the_very_pixels_of_the_prompt(finished: Path, tmp_path: Path) -> None:
    question = next(one for one in load_questions(finished) if one.marks)
    seen = PageMedia(finished, Shelf(tmp_path)).as_models_see(question)
    manifest = build_prompt(question, root=finished).manifest
    frames = np.stack([_pixels(one.address) for one in seen.frames])
    assert pixel_sha256(frames) == manifest.pixel_sha256
    assert tuple(pixel_sha256(_pixels(one.address)) for one in seen.maps) == manifest.satellite_sha256
    assert seen.manifest == manifest


def _pixels(address: str) -> np.ndarray:
    return np.array(Image.open(address.removeprefix(ADDRESS)))


def test_questions_about_one_clip_share_its_files(finished: Path, tmp_path: Path) -> None:
    media = PageMedia(finished, Shelf(tmp_path))
    one, other = (each for each in load_questions(finished)[:20] if each.clip_id == "clip-0" and not each.marks)
    assert media.maps(one) == media.maps(other)
    assert media.clip(one, 1, webm=False).address == media.clip(other, 1, webm=False).address
    assert media.as_models_see(one).frames == media.as_models_see(other).frames


def test_a_file_is_made_once_however_many_ask_for_it(tmp_path: Path) -> None:
    shelf, made, begun = Shelf(tmp_path), [], threading.Event()

    def write(path: Path) -> None:
        begun.wait(10)
        made.append(path)
        path.write_bytes(b"x")

    asking = [threading.Thread(target=shelf.file, args=("key", ".png", write)) for _ in range(4)]
    for one in asking:
        one.start()
    begun.set()
    for one in asking:
        one.join()
    assert len(made) == 1
    assert [path.name for path in tmp_path.iterdir()] == [made[0].name]


def test_the_shelf_forgets_what_was_shown_longest_ago(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, max_bytes=25)

    def ten(path: Path) -> None:
        path.write_bytes(b"0123456789")

    first, second = shelf.file("first", ".png", ten), shelf.file("second", ".png", ten)
    assert shelf.file("first", ".png", ten) == first
    shelf.file("third", ".png", ten)
    assert first.exists()
    assert not second.exists()
    assert shelf.file("second", ".png", ten) != second


def test_what_cannot_be_made_leaves_nothing_and_may_be_tried_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)

    def broken(path: Path) -> None:
        path.write_bytes(b"half")
        raise MediaError("no more")

    with pytest.raises(MediaError, match="no more"):
        shelf.file("key", ".png", broken)
    assert list(tmp_path.iterdir()) == []
    assert shelf.file("key", ".png", lambda path: path.write_bytes(b"whole")).read_bytes() == b"whole"


def test_names_of_files_tell_nothing_and_cannot_be_guessed(finished: Path, tmp_path: Path) -> None:
    media = PageMedia(finished, Shelf(tmp_path))
    media.maps(load_questions(finished)[0])
    names = [path.name for path in tmp_path.iterdir()]
    assert names
    assert all(len(name) == 36 and set(name[:32]) <= set("0123456789abcdef") for name in names)
