"""Maps that are too large to be decoded whole, in `validate`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from links2_tasks.dataset import validate
from links2_tasks.media import _satellite
from links2_tasks.schema import Question

rasterio = pytest.importorskip("rasterio", reason="windows of GeoTIFFs are read by the extra 'geo'")
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

FILE = "questions/test/uav_localization.jsonl"


def shown(window_px: list[int] | None, path: str = "satellite/large.tif") -> dict[str, Any]:
    """A question that shows a window of the large map."""
    image = {"path": path, "label": None, "gsd_m": 0.5, "north_up": True, "window_px": window_px}
    return {"satellite": [image], "marks": []}


@pytest.fixture
def large(media_root: Path) -> Path:
    """A map of 30,000 x 30,000 px."""
    path = media_root / "satellite/large.tif"
    meta = {"width": 30_000, "height": 30_000, "count": 3, "dtype": "uint8", "tiled": True, "SPARSE_OK": True}
    with rasterio.open(path, "w", driver="GTiff", compress="deflate", **meta) as file:
        noise = np.random.default_rng(0).integers(0, 255, (3, 200, 300), dtype=np.uint8)
        file.write(noise, window=rasterio.windows.Window(20_000, 10_000, 300, 200))
    return path


def test_windows_of_a_large_map_have_no_faults_and_only_they_are_read(
    large: Path, write: Callable[..., Path], make_question: Callable[..., Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = [[20_000, 10_000, 300, 200], [0, 0, 50, 50], [20_000, 10_000, 300, 200]]
    read: list[Any] = []
    original = _satellite.read_tiff_window
    monkeypatch.setattr(_satellite, "read_tiff_window", lambda *a: (read.append(a[1]), original(*a))[1])
    root = write(*(make_question(number, **shown(window)) for number, window in enumerate(windows)))
    assert validate(root) == ()
    assert read == [(20_000, 10_000, 300, 200), (0, 0, 50, 50)]


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ([29_900, 0, 200, 50], "satellite.0: window_px (29900, 0, 200, 50) leaves the image, 30000 x 30000 px"),
        (None, "large.tif is too large (30000 x 30000 px)"),
        ([0, 0, 10_000, 10_000], "is too large; at most 89478485 pixels are read at once"),
    ],
)
def test_what_cannot_be_shown_of_it_is_a_fault_of_the_question(
    large: Path,
    write: Callable[..., Path],
    make_question: Callable[..., Question],
    window: list[int] | None,
    message: str,
) -> None:
    faults = validate(write(make_question(0), make_question(1, **shown(window))))
    assert [(fault.file, fault.line) for fault in faults] == [(FILE, 2)]
    assert message in faults[0].message


def test_a_damaged_tile_is_a_fault_of_the_questions_that_show_it(
    large: Path, write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    content = large.read_bytes()
    large.write_bytes(content[:-20_000])
    faults = validate(write(make_question(0, **shown([20_000, 10_000, 300, 200])), make_question(1)))
    assert [(fault.file, fault.line) for fault in faults] == [(FILE, 1)]
    assert "satellite.0: cannot be shown" in faults[0].message


def test_a_missing_extra_is_a_fault_with_the_way_to_mend_it(
    large: Path, write: Callable[..., Path], make_question: Callable[..., Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(make_question(0, **shown([0, 0, 50, 50])))
    monkeypatch.setitem(sys.modules, "rasterio", None)
    (fault,) = validate(root)
    assert "links2-tasks[geo]" in fault.message


def test_a_png_of_that_size_is_one_fault_and_not_unpacked(
    media_root: Path, write: Callable[..., Path], make_question: Callable[..., Question]
) -> None:
    Image.new("1", (30_000, 30_000)).save(media_root / "satellite/large.png")
    windows = [[0, 0, 50, 50], [5, 5, 50, 50]]
    (fault,) = validate(
        write(*(make_question(n, **shown(window, "satellite/large.png")) for n, window in enumerate(windows)))
    )
    assert (fault.file, fault.line) == ("satellite/large.png", None)
    assert "too large" in fault.message
