"""Frames from the cache are those of a fresh decode, bit for bit, whatever happens to the cache."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from links2_tasks.errors import MediaError
from links2_tasks.media import (
    ClipCache,
    FramePlan,
    _recall,
    load_frames,
    pixel_sha256,
    probe_video,
    recall_frames,
    recall_sha256,
)
from links2_tasks.media._recall import cached_frames


@pytest.fixture
def cache(tmp_path: Path) -> ClipCache:
    return ClipCache(tmp_path / "cache", 10**9)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The plans that were really decoded."""
    calls: list[tuple[int, ...]] = []

    def counted(path: Path, plan: FramePlan, max_px: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        calls.append(plan.indices)
        return load_frames(path, plan, max_px)

    monkeypatch.setattr(_recall, "load_frames", counted)
    return calls


def plan_of(video: Path, n: int = 6) -> FramePlan:
    return FramePlan.uniform(probe_video(video), n=n)


@pytest.mark.parametrize("max_px", [None, 81])
def test_cached_frames_are_those_of_a_fresh_decode(
    even_video: Path, cache: ClipCache, decoded: list[tuple[int, ...]], max_px: int | None
) -> None:
    fresh, _ = load_frames(even_video, plan_of(even_video), max_px)
    for _ in range(3):
        frames = cached_frames(cache, even_video, plan_of(even_video), max_px)
        assert frames.dtype == np.uint8
        np.testing.assert_array_equal(frames, fresh)
    assert len(decoded) == 1


def test_plans_sizes_decoders_and_contents_do_not_meet(
    even_video: Path,
    cache: ClipCache,
    decoded: list[tuple[int, ...]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(even_video.read_bytes())
    cached_frames(cache, even_video, plan_of(even_video), None)
    cached_frames(cache, copy, plan_of(copy), None)
    assert len(decoded) == 1
    cached_frames(cache, even_video, plan_of(even_video, 7), None)
    cached_frames(cache, even_video, plan_of(even_video), 80)
    monkeypatch.setattr(_recall, "decoder_version", lambda: "another")
    cached_frames(cache, even_video, plan_of(even_video), None)
    assert len(decoded) == 4


def test_a_file_that_changes_under_its_name_is_decoded_again(
    even_video: Path, cache: ClipCache, decoded: list[tuple[int, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(even_video.read_bytes())
    cached_frames(cache, path, plan_of(path), None)
    path.write_bytes(even_video.read_bytes() + b"\0")
    cached_frames(cache, path, plan_of(path), None)
    assert len(decoded) == 2


def test_a_damaged_entry_is_decoded_again(even_video: Path, cache: ClipCache, decoded: list[tuple[int, ...]]) -> None:
    fresh = cached_frames(cache, even_video, plan_of(even_video), None)
    (entry,) = cache.entries()
    content = bytearray(entry.path.read_bytes())
    content[len(content) // 2] ^= 1
    entry.path.write_bytes(content)
    np.testing.assert_array_equal(cached_frames(cache, even_video, plan_of(even_video), None), fresh)
    assert len(decoded) == 2


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_cannot_be_written_costs_speed_and_no_frame(
    even_video: Path, cache: ClipCache, fault: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(fault, "refused")

    monkeypatch.setattr("links2_tasks.media._cache.write_whole", refuse)
    with pytest.warns(UserWarning, match="cannot be kept"):
        frames = cached_frames(cache, even_video, plan_of(even_video), None)
    np.testing.assert_array_equal(frames, load_frames(even_video, plan_of(even_video))[0])


def test_a_video_that_cannot_be_read_is_no_fault_of_the_cache(tmp_path: Path, cache: ClipCache) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    plan = FramePlan(rule="uniform", n=1, indices=(0,), times_s=(0.0,))
    with pytest.raises(MediaError, match=r"bad\.mp4"):
        cached_frames(cache, bad, plan, None)
    assert list(cache.entries()) == []


def test_recalled_frames_are_kept_on_disk_for_other_processes(
    even_video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    recall_frames(even_video, plan_of(even_video, 11))
    assert [path.suffix for path in (tmp_path / "links2/media/frames").glob("??/*.npy")] == [".npy"]


def test_the_digest_of_recalled_frames_is_that_of_their_pixels_and_is_computed_once(
    even_video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    plan = plan_of(even_video, 5)
    wanted = pixel_sha256(recall_frames(even_video, plan, 60))
    assert recall_sha256(even_video, plan, 60) == wanted
    assert recall_sha256(even_video, plan, 61) != wanted
    monkeypatch.setattr("links2_tasks.media._memory.pixel_sha256", lambda _: "computed again")
    assert recall_sha256(even_video, plan, 60) == wanted


def test_an_entry_is_found_only_while_it_is_whole(cache: ClipCache) -> None:
    recipe = ["one"]
    assert cache.find("frames", recipe, ".npy") is None
    path = cache.get("frames", recipe, ".npy", lambda stream: stream.write(b"content"))
    assert cache.find("frames", recipe, ".npy") == b"content"
    path.write_bytes(b"c0ntent")
    assert cache.find("frames", recipe, ".npy") is None
