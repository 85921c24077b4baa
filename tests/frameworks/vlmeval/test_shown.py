from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from links2_tasks.errors import MediaError
from links2_tasks.frameworks._asked import Asked
from links2_tasks.frameworks.vlmeval import _shown
from links2_tasks.media import clip_cache
from links2_tasks.prompt import PromptSettings


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_: str(tmp_path / "cache"))
    return tmp_path / "cache"


def _noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def test_an_image_file_holds_the_very_pixels() -> None:
    pixels = _noise(0)
    np.testing.assert_array_equal(np.asarray(Image.open(_shown.image_file(pixels))), pixels)


def test_the_same_pixels_are_written_once() -> None:
    first = _shown.image_file(_noise(0))
    before = first.stat().st_ino
    assert _shown.image_file(_noise(0).copy()) == first
    assert first.stat().st_ino == before
    assert _shown.image_file(_noise(1)) != first
    assert [entry.kind for entry in clip_cache().entries()] == ["images", "images"]


def test_a_damaged_image_is_written_anew() -> None:
    path = _shown.image_file(_noise(0))
    path.write_bytes(path.read_bytes()[:-20])
    np.testing.assert_array_equal(np.asarray(Image.open(_shown.image_file(_noise(0)))), _noise(0))


def test_what_was_shown_is_remembered_by_line_and_settings() -> None:
    settings, fewer = PromptSettings(), PromptSettings(n_frames=8)
    _shown.remember("line", settings, Asked(reason="media_error", error="gone"))
    assert _shown.recall("line", settings) == Asked(reason="media_error", error="gone")
    assert _shown.recall("line", fewer) is None
    assert _shown.recall("other", settings) is None


def test_a_damaged_record_counts_as_none(cache: Path) -> None:
    _shown.remember("line", PromptSettings(), Asked())
    (record,) = (cache / "shown/records").iterdir()
    record.write_text('{"manifest": 3', encoding="utf-8")
    assert _shown.recall("line", PromptSettings()) is None


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(cache: Path) -> None:
    cache.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(MediaError, match=r"cannot be written.*Free some space"):
        _shown.image_file(_noise(0))


def test_an_image_that_fails_half_way_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(MediaError, match="No space left"):
        _shown.image_file(_noise(0))
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_a_known_image_is_neither_digested_nor_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known = _shown.KnownImages()
    path = known.file("first", _noise(0))
    monkeypatch.setattr(_shown, "image_file", lambda _: pytest.fail("looked up by its pixels"))
    assert known.file("first", _noise(0)) == path


def test_a_known_image_that_has_gone_is_written_anew() -> None:
    known = _shown.KnownImages()
    path = known.file("first", _noise(0))
    path.unlink()
    np.testing.assert_array_equal(np.asarray(Image.open(known.file("first", _noise(0)))), _noise(0))


def test_images_with_other_names_have_other_files_and_only_the_latest_are_known() -> None:
    known = _shown.KnownImages(capacity=2)
    paths = [known.file(str(seed), _noise(seed)) for seed in range(3)]
    assert paths == [_shown.image_file(_noise(seed)) for seed in range(3)]
    assert [name for _, name in known._paths] == ["1", "2"]
