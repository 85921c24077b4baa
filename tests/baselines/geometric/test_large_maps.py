"""Maps that are too large to be decoded whole: the baseline sees the same in a window as in a map of the window's size."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from links2_tasks.baselines.geometric._views import Maps
from links2_tasks.schema import SatelliteImage

rasterio = pytest.importorskip("rasterio", reason="windows of GeoTIFFs are read by the extra 'geo'")
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def test_features_of_a_window(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 80, 3), dtype=np.uint8)
    ground = np.asarray(cv2.resize(noise, (640, 512), interpolation=cv2.INTER_CUBIC))
    # Larger than a tile of the baseline with its margin, so that both maps are searched in the same tiles.
    whole = np.zeros((2500, 2500, 3), np.uint8)
    whole[:512, :640] = ground
    Image.fromarray(whole).save(tmp_path / "small.png")
    meta = {"width": 30_000, "height": 30_000, "count": 3, "dtype": "uint8", "tiled": True, "SPARSE_OK": True}
    with rasterio.open(tmp_path / "large.tif", "w", driver="GTiff", compress="deflate", **meta) as file:
        file.write(np.moveaxis(ground, 2, 0), window=rasterio.windows.Window(0, 0, 640, 512))
    found = [
        Maps().features(tmp_path, SatelliteImage(path=name, gsd_m=0.5, window_px=(0, 0, 600, 500)), (600, 500))
        for name in ("small.png", "large.tif")
    ]
    assert len(found[0].xy_px) > 50
    np.testing.assert_allclose(found[1].xy_px, found[0].xy_px)
